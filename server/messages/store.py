"""Queries on threads, entries and their parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from server.messages.models import entries, envelopes, objects, readers, threads

Row = Mapping[str, Any]


def insert_thread(connection: Connection, values: Row) -> None:
    """Add a thread."""
    connection.execute(threads.insert().values(**values))


def insert_entry(connection: Connection, values: Row) -> None:
    """Add an entry."""
    connection.execute(entries.insert().values(**values))


def update_entry(connection: Connection, entry_id: str, values: Row) -> None:
    """Change an entry."""
    connection.execute(entries.update().where(entries.c.id == entry_id).values(**values))


def entry(connection: Connection, firm_id: str, entry_id: str, *, lock: bool = False) -> Row | None:
    """One entry of a firm; with `lock`, nobody else changes it until the transaction ends."""
    statement = select(entries).where(entries.c.firm_id == firm_id, entries.c.id == entry_id)
    if lock:
        statement = statement.with_for_update()
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def entry_by_draft(connection: Connection, sender_id: str, draft_id: str) -> Row | None:
    """The entry that a sender made from a draft."""
    where = (entries.c.sender_id == sender_id) & (entries.c.draft_id == draft_id)
    row = connection.execute(select(entries).where(where)).mappings().first()
    return dict(row) if row else None


def sealed_of(connection: Connection, firm_id: str, sender_id: str) -> Sequence[str]:
    """Ids of a sender's messages whose notice has not left."""
    statement = select(entries.c.id).where(
        entries.c.firm_id == firm_id,
        entries.c.sender_id == sender_id,
        entries.c.state.in_(("sealed", "read")),
    )
    return list(connection.execute(statement).scalars())


def insert_object(connection: Connection, values: Row) -> None:
    """Add an object."""
    connection.execute(objects.insert().values(**values))


def objects_of(connection: Connection, entry_id: str) -> Sequence[Row]:
    """The objects of an entry, without their bytes."""
    columns = (objects.c.id, objects.c.size, objects.c.sha256)
    statement = select(*columns).where(objects.c.entry_id == entry_id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def keep_objects(connection: Connection, entry_id: str, object_ids: Sequence[str]) -> None:
    """Delete the objects of an entry that are not among these."""
    where = (objects.c.entry_id == entry_id) & objects.c.id.not_in(object_ids)
    connection.execute(objects.delete().where(where))


def object_of(connection: Connection, entry_id: str, object_id: str) -> Row | None:
    """One object of an entry."""
    statement = select(objects).where(objects.c.entry_id == entry_id, objects.c.id == object_id)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def replace_readers(connection: Connection, entry_id: str, rows: Sequence[Row]) -> None:
    """Set the readers of an unsent entry."""
    connection.execute(readers.delete().where(readers.c.entry_id == entry_id))
    connection.execute(readers.insert(), [dict(row) for row in rows])


def readers_of(connection: Connection, entry_id: str) -> Sequence[Row]:
    """The readers of an entry, in the order of the statement."""
    statement = select(readers).where(readers.c.entry_id == entry_id).order_by(readers.c.position)
    return [dict(row) for row in connection.execute(statement).mappings()]


def name_reader(connection: Connection, entry_id: str, position: int, name_sealed: bytes) -> None:
    """Keep how the sender calls a reader."""
    where = (readers.c.entry_id == entry_id) & (readers.c.position == position)
    connection.execute(readers.update().where(where).values(name_sealed=name_sealed))


def insert_envelopes(connection: Connection, rows: Sequence[Row]) -> None:
    """Add the envelopes of an entry."""
    connection.execute(envelopes.insert(), [dict(row) for row in rows])


def envelope(connection: Connection, entry_id: str, key: str) -> bytes | None:
    """The envelope of an entry for one key."""
    where: ColumnElement[bool] = (envelopes.c.entry_id == entry_id) & (envelopes.c.key == key)
    file = connection.execute(select(envelopes.c.file).where(where)).scalar_one_or_none()
    return bytes(file) if file is not None else None
