"""Queries on parts of uploads."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, or_, select

from server.base.tenancy import of_firm
from server.messages.models import entries, objects, upload_parts
from server.messages.store import Row


def insert_part(connection: Connection, values: Row) -> None:
    """Add a part."""
    connection.execute(upload_parts.insert().values(**values))


def parts_of(connection: Connection, entry_id: str, object_id: str) -> Sequence[Row]:
    """The parts of an object in their order."""
    where = of_firm(connection, upload_parts) & (upload_parts.c.entry_id == entry_id)
    statement = select(upload_parts).where(where, upload_parts.c.object_id == object_id)
    statement = statement.order_by(upload_parts.c.start)
    return [dict(row) for row in connection.execute(statement).mappings()]


def parts_of_entry(connection: Connection, entry_id: str) -> Sequence[Row]:
    """All parts of an entry."""
    where = of_firm(connection, upload_parts) & (upload_parts.c.entry_id == entry_id)
    statement = select(upload_parts).where(where)
    return [dict(row) for row in connection.execute(statement).mappings()]


def delete_parts(connection: Connection, entry_id: str, object_id: str) -> None:
    """Delete the parts of an object."""
    where = of_firm(connection, upload_parts) & (upload_parts.c.entry_id == entry_id)
    connection.execute(upload_parts.delete().where(where, upload_parts.c.object_id == object_id))


def unsent(connection: Connection, firm_id: str, sender_id: str) -> int:
    """Bytes of objects and parts of a sender's unsent entries, but for the texts of drafts."""
    mine = (
        (entries.c.firm_id == firm_id)
        & (entries.c.sender_id == sender_id)
        & (entries.c.state == "draft")
    )
    is_kept = or_(entries.c.draft_object.is_(None), entries.c.draft_object != objects.c.id)
    total = 0
    for table, where in ((objects, mine & is_kept), (upload_parts, mine)):
        statement = (
            select(func.coalesce(func.sum(table.c.size), 0))
            .select_from(table.join(entries, entries.c.id == table.c.entry_id))
            .where(of_firm(connection, table), where)
        )
        total += int(connection.execute(statement).scalar_one())
    return total


def abandoned(
    connection: Connection, firm_id: str, *, before: int, limit: int
) -> Sequence[tuple[str, str]]:
    """(entry, object) of uploads to which nothing was added since, or whose letter was sent."""
    statement = (
        select(upload_parts.c.entry_id, upload_parts.c.object_id)
        .join(entries, entries.c.id == upload_parts.c.entry_id)
        .where(upload_parts.c.firm_id == firm_id, entries.c.firm_id == firm_id)
        .group_by(upload_parts.c.entry_id, upload_parts.c.object_id, entries.c.state)
        .having((func.max(upload_parts.c.created) < before) | (entries.c.state != "draft"))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def unnamed(connection: Connection, firm_id: str, *, before: int, limit: int) -> Sequence[str]:
    """Ids of unsent entries, begun before, with no draft that could name their objects."""
    statement = (
        select(entries.c.id)
        .where(
            entries.c.firm_id == firm_id,
            entries.c.state == "draft",
            entries.c.draft_saved.is_(None),
            entries.c.statement_hash.is_(None),
            entries.c.created < before,
        )
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())


def hashes_of(
    connection: Connection, firm_id: str, entry_ids: Sequence[str]
) -> set[tuple[str, str]]:
    """(entry, hash) of all objects of these entries."""
    statement = select(objects.c.entry_id, objects.c.sha256).where(
        objects.c.firm_id == firm_id, objects.c.entry_id.in_(entry_ids)
    )
    return {(row[0], row[1]) for row in connection.execute(statement)}


def part_names(
    connection: Connection, firm_id: str, entry_ids: Sequence[str]
) -> set[tuple[str, str]]:
    """(entry, name) of all parts of these entries."""
    statement = select(upload_parts.c.entry_id, upload_parts.c.name).where(
        upload_parts.c.firm_id == firm_id, upload_parts.c.entry_id.in_(entry_ids)
    )
    return {(row[0], row[1]) for row in connection.execute(statement)}
