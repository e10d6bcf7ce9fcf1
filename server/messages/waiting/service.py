"""Letters that wait for a key: begun when they are sent, listed for who gives them, ended.

The giving itself is a grant: messages/granting. Source: docs/spec/waiting.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.database import now_ms
from server.base.errors import Invalid, NotFound
from server.base.events import append_event
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto.statement import PENDING
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store as letters
from server.messages.service import (
    RECALLED,
    Recalled,
    StaleKeys,
    name_place,
    own_message,
    signed_with,
)
from server.messages.waiting import store
from server.messages.waiting.ports import EXPIRED, READY
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

MOST: Final = 50  # who wait, of one letter
LISTED: Final = 200
SHOWN_MS: Final = 14 * 24 * 3_600_000
KIND: Final = "waiting-mail"


class TooManyWaiting(Invalid):
    """More than fifty readers of a letter have no key of their own."""

    code = "too-many-waiting"
    title = "Too many readers would wait"
    detail = "A letter waits for fifty readers at most. Nothing was sent; send it to fewer, or protected."


@dataclass(frozen=True, slots=True)
class Wait:
    """One reader for whom a letter waits, or has waited. Times in milliseconds.

    `state`: waiting, ready (`key` is the fingerprint of the key that she holds), key-replaced (the
    sender has another key than the letter was signed with, so it cannot be given), cancelled, expired.
    """

    message_id: str
    address: str
    name: str
    role: str
    sent_at: int
    until: int
    state: str
    key: str | None


def require_none_ready(connection: Connection, waiting: Iterable[Person]) -> None:
    """Refuse that somebody waits who could have been given an envelope.

    Raises:
        StaleKeys: Of these the addresses of who hold their keys.
    """
    ready = [one.address for one in waiting if states.own_key(connection, one) is not None]
    if ready:
        raise StaleKeys(addresses=ready)


def begin(connection: Connection, vault: Vault, message_id: str) -> None:
    """Let a letter that is being sent wait for its readers without a key. The caller commits.

    Raises:
        StaleKeys: One of them has a key by now; nothing was sent.
    """
    rows = [row for row in letters.readers_of(connection, message_id) if row["key"] == PENDING]
    if not rows:
        return
    keys.hold(connection, [row["person_id"] for row in rows])
    waiting = [people.get(connection, vault, row["person_id"]) for row in rows]
    require_none_ready(connection, waiting)
    until = now_ms(connection) + states.LIFE_MS
    for row in rows:
        store.change(connection, message_id, row["position"], waiting_until=until)


def listed(connection: Connection, vault: Vault, *, sender: Person) -> list[Wait]:
    """A sender's letters that wait: ready ones first, then oldest first; what is over for 14 days."""
    now, held = now_ms(connection), keys.signing_key(connection, sender).fingerprint
    rows = store.of_sender(connection, sender.id, since=now - SHOWN_MS, most=LISTED)
    known: dict[str, tuple[Person, str | None]] = {}
    found = []
    for row in rows:
        if row["person_id"] not in known:
            person = people.get(connection, vault, row["person_id"])
            known[person.id] = person, states.own_key(connection, person)
        person, key = known[row["person_id"]]
        state = states.state(row, now) or states.WAITING
        if state == states.WAITING:
            signed = signed_with(connection, _entry(row), sender)
            state = states.KEY_REPLACED if signed != held else (READY if key else states.WAITING)
        found.append(
            Wait(
                message_id=row["entry_id"],
                address=person.address,
                name=called(vault, row, person),
                role=row["role"],
                sent_at=row["entry_sealed_at"],
                until=row["waiting_until"],
                state=state,
                key=key if state == READY else None,
            )
        )
    return sorted(found, key=lambda one: one.state != READY)


