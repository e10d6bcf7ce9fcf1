"""Read a message: who it is from, whose it is, and the one envelope that was asked for.

Source: docs/spec/http.md section 4. What is not there and what is somebody else's is the same
NotFound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import masks
from server.base.database import Database, now_ms
from server.base.errors import NotFound
from server.base.events import append_event, which_happened
from server.base.vault import Vault
from server.crypto.envelope import Envelope
from server.crypto.errors import Refusal
from server.crypto.grants import parse_grant
from server.crypto.statement import PENDING, parse_statement
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import Blobs
from server.messages.recalling import service as recalling
from server.messages.recalling.service import Recall
from server.messages.service import (
    ADDRESSED,
    KEPT,
    RECALLED,
    blob_of,
    own_row,
    sent_message,
    signed_with,
)
from server.messages.waiting import service as waiting
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

OPENED: Final = "message.opened"
EXPORTED: Final = "message.exported"


@dataclass(frozen=True, slots=True)
class MessageHead:
    """What the page shows before anybody has said who he is.

    `addressed` are the persons in To and Cc, in the statement's order; pages show them masked.
    """

    id: str
    sender: Person
    sent_at: datetime
    level: str
    addressed: tuple[Person, ...]
    recalled: Recall | None = None

    @property
    def masked(self) -> list[str]:
        """The addresses of To and Cc as a stranger may see them."""
        return masks([person.address for person in self.addressed])


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of a thread as its reader's list shows it; `opened`: by this reader, before.

    `waiting`: for her key. `recalled` is told to who keeps it; for everybody else it is not in the list.
    """

    id: str
    sender: Person
    sent_at: datetime
    level: str
    mine: bool
    opened: bool
    waiting: bool = False
    recalled: Recall | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A reader's own envelope, with what her browser needs to check it.

    `level` is the letter's today, which a later reader may have lowered. `envelope` is what it holds, where the firm's server keeps her key; else None, and `sealed` is
    the age file. `viewer_key` is the fingerprint of the key to which it is sealed, `replaced` when
    that key was, in seconds. `granters` are the look-ups of those who signed grants and are not the sender; `names` what
    the directory calls sender, To and Cc, by address.
    """

    level: str
    envelope: Envelope | None
    sealed: bytes
    replaced: int | None
    viewer_key: str
    sender: Person
    sender_lookup: keys.Lookup
    granters: tuple[keys.Lookup, ...]
    names: dict[str, str]
    directory_key: bytes


def head(connection: Connection, vault: Vault, *, firm: Firm, message_id: str) -> MessageHead:
    """The facts of a sent message.

    Raises:
        NotFound: No such message at this firm, or not sent.
    """
    entry = sent_message(connection, firm, message_id)
    rows = store.readers_of(connection, message_id)
    return MessageHead(
        id=message_id,
        sender=people.get(connection, vault, entry["sender_id"]),
        sent_at=datetime.fromtimestamp(entry["sealed_at"] / 1000, tz=UTC),
        level=entry["level"],
        addressed=tuple(
            people.get(connection, vault, row["person_id"])
            for row in rows
            if row["role"] in ADDRESSED
        ),
        recalled=_recalls(connection, vault, firm, [entry]).get(message_id),
    )


def reader_at(
    connection: Connection, vault: Vault, *, firm: Firm, message_id: str, address: str
) -> Person | None:
    """The reader of a message with this address (already parsed), or None if she may not enter."""
    person = people.find(connection, vault, firm_id=firm.id, address=address)
    if person is None or not person.may_enter or not is_reader(connection, message_id, person):
        return None
    return person


def is_reader(connection: Connection, message_id: str, person: Person) -> bool:
    """Whether a person is among a message's readers."""
    return own_row(store.readers_of(connection, message_id), person) is not None


def thread(
    connection: Connection, vault: Vault, *, firm: Firm, viewer: Person, message_id: str
) -> tuple[str, list[Letter]]:
    """The thread of a message: its id, and what of it this person may read, oldest first.

    Raises:
        NotFound: No such message, not sent, or not the viewer's.
        WaitingOver: It has waited for her key in vain.
    """
    entry, _ = recalling.open_to(
        connection, vault, firm=firm, person=viewer, message_id=message_id, may_wait=True
    )
    sent = store.entries_of_thread(connection, firm.id, entry["thread_id"])
    ids = [item["id"] for item in sent]
    rows = store.readers_of_many(connection, ids)
    opened = which_happened(
        connection, firm_id=firm.id, kind=OPENED, person_id=viewer.id, about=ids
    )
    recalls = _recalls(connection, vault, firm, sent)
    own = {entry_id: own_row(of_one, viewer) for entry_id, of_one in rows.items()}
    now = now_ms(connection)
    letters = [
        Letter(
            id=item["id"],
            sender=people.get(connection, vault, item["sender_id"]),
            sent_at=datetime.fromtimestamp(item["sealed_at"] / 1000, tz=UTC),
            level=item["level"],
            mine=item["sender_id"] == viewer.id,
            opened=item["id"] in opened,
            waiting=row["key"] == PENDING,
            recalled=recalls.get(item["id"]),
        )
        for item in sent
        if _is_open(item, row := own[item["id"]], now) and row is not None
    ]
    return entry["thread_id"], letters


