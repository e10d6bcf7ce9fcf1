"""Deliveries: planned when something happened, marked when the other side answered."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base import outbox
from server.base.database import now_ms
from server.base.errors import Conflict
from server.base.ids import new_token
from server.events import store

QUEUED: Final = "queued"
SENDING: Final = "sending"
SENT: Final = "sent"
HELD: Final = "held"
FAILED: Final = "failed"
UNCONFIRMED: Final = "unconfirmed"
BOUNCED: Final = "bounced"
CANCELLED: Final = "cancelled"
REPORTED: Final = "reported"  # came back from one of several readers, and nobody can see from whom


class InDoubt(Conflict):
    """It may have left: it is tried again only by who has looked into Sent Items."""

    code = "in-doubt"
    title = "This mail may have gone out"
    detail = (
        "Nobody knows whether this mail left. Look into the Sent Items of the mailbox that sends "
        "for the firm: only if it is not there, have it sent again. Nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to one person. `reason` says why it is held, failed, unconfirmed or bounced.

    `changed` is when it came into its state, in milliseconds.
    """

    id: str
    person_id: str
    state: str
    reason: str | None
    changed: int


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
    only: Collection[str] | None = None,
    person_id: str | None = None,
) -> int:
    """Set the state of the deliveries of one kind about one thing. Returns of how many.

    `only`: those that are in one of these states now; `person_id`: the one to this person.
    """
    values = {"state": state, "reason": reason, "changed": now_ms(connection)}
    return store.update(connection, firm_id, about, kind, values, only=only, person_id=person_id)


def about_of(connection: Connection, *, firm_id: str, kind: str, delivery_id: str) -> str | None:
    """What a delivery is about, by its id."""
    return store.about_by_id(connection, firm_id, kind, delivery_id)


def in_states(
    connection: Connection, *, firm_id: str, kind: str, states: Collection[str], since: int
) -> set[str]:
    """What deliveries are about that came into one of these states since then (milliseconds)."""
    return store.about_in_states(connection, firm_id, kind, states, since=since)


def of(connection: Connection, *, firm_id: str, about: str, kind: str) -> list[Delivery]:
    """The deliveries of one kind about one thing."""
    return [_delivery(row) for row in store.of(connection, firm_id, about, kind)]


def again(
    connection: Connection,
    job_id: str,
    *,
    firm_id: str | None = None,
    not_in_sent_items: bool = False,
) -> bool:
    """Let the worker try a dead job from the beginning, with the deliveries it is about.

    `firm_id` None is for the operator. A delivery that has left meanwhile is not sent again.
    Returns whether there is such a job.

    Raises:
        InDoubt: It may have left, and the caller does not say `not_in_sent_items`.
    """
    job = outbox.dead_job(connection, job_id, firm_id=firm_id)
    if job is None:
        return False
    if not not_in_sent_items and store.reason_of(connection, job) == UNCONFIRMED:
        raise InDoubt
    if about := job.payload.get("message_id"):
        mark(
            connection,
            firm_id=job.firm_id,
            about=about,
            kind=job.kind,
            state=QUEUED,
            only={FAILED, UNCONFIRMED},
        )
    outbox.revive(connection, job)
    return True


def _delivery(row: Mapping[str, Any]) -> Delivery:
    names = ("id", "person_id", "state", "reason", "changed")
    return Delivery(**{name: row[name] for name in names})
