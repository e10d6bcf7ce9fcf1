"""Queries on persons."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from server.base.tenancy import of_firm
from server.people.models import persons

Row = Mapping[str, Any]


def insert_person(connection: Connection, values: Row) -> None:
    """Add a person."""
    connection.execute(persons.insert().values(**values))


def update_person(connection: Connection, person_id: str, values: Row) -> None:
    """Change a person."""
    where = of_firm(connection, persons) & (persons.c.id == person_id)
    connection.execute(persons.update().where(where).values(**values))


def person_by_id(connection: Connection, person_id: str) -> Row | None:
    """One person by id."""
    return _one(connection, of_firm(connection, persons) & (persons.c.id == person_id))


def person_by_address(
    connection: Connection, firm_id: str, address_indexes: Sequence[str]
) -> Row | None:
    """One person of a firm by the index of the address, under whichever key it was made."""
    of_address = persons.c.address_index.in_(address_indexes)
    return _one(connection, (persons.c.firm_id == firm_id) & of_address)


def person_by_entra(connection: Connection, firm_id: str, object_id: str) -> Row | None:
    """One person of a firm by Entra object id."""
    return _one(
        connection, (persons.c.firm_id == firm_id) & (persons.c.entra_object_id == object_id)
    )


def count(connection: Connection, firm_id: str, kind: str) -> int:
    """How many persons of a kind a firm has."""
    statement = select(func.count()).where(persons.c.firm_id == firm_id, persons.c.kind == kind)
    return int(connection.execute(statement).scalar_one())


def _one(connection: Connection, where: ColumnElement[bool]) -> Row | None:
    row = connection.execute(select(persons).where(where)).mappings().first()
    return dict(row) if row else None
