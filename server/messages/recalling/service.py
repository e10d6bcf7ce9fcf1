"""Recall a letter: nobody but its sender and the firm's record opens it any more.

The envelopes of all other readers go, for good; the sealed objects and the events stay, and so does
who the readers were. What a reader has opened, copied or kept cannot be taken back, and pages say
so. Source: architecture section 3, "The firm's record".
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.errors import NotFound
from server.base.events import append_event, facts_about
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
)
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import SendingRights
from server.messages.sending.service import ask_for_right
from server.messages.service import KEPT, NOTICE, READABLE, RECALLED, Recalled, readable
from server.messages.telling import service as telling
from server.messages.waiting import store as waiting_store
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

HAPPENED: Final = "message.recalled"
_LEFT: Final = frozenset({SENT, SENDING, UNCONFIRMED, BOUNCED, REPORTED})


@dataclass(frozen=True, slots=True)
class Recall:
    """Who recalled a letter, and when."""

    by: Person
    at: datetime

    def to_json(self) -> dict[str, str | int]:
        """As the pane gets it; `at` in seconds."""
        return {"by": self.by.shown_name, "at": int(self.at.timestamp())}

    def in_words(self, firm: Firm) -> str:
        """One sentence, in the firm's zone."""
        local = self.at.astimezone(ZoneInfo(firm.brand.zone))
        day = f"{local.day} {local:%B %Y} at {local:%H:%M}"
        return f"{self.by.shown_name} recalled this letter on {day}. It cannot be opened any more."


def recall(
    database: Database,
    vault: Vault,
    rights: SendingRights,
    *,
    firm: Firm,
    caller: Person,
    assertion: str | None,
    message_id: str,
    tell: bool,
) -> Recall:
    """Recall a letter of one's own; an administrator, of any colleague. Safe to repeat.

    `tell`: each reader whose notice has left hears of it by one mail from the caller's mailbox.

    Raises:
        NotFound: No such letter, not sent, a client's, or a colleague's and the caller is no administrator.
        SignInFirst, NoConsent, Away: As for sending, if readers are to be told; nothing was recalled.
    """
    with database.read() as connection:
        _entry(connection, firm, caller, message_id)
    if tell:
        ask_for_right(rights, firm=firm, sender=caller, assertion=assertion)
    with database.write() as connection:
        entry = _entry(connection, firm, caller, message_id, lock=True)
        if entry["state"] != RECALLED:
            _take(connection, entry, caller)
        if tell:
            _tell(connection, entry, caller)
        return recalls(connection, vault, firm=firm, message_ids=[message_id])[message_id]


def recalls(
    connection: Connection, vault: Vault, *, firm: Firm, message_ids: Collection[str]
) -> dict[str, Recall]:
    """Who recalled each of these letters; those that were not recalled are left out."""
    found: dict[str, Recall] = {}
    for message_id in message_ids:
        facts = facts_about(connection, firm_id=firm.id, about=message_id, kinds=(HAPPENED,))
        if facts and facts[0].person_id is not None:
            by = people.get(connection, vault, facts[0].person_id)
            found[message_id] = Recall(by, datetime.fromtimestamp(facts[0].first / 1000, tz=UTC))
    return found


def open_to(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    person: Person,
    message_id: str,
    may_wait: bool = False,
) -> tuple[store.Row, store.Row]:
    """As `readable`; of a recalled letter a reader hears who recalled it, and when.

    Raises:
        NotFound: No such message, not sent, or not this person's.
        Recalled: With that sentence.
        Waits, WaitingOver: As `readable`.
    """
    try:
        return readable(connection, firm, person, message_id, may_wait=may_wait)
    except Recalled as refused:
        raise refusal(connection, vault, firm=firm, message_id=message_id) from refused


def refusal(connection: Connection, vault: Vault, *, firm: Firm, message_id: str) -> Recalled:
    """What is said to whoever asks for a recalled letter."""
    known = recalls(connection, vault, firm=firm, message_ids=[message_id]).get(message_id)
    if known is None:
        return Recalled()
    return Recalled(known.in_words(firm), **known.to_json())


def _entry(
    connection: Connection, firm: Firm, caller: Person, message_id: str, *, lock: bool = False
) -> store.Row:
    entry = store.entry(connection, firm.id, message_id, lock=lock)
    if entry is None or entry["state"] not in READABLE:
        raise NotFound
    if entry["sender_id"] == caller.id:
        return entry
    of_client = people.kind_of(connection, entry["sender_id"]) == "client"
    if of_client or not firm.is_administrator(caller.address):
        raise NotFound
    return entry


def _take(connection: Connection, entry: store.Row, caller: Person) -> None:
    firm_id, message_id = entry["firm_id"], entry["id"]
    rows = store.readers_of(connection, message_id)
    kept = {row["key"] for row in rows if row["role"] in KEPT}
    store.keep_envelopes(connection, message_id, kept)
    waiting_store.end_all(connection, message_id, how=states.RECALLED, at=now_ms(connection))
    store.update_entry(connection, message_id, {"state": RECALLED})
    events.mark(
        connection,
        firm_id=firm_id,
        about=message_id,
        kind=NOTICE,
        state=CANCELLED,
        only={QUEUED, HELD, FAILED},
    )
    telling.cancel(connection, entry)
    append_event(connection, firm_id=firm_id, kind=HAPPENED, person_id=caller.id, about=message_id)


def _tell(connection: Connection, entry: store.Row, caller: Person) -> None:
    """Those to whom a notice may have gone, each once; nobody else ever heard of the letter."""
    firm_id, message_id = entry["firm_id"], entry["id"]
    heard = {
        one.person_id
        for kind in (NOTICE, telling.AGAIN)
        for one in events.of(connection, firm_id=firm_id, about=message_id, kind=kind)
        if one.state in _LEFT
    }
    told = events.of(connection, firm_id=firm_id, about=message_id, kind=telling.RECALL)
    heard -= {one.person_id for one in told if one.state != FAILED}
    telling.queue(connection, entry, kind=telling.RECALL, person_ids=heard, sender=caller)
