"""The states of a notice: queued, sending, sent; held, unconfirmed, failed; bounced for one reader.

Each step names the states it may begin in, so two workers, a sender who answers and a look into
Sent Items cannot undo each other. Source: architecture 4.5 and 4.6, docs/guides/delivery.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.database import Database, now_ms
from server.base.errors import Conflict
from server.base.events import append_event, count_events, which_happened
from server.base.outbox import enqueue, set_aside
from server.base.vault import Vault
from server.events import service as events
from server.events.service import (
    BOUNCED,
    CANCELLED,
    FAILED,
    HELD,
    QUEUED,
    REPORTED,
    SENDING,
    SENT,
    UNCONFIRMED,
    Delivery,
)
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import ConsentMissing, MailboxAway, SendingRights, SignInAgain
from server.messages.service import NOTICE, own_message, subject_place
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins import service as sign_ins

RESENT: Final = "resent"  # in a job's payload
CAME_BACK: Final = "came-back"  # too: who lets it go again wants it sent to whom it did not reach
LOOKING: Final = "looking"
NO_ANSWER: Final = "no-answer"
SIGN_IN: Final = "sign-in"
LOOK_MS: Final = (60_000, 540_000)  # after the try, and after that: filing a mail takes a while
SHOWN_MS: Final = 14 * 24 * 3_600_000
SAYS_SENT: Final = "sent"
SAYS_AGAIN: Final = "again"
SAYS_SEEN: Final = "seen"
_TROUBLED: Final = frozenset({HELD, UNCONFIRMED, FAILED, BOUNCED, REPORTED})


class NothingAsked(Conflict):
    """There is no doubt about this notice, so nothing was changed; fact `state`."""

    code = "nothing-asked"
    title = "There is nothing to answer"
    detail = "What became of this letter's notice is known. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Bounce:
    """A reader to whom the notice could not be delivered, and why, such as 5.1.1."""

    address: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a notice stands as a whole, for its sender."""

    state: str
    reason: str | None
    bounced: Sequence[Bounce] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """A letter whose notice needs its sender. `sealed_at` in milliseconds."""

    id: str
    subject: str
    sealed_at: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters that wait for their sender's sign-in; `claims` are for MSAL, if Entra named some."""

    count: int
    claims: str | None


def queue(
    connection: Connection, entry: store.Row, *, by_client: bool, resent: bool = False
) -> None:
    """Queue the notice of a message: from the sender's mailbox, for a client from the firm's.

    `resent`: by nobody's word, because two looks did not find it. That is done once.
    """
    firm_id, sender_id = entry["firm_id"], entry["sender_id"]
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.NOTICES,
        kind=NOTICE,
        payload={"message_id": entry["id"], **({RESENT: "1"} if resent else {})},
        mailbox=mailboxes.of_firm(firm_id) if by_client else mailboxes.of_person(sender_id),
    )


def move(
    connection: Connection,
    entry: store.Row,
    *,
    only: Collection[str],
    to: str,
    reason: str | None = None,
) -> bool:
    """Take a notice from one of these states to another. Returns whether it was in one.

    Its entry is locked before its deliveries, as everywhere, so that nobody waits for each other.
    """
    firm_id, message_id = entry["firm_id"], entry["id"]
    current = store.entry(connection, firm_id, message_id, lock=True)
    moved = events.mark(
        connection,
        firm_id=firm_id,
        about=message_id,
        kind=NOTICE,
        state=to,
        reason=reason,
        only=only,
    )
    if not moved:
        return False
    if to == SENT and current is not None and current["state"] == "sealed":
        store.update_entry(connection, message_id, {"state": "delivered"})
    append_event(
        connection,
        firm_id=firm_id,
        kind=f"notice.{to}",
        person_id=entry["sender_id"],
        about=message_id,
    )
    return True


