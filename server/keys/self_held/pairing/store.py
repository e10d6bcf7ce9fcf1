"""Queries on pairings and panes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from server.base.tenancy import of_firm
from server.keys.self_held.pairing.models import pairings, panes

Row = Mapping[str, Any]


def insert_pairing(connection: Connection, values: Row) -> None:
    """Add a pairing."""
    connection.execute(pairings.insert().values(**values))


def pairing(
    connection: Connection, person_id: str, pairing_id: str, *, lock: bool = False
) -> Row | None:
    """One pairing of a person, living or over; locked for who changes it."""
    where = _of_person(connection, pairings, person_id) & (pairings.c.pairing == pairing_id)
    statement = select(pairings).where(where)
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().first()
    return dict(row) if row else None


def update_pairing(connection: Connection, row_id: str, values: Row) -> None:
    """Change a pairing."""
    where = of_firm(connection, pairings) & (pairings.c.id == row_id)
    connection.execute(pairings.update().where(where).values(**values))


def delete_pairing(connection: Connection, row_id: str) -> None:
    """Take a pairing away, with its answer."""
    where = of_firm(connection, pairings) & (pairings.c.id == row_id)
    connection.execute(pairings.delete().where(where))


def delete_unanswered(connection: Connection, person_id: str) -> None:
    """Take a person's pairings away that wait."""
    own = _of_person(connection, pairings, person_id)
    connection.execute(pairings.delete().where(own, pairings.c.answered.is_(None)))


def delete_all(connection: Connection, person_id: str) -> None:
    """Take all pairings and panes of a person away."""
    for table in (pairings, panes):
        connection.execute(table.delete().where(_of_person(connection, table, person_id)))


def insert_pane(connection: Connection, values: Row) -> None:
    """Add a pane."""
    connection.execute(panes.insert().values(**values))


def pane(connection: Connection, person_id: str, pane_id: str) -> Row | None:
    """One pane of a person, locked."""
    where = _of_person(connection, panes, person_id) & (panes.c.id == pane_id)
    row = connection.execute(select(panes).where(where).with_for_update()).mappings().first()
    return dict(row) if row else None


def panes_of(connection: Connection, person_id: str) -> list[Row]:
    """A person's panes, newest first."""
    where = _of_person(connection, panes, person_id)
    statement = select(panes).where(where).order_by(panes.c.created.desc(), panes.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def update_pane(connection: Connection, pane_id: str, values: Row) -> None:
    """Change a pane."""
    where = of_firm(connection, panes) & (panes.c.id == pane_id)
    connection.execute(panes.update().where(where).values(**values))


def delete_pane(connection: Connection, pane_id: str) -> None:
    """Forget a pane."""
    where = of_firm(connection, panes) & (panes.c.id == pane_id)
    connection.execute(panes.delete().where(where))


def over(answer_ms: int, now: int) -> ColumnElement[bool]:
    """The condition of a pairing that ran out, or was answered longer ago than `answer_ms`."""
    answered = and_(pairings.c.answered.is_not(None), pairings.c.answered < now - answer_ms)
    return or_(pairings.c.expires < now, answered)


def _of_person(connection: Connection, table: Table, person_id: str) -> ColumnElement[bool]:
    own: ColumnElement[bool] = of_firm(connection, table) & (table.c.person_id == person_id)
    return own
