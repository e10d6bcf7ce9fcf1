"""Mail addresses, parsed once at the edge. Matched by address, never by display name."""

import re
from collections.abc import Sequence
from typing import Final

from server.base.errors import Invalid

_ADDRESS: Final = re.compile(
    r"(?P<local>(?=.{1,64}@)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*)"
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


def masks(addresses: Sequence[str]) -> list[str]:
    """What a stranger may see: m···@client.example, with more letters where two would look alike."""
    unique = list(dict.fromkeys(addresses))
    shown = {address: _mask(address, 1) for address in unique}
    for letters in range(2, _LONGEST):
        twins = [address for address in unique if list(shown.values()).count(shown[address]) > 1]
        if not twins:
            break
        shown |= {address: _mask(address, letters) for address in twins}
    return [shown[address] for address in addresses]


def _mask(address: str, letters: int) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local[:letters]}···@{domain}"