def open_envelope(
    database: Database,
    vault: Vault,
    *,
    firm: Firm,
    viewer: Person,
    message_id: str,
    kind: str = OPENED,
    since: int = 0,
    to_give: bool = False,
) -> Opened:
    """Open the viewer's own envelope, or give it out to who holds her own key, and write the Event.

    `since` is the size of the key log that the viewer knows. `to_give`: no letter but one of her own
    that waits for somebody, and nothing that the server would have to open.

    Raises:
        NotFound: No such message, not sent, or not the viewer's.
        Recalled: It was recalled, maybe just now.
        Waits, WaitingOver: It waits for her key, or did in vain.
        Refusal: envelope-malformed.
    """
    with database.read() as connection:
        entry, row = recalling.open_to(
            connection, vault, firm=firm, person=viewer, message_id=message_id
        )
        file = store.envelope(connection, message_id, row["key"])
        if file is None:
            raise NotFound
        if to_give:
            _require_giving(connection, firm, viewer, entry, row)
        rows = store.readers_of(connection, message_id)
        sender = people.get(connection, vault, entry["sender_id"])
        envelope = _opened(connection, vault, viewer, key=row["key"], file=file)
        opened = Opened(
            level=entry["level"],
            envelope=envelope,
            sealed=file,
            replaced=keys.replaced(connection, viewer, row["key"]),
            viewer_key=row["key"],
            sender=sender,
            sender_lookup=keys.look_up(
                connection,
                vault,
                sender,
                signing=signed_with(connection, entry, sender),
                since=since,
            ),
            granters=_granters(connection, vault, rows, envelope, since) if envelope else (),
            names=_names(connection, vault, sender, message_id),
            directory_key=keys.directory_key(connection, firm.id),
        )
    with database.write() as connection:
        append_event(connection, firm_id=firm.id, kind=kind, person_id=viewer.id, about=message_id)
        opens = viewer.id != entry["sender_id"] and row["role"] not in KEPT
        if opens and not store.mark_read(connection, message_id):
            raise recalling.refusal(connection, vault, firm=firm, message_id=message_id)
    return opened


def object_file(
    database: Database,
    vault: Vault,
    blobs: Blobs,
    *,
    firm: Firm,
    viewer: Person,
    message_id: str,
    object_id: str,
) -> tuple[int, Iterator[bytes]]:
    """One age file of a message that the viewer may read, or of her draft: its length in bytes, and its pieces.

    Raises:
        NotFound: No such message or object, or not the viewer's.
    """
    with database.read() as connection:
        entry = store.entry(connection, firm.id, message_id)
        if entry is None or (entry["state"], entry["sender_id"]) != ("draft", viewer.id):
            recalling.open_to(connection, vault, firm=firm, person=viewer, message_id=message_id)
        row = store.object_of(connection, message_id, object_id)
    if row is None:
        raise NotFound
    if row["file"] is not None:
        return row["size"], iter((bytes(row["file"]),))
    return row["size"], blob_of(blobs, firm.id, message_id, row["sha256"])


def _require_giving(
    connection: Connection, firm: Firm, viewer: Person, entry: store.Row, row: store.Row
) -> None:
    waiting.awaited(connection, firm=firm, sender=viewer, message_id=entry["id"])
    if keys.is_in_custody(connection, viewer, row["key"]):
        raise NotFound


def _opened(
    connection: Connection, vault: Vault, viewer: Person, *, key: str, file: bytes
) -> Envelope | None:
    if not keys.is_in_custody(connection, viewer, key):
        return None
    return keys.open_managed(connection, vault, viewer, key=key, file=file)


def _recalls(
    connection: Connection, vault: Vault, firm: Firm, found: Sequence[store.Row]
) -> dict[str, Recall]:
    ids = [entry["id"] for entry in found if entry["state"] == RECALLED]
    return recalling.recalls(connection, vault, firm=firm, message_ids=ids)


def _is_open(entry: store.Row, row: store.Row | None, now: int) -> bool:
    """Whether a reader's list shows it: not if it was recalled, or has waited for her in vain."""
    if row is None or (row["key"] == PENDING and not states.waits(row, now)):
        return False
    return entry["state"] != RECALLED or row["role"] in KEPT


def _granters(
    connection: Connection, vault: Vault, rows: Sequence[store.Row], envelope: Envelope, since: int
) -> tuple[keys.Lookup, ...]:
    """Look-ups of readers who granted, where the statement lets readers grant.

    The envelope's maker chose its grants: nobody is looked up whom this message does not list.
    """
    try:
        statement = parse_statement(envelope.statement)
        named = {parse_grant(grant.text).granted_by.address for grant in envelope.grants}
    except Refusal:
        return ()  # the browser refuses it too, and says why
    if not statement.readers_grant:
        return ()
    listed = [people.get(connection, vault, row["person_id"]) for row in rows]
    return tuple(
        keys.look_up(connection, vault, person, since=since)
        for person in listed
        if person.address in named and person.address != statement.sender.address
    )


def _names(connection: Connection, vault: Vault, sender: Person, message_id: str) -> dict[str, str]:
    rows = store.readers_of(connection, message_id)
    known = [
        people.get(connection, vault, row["person_id"]) for row in rows if row["role"] in ADDRESSED
    ]
    return {person.address: person.name for person in (sender, *known) if person.name}
