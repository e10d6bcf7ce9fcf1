"""Text forms of bytes and values: base64url, Bech32 and canonical JSON.

Sources: RFC 4648 section 5 (without padding), BIP 173 (without its length limit, as in age),
RFC 8785 with integers only (docs/spec/statement.md section 1).
"""

import base64
import binascii
import json
from functools import reduce
from operator import xor
from typing import Final, TypeAlias

from server.crypto.errors import MalformedKey, Refusal

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

_BECH32: Final = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BASE32: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"  # groups bits as Bech32 does (RFC 4648, 6)
_FIVE_BITS: Final = bytes(range(32))
_GENERATOR: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# What five bits that leave at the top add: a recipient has 1959 letters, and each takes one step.
_REMAINDERS: Final = tuple(
    reduce(xor, (each for i, each in enumerate(_GENERATOR) if top >> i & 1), 0) for top in range(32)
)
_CHECKSUM: Final = 6
_SAFE_INTEGER: Final = 2**53 - 1


def b64u(data: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64u(text: str) -> bytes:
    """Decode base64url without padding.

    Raises:
        ValueError: Padding, another alphabet, or trailing bits that are not zero.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if b64u(data) != text:
        raise ValueError("not canonical base64url")
    return data


def bech32_encode(prefix: str, data: bytes) -> str:
    """Encode as Bech32 of any length, in the case of `prefix`."""
    low = prefix.lower()
    values = base64.b32encode(data).rstrip(b"=").translate(bytes.maketrans(_BASE32, _FIVE_BITS))
    check = _polymod(_expand(low) + values + bytes(_CHECKSUM)) ^ 1
    values += bytes((check >> 5 * (5 - i)) & 31 for i in range(_CHECKSUM))
    text = low + "1" + values.translate(bytes.maketrans(_FIVE_BITS, _BECH32)).decode("ascii")
    return text if prefix == low else text.upper()


def bech32_decode(prefix: str, text: str) -> bytes:
    """Decode Bech32 with exactly this prefix, in its case.

    Raises:
        MalformedKey: Another prefix, mixed case, a wrong checksum or alphabet.
    """
    low = text.lower()
    head, _, tail = low.rpartition("1")
    if head != prefix.lower() or text != (low if prefix.islower() else low.upper()):
        raise MalformedKey(f"expected text that begins with {prefix}1")
    letters = tail.encode("ascii", "replace")
    values = letters.translate(bytes.maketrans(_BECH32, _FIVE_BITS))
    known = len(values) >= _CHECKSUM and not letters.translate(None, delete=_BECH32)
    if not known or _polymod(_expand(head) + values) != 1:
        raise MalformedKey("the checksum does not match")
    return _bytes_of(values[:-_CHECKSUM])


def canonical(value: Json) -> str:
    """Serialise as RFC 8785 JSON, integers only.

    Raises:
        Refusal: statement-malformed, for floats, integers beyond 2^53-1 and lone surrogates.
    """
    text = json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refusal("statement-malformed") from error
    return text


def parse_canonical(text: str) -> Json:
    """Parse canonical JSON, and refuse any text that `canonical` would not have written.

    Raises:
        Refusal: statement-malformed.
    """
    try:
        value: Json = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
        same = canonical(value) == text
    except (ValueError, RecursionError) as error:
        raise Refusal("statement-malformed") from error
    if not same:
        raise Refusal("statement-malformed")
    return value


def utf16(text: str) -> bytes:
    """What RFC 8785 sorts by: UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def _no_float(_: str) -> Json:
    raise Refusal("statement-malformed")


def _sorted(value: Json) -> Json:
    match value:
        case dict():
            keys = sorted(value, key=utf16)
            return {key: _sorted(value[key]) for key in keys}
        case list():
            return [_sorted(item) for item in value]
        case float():
            raise Refusal("statement-malformed")
        case int() if abs(value) > _SAFE_INTEGER:
            raise Refusal("statement-malformed")
        case _:
            return value


def _expand(prefix: str) -> bytes:
    return bytes([*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix)])


def _polymod(values: bytes) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _REMAINDERS[check >> 25]
    return check


def _bytes_of(values: bytes) -> bytes:
    letters = values.translate(bytes.maketrans(_FIVE_BITS, _BASE32))
    try:
        data = base64.b32decode(letters + b"=" * (-len(letters) % 8))
    except binascii.Error as error:
        raise MalformedKey("the last bits are not zero") from error
    if base64.b32encode(data).rstrip(b"=") != letters:
        raise MalformedKey("the last bits are not zero")
    return data
