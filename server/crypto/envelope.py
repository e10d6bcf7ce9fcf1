"""Envelopes: what each reader's small age file holds. Source: docs/spec/envelope.md 1 and 3."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from server.crypto import age
from server.crypto.encoding import Json
from server.crypto.errors import MalformedKey, Refusal, SealRefused
from server.crypto.grants import MAX_GRANTS, SignedGrant
from server.crypto.identity import Identity, Recipient
from server.crypto.padding import pad
from server.crypto.shape import Shape
from server.crypto.signing import Signature

MAX_ENVELOPE: Final = 64 * 1024
HEADER: Final = b"age-encryption.org/v1\n-> mlkem768x25519 "

_IS: Final = Shape("envelope-malformed")
_MEMBERS: Final = {"v", "message_key", "statement", "signature", "grants", "merge"}
_Content = TypeVar("_Content")


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """An envelope's content. Its repr shows nothing, for it holds the message key."""

    message_key: str
    statement: str
    signature: Signature
    grants: tuple[SignedGrant, ...] = ()
    merge: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """The members of envelope.md section 1, without `v`."""
        return {
            "message_key": self.message_key,
            "statement": self.statement,
            "signature": dict(self.signature.to_json()),
            "grants": [grant.to_json() for grant in self.grants],
            "merge": dict(self.merge),
        }


def seal_envelope(recipient: Recipient, envelope: Envelope) -> bytes:
    """Write an envelope to one reader."""
    return _seal(recipient, {"v": 1, **envelope.to_json()})


def open_envelope(identity: Identity, file: bytes) -> Envelope:
    """Read an envelope.

    Raises:
        Refusal: envelope-malformed, when it does not open or does not parse.
    """
    return _open(identity, file, _envelope)


def seal_draft_envelope(recipient: Recipient, draft_key: str) -> bytes:
    """Write the envelope of a draft to its writer."""
    return _seal(recipient, {"v": 1, "draft_key": draft_key})


def open_draft_envelope(identity: Identity, file: bytes) -> str:
    """The draft key, `AGE-SECRET-KEY-PQ-1…`, of the envelope of a draft.

    Raises:
        Refusal: envelope-malformed, when it does not open or does not parse.
    """
    return _open(identity, file, _draft_key)


def looks_like_envelope(file: bytes) -> bool:
    """What the server can see of an envelope it cannot open."""
    return len(file) <= MAX_ENVELOPE and file.startswith(HEADER)


def _seal(recipient: Recipient, value: dict[str, Json]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return age.encrypt(recipient, pad(text.encode()))


def _open(identity: Identity, file: bytes, parse: Callable[[Json], _Content]) -> _Content:
    if len(file) > MAX_ENVELOPE:
        raise Refusal("envelope-malformed")
    try:
        content = age.decrypt(identity, file).rstrip(b"\x00")
        return parse(json.loads(content.decode(), object_pairs_hook=_members))
    except (SealRefused, ValueError, RecursionError, MalformedKey) as error:
        raise Refusal("envelope-malformed") from error


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _envelope(parsed: Json) -> Envelope:
    value = _IS.record(parsed, _MEMBERS)
    _IS.one(value["v"])
    grants = tuple(_grant(item) for item in _IS.items(value["grants"]))
    merge = _merge(value["merge"])
    _IS.must(len(grants) <= MAX_GRANTS and (bool(grants) or not merge))
    return Envelope(
        message_key=Identity.parse(_IS.text(value["message_key"])).text,
        statement=_IS.text(value["statement"]),
        signature=_signature(value["signature"]),
        grants=grants,
        merge=merge,
    )


def _draft_key(parsed: Json) -> str:
    value = _IS.record(parsed, {"v", "draft_key"})
    _IS.one(value["v"])
    return Identity.parse(_IS.text(value["draft_key"])).text


def _grant(parsed: Json) -> SignedGrant:
    value = _IS.record(parsed, {"text", "signature"})
    return SignedGrant(text=_IS.text(value["text"]), signature=_signature(value["signature"]))


def _signature(parsed: Json) -> Signature:
    value = _IS.record(parsed, {"alg", "key", "value"})
    alg, key, text = (_IS.text(value[name]) for name in ("alg", "key", "value"))
    return Signature(alg=alg, key=key, value=text)


def _merge(value: Json) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Refusal("envelope-malformed")
    return {name: _merge_value(item) for name, item in value.items()}


def _merge_value(value: Json) -> str:
    if not isinstance(value, str):
        raise Refusal("envelope-malformed")
    return value
