"""What a firm's first run needs from outside."""

from datetime import datetime
from typing import Protocol

from server.base.mail import Brand


class TrialFailed(Exception):
    """The trial mail was not taken. `reason` is a word or a code, never a server's own sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TrialMail(Protocol):
    """Sends one mail from the firm's system mailbox to its admin."""

    def send_trial(self, *, tenant_id: str, brand: Brand, to: str, asked_at: datetime) -> None:
        """Send it, once.

        Raises:
            TrialFailed: It was not taken, or nobody knows ("unknown").
        """
