"""Envelopes: what each reader's small age file holds. Source: docs/spec/envelope.md section 1."""

import json
from dataclasses import dataclass
from typing import Final

from server.crypto import age
from server.crypto.encoding import Json
from server.crypto.errors import MalformedKey, Refusal, SealRefused
from server.crypto.identity import Identity, Recipient
from server.crypto.padding import pad
from server.crypto.signing import Signature

MAX_ENVELOPE: Final = 64 * 1024
HEADER: Final = b"age-encryption.org/v1\n-> mlkem768x25519 "
_MEMBERS: Final = {"v", "message_key", "statement", "signature", "grants", "merge"}


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """An envelope's content. Its repr shows nothing, for it holds the message key."""

    message_key: str
    statement: str
    signature: Signature

    def to_json(self) -> dict[str, Json]:
        """The members of envelope.md section 1, without `v`."""
        return {
            "message_key": self.message_key,
            "statement": self.statement,
            "signature": dict(self.signature.to_json()),
            "grants": [],
            "merge": {},
        }


def seal_envelope(recipient: Recipient, envelope: Envelope) -> bytes:
    """Write an envelope to one reader."""
    text = json.dumps({"v": 1, **envelope.to_json()}, ensure_ascii=False, separators=(",", ":"))
    return age.encrypt(recipient, pad(text.encode()))


def open_envelope(identity: Identity, file: bytes) -> Envelope:
    """Read an envelope.

    Raises:
        Refusal: envelope-malformed, when it does not open or does not parse.
    """
    if len(file) > MAX_ENVELOPE:
        raise Refusal("envelope-malformed")
    try:
        value = json.loads(age.decrypt(identity, file).rstrip(b"\x00"))
        return _parse(value)
    except (SealRefused, ValueError, KeyError, TypeError, RecursionError, MalformedKey) as error:
        raise Refusal("envelope-malformed") from error


def looks_like_envelope(file: bytes) -> bool:
    """What the server can see of an envelope it cannot open."""
    return len(file) <= MAX_ENVELOPE and file.startswith(HEADER)


def _parse(value: Json) -> Envelope:
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise Refusal("envelope-malformed")
    signature = value["signature"]
    if not isinstance(signature, dict) or signature.keys() != {"alg", "key", "value"}:
        raise Refusal("envelope-malformed")
    if value["v"] != 1 or value["grants"] != [] or value["merge"] != {}:
        raise Refusal("envelope-malformed")
    texts = {name: value[name] for name in ("message_key", "statement")} | signature
    if not all(isinstance(text, str) for text in texts.values()):
        raise Refusal("envelope-malformed")
    return Envelope(
        message_key=str(value["message_key"]),
        statement=str(value["statement"]),
        signature=Signature(
            key=str(signature["key"]), value=str(signature["value"]), alg=str(signature["alg"])
        ),
    )
