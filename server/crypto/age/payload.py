"""The content of an age v1 file: STREAM with ChaCha20-Poly1305. Source: c2sp.org/age, "Payload".

Chunks of 64 KiB, each under a counter and a flag that says whether it is the last; one chunk is
held at a time.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from server.crypto.age.header import derive
from server.crypto.age.source import Source
from server.crypto.errors import SealRefused

NONCE: Final = 16
TAG: Final = 16
CHUNK: Final = 64 * 1024


def seal_payload(file_key: bytes, content: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the nonce, then the sealed chunks of `content`, whose pieces may have any size."""
    nonce = os.urandom(NONCE)
    yield nonce
    cipher, source = _cipher(file_key, nonce), Source(content)
    counter, last = 0, False
    while not last:
        chunk = source.take(CHUNK)
        last = source.ended()
        yield cipher.encrypt(_nonce(counter, last=last), chunk, None)
        counter += 1


def read_nonce(source: Source) -> bytes:
    """Read the 16 bytes that stand between header and chunks.

    Raises:
        SealRefused: header, if there are fewer.
    """
    nonce = source.take(NONCE)
    if len(nonce) != NONCE:
        raise SealRefused("the file ends before its content", reason="header")
    return nonce


def open_payload(file_key: bytes, nonce: bytes, source: Source) -> Iterator[bytes]:
    """Yield the content of each chunk once it has verified.

    What was yielded is authentic but may be cut, until the iterator ends without an error.

    Raises:
        SealRefused: payload, truncated.
    """
    cipher = _cipher(file_key, nonce)
    counter, last = 0, False
    while not last:
        sealed = source.take(CHUNK + TAG)
        _check_length(len(sealed), first=counter == 0)
        content, last = _open_chunk(cipher, counter, sealed)
        yield content
        counter += 1
    if not source.ended():
        raise SealRefused("there is something after the content", reason="payload")


def _check_length(length: int, *, first: bool) -> None:
    if length < TAG:
        raise SealRefused("the content was cut", reason="truncated")
    if length == TAG and not first:
        raise SealRefused("the last chunk is empty", reason="payload")


def _open_chunk(cipher: ChaCha20Poly1305, counter: int, sealed: bytes) -> tuple[bytes, bool]:
    """Return the content and whether the chunk is the last; only the last may be shorter."""
    full = len(sealed) == CHUNK + TAG
    content = _open(cipher, counter, sealed, last=not full)
    if content is not None:
        return content, not full
    content = _open(cipher, counter, sealed, last=full)
    if content is None:
        raise SealRefused("the content was changed or cut", reason="payload")
    if not full:
        raise SealRefused("the content was cut", reason="truncated")
    return content, True


def _open(cipher: ChaCha20Poly1305, counter: int, sealed: bytes, *, last: bool) -> bytes | None:
    try:
        return cipher.decrypt(_nonce(counter, last=last), sealed, None)
    except InvalidTag:
        return None


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(file_key, nonce, b"payload"))


def _nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes([last])