def doubt(
    connection: Connection, firm: Firm, entry: store.Row, *, since: int, may_look: bool
) -> None:
    """Nobody knows whether a notice left at a try that began at `since`: look, or ask.

    `may_look`: it left through a mailbox that keeps what it sent, and was not sent again unasked
    before. A client cannot look into the firm's mailbox, so her answer's notice is for the
    administrator.
    """
    looks = firm.look_up and may_look
    reason = LOOKING if looks else NO_ANSWER
    if not move(connection, entry, only={SENDING}, to=UNCONFIRMED, reason=reason):
        return
    if looks:
        queue_look(connection, entry, since=since, number=0)
    else:
        ask_somebody(connection, entry)


def queue_look(connection: Connection, entry: store.Row, *, since: int, number: int) -> None:
    """Queue the first (0) look after the try at `since`, or the second (1), after the first."""
    now = now_ms(connection)
    due = (since if number == 0 else now) + LOOK_MS[number] - now
    firm_id, sender_id = entry["firm_id"], entry["sender_id"]
    by_client = people.kind_of(connection, sender_id) == "client"
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.CHORES,
        kind="look",
        payload={"message_id": entry["id"], "since": str(since), "number": str(number)},
        mailbox=mailboxes.of_firm(firm_id) if by_client else mailboxes.of_person(sender_id),
        after_ms=max(due, 0),
    )


def ask_somebody(connection: Connection, entry: store.Row) -> None:
    """Looking is not possible or told nothing: the sender is asked; for a client's, the admin."""
    firm_id = entry["firm_id"]
    store.entry(connection, firm_id, entry["id"], lock=True)
    events.mark(
        connection,
        firm_id=firm_id,
        about=entry["id"],
        kind=NOTICE,
        state=UNCONFIRMED,
        reason=NO_ANSWER,
        only={UNCONFIRMED},
    )
    tell_administrator(connection, entry, reason=UNCONFIRMED)


def refuse(connection: Connection, entry: store.Row, *, reason: str) -> None:
    """A notice was refused for good: its sender sees it; of a client's answer the firm hears too."""
    if move(connection, entry, only={SENDING}, to=FAILED, reason=reason):
        tell_administrator(connection, entry, reason=reason)


def tell_administrator(
    connection: Connection, entry: store.Row, *, reason: str, came_back: bool = False
) -> None:
    """Set a row aside for the administrator if a client wrote: nobody of the firm sees it else."""
    if people.kind_of(connection, entry["sender_id"]) != "client":
        return
    firm_id = entry["firm_id"]
    set_aside(
        connection,
        firm_id=firm_id,
        lane=mailboxes.NOTICES,
        kind=NOTICE,
        payload={"message_id": entry["id"], **({CAME_BACK: "1"} if came_back else {})},
        mailbox=mailboxes.of_firm(firm_id),
        reason=reason,
    )


def hold(connection: Connection, vault: Vault, entry: store.Row, *, claims: str | None) -> None:
    """A notice waits for its sender's sign-in; she is told by one mail, however many wait."""
    if not move(connection, entry, only={SENDING}, to=HELD, reason=SIGN_IN):
        return
    firm_id, sender_id = entry["firm_id"], entry["sender_id"]
    if claims is not None:
        sign_ins.keep_challenge(connection, vault, sender_id, claims)
    since = sign_ins.right_renewed(connection, sender_id)
    if count_events(
        connection, firm_id=firm_id, kind="sign-in.asked", about=sender_id, since=since
    ):
        return
    append_event(
        connection, firm_id=firm_id, kind="sign-in.asked", person_id=sender_id, about=sender_id
    )
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.NOTICES,
        kind="sign-in",
        payload={"person_id": sender_id},
        mailbox=mailboxes.of_firm(firm_id),
    )


def resume(connection: Connection, *, firm: Firm, sender: Person) -> int:
    """Queue again the notices that waited for this sender's sign-in. Returns how many.

    The caller has just got the right to send for her, and commits.
    """
    count = 0
    for entry in held_of(connection, firm, sender):
        if move(connection, entry, only={HELD}, to=QUEUED):
            queue(connection, entry, by_client=False)
            count += 1
    return count


