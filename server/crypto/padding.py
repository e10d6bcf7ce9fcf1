"""Padme padding: sizes leak O(log log n) bits. Source: docs/spec/padding.md."""

from typing import Final

from server.crypto.errors import Refusal

LENGTHS: Final = range(2**53)


def padme(size: int) -> int:
    """The padded size of `size` bytes.

    Raises:
        Refusal: object-malformed, when size or result is no length below 2^53.
    """
    exponent = max(1, size.bit_length() - 1)
    step = 1 << (exponent - exponent.bit_length())
    padded = -(-size // step) * step
    if size not in LENGTHS or padded not in LENGTHS:
        raise Refusal("object-malformed")
    return padded


def pad(content: bytes) -> bytes:
    """Append zero bytes up to Padme."""
    return content.ljust(padme(len(content)), b"\x00")


def unpad(padded: bytes, size: int) -> bytes:
    """Cut to `size` bytes.

    Raises:
        Refusal: object-malformed, when the padding is not exactly Padme's zero bytes.
    """
    if len(padded) != padme(size) or padded[size:].strip(b"\x00"):
        raise Refusal("object-malformed")
    return padded[:size]
