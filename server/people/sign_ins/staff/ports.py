"""What a sign-in of staff at the portal needs from Microsoft."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from server.people.sign_ins.ports import StaffClaims


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A sign-in that was begun. No repr: `kept` holds the PKCE verifier.

    `address` is where the browser goes; `kept` is for `finish`, and for nobody else.
    """

    address: str
    kept: str


@dataclass(frozen=True, slots=True)
class Proved:
    """Who signed in; `at`: when she proved it to Microsoft, seconds, if Microsoft says so."""

    claims: StaffClaims
    at: int | None


class StaffDoor(Protocol):
    """Signs staff in by a page of Entra: authorization code with PKCE."""

    def open(self, *, tenant_id: str, redirect_uri: str, again: str | None) -> Opened:
        """Begin a sign-in; `again`: the address of whom Entra asks anew, whoever is signed in.

        Raises:
            Away: Entra does not answer.
        """

    def finish(self, *, tenant_id: str, kept: str, answer: Mapping[str, str]) -> Proved:
        """Redeem what Entra sent the browser back with.

        Raises:
            SignInRefused: Another state, a code that is not good, an ID token that is not for us.
            Away: Entra does not answer.
        """
