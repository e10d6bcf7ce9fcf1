"""Sealing at rest and keyed indexes, on libsodium.

XChaCha20-Poly1305 with a random 24-byte nonce before the ciphertext; the associated data names
the place, so that a sealed field cannot be moved. Indexes are keyed BLAKE2b.
"""

import os
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt as _decrypt,
)
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_encrypt as _encrypt,
)
from nacl.encoding import RawEncoder
from nacl.exceptions import CryptoError as _SodiumError
from nacl.hash import blake2b

from server.crypto.encoding import b64u, canonical
from server.crypto.errors import MalformedKey, SealRefused

KEY: Final = 32
_NONCE: Final = 24


def seal(key: bytes, place: tuple[str, ...], content: bytes) -> bytes:
    """Seal `content` for one place. Returns 40 bytes more than `content`."""
    nonce = os.urandom(_NONCE)
    return nonce + _encrypt(content, _associated(place), nonce, _checked(key))


def unseal(key: bytes, place: tuple[str, ...], sealed: bytes) -> bytes:
    """Open what `seal` made for the same place.

    Raises:
        SealRefused: Another key, another place, or changed.
    """
    try:
        return _decrypt(sealed[_NONCE:], _associated(place), sealed[:_NONCE], _checked(key))
    except (_SodiumError, ValueError, TypeError) as error:
        raise SealRefused("the sealed field does not open here") from error


def derive(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from a 32-byte key."""
    return bytes(blake2b(purpose.encode(), digest_size=KEY, key=_checked(key), encoder=RawEncoder))


def index(key: bytes, *parts: str) -> str:
    """A keyed index of a value: 43 characters; equal for equal parts only."""
    data = canonical(list(parts)).encode()
    return b64u(bytes(blake2b(data, digest_size=32, key=_checked(key), encoder=RawEncoder)))


def _associated(place: tuple[str, ...]) -> bytes:
    return canonical(list(place)).encode()


def _checked(key: bytes) -> bytes:
    if len(key) != KEY:
        raise MalformedKey(f"a key has {KEY} bytes")
    return key
