"""What people need from outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from server.base.mail import Brand

LETTER: Final = "letter"  # a code that opens a letter
PROOF: Final = "proof"  # a code that proves the mailbox before a key is changed
CLIENT_SESSION: Final = "client"  # by a code or a passkey
STAFF_SESSION: Final = "staff"  # by Entra, at the portal


class MailAway(Exception):
    """The mail was not taken. `after_ms`: when the other side said to try again."""

    def __init__(self, after_ms: int | None = None) -> None:
        super().__init__("the mail system did not take the mail")
        self.after_ms = after_ms


class MailRefused(Exception):
    """The mail was refused for good because of its reader; `reason` is a code. Others may go."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeMail(Protocol):
    """Sends a sign-in code from the system's mailbox."""

    def send_code(
        self,
        *,
        tenant_id: str,
        brand: Brand,
        to: str,
        code: str,
        asked_at: datetime,
        browser: str,
        expires_at: datetime,
        purpose: str,
    ) -> None:
        """Send one code, which says what it is for.

        Raises:
            MailAway: It was not taken; nothing was sent.
            MailRefused: It was not taken for this reader, and never will be.
        """


class TokenCaches(Protocol):
    """Keeps a person's serialised Entra token cache, encrypted at rest."""

    def load(self, person_id: str) -> str | None:
        """The cache, or None."""

    def save(self, person_id: str, cache: str) -> None:
        """Replace the cache. A challenge that was kept is met by that."""

    def challenge(self, person_id: str) -> str | None:
        """The claims that Microsoft asked of this person and has not had yet, or None."""


@dataclass(frozen=True, slots=True)
class StaffClaims:
    """What a checked Entra access token says. The address is in lower case."""

    tenant_id: str
    object_id: str
    address: str
    name: str


class StaffTokens(Protocol):
    """Checks Entra access tokens for our own scope."""

    def verify(self, token: str) -> StaffClaims:
        """What the token says.

        Raises:
            NotSignedIn: It is not a token for us: signature, algorithm, audience, issuer, time,
                scope or client is wrong.
            Away: Entra's keys cannot be fetched.
        """
