"""Bytes that arrive in pieces of any size, read by line and by length; memory stays flat."""

from collections.abc import Iterable
from typing import Final

from server.crypto.errors import SealRefused

_LF: Final = b"\n"


class Source:
    """Reads ahead by one piece at most, so a file in small pieces never lies here whole."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._buffer = bytearray()

    def line(self, limit: int) -> bytes:
        """The next line with its line feed.

        Args:
            limit: Length in bytes beyond which it is refused unread.

        Raises:
            SealRefused: too-large; header, if the bytes end before the line does.
        """
        searched = 0
        while (end := self._buffer.find(_LF, searched, limit)) < 0:
            searched = len(self._buffer)
            if searched >= limit:
                raise SealRefused("the header is larger than any reader needs", reason="too-large")
            if not self._fill(searched + 1):
                raise SealRefused("the file ends within its header", reason="header")
        return self.take(end + 1)

    def take(self, size: int) -> bytes:
        """The next `size` bytes, or fewer where the bytes end."""
        self._fill(size)
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken

    def ended(self) -> bool:
        """Whether no byte is left."""
        return not self._fill(1)

    def _fill(self, size: int) -> bool:
        buffer = self._buffer
        if len(buffer) >= size:
            return True
        for piece in self._pieces:
            buffer += piece
            if len(buffer) >= size:
                return True
        return False
