"""Mail addresses, parsed once at the edge. Matched by address, never by display name."""

import re
from typing import Final

from server.base.errors import Invalid

_ADDRESS: Final = re.compile(
    r"(?P<local>[^\s@\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64})"
    r"@(?P<domain>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63})"
)
_LONGEST: Final = 254


def parse_address(text: str) -> str:
    """The address in lower case, its domain in ASCII (IDNA).

    Raises:
        Invalid: It is no address that mail can be sent to (RFC 5321, without quoted forms).
    """
    local, _, domain = text.strip().lower().rpartition("@")
    try:
        candidate = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        candidate = ""
    if len(candidate) > _LONGEST or not _ADDRESS.fullmatch(candidate) or ".." in candidate:
        raise Invalid("This is not a mail address. It should look like maya@client.example.")
    return candidate


def mask(address: str) -> str:
    """What a stranger may see: m···@client.example."""
    local, _, domain = address.rpartition("@")
    return f"{local[0]}···@{domain}"
