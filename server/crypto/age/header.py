"""The header of an age v1 file: version, stanzas, MAC. Source: c2sp.org/age, "Header".

Parsing is strict, so what was parsed is what was written: the MAC is taken over the bytes as they
came, and there is one spelling of each header.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.crypto.age.source import Source
from server.crypto.errors import SealRefused

FILE_KEY: Final = 16
MAX_HEADER: Final = 64 * 1024
"""Bytes of the largest header that is read: some 40 post-quantum stanzas. Ours have one, 1627."""

_VERSION: Final = b"age-encryption.org/v1\n"
_ARROW: Final = b"-> "
_END: Final = b"---"
_COLUMNS: Final = 64
_ARGUMENTS: Final = re.compile(rb"[!-~]+(?: [!-~]+)*")
_MAC: Final = 32


@dataclass(frozen=True, slots=True, repr=False)
class Stanza:
    """One way to the file key: a type with its arguments (at least the type), and a body."""

    args: tuple[str, ...]
    body: bytes

    @property
    def type(self) -> str:
        """Such as `mlkem768x25519`."""
        return self.args[0]


@dataclass(frozen=True, slots=True, repr=False)
class Header:
    """A header that is well formed; whether it is genuine, `verify` says.

    `signed` are its bytes up to and with the three hyphens; `mac` are the 32 bytes after them.
    """

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes

    def verify(self, file_key: bytes) -> None:
        """Compare the MAC in constant time.

        Raises:
            SealRefused: mac.
        """
        if not hmac.compare_digest(_mac(file_key, self.signed), self.mac):
            raise SealRefused("the header was changed", reason="mac")


def read_header(source: Source, limit: int = MAX_HEADER) -> Header:
    """Read a header of at most `limit` bytes, and nothing after it.

    Raises:
        SealRefused: header, too-large.
    """
    first = source.take(len(_VERSION))
    if first != _VERSION:
        raise SealRefused("not an age v1 file", reason="header")
    lines = [first]
    left = limit - len(first)
    while not lines[-1].startswith(_END):
        lines.append(source.line(left))
        left -= len(lines[-1])
    return _parse(lines)


def write_header(file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    """Write a header with its MAC, to its last line feed."""
    lines = [_VERSION[:-1]]
    for stanza in stanzas:
        lines.append(_ARROW + " ".join(stanza.args).encode("ascii"))
        body = b64(stanza.body)
        # A body that fills its last line is followed by an empty one: a short line ends it.
        lines.extend(body[at : at + _COLUMNS] for at in range(0, len(body) + 1, _COLUMNS))
    signed = b"\n".join([*lines, _END])
    return signed + b" " + b64(_mac(file_key, signed)) + b"\n"


def derive(key: bytes, salt: bytes | None, info: bytes) -> bytes:
    """HKDF-SHA256 to 32 bytes."""
    return HKDF(SHA256(), 32, salt, info).derive(key)


def b64(data: bytes) -> bytes:
    """Base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def unb64(text: bytes) -> bytes:
    """Decode base64 without padding, in its one canonical spelling.

    Raises:
        SealRefused: header.
    """
    try:
        data = binascii.a2b_base64(text + b"=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise SealRefused("the header is malformed", reason="header") from error
    _must(b64(data) == text)
    return data


def _parse(lines: list[bytes]) -> Header:
    *rest, last = lines
    end, _, mac = last[:-1].partition(b" ")
    unpacked = unb64(mac)
    _must(end == _END and len(unpacked) == _MAC and len(rest) > 1)
    unread = iter([line[:-1] for line in rest[1:]])
    stanzas = tuple(_stanza(first, unread) for first in unread)
    return Header(stanzas, b"".join(rest) + _END, unpacked)


def _stanza(first: bytes, unread: Iterator[bytes]) -> Stanza:
    arguments = first.removeprefix(_ARROW)
    _must(first.startswith(_ARROW) and _ARGUMENTS.fullmatch(arguments) is not None)
    return Stanza(tuple(arguments.decode("ascii").split(" ")), _body(unread))


def _body(unread: Iterator[bytes]) -> bytes:
    text = bytearray()
    for line in unread:
        text += line
        if len(line) < _COLUMNS:
            return unb64(bytes(text))
        _must(len(line) == _COLUMNS)
    raise SealRefused("a stanza has no end", reason="header")


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(derive(file_key, None, b"header"), signed, hashlib.sha256)


def _must(holds: bool) -> None:  # noqa: FBT001 an assertion that survives -O
    if not holds:
        raise SealRefused("the header is malformed", reason="header")
