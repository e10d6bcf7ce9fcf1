"""Queries on firms."""

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from server.firms.models import firms

_last_change = float("-inf")


def insert(connection: Connection, values: Mapping[str, Any]) -> None:
    """Add a firm."""
    _note_change()
    connection.execute(firms.insert().values(**values))


def update(connection: Connection, firm_id: str, values: Mapping[str, Any]) -> None:
    """Change a firm."""
    _note_change()
    connection.execute(firms.update().where(firms.c.id == firm_id).values(**values))


def last_change() -> float:
    """When this process last added or changed a firm, on the monotonic clock."""
    return _last_change


def count(connection: Connection) -> int:
    """How many firms there are."""
    return int(connection.execute(select(func.count()).select_from(firms)).scalar_one())


def by_id(connection: Connection, firm_id: str) -> Mapping[str, Any] | None:
    """One firm by id."""
    return _one(connection, firms.c.id == firm_id)


def locked(connection: Connection, firm_id: str) -> Mapping[str, Any]:
    """One firm, held until the transaction ends, for look-then-change."""
    held = select(firms).where(firms.c.id == firm_id).with_for_update()
    return dict(connection.execute(held).mappings().one())


def by_tenant(connection: Connection, tenant_id: str) -> Mapping[str, Any] | None:
    """One firm by Entra tenant."""
    return _one(connection, firms.c.tenant_id == tenant_id)


def by_origin(connection: Connection, origin: str) -> Mapping[str, Any] | None:
    """One firm by one of its two origins."""
    return _one(connection, (firms.c.origin == origin) | (firms.c.addin_origin == origin))


def every(connection: Connection) -> list[Mapping[str, Any]]:
    """All firms, oldest first."""
    rows = connection.execute(select(firms).order_by(firms.c.created, firms.c.id)).mappings()
    return [dict(row) for row in rows]


def _one(connection: Connection, where: ColumnElement[bool]) -> Mapping[str, Any] | None:
    row = connection.execute(select(firms).where(where)).mappings().first()
    return dict(row) if row else None


def _note_change() -> None:
    global _last_change  # noqa: PLW0603 of the process, whichever database it is
    _last_change = time.monotonic()
