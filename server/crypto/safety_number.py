"""Safety numbers: what two people compare to know that they use the same keys.

Source: docs/spec/safety-number.md. Browsers make them; this is for vectors and audits.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from server.crypto.encoding import canonical

ROUNDS: Final = 5200
_DOMAIN: Final = b"letterlock/safety-number/v1\x00"
_GROUPS: Final = 6
_GROUP_BYTES: Final = 5
_GROUP_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two: fingerprint of the recipient, and the Ed25519 public key, base64url both."""

    address: str
    key: str
    signing_key: str


def safety_number(one: Party, other: Party) -> str:
    """The 60 digits of two parties, the same for both.

    Raises:
        ValueError: They are the same party.
    """
    halves = sorted((_half(one), _half(other)))
    if halves[0] == halves[1]:
        raise ValueError("nobody compares with herself")
    return "".join(halves)


def _half(party: Party) -> str:
    text = canonical(
        {"address": party.address, "key": party.key, "signing_key": party.signing_key, "v": 1}
    ).encode()
    digest = hashlib.sha512(_DOMAIN + text).digest()
    for _ in range(ROUNDS):
        digest = hashlib.sha512(digest + text).digest()
    groups = (
        int.from_bytes(digest[at : at + _GROUP_BYTES]) % 10**_GROUP_DIGITS
        for at in range(0, _GROUPS * _GROUP_BYTES, _GROUP_BYTES)
    )
    return "".join(f"{group:0{_GROUP_DIGITS}}" for group in groups)