def stop(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    address: str,
) -> None:
    """Stop waiting for a reader of one's own letter. Safe to repeat. The caller commits.

    Raises:
        NotFound: Not this sender's letter, not sent, or it never waited for this address.
        Recalled: It was recalled.
        ReadsAlready: The letter is hers by now.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    if entry["state"] == RECALLED:
        raise Recalled
    reader = people.find(connection, vault, firm_id=firm.id, address=address)
    now = now_ms(connection)
    rows = [
        row
        for row in letters.readers_of(connection, message_id)
        if reader is not None and row["person_id"] == reader.id and states.state(row, now)
    ]
    if not rows:
        raise NotFound
    for row in rows:
        state = states.state(row, now)
        if state in {states.GIVEN, states.PROTECTED}:
            raise states.ReadsAlready
        if state == states.WAITING:
            end(connection, row, how=states.CANCELLED, by=sender)


def end(
    connection: Connection, row: Mapping[str, Any], *, how: str, by: Person | None, **changes: Any
) -> None:
    """End one reader's waiting in a way of `states`, with an Event. The caller has locked the letter."""
    store.change(
        connection,
        row["entry_id"],
        row["position"],
        waiting_ended=how,
        waiting_over=now_ms(connection),
        **changes,
    )
    append_event(
        connection,
        firm_id=row["firm_id"],
        kind=f"waiting.{how}",
        person_id=by.id if by else row["person_id"],
        about=row["entry_id"],
    )


def awaited(connection: Connection, *, firm: Firm, sender: Person, message_id: str) -> set[str]:
    """Ids of the persons for whom a letter of this sender's own waits now.

    Raises:
        NotFound: It is not hers, not sent, recalled, or waits for nobody.
    """
    entry = own_message(connection, firm, sender, message_id)
    now = now_ms(connection)
    rows = letters.readers_of(connection, message_id) if entry["state"] != RECALLED else ()
    found = {row["person_id"] for row in rows if states.waits(row, now)}
    if not found:
        raise NotFound
    return found


def key_made(connection: Connection, person_id: str) -> None:
    """Somebody holds her key now: an Event for each letter that waits, one mail to each sender.

    Whose letters were told of before are not told of again. The caller commits.
    """
    now = now_ms(connection)
    senders: set[str] = set()
    found = store.of_reader(connection, person_id)
    for entry_id in sorted({row["entry_id"] for row in found}):
        letters.entry(connection, found[0]["firm_id"], entry_id, lock=True)
    for row in store.of_reader(connection, person_id):
        if row["waiting_told"] is not None or not states.waits(row, now):
            continue
        store.change(connection, row["entry_id"], row["position"], waiting_told=now)
        append_event(
            connection,
            firm_id=row["firm_id"],
            kind="waiting.ready",
            person_id=person_id,
            about=row["entry_id"],
        )
        senders.add(row["entry_sender_id"])
    for sender_id in sorted(senders):
        _queue(connection, found[0]["firm_id"], sender_id, what=READY, reader=person_id)


def run_out(connection: Connection, firm_id: str, *, most: int) -> int:
    """End what has waited for thirty days, and tell its senders, a mail for each letter.

    Returns how many readers; the caller commits.
    """
    now = now_ms(connection)
    told: dict[str, str] = {}
    found = store.run_out(connection, now, most=most)
    for entry_id in sorted({row["entry_id"] for row in found}):
        letters.entry(connection, firm_id, entry_id, lock=True)
    for row in store.run_out(connection, now, most=most):
        end(connection, row, how=states.EXPIRED, by=None)
        told[row["entry_id"]] = row["entry_sender_id"]
    for message_id, sender_id in sorted(told.items()):
        _queue(connection, firm_id, sender_id, what=EXPIRED, message_id=message_id)
    return len(found)


def still_ready(connection: Connection, *, sender: Person, reader: Person) -> Sequence[letters.Row]:
    """A sender's letters that wait for a reader who holds her key, and can be given by the sender's."""
    if states.own_key(connection, reader) is None:
        return ()
    now, held = now_ms(connection), keys.signs_with(connection, sender.firm_id, sender.id)
    rows = store.of_reader(connection, reader.id)
    own = [row for row in rows if row["entry_sender_id"] == sender.id]
    return [row for row in own if states.waits(row, now) and row["entry_signed_with"] == held]


def called(vault: Vault, row: Mapping[str, Any], person: Person) -> str:
    """What the sender calls a reader, else her own name; "" if nobody knows one."""
    if row["name_sealed"] is None:
        return person.name
    place = name_place(row["firm_id"], row["entry_id"], row["position"])
    return vault.unseal_text(place, row["name_sealed"])


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[f"entry_{name}"] for name in ("signed_with", "sealed_at")}


def _queue(connection: Connection, firm_id: str, sender_id: str, **facts: str) -> None:
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.NOTICES,
        kind=KIND,
        payload={"to": sender_id, **facts},
        mailbox=mailboxes.of_firm(firm_id),
    )