def sign_in(
    database: Database, rights: SendingRights, *, firm: Firm, person: Person, assertion: str
) -> Waiting | None:
    """What a sender's sign-in sets going: notices that waited for it. None when none waits on."""
    with database.read() as connection:
        count = len(held_of(connection, firm, person))
    if not count:
        return None
    try:
        rights.authorise(tenant_id=firm.tenant_id, person_id=person.id, assertion=assertion)
    except SignInAgain as challenge:
        return Waiting(count, challenge.claims)
    except (ConsentMissing, MailboxAway):
        return Waiting(count, None)
    with database.write() as connection:
        resume(connection, firm=firm, sender=person)
    return None


def held_of(connection: Connection, firm: Firm, sender: Person) -> list[store.Row]:
    """A sender's messages whose notices wait for her sign-in."""
    held = events.in_states(connection, firm_id=firm.id, kind=NOTICE, states={HELD}, since=0)
    found = store.entries_of(connection, firm.id, sender.id, held)
    return sorted(found, key=lambda entry: str(entry["id"]))  # one order of locks for everybody


def answer(
    connection: Connection, *, firm: Firm, sender: Person, message_id: str, says: str
) -> Standing:
    """The sender says what became of a notice: "sent", "again", or "seen" what it told.

    Safe to repeat: what is settled stays as it is.

    Raises:
        NotFound: Not this sender's message.
        NothingAsked: The notice is on its way, or was never in doubt.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    before = standing(connection, firm.id, message_id)
    if says == SAYS_SENT:
        allowed = move(connection, entry, only={UNCONFIRMED}, to=SENT) or before.state == SENT
    elif says == SAYS_AGAIN:
        again = move(connection, entry, only={UNCONFIRMED, FAILED}, to=QUEUED)
        if again:
            queue(connection, entry, by_client=False)
        allowed = again or before.state in {QUEUED, SENT}
    else:
        allowed = before.state in {FAILED, BOUNCED, REPORTED}
        if allowed:
            append_event(
                connection,
                firm_id=firm.id,
                kind="notice.seen",
                person_id=sender.id,
                about=message_id,
            )
    if not allowed:
        raise NothingAsked(state=before.state)
    return standing(connection, firm.id, message_id)


def standing(
    connection: Connection, firm_id: str, message_id: str, vault: Vault | None = None
) -> Standing:
    """How the notice of a message stands; with `vault`, who of its readers did not get it."""
    deliveries = events.of(connection, firm_id=firm_id, about=message_id, kind=NOTICE)
    bounced = [
        Bounce(people.get(connection, vault, one.person_id).address, one.reason)
        for one in deliveries
        if vault is not None and one.state == BOUNCED
    ]
    return Standing(_weakest(deliveries), _reason(deliveries), bounced)


def troubles(connection: Connection, vault: Vault, *, firm: Firm, sender: Person) -> list[Trouble]:
    """A sender's letters of the last 14 days that need her, or wait for her, newest first."""
    since = now_ms(connection) - SHOWN_MS
    about = events.in_states(
        connection, firm_id=firm.id, kind=NOTICE, states=_TROUBLED, since=since
    )
    entries = store.entries_of(connection, firm.id, sender.id, about)
    seen = which_happened(
        connection,
        firm_id=firm.id,
        kind="notice.seen",
        person_id=sender.id,
        about=[entry["id"] for entry in entries],
    )
    found = [
        Trouble(
            id=entry["id"],
            subject=vault.unseal_text(subject_place(firm.id, entry["id"]), entry["subject_sealed"]),
            sealed_at=entry["sealed_at"],
            standing=standing(connection, firm.id, entry["id"], vault),
        )
        for entry in entries
        if entry["id"] not in seen
    ]
    return sorted(found, key=lambda one: -one.sealed_at)


def _weakest(deliveries: Sequence[Delivery]) -> str:
    order = (FAILED, UNCONFIRMED, HELD, QUEUED, BOUNCED, REPORTED, CANCELLED)
    states = {delivery.state for delivery in deliveries}
    if not states:
        return "none"
    if SENDING in states:
        return QUEUED
    return next((state for state in order if state in states), SENT)


def _reason(deliveries: Sequence[Delivery]) -> str | None:
    weakest = _weakest(deliveries)
    found = [one for one in deliveries if one.state == weakest] or deliveries
    return next((delivery.reason for delivery in found if delivery.reason), None)
