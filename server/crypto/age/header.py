"""The header of an age v1 file: version, stanzas, MAC. Source: c2sp.org/age, "Header".

Parsing is strict, so what was parsed is what was written: the MAC is taken over the bytes as they
came, and there is one spelling of each header.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.crypto.age.source import Source
from server.crypto.errors import SealRefused

FILE_KEY: Final = 16
MAX_HEADER: Final = 256 * 1024
"""Bytes of the largest header that is read: 160 post-quantum stanzas; production needs 1627."""

_VERSION: Final = b"age-encryption.org/v1"
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
    lines = _Lines(source, limit)
    _must(lines.next() == _VERSION)
    stanzas: list[Stanza] = []
    line = lines.next()
    while line.startswith(_ARROW):
        stanzas.append(_read_stanza(line, lines))
        line = lines.next()
    _must(bool(stanzas) and line.startswith(_END + b" "))
    mac = unb64(line[len(_END) + 1 :])
    _must(len(mac) == _MAC)
    return Header(tuple(stanzas), lines.read_before_last() + _END, mac)


def write_header(file_key: bytes, stanzas: Sequence[Stanza]) -> bytes:
    """Write a header with its MAC, to its last line feed."""
    lines = [_VERSION]
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


class _Lines:
    """The lines of a header, counted against its limit and kept for its MAC."""

    def __init__(self, source: Source, limit: int) -> None:
        self._source = source
        self._left = limit
        self._read: list[bytes] = []

    def next(self) -> bytes:
        line = self._source.line(self._left)
        self._left -= len(line) + 1
        self._read.append(line)
        return line

    def read_before_last(self) -> bytes:
        return b"".join(line + b"\n" for line in self._read[:-1])


def _read_stanza(first: bytes, lines: _Lines) -> Stanza:
    arguments = first[len(_ARROW) :]
    _must(_ARGUMENTS.fullmatch(arguments) is not None)
    body: list[bytes] = []
    while True:
        line = lines.next()
        _must(len(line) <= _COLUMNS)
        body.append(line)
        if len(line) < _COLUMNS:
            return Stanza(tuple(arguments.decode("ascii").split(" ")), unb64(b"".join(body)))


def _mac(file_key: bytes, signed: bytes) -> bytes:
    return hmac.digest(derive(file_key, None, b"header"), signed, hashlib.sha256)


def _must(holds: bool) -> None:  # noqa: FBT001 an assertion that survives -O
    if not holds:
        raise SealRefused("the header is malformed", reason="header")
