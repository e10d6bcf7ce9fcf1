"""What messages need from outside."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol, TypeAlias

from server.base.mail import Brand

Party: TypeAlias = tuple[str, str]  # address and name


class SignInAgain(Exception):
    """Entra wants to see the sender first. `claims` goes to the pane's MSAL as it is."""

    def __init__(self, claims: str | None) -> None:
        super().__init__("Entra asks for a new sign-in")
        self.claims = claims


class MailboxAway(Exception):
    """Microsoft 365 did not take it, and nothing was sent. `after_ms`: when to try again."""

    def __init__(self, after_ms: int | None = None) -> None:
        super().__init__("Microsoft 365 did not take it")
        self.after_ms = after_ms


class MailboxRefused(Exception):
    """Microsoft 365 refused it for good. `reason` is its error code, such as ErrorSendAsDenied."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutcomeUnknown(Exception):
    """The request left and no answer came: it may have been sent, so it is not sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notification of one message. It names the message, never a hidden reader, and nothing of it.

    `to`, `cc` and `hidden` are (address, name) pairs; `subject` is the public one, maybe empty.
    `message_id` and `references` (oldest first) are Message-IDs of RFC 5322 without brackets.
    `is_answer`: it answers another message. `reply_to` is set where it goes out from the firm's
    system mailbox, for a client: the person of the firm whom an ordinary reply reaches.
    """

    brand: Brand
    sender_address: str
    sender_name: str
    to: Sequence[Party]
    cc: Sequence[Party]
    hidden: Sequence[Party] = ()
    subject: str
    sent_at: datetime
    url: str
    delivery_id: str
    message_id: str
    references: Sequence[str] = ()
    is_answer: bool = False
    reply_to: Party | None = None


class SendingRights(Protocol):
    """Where the right to send in a person's name comes from."""

    def authorise(self, *, tenant_id: str, person_id: str, assertion: str) -> None:
        """Get the right to send for this person, and keep it for the worker.

        Raises:
            SignInAgain: The pane must sign the person in again first.
            MailboxAway: Entra does not answer.
        """

    def close(self) -> None:
        """Give back what is held open."""


class SenderMailbox(Protocol):
    """Sends a notification as the sender, through the sender's own mailbox."""

    def send_notice(self, *, tenant_id: str, person_id: str, notice: Notice) -> None:
        """Send it: one item in the sender's Sent Items.

        Raises:
            SignInAgain: The kept right is gone; the person must sign in.
            MailboxAway: Not taken; try again.
            MailboxRefused: Not taken, and never will be.
            OutcomeUnknown: Maybe taken; do not send again.
        """

    def close(self) -> None:
        """Give back what is held open."""


class SystemMailbox(Protocol):
    """Sends a notification from the firm's system mailbox, for a client who answers."""

    def send_reply_notice(self, *, tenant_id: str, notice: Notice) -> None:
        """Send it.

        Raises:
            MailboxAway: Not taken; try again.
            MailboxRefused: Not taken, and never will be.
            OutcomeUnknown: Maybe taken; do not send again.
        """


class Blobs(Protocol):
    """Keeps large ciphertext."""

    def put(self, key: str, file: BinaryIO) -> None:
        """Keep the whole of `file` under a new key, durably. The same bytes again are fine."""

    def get(self, key: str) -> Iterator[bytes]:
        """What is kept under `key`, in pieces.

        Raises:
            FileNotFoundError: Nothing is.
        """

    def delete(self, keys: Sequence[str]) -> None:
        """Forget these. What is not there is forgotten already."""
