"""Padme padding: sizes leak O(log log n) bits. Source: docs/spec/envelope.md section 2."""

from server.crypto.errors import Refusal


def padme(size: int) -> int:
    """The padded size of `size` bytes."""
    if size < 2:  # noqa: PLR2004 the logarithm of the logarithm starts at 2
        return size
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def pad(content: bytes) -> bytes:
    """Append zero bytes up to Padme."""
    return content.ljust(padme(len(content)), b"\x00")


def unpad(padded: bytes, size: int) -> bytes:
    """Cut to `size` bytes.

    Raises:
        Refusal: object-malformed, when the padding is not exactly Padme's zero bytes.
    """
    if size < 0 or len(padded) != padme(size) or padded[size:].strip(b"\x00"):
        raise Refusal("object-malformed")
    return padded[:size]
