"""What messages need from outside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import BinaryIO, Final, Protocol, TypeAlias

from server.base.mail import Brand

Party: TypeAlias = tuple[str, str]  # address and name
FOR_ALL: Final = "all"
FOR_SOME: Final = "some"
GIVEN: Final = "given"
WAITS: Final = frozenset({"", FOR_ALL, FOR_SOME, GIVEN})


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
    """Microsoft 365 refused it for good. `reason` is its error code, such as ErrorSendAsDenied.

    `of_mail`: for what this mail or its reader is, so the mailbox may send another.
    """

    def __init__(self, reason: str, *, of_mail: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.of_mail = of_mail


class ConsentMissing(Exception):
    """The firm has not consented to what we ask of Entra: its administrator must, nobody else can."""


class OutcomeUnknown(Exception):
    """The request left and no answer came: it may have been sent, so it is not sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The notification of one message. It names the message, never a hidden reader, and nothing of it.

    `to`, `cc` and `hidden` are (address, name) pairs; `subject` is the public one, maybe empty.
    `message_id` and `references` (oldest first) are Message-IDs of RFC 5322 without brackets.
    `is_answer`: it answers another message. `reply_to` is set where it goes out from the firm's
    system mailbox, for a client: the person of the firm whom an ordinary reply reaches. With
    `recalled_at` it says that the letter was recalled then. `is_mail`: the sender has not written
    it, but sealed a mail into the record. `waits` is one of WAITS: for whose keys the letter waits,
    or that it was given to the one reader of this notice.
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
    recalled_at: datetime | None = None
    is_mail: bool = False
    waits: str = ""


class SendingRights(Protocol):
    """Where the right to send in a person's name comes from."""

    def authorise(self, *, tenant_id: str, person_id: str, assertion: str) -> None:
        """Get the right to send for this person, and keep it for the worker.

        Raises:
            SignInAgain: The pane must sign the person in again first.
            ConsentMissing: The firm's consent is missing.
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
    """Sends a notification from the firm's system mailbox, for a client who answers.

    `keeps_sent`: what it sends stands in that mailbox's Sent Items.
    """

    keeps_sent: bool

    def send_reply_notice(self, *, tenant_id: str, notice: Notice) -> Mapping[str, str]:
        """Send it.

        Returns:
            Addresses for which alone it was refused for good, each with the reason.

        Raises:
            MailboxAway: Not taken; try again.
            MailboxRefused: Not taken, and never will be.
            OutcomeUnknown: Maybe taken; do not send again.
        """


class SignInMail(Protocol):
    """Asks somebody of the firm, from the system mailbox, to sign in."""

    def send_sign_in(self, *, tenant_id: str, brand: Brand, to: Party, held: int) -> None:
        """Say that so many letters wait for her sign-in.

        Raises:
            MailboxAway: Not taken; try again.
            MailboxRefused: Not taken, and never will be.
            OutcomeUnknown: Maybe taken.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose mailbox is read: a person's with her own right, or the firm's (`person_id` None)."""

    tenant_id: str
    person_id: str | None
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A notice that may have left: what marks it, and what it looks like without its mark.

    `message_id` without brackets; `addresses` its To and Cc in small letters; an empty `subject` is
    any.
    """

    delivery_id: str
    message_id: str
    subject: str
    addresses: frozenset[str]


class Found(Enum):
    """What a look into a mailbox showed: the notice, something like it without its mark, nothing."""

    THERE = "there"
    DOUBTFUL = "doubtful"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Mail that came back. `named` are Message-IDs without brackets that the report names.

    `failures` are (address in small letters, status such as 5.1.1), empty where the report could
    not be read whole; `seen` its time of arrival in milliseconds since 1970.
    """

    id: str
    named: Sequence[str]
    delivery_id: str
    failures: Sequence[tuple[str, str]]
    seen: int


class MailboxReader(Protocol):
    """Looks into mailboxes, where the firm has granted Mail.ReadBasic or more."""

    def look(self, owner: Owner, sought: Sought, *, since: datetime) -> Found:
        """Look for a notice among what was made in this mailbox since then.

        Raises:
            SignInAgain: The kept right is gone.
            MailboxRefused: We may not look.
            MailboxAway: Try again.
        """

    def reports(self, owner: Owner, *, since: datetime) -> Sequence[Report]:
        """Reports of undelivered mail that arrived since then, oldest first.

        Raises:
            SignInAgain: The kept right is gone.
            MailboxRefused: We may not look.
            MailboxAway: Try again.
        """


class BlobsAway(Exception):
    """The place where large ciphertext is kept does not answer, is full, or refuses us."""


class Blobs(Protocol):
    """Keeps large ciphertext."""

    def put(self, key: str, file: BinaryIO) -> None:
        """Keep the whole of `file` under a new key, durably. The same bytes again are fine.

        Raises:
            BlobsAway: Nothing was kept.
        """

    def get(self, key: str) -> Iterator[bytes]:
        """What is kept under `key`, in pieces.

        Raises:
            FileNotFoundError: Nothing is.
            BlobsAway: It cannot be had now; also in the middle.
        """

    def has(self, key: str) -> bool:
        """Whether something is kept under `key`.

        Raises:
            BlobsAway: It cannot be told now.
        """

    def delete(self, keys: Sequence[str]) -> None:
        """Forget these. What is not there is forgotten already; what stays now is swept later."""

    def older(self, prefix: str, *, than_s: float) -> Iterator[Sequence[str]]:
        """Keys under a prefix that were put longer ago, some at a time.

        Raises:
            BlobsAway: They cannot be told now; also in the middle.
        """

    def tidy(self, prefix: str, *, than_s: float) -> int:
        """Take away what was half-written under a prefix longer ago. Returns how many."""
