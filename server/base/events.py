"""The event log: append-only facts. Who, what id, when; never content."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Index, String, Table, func, select

from server.base.database import metadata, now_ms
from server.base.ids import new_id

events: Final = Table(
    "events",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("person_id", String(32)),
    Column("about", String(64)),
    Index("ix_events_about", "firm_id", "about"),
)
_APPEND: Final = events.insert()


def count_events(connection: Connection, *, firm_id: str, kind: str, about: str, since: int) -> int:
    """How many facts of a kind about one thing there are since a time."""
    statement = select(func.count()).where(
        events.c.firm_id == firm_id,
        events.c.about == about,
        events.c.kind == kind,
        events.c.at > since,
    )
    return int(connection.execute(statement).scalar_one())


def which_happened(
    connection: Connection, *, firm_id: str, kind: str, person_id: str, about: Collection[str]
) -> set[str]:
    """Of these things, those about which this person has a fact of this kind."""
    statement = select(events.c.about).where(
        events.c.firm_id == firm_id,
        events.c.about.in_(about),
        events.c.kind == kind,
        events.c.person_id == person_id,
    )
    return {str(value) for value in connection.execute(statement).scalars()}


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one kind about one thing by one person: how many, first and last (ms)."""

    kind: str
    person_id: str | None
    count: int
    first: int
    last: int


def facts_about(
    connection: Connection, *, firm_id: str, about: str, kinds: Collection[str]
) -> list[Facts]:
    """The facts of these kinds about one thing, by kind and person."""
    columns = (events.c.kind, events.c.person_id)
    statement = (
        select(*columns, func.count(), func.min(events.c.at), func.max(events.c.at))
        .where(events.c.firm_id == firm_id, events.c.about == about, events.c.kind.in_(kinds))
        .group_by(*columns)
    )
    return [Facts(*row) for row in connection.execute(statement)]


def append_event(
    connection: Connection, *, firm_id: str, kind: str, person_id: str | None, about: str | None
) -> None:
    """Add one fact. `about` is the id of what it concerns; `kind` is dotted, like message.sent."""
    row = {
        "id": new_id(),
        "firm_id": firm_id,
        "at": now_ms(connection),
        "kind": kind,
        "person_id": person_id,
        "about": about,
    }
    connection.execute(_APPEND, row)
