"""The mlkem768x25519 stanza: HPKE with X-Wing around the file key.

Source: c2sp.org/age, "The hybrid post-quantum recipient type".
"""

from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from server.crypto.age.header import FILE_KEY, Stanza, b64, unb64
from server.crypto.errors import SealRefused
from server.crypto.identity import Identity, Recipient

Unwrapper = Callable[[Sequence[Stanza]], bytes | None]
"""Finds the 16-byte file key in a header's stanzas, or None if none of them is for its key.

Raises SealRefused, with the reason `stanza` or `header`, for stanzas that it must not accept.
"""

TYPE: Final = "mlkem768x25519"
_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_ENCAPSULATED: Final = 1120
_MLKEM_CIPHERTEXT: Final = 1088
_SEALED_KEY: Final = FILE_KEY + 16


def wrap(recipient: Recipient, file_key: bytes) -> Stanza:
    """Seal a file key to one recipient.

    Raises:
        MalformedKey: The recipient is no valid encapsulation key.
    """
    sealed = _SUITE.encrypt(file_key, recipient.public_key(), _INFO)
    share, body = sealed[:_ENCAPSULATED], sealed[_ENCAPSULATED:]
    return Stanza((TYPE, b64(share).decode("ascii")), body)


def only(identity: Identity) -> Unwrapper:
    """The production door: exactly one stanza, and that of our kind, or `stanza` is refused.

    A file with several readers is one that we never write: each reader has an envelope.
    """

    def unwrap(stanzas: Sequence[Stanza]) -> bytes | None:
        if [stanza.type for stanza in stanzas] != [TYPE]:
            raise SealRefused("the file is sealed in another way than ours", reason="stanza")
        return unwrap_one(identity, stanzas[0])

    return unwrap


def unwrap_one(identity: Identity, stanza: Stanza) -> bytes | None:
    """Open one mlkem768x25519 stanza; None if it is for another key.

    Raises:
        SealRefused: stanza, if its lengths are wrong or its X25519 share is of low order;
            header, if the share is not base64.
    """
    # The length of the body is checked before it is opened, lest a longer key match twice.
    _must(len(stanza.args) == 2 and len(stanza.body) == _SEALED_KEY)  # noqa: PLR2004 the type and the share
    share = unb64(stanza.args[1].encode("ascii"))
    _must(len(share) == _ENCAPSULATED)
    try:
        return _SUITE.decrypt(share + stanza.body, identity.private_key(), _INFO)
    except (InvalidTag, ValueError):
        _refuse_low_order(share[_MLKEM_CIPHERTEXT:])
        return None


def _refuse_low_order(share: bytes) -> None:
    """HPKE does not tell a share of low order from another key, though no key opens it."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        raise SealRefused("the stanza holds a share of low order", reason="stanza") from error


def _must(holds: bool) -> None:  # noqa: FBT001 an assertion that survives -O
    if not holds:
        raise SealRefused("the stanza is malformed", reason="stanza")
