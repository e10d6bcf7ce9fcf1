"""Queries on templates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from server.stationery.models import templates

Row = Mapping[str, Any]


def insert(connection: Connection, values: Row) -> None:
    """Add a template."""
    connection.execute(templates.insert().values(**values))


def update(connection: Connection, firm_id: str, template_id: str, values: Row) -> None:
    """Change a template."""
    connection.execute(templates.update().where(_one(firm_id, template_id)).values(**values))


def delete(connection: Connection, firm_id: str, template_id: str) -> None:
    """Take a template away."""
    connection.execute(templates.delete().where(_one(firm_id, template_id)))


def by_id(
    connection: Connection, firm_id: str, template_id: str, *, lock: bool = False
) -> Row | None:
    """One template, its row locked if asked."""
    statement = select(templates).where(_one(firm_id, template_id))
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().first()
    return dict(row) if row else None


def of_owner(
    connection: Connection, firm_id: str, owner_id: str | None, kind: str
) -> Sequence[Row]:
    """A person's templates of a kind, or with None the firm's, with everything but their text."""
    columns = [column for column in templates.c if column.name != "body"]
    statement = select(*columns).where(_owned(firm_id, owner_id, kind)).order_by(templates.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def only(connection: Connection, firm_id: str, owner_id: str | None, kind: str) -> Row | None:
    """The one of its kind that a person has, or with None the firm."""
    statement = select(templates).where(_owned(firm_id, owner_id, kind))
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def _one(firm_id: str, template_id: str) -> ColumnElement[bool]:
    return (templates.c.firm_id == firm_id) & (templates.c.id == template_id)


def _owned(firm_id: str, owner_id: str | None, kind: str) -> ColumnElement[bool]:
    return (
        (templates.c.firm_id == firm_id)
        & (templates.c.owner_id == owner_id)
        & (templates.c.kind == kind)
    )
