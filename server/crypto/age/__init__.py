"""age v1 files with one mlkem768x25519 stanza each: what an envelope and an object are.

Source: the age v1 specification at c2sp.org/age. Everything else that age allows (several
stanzas, other recipients, armor) is refused here; docs/spec/objects.md section 1 says why. Who
needs another kind of stanza passes its own unwrapper to `reader.open_file`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from server.crypto.age import stanza
from server.crypto.age.payload import CHUNK, NONCE, TAG
from server.crypto.age.reader import open_file, seal_file
from server.crypto.identity import Identity, Recipient

__all__ = ["decrypt", "decrypt_stream", "encrypt", "encrypt_stream", "encrypted_length"]

_HEADER: Final = 1627


def encrypt(recipient: Recipient, content: bytes) -> bytes:
    """Encrypt to one recipient. Returns the whole file, `encrypted_length` bytes.

    Raises:
        MalformedKey: The recipient is no valid encapsulation key.
    """
    return b"".join(encrypt_stream(recipient, _pieces(content)))


def decrypt(identity: Identity, file: bytes) -> bytes:
    """Decrypt a file that `encrypt` or another age implementation made to this identity alone.

    Raises:
        SealRefused: Not an age file, other stanzas, another key, or changed in any byte; its
            `reason` says which.
    """
    return b"".join(decrypt_stream(identity, _pieces(file)))


def encrypt_stream(recipient: Recipient, content: Iterable[bytes]) -> Iterator[bytes]:
    """Encrypt to one recipient, piece by piece; memory stays flat whatever the length.

    `content` is in pieces of any size, such as an open file's, and read as the result is.

    Raises:
        MalformedKey: At once, before anything is read.
    """
    return seal_file(lambda file_key: [stanza.wrap(recipient, file_key)], content)


def decrypt_stream(identity: Identity, file: Iterable[bytes]) -> Iterator[bytes]:
    """Decrypt piece by piece; memory stays flat whatever the length.

    `file` is in pieces of any size; its header is read at once, the rest as the result is. Yields
    chunks of at most 64 KiB, each authentic. Only when they end without an error is the content
    whole, so release nothing before.

    Raises:
        SealRefused: At once for a wrong header or key; while iterating for `payload` (changed)
            and `truncated`.
    """
    return open_file(stanza.only(identity), file)


def encrypted_length(content_length: int) -> int:
    """The length in bytes of the file that `encrypt` makes of so many bytes."""
    chunks = max(1, -(-content_length // CHUNK))
    return _HEADER + NONCE + content_length + chunks * TAG


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
