"""What news need from outside: their mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from server.base.mail import Brand

SELF_HELD: Final = "self-held"
ADDED: Final = "added"
REMOVED: Final = "removed"
REPLACED: Final = "replaced"
ROTATED: Final = "rotated"
PAIRED: Final = "paired"
PANE_REMOVED: Final = "pane-removed"
WHAT: Final = frozenset({SELF_HELD, ADDED, REMOVED, REPLACED, ROTATED, PAIRED, PANE_REMOVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened, when, and in which browser (words; may be empty).

    `what` is one of WHAT. `thing` names what was added or removed, as in "a passkey", or the pane,
    as in "Outlook on the web", whose own browser `browser` then is if it was paired; `until` is when
    the last backup that holds the firm's copy of the key is gone.
    """

    what: str
    thing: str
    at: datetime
    browser: str
    until: datetime | None = None


class NewsMail(Protocol):
    """Tells somebody, from the system's mailbox, what was done to her own key."""

    def send_news(self, *, tenant_id: str, brand: Brand, to: str, news: News) -> None:
        """Send one mail. An unknown outcome is tried again: a second mail is harmless.

        Raises:
            MailAway: It was not taken; try again.
            MailRefused: It was not taken for this reader, and never will be.
        """
