"""Deliveries: planned when something happened, marked when the other side answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.ids import new_token
from server.events import store

QUEUED: Final = "queued"
SENDING: Final = "sending"
SENT: Final = "sent"
HELD: Final = "held"
FAILED: Final = "failed"
UNCONFIRMED: Final = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to one person. `reason` says why it is held, failed or unconfirmed."""

    id: str
    person_id: str
    state: str
    reason: str | None


def plan(
    connection: Connection, *, firm_id: str, about: str, kind: str, person_ids: Iterable[str]
) -> None:
    """Queue one delivery by mail for each person."""
    for person_id in sorted(set(person_ids)):
        store.insert(
            connection,
            {
                "id": new_token(),
                "firm_id": firm_id,
                "person_id": person_id,
                "about": about,
                "kind": kind,
                "channel": "mail",
                "state": QUEUED,
                "changed": now_ms(connection),
            },
        )


def mark(
    connection: Connection,
    *,
    firm_id: str,
    about: str,
    kind: str,
    state: str,
    reason: str | None = None,
) -> None:
    """Set the state of all deliveries of one kind about one thing."""
    values = {"state": state, "reason": reason, "changed": now_ms(connection)}
    store.update(connection, firm_id, about, kind, values)


def of(connection: Connection, *, firm_id: str, about: str, kind: str) -> list[Delivery]:
    """The deliveries of one kind about one thing."""
    return [_delivery(row) for row in store.of(connection, firm_id, about, kind)]


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        id=row["id"], person_id=row["person_id"], state=row["state"], reason=row["reason"]
    )
