"""Mail about a letter that was sent, to one reader at a time, from a colleague's own mailbox.

Two kinds: the notice once more (or the first, for a reader who was added), and that the letter was
recalled. A delivery is one row per reader and kind; another press queues it again. What may have
left is not sent again by itself: the sender sees it and may press.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.database import Database, now_ms
from server.base.errors import NotFound, TooMany
from server.base.events import append_event, count_events
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.events import service as events
from server.events.service import CANCELLED, FAILED, QUEUED, SENDING, SENT, UNCONFIRMED
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import SendingRights
from server.messages.sending.service import ask_for_right
from server.messages.service import (
    ADDRESSED,
    GRANTED,
    RECALLED,
    Recalled,
    own_message,
    own_row,
)
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

AGAIN: Final = "again"
RECALL: Final = "recall"
TOLD: Final = "notice.again"
APART_MS: Final = 600_000  # two presses for one reader; a notice takes a while to arrive
MOST_A_DAY: Final = 20  # of one letter
_DAY_MS: Final = 24 * 3_600_000
_MAY_GO: Final = frozenset({SENT, FAILED, UNCONFIRMED, QUEUED, CANCELLED, "bounced", "reported"})


def again(
    database: Database,
    vault: Vault,
    rights: SendingRights,
    *,
    firm: Firm,
    sender: Person,
    assertion: str | None,
    message_id: str,
    address: str,
) -> None:
    """Send the notice of a letter once more, to one of its readers: the same link.

    Raises:
        NotFound: Not this sender's letter, not sent, or no such reader of it.
        Recalled: It was recalled.
        WaitingOver: It waits for this reader's key no more, and she reads nothing of it.
        TooMany: This reader was told less than ten minutes ago, or the letter's readers 20 times today.
        SignInFirst, NoConsent, Away: As for sending.
    """
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        _reader(connection, vault, sender, entry=entry, address=address)
    ask_for_right(rights, firm=firm, sender=sender, assertion=assertion)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        reader = _reader(connection, vault, sender, entry=entry, address=address)
        limit(connection, entry, reader.id)
        queue(connection, entry, kind=AGAIN, person_ids=[reader.id], sender=sender)
        append_event(connection, firm_id=firm.id, kind=TOLD, person_id=sender.id, about=message_id)


def limit(connection: Connection, entry: store.Row, person_id: str) -> None:
    """How often readers of a letter may be told again.

    Raises:
        TooMany: Fact `retry_after`, in seconds.
    """
    firm_id, message_id, now = entry["firm_id"], entry["id"], now_ms(connection)
    planned = events.of(connection, firm_id=firm_id, about=message_id, kind=AGAIN)
    own = next((one for one in planned if one.person_id == person_id), None)
    if own is not None and own.state != FAILED and own.changed + APART_MS > now:
        raise TooMany(
            "This reader was told a moment ago. Nothing was sent; a mail may take ten minutes.",
            retry_after=max((own.changed + APART_MS - now) // 1000, 1),
        )
    told = count_events(
        connection, firm_id=firm_id, kind=TOLD, about=message_id, since=now - _DAY_MS
    )
    if told >= MOST_A_DAY:
        raise TooMany("This letter's readers were told often enough today. Nothing was sent.")


def queue(
    connection: Connection,
    entry: store.Row,
    *,
    kind: str,
    person_ids: Iterable[str],
    sender: Person,
) -> None:
    """Queue a mail of this kind to each of these readers, from the sender's mailbox."""
    firm_id, message_id, wanted = entry["firm_id"], entry["id"], set(person_ids)
    known = {
        one.person_id for one in events.of(connection, firm_id=firm_id, about=message_id, kind=kind)
    }
    events.plan(connection, firm_id=firm_id, about=message_id, kind=kind, person_ids=wanted - known)
    for person_id in sorted(wanted):
        events.mark(
            connection,
            firm_id=firm_id,
            about=message_id,
            kind=kind,
            state=QUEUED,
            only=_MAY_GO,
            person_id=person_id,
        )
        enqueue(
            connection,
            firm_id=firm_id,
            lane=mailboxes.NOTICES,
            kind=kind,
            payload={"message_id": message_id, "to": person_id, "from": sender.id},
            mailbox=mailboxes.of_person(sender.id),
        )


def cancel(connection: Connection, entry: store.Row) -> None:
    """What has not left yet does not leave."""
    events.mark(
        connection,
        firm_id=entry["firm_id"],
        about=entry["id"],
        kind=AGAIN,
        state=CANCELLED,
        only={QUEUED, FAILED},
    )


def move(
    connection: Connection,
    *,
    firm_id: str,
    message_id: str,
    kind: str,
    person_id: str,
    only: str,
    to: str,
    reason: str | None = None,
) -> bool:
    """Take one reader's mail from a state to another. Returns whether it was in it."""
    moved = events.mark(
        connection,
        firm_id=firm_id,
        about=message_id,
        kind=kind,
        state=to,
        reason=reason,
        only={only},
        person_id=person_id,
    )
    return bool(moved)


def give_up(
    connection: Connection, *, firm_id: str, message_id: str, kind: str, person_id: str
) -> None:
    """The outbox does not try it any more: its sender sees that. In doubt it stays in doubt."""
    for only, to, reason in (
        (QUEUED, FAILED, "gave-up"),
        (SENDING, UNCONFIRMED, "no-answer"),
    ):
        move(
            connection,
            firm_id=firm_id,
            message_id=message_id,
            kind=kind,
            person_id=person_id,
            only=only,
            to=to,
            reason=reason,
        )


def _reader(
    connection: Connection, vault: Vault, sender: Person, *, entry: store.Row, address: str
) -> Person:
    if entry["state"] == RECALLED:
        raise Recalled
    found = people.find(connection, vault, firm_id=sender.firm_id, address=address)
    row = found and own_row(store.readers_of(connection, entry["id"]), found)
    if (
        entry["state"] == "draft"
        or found is None
        or not row
        or row["role"] not in ADDRESSED | GRANTED
    ):
        raise NotFound
    if over := states.refusal(row, now_ms(connection)):
        raise over
    return found
