"""Queries on deliveries."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from server.base.outbox import Job, outbox
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
    connection: Connection,
    firm_id: str,
    about: str,
    kind: str,
    values: Mapping[str, Any],
    *,
    only: Collection[str] | None = None,
    person_id: str | None = None,
) -> int:
    """Change the deliveries of one kind about one thing; those in some states, or to one person.

    Returns how many.
    """
    where = (
        (deliveries.c.firm_id == firm_id)
        & (deliveries.c.about == about)
        & (deliveries.c.kind == kind)
    )
    if only is not None:
        where &= deliveries.c.state.in_(only)
    if person_id is not None:
        where &= deliveries.c.person_id == person_id
    return connection.execute(deliveries.update().where(where).values(**values)).rowcount


def about_by_id(connection: Connection, firm_id: str, kind: str, delivery_id: str) -> str | None:
    """What the delivery with this id is about."""
    statement = select(deliveries.c.about).where(
        deliveries.c.firm_id == firm_id,
        deliveries.c.kind == kind,
        deliveries.c.id == delivery_id,
    )
    found = connection.execute(statement).scalar_one_or_none()
    return str(found) if found is not None else None


def about_in_states(
    connection: Connection, firm_id: str, kind: str, states: Collection[str], *, since: int
) -> set[str]:
    """What deliveries are about that came into one of these states since then."""
    statement = select(deliveries.c.about).where(
        deliveries.c.firm_id == firm_id,
        deliveries.c.kind == kind,
        deliveries.c.state.in_(states),
        deliveries.c.changed >= since,
    )
    return set(connection.execute(statement).scalars())


def reason_of(connection: Connection, job: Job) -> str | None:
    """Why a row of the outbox was set aside."""
    own = (outbox.c.firm_id == job.firm_id) & (outbox.c.id == job.id)
    reason = connection.execute(select(outbox.c.reason).where(own)).scalar_one_or_none()
    return str(reason) if reason is not None else None
