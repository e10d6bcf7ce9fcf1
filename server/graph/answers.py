"""What an HTTP answer of Microsoft's says beyond its body."""

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_CLAIMS: Final = re.compile(r'claims="([A-Za-z0-9+/=_-]+)"')


def retry_after_ms(value: str | None) -> int | None:
    """Retry-After, in milliseconds from now; None if there is none that can be read.

    Source: RFC 9110 section 10.2.3, seconds or a date.
    """
    if not value:
        return None
    if value.strip().isdigit():
        return int(value) * 1000
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0, int((until - datetime.now(UTC)).total_seconds() * 1000))


def claims_in(challenge: str | None) -> str | None:
    """The claims of a WWW-Authenticate header, as JSON text.

    Source: learn.microsoft.com/entra/identity-platform/claims-challenge.
    """
    found = _CLAIMS.search(challenge or "")
    if found is None:
        return None
    encoded = found[1].replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
