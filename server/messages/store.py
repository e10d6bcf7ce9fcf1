"""Queries on threads, entries and their parts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from server.base.tenancy import THE_FIRM, Standing, of_firm, of_named_firm
from server.messages.models import entries, envelopes, objects, readers, threads, upload_parts

Row = Mapping[str, Any]

_ENTRY: Final = select(entries).where(of_named_firm(entries), entries.c.id == bindparam("entry"))
_ENTRY_LOCKED: Final = _ENTRY.with_for_update()
_CHANGE_ENTRY: Final = Standing(
    lambda of_firm: entries.update().where(of_firm(entries), entries.c.id == bindparam("entry"))
)
_MARK_READ: Final = Standing(
    lambda of_firm: entries.update().where(
        of_firm(entries), entries.c.id == bindparam("entry"), entries.c.state != "recalled"
    )
)
_DRAFTS: Final = (
    select(
        *(entries.c[name] for name in ("id", "draft_id", "thread_id", "reply_to", "draft_saved"))
    )
    .where(
        of_named_firm(entries),
        entries.c.sender_id == bindparam("sender"),
        entries.c.state == "draft",
        entries.c.draft_saved.is_not(None),
    )
    .order_by(entries.c.draft_saved.desc(), entries.c.id)
)
_ADD_OBJECT: Final = objects.insert()
_OBJECT: Final = Standing(
    lambda of_firm: select(objects).where(
        of_firm(objects),
        objects.c.entry_id == bindparam("entry"),
        objects.c.id == bindparam("object"),
    )
)
_OBJECTS: Final = Standing(
    lambda of_firm: select(
        objects.c.id, objects.c.size, objects.c.sha256, objects.c.file.is_not(None).label("in_row")
    ).where(of_firm(objects), objects.c.entry_id == bindparam("entry"))
)
_DELETE_OBJECT: Final = Standing(
    lambda of_firm: objects.delete().where(
        of_firm(objects),
        objects.c.entry_id == bindparam("entry"),
        objects.c.id == bindparam("object"),
    )
)
_READERS: Final = Standing(
    lambda of_firm: (
        select(readers)
        .where(of_firm(readers), readers.c.entry_id == bindparam("entry"))
        .order_by(readers.c.position)
    )
)
_ENVELOPE: Final = Standing(
    lambda of_firm: select(envelopes.c.file).where(
        of_firm(envelopes),
        envelopes.c.entry_id == bindparam("entry"),
        envelopes.c.key == bindparam("own_key"),
    )
)


def insert_thread(connection: Connection, values: Row) -> None:
    """Add a thread."""
    connection.execute(threads.insert().values(**values))


def insert_entry(connection: Connection, values: Row) -> None:
    """Add an entry."""
    connection.execute(entries.insert().values(**values))


def update_entry(connection: Connection, entry_id: str, values: Row) -> None:
    """Change an entry."""
    _CHANGE_ENTRY.run(connection, values, entry=entry_id)


def mark_read(connection: Connection, entry_id: str) -> bool:
    """A sent entry was opened by another than its sender. Returns False if it was recalled."""
    return bool(_MARK_READ.run(connection, {"state": "read"}, entry=entry_id).rowcount)


def entry(connection: Connection, firm_id: str, entry_id: str, *, lock: bool = False) -> Row | None:
    """One entry of a firm; with `lock`, nobody else changes it until the transaction ends."""
    statement = _ENTRY_LOCKED if lock else _ENTRY
    row = connection.execute(statement, {THE_FIRM: firm_id, "entry": entry_id}).mappings().first()
    return dict(row) if row else None


def entry_by_draft(connection: Connection, sender_id: str, draft_id: str) -> Row | None:
    """The entry that a sender made from a draft."""
    statement = select(entries).where(
        of_firm(connection, entries),
        entries.c.sender_id == sender_id,
        entries.c.draft_id == draft_id,
    )
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def entry_by_mail(connection: Connection, sender_id: str, indexes: Sequence[str]) -> Row | None:
    """The entry of a sender's mail in the record, under whichever key it was indexed."""
    statement = select(entries).where(
        of_firm(connection, entries),
        entries.c.sender_id == sender_id,
        entries.c.mail_index.in_(indexes),
    )
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def written_to(connection: Connection, firm_id: str, sender_id: str, *, most: int) -> Sequence[Row]:
    """Others' reader rows in a sender's sent entries, the latest first; one person may come often."""
    statement = (
        select(readers)
        .join(entries, readers.c.entry_id == entries.c.id)
        .where(
            of_firm(connection, readers),
            entries.c.firm_id == firm_id,
            entries.c.sender_id == sender_id,
            entries.c.sealed_at.is_not(None),
            readers.c.person_id != sender_id,
        )
        .order_by(entries.c.sealed_at.desc(), readers.c.position)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def entries_of(
    connection: Connection, firm_id: str, sender_id: str, entry_ids: Collection[str]
) -> Sequence[Row]:
    """Those of these entries that a sender wrote."""
    statement = select(entries).where(
        entries.c.firm_id == firm_id,
        entries.c.sender_id == sender_id,
        entries.c.id.in_(entry_ids),
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def entries_of_thread(connection: Connection, firm_id: str, thread_id: str) -> Sequence[Row]:
    """The sent entries of a thread, oldest first."""
    statement = (
        select(entries)
        .where(
            entries.c.firm_id == firm_id,
            entries.c.thread_id == thread_id,
            entries.c.sealed_at.is_not(None),
        )
        .order_by(entries.c.sealed_at, entries.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def drafts_of(connection: Connection, firm_id: str, sender_id: str) -> Sequence[Row]:
    """A sender's drafts that were kept, newest first."""
    values = {THE_FIRM: firm_id, "sender": sender_id}
    return [dict(row) for row in connection.execute(_DRAFTS, values).mappings()]


def count_unsent(connection: Connection, firm_id: str, sender_id: str) -> int:
    """How many entries of a sender were never sent."""
    where = (entries.c.firm_id == firm_id) & (entries.c.sender_id == sender_id)
    statement = select(func.count()).where(where & (entries.c.state == "draft"))
    return int(connection.execute(statement).scalar_one())


def count_told(connection: Connection, firm_id: str, sender_id: str, *, since: int) -> int:
    """How many others a sender's messages since then were for."""
    statement = (
        select(func.count())
        .select_from(readers.join(entries, readers.c.entry_id == entries.c.id))
        .where(
            of_firm(connection, readers),
            entries.c.firm_id == firm_id,
            entries.c.sender_id == sender_id,
            entries.c.sealed_at > since,
            readers.c.person_id != sender_id,
        )
    )
    return int(connection.execute(statement).scalar_one())


def readers_of_many(
    connection: Connection, entry_ids: Sequence[str]
) -> Mapping[str, Sequence[Row]]:
    """The readers of several entries, by entry, in the order of the statements."""
    statement = (
        select(readers)
        .where(of_firm(connection, readers), readers.c.entry_id.in_(entry_ids))
        .order_by(readers.c.entry_id, readers.c.position)
    )
    found: dict[str, list[Row]] = {entry_id: [] for entry_id in entry_ids}
    for row in connection.execute(statement).mappings():
        found[row["entry_id"]].append(dict(row))
    return found


def delete_entry(connection: Connection, entry_id: str) -> None:
    """Delete an entry that was never sent, with its parts."""
    for table in (envelopes, readers, objects, upload_parts):
        where = of_firm(connection, table) & (table.c.entry_id == entry_id)
        connection.execute(table.delete().where(where))
    where = of_firm(connection, entries) & (entries.c.id == entry_id)
    connection.execute(entries.delete().where(where))


def delete_thread_if_empty(connection: Connection, thread_id: str) -> None:
    """Delete a thread in which nothing stands."""
    used = select(entries.c.id).where(
        of_firm(connection, entries), entries.c.thread_id == thread_id
    )
    where = of_firm(connection, threads) & (threads.c.id == thread_id)
    connection.execute(threads.delete().where(where, ~used.exists()))


def insert_object(connection: Connection, values: Row) -> None:
    """Add an object."""
    connection.execute(_ADD_OBJECT, dict(values))


def objects_of(connection: Connection, entry_id: str) -> Sequence[Row]:
    """The objects of an entry, without their bytes."""
    return [dict(row) for row in _OBJECTS.run(connection, entry=entry_id).mappings()]


def keep_objects(connection: Connection, entry_id: str, object_ids: Sequence[str]) -> None:
    """Delete the objects of an entry that are not among these."""
    where = of_firm(connection, objects) & (objects.c.entry_id == entry_id)
    connection.execute(objects.delete().where(where, objects.c.id.not_in(object_ids)))


def delete_object(connection: Connection, entry_id: str, object_id: str) -> None:
    """Delete one object of an unsent entry."""
    _DELETE_OBJECT.run(connection, entry=entry_id, object=object_id)


def object_of(connection: Connection, entry_id: str, object_id: str) -> Row | None:
    """One object of an entry."""
    row = _OBJECT.run(connection, entry=entry_id, object=object_id).mappings().first()
    return dict(row) if row else None


def part_names_of(connection: Connection, entry_id: str) -> Sequence[str]:
    """Names of the parts of uploads to an entry that are not whole."""
    where = of_firm(connection, upload_parts) & (upload_parts.c.entry_id == entry_id)
    return list(connection.execute(select(upload_parts.c.name).where(where)).scalars())


def replace_readers(connection: Connection, entry_id: str, rows: Sequence[Row]) -> None:
    """Set the readers of an unsent entry."""
    where = of_firm(connection, readers) & (readers.c.entry_id == entry_id)
    connection.execute(readers.delete().where(where))
    connection.execute(readers.insert(), [dict(row) for row in rows])


def readers_of(connection: Connection, entry_id: str) -> Sequence[Row]:
    """The readers of an entry, in the order of the statement."""
    return [dict(row) for row in _READERS.run(connection, entry=entry_id).mappings()]


def name_reader(connection: Connection, entry_id: str, position: int, name_sealed: bytes) -> None:
    """Keep how the sender calls a reader."""
    where = of_firm(connection, readers) & (readers.c.entry_id == entry_id)
    named = readers.update().where(where, readers.c.position == position)
    connection.execute(named.values(name_sealed=name_sealed))


def insert_envelopes(connection: Connection, rows: Sequence[Row]) -> None:
    """Add the envelopes of an entry."""
    connection.execute(envelopes.insert(), [dict(row) for row in rows])


def envelope(connection: Connection, entry_id: str, key: str) -> bytes | None:
    """The envelope of an entry for one key."""
    file = _ENVELOPE.run(connection, entry=entry_id, own_key=key).scalar_one_or_none()
    return bytes(file) if file is not None else None


def keep_envelopes(connection: Connection, entry_id: str, keys: Collection[str]) -> None:
    """Delete the envelopes of an entry that are not to these keys."""
    where = of_firm(connection, envelopes) & (envelopes.c.entry_id == entry_id)
    connection.execute(envelopes.delete().where(where, envelopes.c.key.not_in(keys)))


def replace_envelope(connection: Connection, entry_id: str, key: str, file: bytes) -> None:
    """Put another envelope to a key in the place of the one before."""
    where = of_firm(connection, envelopes) & (envelopes.c.entry_id == entry_id)
    changed = envelopes.update().where(where, envelopes.c.key == key)
    connection.execute(changed.values(file=file))


def insert_reader(connection: Connection, values: Row) -> None:
    """Add a reader to an entry that was sent."""
    connection.execute(readers.insert().values(**values))
