"""Queries on keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from server.base.tenancy import of_firm
from server.keys.models import keys, wrapping_keys

Row = Mapping[str, Any]


def insert_key(connection: Connection, values: Row) -> None:
    """Add a key."""
    connection.execute(keys.insert().values(**values))


def current_key(connection: Connection, firm_id: str, owner_id: str, purpose: str) -> Row | None:
    """The owner's key for a purpose that is not retired."""
    where = (keys.c.firm_id == firm_id) & (keys.c.owner_id == owner_id)
    return _one(connection, where & (keys.c.purpose == purpose) & keys.c.retired.is_(None))


def key_by_fingerprint(connection: Connection, firm_id: str, fingerprint: str) -> Row | None:
    """A key of the firm, retired or not."""
    return _one(connection, (keys.c.firm_id == firm_id) & (keys.c.fingerprint == fingerprint))


def key_at(
    connection: Connection, firm_id: str, owner_id: str, purpose: str, *, at: int | None
) -> Row | None:
    """The owner's key for a purpose until `at` (milliseconds, itself included; None: now)."""
    if at is None:
        return current_key(connection, firm_id, owner_id, purpose)
    statement = (
        select(keys)
        .where(
            keys.c.firm_id == firm_id,
            keys.c.owner_id == owner_id,
            keys.c.purpose == purpose,
            keys.c.created <= at,
            keys.c.retired.is_(None) | (keys.c.retired >= at),
        )
        .order_by(keys.c.created, keys.c.retired)
    )
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def keys_in_custody(
    connection: Connection, firm_id: str, owner_id: str, purpose: str
) -> Sequence[Row]:
    """The owner's keys for a purpose whose secret is here, newest first."""
    statement = (
        select(keys)
        .where(
            keys.c.firm_id == firm_id,
            keys.c.owner_id == owner_id,
            keys.c.purpose == purpose,
            keys.c.secret_sealed.is_not(None),
        )
        .order_by(keys.c.created.desc(), keys.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def insert_wrapping_key(connection: Connection, values: Row) -> None:
    """Add an owner's wrapping key."""
    connection.execute(wrapping_keys.insert().values(**values))


def wrapping_key(connection: Connection, owner_id: str) -> Row | None:
    """An owner's wrapping key."""
    where = of_firm(connection, wrapping_keys) & (wrapping_keys.c.owner_id == owner_id)
    statement = select(wrapping_keys).where(where)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def _one(connection: Connection, where: ColumnElement[bool]) -> Row | None:
    row = connection.execute(select(keys).where(where)).mappings().first()
    return dict(row) if row else None
