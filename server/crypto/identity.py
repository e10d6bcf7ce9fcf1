"""Hybrid identities and recipients: X-Wing, as age's mlkem768x25519 uses it.

An identity is a 32-byte seed; SHAKE256 expands it to an ML-KEM-768 seed (64 bytes) and an
X25519 key (32 bytes). A recipient is 1216 bytes: the ML-KEM encapsulation key (1184), then the
X25519 public key (32). Sources: docs/spec/objects.md section 1, draft-connolly-cfrg-xwing-kem.
"""

import hashlib
import os
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from server.crypto.encoding import b64u, bech32_decode, bech32_encode
from server.crypto.errors import MalformedKey

SEED: Final = 32
RECIPIENT: Final = 1216
_MLKEM_PUBLIC: Final = 1184
_IDENTITY_PREFIX: Final = "AGE-SECRET-KEY-PQ-"
_LONGEST: Final = 4096  # characters; summing more would only take time
_RECIPIENT_PREFIX: Final = "age1pq"


def fingerprint(public: bytes) -> str:
    """Base64url SHA-256 of a raw public key: 43 characters."""
    return b64u(hashlib.sha256(public).digest())


@dataclass(frozen=True, slots=True)
class Recipient:
    """A public key to which an age file is encrypted; 1216 raw bytes."""

    raw: bytes

    def __post_init__(self) -> None:
        """Refuse anything but 1216 bytes."""
        if len(self.raw) != RECIPIENT:
            raise MalformedKey(f"a recipient has {RECIPIENT} bytes")

    @classmethod
    def parse(cls, text: str) -> "Recipient":
        """Parse `age1pq1…`. A classical `age1…` recipient is refused.

        Raises:
            MalformedKey: It is anything else.
        """
        if len(text) > _LONGEST:
            raise MalformedKey("a recipient is not so long")
        return cls(bech32_decode(_RECIPIENT_PREFIX, text))

    @property
    def text(self) -> str:
        """`age1pq1…`, 1959 characters."""
        return bech32_encode(_RECIPIENT_PREFIX, self.raw)

    @property
    def fingerprint(self) -> str:
        """43 characters that name this key in statements and look-ups."""
        return fingerprint(self.raw)

    def public_key(self) -> MLKEM768X25519PublicKey:
        """The key as HPKE takes it.

        Raises:
            MalformedKey: The bytes are no valid ML-KEM encapsulation key.
        """
        try:
            return MLKEM768X25519PublicKey(
                MLKEM768PublicKey.from_public_bytes(self.raw[:_MLKEM_PUBLIC]),
                X25519PublicKey.from_public_bytes(self.raw[_MLKEM_PUBLIC:]),
            )
        except ValueError as error:
            raise MalformedKey("not a valid encapsulation key") from error


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A secret key; 32-byte seed. Its repr shows nothing."""

    seed: bytes

    def __post_init__(self) -> None:
        """Refuse anything but 32 bytes."""
        if len(self.seed) != SEED:
            raise MalformedKey(f"an identity has {SEED} bytes")

    @classmethod
    def new(cls) -> "Identity":
        """A fresh identity from the system's random numbers."""
        return cls(os.urandom(SEED))

    @classmethod
    def parse(cls, text: str) -> "Identity":
        """Parse `AGE-SECRET-KEY-PQ-1…`.

        Raises:
            MalformedKey: It is anything else.
        """
        if len(text) > _LONGEST:
            raise MalformedKey("an identity is not so long")
        return cls(bech32_decode(_IDENTITY_PREFIX, text))

    @property
    def text(self) -> str:
        """`AGE-SECRET-KEY-PQ-1…`, 77 characters."""
        return bech32_encode(_IDENTITY_PREFIX, self.seed)

    @property
    def recipient(self) -> Recipient:
        """The public half."""
        kem, x25519 = self._parts()
        return Recipient(
            kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )

    def private_key(self) -> MLKEM768X25519PrivateKey:
        """The key as HPKE takes it."""
        return MLKEM768X25519PrivateKey(*self._parts())

    def _parts(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        expanded = hashlib.shake_256(self.seed).digest(96)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            X25519PrivateKey.from_private_bytes(expanded[64:]),
        )
