"""A strict reader of age's armor, which the product does not read. Source: c2sp.org/age."""

import base64
import re

BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----END AGE ENCRYPTED FILE-----"
COLUMNS = 64


class ArmorRefused(Exception):
    """The text is no armored file."""


def dearmor(text: bytes) -> bytes:
    """The file inside; white space may stand around the armor and nowhere in it."""
    lines = re.split(rb"\r?\n", text.strip(b" \t\r\n"))
    if lines[0] != BEGIN or lines[-1] != END or len(lines) < 2:
        raise ArmorRefused("its first or last line is missing")
    *full, last = lines[1:-1] or [b""]
    if any(len(line) != COLUMNS for line in full) or len(last) > COLUMNS:
        raise ArmorRefused("a line has another length")
    joined = b"".join([*full, last])
    try:
        file = base64.b64decode(joined, validate=True)
    except ValueError as error:
        raise ArmorRefused("not base64") from error
    if base64.b64encode(file) != joined or (full and not last):
        raise ArmorRefused("not canonical base64")
    return file
