"""Queries on deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.events.models import deliveries


def insert(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a delivery."""
    connection.execute(deliveries.insert().values(**values))


def of(connection: Connection, firm_id: str, about: str, kind: str) -> Sequence[Mapping[str, Any]]:
    """All deliveries of one kind about one thing."""
    statement = select(deliveries).where(
        deliveries.c.firm_id == firm_id, deliveries.c.about == about, deliveries.c.kind == kind
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def update(
    connection: Connection, firm_id: str, about: str, kind: str, values: Mapping[str, Any]
) -> None:
    """Change all deliveries of one kind about one thing."""
    where = (
        (deliveries.c.firm_id == firm_id)
        & (deliveries.c.about == about)
        & (deliveries.c.kind == kind)
    )
    connection.execute(deliveries.update().where(where).values(**values))
