"""Queries on readers who wait for a key."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, case, select

from server.base.tenancy import of_firm
from server.messages.models import entries, readers
from server.messages.store import Row

_OF_ENTRY: Final = ("sender_id", "state", "sealed_at", "signed_with")


def of_reader(connection: Connection, person_id: str) -> Sequence[Row]:
    """Where somebody waits and it has not ended, with `sender_id` and `entry_state` of the letter."""
    where = (readers.c.person_id == person_id) & readers.c.waiting_ended.is_(None)
    return _found(connection, where, most=None)


def of_sender(connection: Connection, sender_id: str, *, since: int, most: int) -> Sequence[Row]:
    """Whom a sender's letters wait for, or have waited for until then, oldest letter first.

    Of more than `most` those stay whose sender was told of a key, then those who wait.
    """
    open_ = readers.c.waiting_ended.is_(None) & (readers.c.waiting_until > since)
    lately = readers.c.waiting_ended.in_(("cancelled", "expired")) & (
        readers.c.waiting_over > since
    )
    where = (entries.c.sender_id == sender_id) & (open_ | lately)
    told = readers.c.waiting_ended.is_(None) & readers.c.waiting_told.is_not(None)
    rank = case((told, 0), (readers.c.waiting_ended.is_(None), 1), else_=2)
    found = _found(connection, where, rank, most=most)
    return sorted(found, key=itemgetter("entry_sealed_at", "entry_id", "position"))


def run_out(connection: Connection, now: int, *, most: int) -> Sequence[Row]:
    """Those whose time is over and nobody has said so yet."""
    where = readers.c.waiting_ended.is_(None) & (readers.c.waiting_until <= now)
    return _found(connection, where, most=most)


def change(connection: Connection, entry_id: str, position: int, **values: Any) -> None:
    """Change a reader's row."""
    where = of_firm(connection, readers) & (readers.c.entry_id == entry_id)
    connection.execute(
        readers.update().where(where, readers.c.position == position).values(**values)
    )


def end_all(connection: Connection, entry_id: str, *, how: str, at: int) -> None:
    """End what waits in a letter."""
    where = of_firm(connection, readers) & (readers.c.entry_id == entry_id)
    waiting = readers.c.waiting_until.is_not(None) & readers.c.waiting_ended.is_(None)
    ended = {"waiting_ended": how, "waiting_over": at}
    connection.execute(readers.update().where(where, waiting).values(**ended))


def _found(
    connection: Connection,
    where: ColumnElement[bool],
    *first: ColumnElement[Any],
    most: int | None,
) -> list[Row]:
    """Rows of letters that were sent, by `first`, then the oldest letter first."""
    more = [entries.c[name].label(f"entry_{name}") for name in _OF_ENTRY]
    statement = (
        select(readers, *more)
        .join(entries, readers.c.entry_id == entries.c.id)
        .where(
            of_firm(connection, readers),
            of_firm(connection, entries),
            readers.c.waiting_until.is_not(None),
            entries.c.state != "recalled",
            where,
        )
        .order_by(*first, entries.c.sealed_at, readers.c.entry_id, readers.c.position)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
