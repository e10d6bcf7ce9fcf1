"""Ed25519 over domain-separated canonical text. Source: docs/spec/statement.md section 2."""

import os
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from server.crypto.encoding import b64u, unb64u
from server.crypto.errors import MalformedKey, Refusal
from server.crypto.identity import fingerprint

STATEMENT: Final = "letterlock/statement/v1"
GRANT: Final = "letterlock/grant/v1"
LOOKUP: Final = "letterlock/lookup/v1"
ENROLMENT: Final = "letterlock/enrolment/v1"
ALGORITHM: Final = "Ed25519"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as it stands in envelopes and answers."""

    key: str
    value: str
    alg: str = ALGORITHM

    def to_json(self) -> dict[str, str]:
        """As in envelope.md section 1."""
        return {"alg": self.alg, "key": self.key, "value": self.value}


def new_seed() -> bytes:
    """A fresh signing key: 32 random bytes."""
    return os.urandom(32)


def public_key(seed: bytes) -> bytes:
    """The 32-byte public half."""
    return bytes(SigningKey(seed).verify_key)


def sign(seed: bytes, domain: str, text: str) -> Signature:
    """Sign `domain`, a zero byte and the text in UTF-8."""
    key = SigningKey(seed)
    value = key.sign(_signed_bytes(domain, text)).signature
    return Signature(key=fingerprint(bytes(key.verify_key)), value=b64u(value))


def verify(
    public: bytes,
    domain: str,
    text: str,
    signature: Signature,
    *,
    refusal: str = "statement-signature",
) -> None:
    """Check a signature.

    Raises:
        Refusal: `refusal`, for any reason that it does not hold.
    """
    try:
        key = VerifyKey(public)
        if signature.alg != ALGORITHM or signature.key != fingerprint(public):
            raise Refusal(refusal)
        key.verify(_signed_bytes(domain, text), unb64u(signature.value))
    except (BadSignatureError, ValueError, TypeError, MalformedKey) as error:
        raise Refusal(refusal) from error


def _signed_bytes(domain: str, text: str) -> bytes:
    return domain.encode("ascii") + b"\x00" + text.encode()
