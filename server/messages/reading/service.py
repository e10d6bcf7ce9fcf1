"""Read a message: who it is from, whose it is, and the one envelope that was asked for.

Source: docs/spec/http.md section 4. What is not there and what is somebody else's is the same
NotFound.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import masks
from server.base.database import Database
from server.base.errors import NotFound
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto.envelope import Envelope
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import Blobs
from server.messages.service import blob_key
from server.people import service as people
from server.people.service import Person

READABLE: Final = ("sealed", "delivered", "read")


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

    @property
    def masked(self) -> list[str]:
        """The addresses of To and Cc as a stranger may see them."""
        return masks([person.address for person in self.addressed])


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A reader's own envelope, opened, with what her browser needs to check it."""

    envelope: Envelope
    viewer_key: str
    sender: Person
    sender_lookup: keys.Lookup
    directory_key: bytes


def head(connection: Connection, vault: Vault, *, firm: Firm, message_id: str) -> MessageHead:
    """The facts of a sent message.

    Raises:
        NotFound: No such message at this firm, or not sent.
    """
    entry = _sent(connection, firm, message_id)
    rows = store.readers_of(connection, message_id)
    return MessageHead(
        id=message_id,
        sender=people.get(connection, vault, entry["sender_id"]),
        sent_at=datetime.fromtimestamp(entry["sealed_at"] / 1000, tz=UTC),
        level=entry["level"],
        addressed=tuple(
            people.get(connection, vault, row["person_id"])
            for row in rows
            if row["role"] in {"to", "cc"}
        ),
    )


def reader_at(
    connection: Connection, vault: Vault, *, firm: Firm, message_id: str, address: str
) -> Person | None:
    """The reader of a message with this address (already parsed), or None."""
    person = people.find(connection, vault, firm_id=firm.id, address=address)
    if person is None or not is_reader(connection, message_id, person):
        return None
    return person


def is_reader(connection: Connection, message_id: str, person: Person) -> bool:
    """Whether a person is among a message's readers."""
    return _own_row(store.readers_of(connection, message_id), person) is not None


def open_envelope(
    database: Database, vault: Vault, *, firm: Firm, viewer: Person, message_id: str
) -> Opened:
    """Open the viewer's own envelope, which is in managed custody, and write the Event.

    Raises:
        NotFound: No such message, not sent, or not the viewer's.
        Refusal: envelope-malformed.
    """
    with database.read() as connection:
        entry = _sent(connection, firm, message_id)
        row = _own_row(store.readers_of(connection, message_id), viewer)
        file = store.envelope(connection, message_id, row["key"]) if row else None
        if row is None or file is None:
            raise NotFound
        sender = people.get(connection, vault, entry["sender_id"])
        opened = Opened(
            envelope=keys.open_managed(connection, vault, viewer, key=row["key"], file=file),
            viewer_key=row["key"],
            sender=sender,
            sender_lookup=keys.look_up(connection, vault, sender),
            directory_key=keys.directory_key(connection, firm.id),
        )
    with database.write() as connection:
        append_event(
            connection,
            firm_id=firm.id,
            kind="message.opened",
            person_id=viewer.id,
            about=message_id,
        )
        if viewer.id != entry["sender_id"]:
            store.update_entry(connection, message_id, {"state": "read"})
    return opened


def object_file(
    database: Database, blobs: Blobs, *, firm: Firm, viewer: Person, message_id: str, object_id: str
) -> bytes:
    """One age file of a message that the viewer may read.

    Raises:
        NotFound: No such message or object, not sent, or not the viewer's.
    """
    with database.read() as connection:
        _sent(connection, firm, message_id)
        if not is_reader(connection, message_id, viewer):
            raise NotFound
        row = store.object_of(connection, message_id, object_id)
    if row is None:
        raise NotFound
    if row["file"] is not None:
        return bytes(row["file"])
    return blobs.get(blob_key(firm.id, message_id, row["sha256"]))


def _sent(connection: Connection, firm: Firm, message_id: str) -> store.Row:
    entry = store.entry(connection, firm.id, message_id)
    if entry is None or entry["state"] not in READABLE:
        raise NotFound
    return entry


def _own_row(rows: Sequence[store.Row], person: Person) -> store.Row | None:
    return next((row for row in rows if row["person_id"] == person.id), None)
