"""age v1 files with one mlkem768x25519 stanza each: what an envelope and an object are.

Source: the age v1 specification at c2sp.org/age. Everything else that age allows (several
stanzas, other recipients, armor) is refused here; docs/spec/envelope.md section 1 says why.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.crypto.errors import SealRefused
from server.crypto.identity import Identity, Recipient

_SUITE: Final = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO: Final = b"age-encryption.org/mlkem768x25519"
_VERSION: Final = b"age-encryption.org/v1\n"
_STANZA: Final = b"-> mlkem768x25519 "
_ENCAPSULATED: Final = 1120
_FILE_KEY: Final = 16
_NONCE: Final = 16
_TAG: Final = 16
_CHUNK: Final = 64 * 1024


def encrypt(recipient: Recipient, content: bytes) -> bytes:
    """Encrypt to one recipient. Returns the whole file: about 1,660 bytes more than `content`."""
    file_key = os.urandom(_FILE_KEY)
    sealed = _SUITE.encrypt(file_key, recipient.public_key(), _INFO)
    share, body = sealed[:_ENCAPSULATED], sealed[_ENCAPSULATED:]
    header = _VERSION + _STANZA + _b64(share) + b"\n" + _b64(body) + b"\n---"
    nonce = os.urandom(_NONCE)
    cipher = ChaCha20Poly1305(_derive(file_key, nonce, b"payload"))
    chunks = (cipher.encrypt(n, chunk, None) for n, chunk in _chunks(content, _CHUNK))
    return header + b" " + _b64(_mac(file_key, header)) + b"\n" + nonce + b"".join(chunks)


def decrypt(identity: Identity, file: bytes) -> bytes:
    """Decrypt a file that `encrypt` or another age implementation made to this identity alone.

    Raises:
        SealRefused: Not an age file, other stanzas, another key, or changed in any byte.
    """
    lines = file.split(b"\n", 4)
    if len(lines) != 5 or lines[0] + b"\n" != _VERSION or not lines[1].startswith(_STANZA):  # noqa: PLR2004 five lines: the whole header and the payload
        raise SealRefused("not an age file with one mlkem768x25519 stanza")
    share, body = _unb64(lines[1][len(_STANZA) :]), _unb64(lines[2])
    head, _, mac = lines[3].partition(b" ")
    if head != b"---" or len(share) != _ENCAPSULATED or len(body) != _FILE_KEY + _TAG:
        raise SealRefused("the header is malformed")
    header = b"\n".join(lines[:3]) + b"\n---"
    try:
        file_key = _SUITE.decrypt(share + body, identity.private_key(), _INFO)
    except (InvalidTag, ValueError) as error:
        raise SealRefused("the file is not for this key") from error
    if not hmac.compare_digest(_mac(file_key, header), _unb64(mac)):
        raise SealRefused("the header was changed")
    return _open_payload(file_key, lines[4])


def _open_payload(file_key: bytes, payload: bytes) -> bytes:
    nonce, sealed = payload[:_NONCE], payload[_NONCE:]
    cipher = ChaCha20Poly1305(_derive(file_key, nonce, b"payload"))
    out: list[bytes] = []
    try:
        out.extend(cipher.decrypt(n, chunk, None) for n, chunk in _chunks(sealed, _CHUNK + _TAG))
    except (InvalidTag, ValueError) as error:
        raise SealRefused("the content was changed or cut") from error
    if len(nonce) != _NONCE or (len(out) > 1 and not out[-1]):
        raise SealRefused("the content was cut")
    return b"".join(out)


def _chunks(data: bytes, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield (STREAM nonce, chunk): an 11-byte counter and the last-chunk flag."""
    count = max(1, -(-len(data) // size))
    for i in range(count):
        last = b"\x01" if i == count - 1 else b"\x00"
        yield i.to_bytes(11, "big") + last, data[i * size : (i + 1) * size]


def _derive(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(key)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derive(file_key, None, b"header"), header, hashlib.sha256)


def _b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unb64(text: bytes) -> bytes:
    try:
        data = base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError as error:
        raise SealRefused("the header is malformed") from error
    if _b64(data) != text:
        raise SealRefused("the header is malformed")
    return data
