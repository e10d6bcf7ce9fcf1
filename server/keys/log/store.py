"""Queries on the key log."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from sqlalchemy import Connection, func, select

from server.keys.log.models import key_log_entries, key_log_hashes, key_log_salts, key_logs
from server.keys.models import keys

Row = Mapping[str, Any]
Node = tuple[int, int]  # level, position
ENCRYPTION: Final = "encryption"
SIGNING: Final = "signing"
_BATCH: Final = 256


def log(connection: Connection, firm_id: str) -> Row | None:
    """A firm's log, if it has begun."""
    row = (
        connection.execute(select(key_logs).where(key_logs.c.firm_id == firm_id)).mappings().first()
    )
    return dict(row) if row else None


def insert_log(connection: Connection, values: Row) -> None:
    """Begin a firm's log."""
    connection.execute(key_logs.insert().values(**values))


def update_log(connection: Connection, firm_id: str, *, size: int, checkpoint: str) -> None:
    """The log has grown."""
    statement = key_logs.update().where(key_logs.c.firm_id == firm_id)
    connection.execute(statement.values(size=size, checkpoint=checkpoint))


def insert_entry(connection: Connection, values: Row) -> None:
    """Add an entry."""
    connection.execute(key_log_entries.insert().values(**values))


def entries_of(connection: Connection, firm_id: str, person_id: str) -> list[Row]:
    """A person's entries, the last one first."""
    table = key_log_entries.c
    where = (table.firm_id == firm_id) & (table.person_id == person_id)
    statement = select(table.position, table.text).where(where).order_by(table.position.desc())
    return [dict(row) for row in connection.execute(statement).mappings()]


def last_entry(connection: Connection, firm_id: str, person_id: str) -> Row | None:
    """A person's last entry."""
    table = key_log_entries.c
    where = (table.firm_id == firm_id) & (table.person_id == person_id)
    statement = select(table.position, table.text).where(where)
    row = connection.execute(statement.order_by(table.position.desc()).limit(1)).mappings().first()
    return dict(row) if row else None


def texts(connection: Connection, firm_id: str, first: int, count: int) -> list[str]:
    """So many entries in their order."""
    table = key_log_entries.c
    inside = (table.position >= first) & (table.position < first + count)
    statement = select(table.text).where((table.firm_id == firm_id) & inside)
    return list(connection.execute(statement.order_by(table.position)).scalars())


def entries(connection: Connection, firm_id: str, first: int, count: int) -> list[Row]:
    """The entries of a stretch of indexes, in their order; one may be missing where it was taken out."""
    table = key_log_entries.c
    inside = (table.position >= first) & (table.position < first + count)
    statement = select(table.position, table.person_id, table.text)
    rows = connection.execute(
        statement.where((table.firm_id == firm_id) & inside).order_by(table.position)
    )
    return [dict(row) for row in rows.mappings()]


def end(connection: Connection, firm_id: str) -> int:
    """The index after the last entry."""
    table = key_log_entries.c
    statement = select(func.max(table.position)).where(table.firm_id == firm_id)
    last = connection.execute(statement).scalar()
    return 0 if last is None else int(last) + 1


def insert_hashes(connection: Connection, firm_id: str, hashes: Mapping[Node, bytes]) -> None:
    """Add hashes of full subtrees."""
    rows = [
        {"firm_id": firm_id, "level": level, "position": position, "hash": value}
        for (level, position), value in hashes.items()
    ]
    connection.execute(key_log_hashes.insert(), rows)


def hashes(connection: Connection, firm_id: str, nodes: AbstractSet[Node]) -> dict[Node, bytes]:
    """The hashes of these full subtrees.

    Asked for as levels times positions, some more than needed: engines seek each of them, where
    for pairs they read all of the firm's.
    """
    table = key_log_hashes.c
    levels, positions = {level for level, _ in nodes}, {at for _, at in nodes}
    inside = table.level.in_(levels) & table.position.in_(positions)
    statement = select(table.level, table.position, table.hash)
    rows = connection.execute(statement.where((table.firm_id == firm_id) & inside))
    return {(level, at): bytes(value) for level, at, value in rows if (level, at) in nodes}


def row_of_hashes(
    connection: Connection, firm_id: str, level: int, first: int, count: int
) -> dict[int, bytes]:
    """Neighbours of one level by their position, in their order."""
    table = key_log_hashes.c
    inside = (table.position >= first) & (table.position < first + count)
    where = (table.firm_id == firm_id) & (table.level == level) & inside
    statement = select(table.position, table.hash).where(where).order_by(table.position)
    return {at: bytes(value) for at, value in connection.execute(statement)}


def all_hashes(connection: Connection, firm_id: str) -> Iterator[tuple[Node, bytes]]:
    """Every hash, a few at a time from the database."""
    table = key_log_hashes.c
    statement = select(table.level, table.position, table.hash).where(table.firm_id == firm_id)
    options = {"yield_per": _BATCH}
    for level, at, value in connection.execute(statement, execution_options=options):
        yield (level, at), bytes(value)


def salt(connection: Connection, firm_id: str, person_id: str) -> bytes | None:
    """A person's salt, sealed."""
    table = key_log_salts.c
    where = (table.firm_id == firm_id) & (table.person_id == person_id)
    return connection.execute(select(table.sealed).where(where)).scalar()


def insert_salt(connection: Connection, values: Row) -> None:
    """Add a person's salt."""
    connection.execute(key_log_salts.insert().values(**values))


def delete_salt(connection: Connection, firm_id: str, person_id: str) -> None:
    """Destroy a person's salt."""
    table = key_log_salts.c
    where = (table.firm_id == firm_id) & (table.person_id == person_id)
    connection.execute(key_log_salts.delete().where(where))


def without_entry(connection: Connection, firm_id: str) -> list[str]:
    """Who has a key to which is sealed now, and no entry."""
    told = select(key_log_entries.c.person_id).where(key_log_entries.c.firm_id == firm_id)
    where = (keys.c.firm_id == firm_id) & (keys.c.purpose == ENCRYPTION) & keys.c.retired.is_(None)
    statement = select(keys.c.owner_id).where(where & keys.c.owner_id.not_in(told))
    return list(connection.execute(statement.order_by(keys.c.created, keys.c.id)).scalars())


def present_keys(connection: Connection, firm_id: str) -> Iterator[tuple[str, Row, Row | None]]:
    """Each person who has a key to which is sealed now, with that key and the one that signs."""
    present = (keys.c.firm_id == firm_id) & keys.c.retired.is_(None)
    rows: list[Row] = [
        dict(row) for row in connection.execute(select(keys).where(present)).mappings()
    ]
    signing = {row["owner_id"]: row for row in rows if row["purpose"] == SIGNING}
    for row in rows:
        if row["purpose"] == ENCRYPTION:
            yield row["owner_id"], row, signing.get(row["owner_id"])
