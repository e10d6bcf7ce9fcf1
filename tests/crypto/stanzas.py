"""Unwrappers that the product does not have: what the public suite's files are sealed with."""

import re
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.crypto.age.header import Stanza, derive, unb64
from server.crypto.age.stanza import TYPE, Unwrapper, unwrap_one
from server.crypto.encoding import bech32_decode
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity

MAX_WORK = 20
SEALED_KEY = 32
LABEL = b"age-encryption.org/v1/"


def with_keys(identities: Sequence[str] = (), passphrases: Sequence[str] = ()) -> Unwrapper:
    """Takes any number of stanzas, of the kinds of these keys; a passphrase's alone."""
    ways = [_with_identity(text) for text in identities] + [_scrypt(text) for text in passphrases]

    def unwrap(stanzas: Sequence[Stanza]) -> bytes | None:
        if len(stanzas) > 1 and any(stanza.type == "scrypt" for stanza in stanzas):
            raise SealRefused("a passphrase's stanza stands alone", reason="stanza")
        keys = [way(stanza) for way in ways for stanza in stanzas]
        return next((key for key in keys if key is not None), None)

    return unwrap


def _with_identity(text: str):  # noqa: ANN202
    if text.startswith("AGE-SECRET-KEY-PQ-"):
        identity = Identity.parse(text)
        return lambda stanza: unwrap_one(identity, stanza) if stanza.type == TYPE else None
    return _x25519(bech32_decode("AGE-SECRET-KEY-", text))


def _x25519(secret: bytes):  # noqa: ANN202
    key = X25519PrivateKey.from_private_bytes(secret)

    def unwrap(stanza: Stanza) -> bytes | None:
        if stanza.type != "X25519":
            return None
        _must(len(stanza.args) == 2)
        share = unb64(stanza.args[1].encode())
        _must(len(share) == 32)
        try:
            shared = key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError as error:
            raise SealRefused("a share of low order", reason="stanza") from error
        salt = share + key.public_key().public_bytes_raw()
        return _open(derive(shared, salt, LABEL + b"X25519"), stanza.body)

    return unwrap


def _scrypt(passphrase: str):  # noqa: ANN202
    def unwrap(stanza: Stanza) -> bytes | None:
        if stanza.type != "scrypt":
            return None
        _must(len(stanza.args) == 3 and re.fullmatch("[1-9][0-9]*", stanza.args[2]) is not None)
        salt, work = unb64(stanza.args[1].encode()), int(stanza.args[2])
        _must(len(salt) == 16 and work <= MAX_WORK)
        key = Scrypt(LABEL + b"scrypt" + salt, 32, 2**work, 8, 1).derive(passphrase.encode())
        return _open(key, stanza.body)

    return unwrap


def _open(key: bytes, body: bytes) -> bytes | None:
    _must(len(body) == SEALED_KEY)
    try:
        return ChaCha20Poly1305(key).decrypt(b"\x00" * 12, body, None)
    except InvalidTag:
        return None


def _must(holds: bool) -> None:  # noqa: FBT001
    if not holds:
        raise SealRefused("the stanza is malformed", reason="stanza")
