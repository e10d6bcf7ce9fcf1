"""What waiting needs from outside: its mail to the sender."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeAlias

from server.base.mail import Brand

READY: Final = "ready"
EXPIRED: Final = "expired"

Party: TypeAlias = tuple[str, str]  # address and name


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNews:
    """What became of waiting letters of one sender.

    `what` is READY (the reader named first holds a key; `letters` wait for her, `url` is where they
    are given) or EXPIRED (the letter of `sent_at` has waited in vain for all of `readers`).
    """

    what: str
    readers: Sequence[str]
    letters: int
    url: str
    sent_at: datetime


class WaitingMail(Protocol):
    """Tells a sender, from the system's mailbox, what became of letters that wait."""

    def send_waiting(self, *, tenant_id: str, brand: Brand, to: Party, news: WaitingNews) -> None:
        """Send one mail. An unknown outcome is tried again: a second mail is harmless.

        Raises:
            MailAway: It was not taken; try again.
            MailRefused: It was not taken for this reader, and never will be.
        """
