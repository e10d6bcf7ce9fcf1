"""Queries on persons."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, func, select

from server.base.tenancy import THE_FIRM, Standing, of_firm, of_named_firm
from server.people.models import persons

Row = Mapping[str, Any]

_BY_ID: Final = Standing(
    lambda of_firm: select(persons).where(of_firm(persons), persons.c.id == bindparam("person"))
)
_BY_ADDRESS: Final = select(persons).where(
    of_named_firm(persons), persons.c.address_index.in_(bindparam("indexes", expanding=True))
)
_BY_ENTRA: Final = select(persons).where(
    of_named_firm(persons), persons.c.entra_object_id == bindparam("entra")
)


def insert_person(connection: Connection, values: Row) -> None:
    """Add a person."""
    connection.execute(persons.insert().values(**values))


def update_person(connection: Connection, person_id: str, values: Row) -> None:
    """Change a person."""
    where = of_firm(connection, persons) & (persons.c.id == person_id)
    connection.execute(persons.update().where(where).values(**values))


def person_by_id(connection: Connection, person_id: str) -> Row | None:
    """One person by id."""
    row = _BY_ID.run(connection, person=person_id).mappings().first()
    return dict(row) if row else None


def person_by_address(
    connection: Connection, firm_id: str, address_indexes: Sequence[str]
) -> Row | None:
    """One person of a firm by the index of the address, under whichever key it was made."""
    return _one(connection, _BY_ADDRESS, {THE_FIRM: firm_id, "indexes": address_indexes})


def person_by_entra(connection: Connection, firm_id: str, object_id: str) -> Row | None:
    """One person of a firm by Entra object id."""
    return _one(connection, _BY_ENTRA, {THE_FIRM: firm_id, "entra": object_id})


def staff(connection: Connection, firm_id: str, most: int) -> list[Row]:
    """Active persons of the firm itself."""
    statement = (
        select(persons)
        .where(persons.c.firm_id == firm_id, persons.c.kind == "staff", persons.c.state == "active")
        .order_by(persons.c.created)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def persons_by_ids(connection: Connection, person_ids: Collection[str]) -> list[Row]:
    """Persons by their ids."""
    where = of_firm(connection, persons) & persons.c.id.in_(person_ids)
    return [dict(row) for row in connection.execute(select(persons).where(where)).mappings()]


def count(connection: Connection, firm_id: str, kind: str) -> int:
    """How many persons of a kind a firm has."""
    statement = select(func.count()).where(persons.c.firm_id == firm_id, persons.c.kind == kind)
    return int(connection.execute(statement).scalar_one())


def _one(connection: Connection, statement: Select[Any], values: Row) -> Row | None:
    row = connection.execute(statement, values).mappings().first()
    return dict(row) if row else None
