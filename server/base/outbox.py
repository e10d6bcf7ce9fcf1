"""The outbox: the only way to a mail, to Graph and to anything else outside.

A row commits with what it tells of. A worker leases it by the database's clock, does the work
and deletes it, or gives it back with a later `run_at`. A killed worker's lease runs out and the
row is taken again: at least once. What makes it once is the receiver's key (the delivery's id).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    select,
)

from server.base.database import metadata, now_ms
from server.base.ids import new_id

LANES: Final = ("codes", "notices")
LEASE_MS: Final = 60_000
MAX_TRIES: Final = 12
LONGEST_WAIT_MS: Final = 24 * 3_600_000
AWAY_MS: Final = 3 * 24 * 3_600_000
_BACKOFF_MS: Final = (1_000, 2_000, 5_000, 15_000, 60_000, 300_000)

outbox: Final = Table(
    "outbox",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), nullable=False),
    Column("lane", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("run_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger, nullable=False, default=0),
    Column("tries", Integer, nullable=False, default=0),
    Column("state", String(8), nullable=False, default="ready"),
    Index("ix_outbox_due", "state", "lane", "run_at"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """One leased row. `payload` holds ids and sealed values, never content or a token."""

    id: str
    firm_id: str
    kind: str
    payload: Mapping[str, str]
    tries: int
    created: int


def enqueue(
    connection: Connection, *, firm_id: str, lane: str, kind: str, payload: Mapping[str, str]
) -> str:
    """Add a row that is due now. Returns its id."""
    row_id, now = new_id(), now_ms(connection)
    connection.execute(
        outbox.insert().values(
            id=row_id,
            firm_id=firm_id,
            lane=lane,
            kind=kind,
            payload=json.dumps(dict(payload)),
            created=now,
            run_at=now,
        )
    )
    return row_id


def is_due(connection: Connection, lane: str) -> bool:
    """Whether there is a row to lease: asked before `lease`, so that an idle worker never writes."""
    return connection.execute(_due(lane, now_ms(connection))).first() is not None


def lease(connection: Connection, lane: str) -> Job | None:
    """Take the row of this lane that is longest due, for `LEASE_MS`."""
    now = now_ms(connection)
    due = _due(lane, now).with_for_update(skip_locked=True)
    row = connection.execute(due).mappings().first()
    if row is None:
        return None
    connection.execute(
        outbox.update()
        .where(outbox.c.id == row["id"])
        .values(leased_until=now + LEASE_MS, tries=row["tries"] + 1)
    )
    return Job(
        id=row["id"],
        firm_id=row["firm_id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        tries=row["tries"] + 1,
        created=row["created"],
    )


def finish(connection: Connection, job: Job) -> None:
    """The work is done: the row goes."""
    connection.execute(outbox.delete().where(outbox.c.id == job.id))


def give_back(connection: Connection, job: Job, *, away: bool, after_ms: int | None = None) -> bool:
    """Try again later, or set the row aside as dead.

    Args:
        connection: An open write transaction.
        job: The leased row.
        away: The other side was away, which is nobody's fault: tried for `AWAY_MS`. Else the job
            itself failed: `MAX_TRIES`.
        after_ms: When the other side said when; else the backoff decides.

    Returns:
        Whether the row will be tried again.
    """
    now = now_ms(connection)
    dead = now > job.created + AWAY_MS if away else job.tries >= MAX_TRIES
    backoff = _BACKOFF_MS[min(job.tries, len(_BACKOFF_MS)) - 1]
    connection.execute(
        outbox.update()
        .where(outbox.c.id == job.id)
        .values(
            state="dead" if dead else "ready",
            leased_until=0,
            run_at=now + max(min(after_ms or 0, LONGEST_WAIT_MS), backoff),
        )
    )
    return not dead


def _due(lane: str, now: int) -> Select[Any]:
    return (
        select(outbox)
        .where(
            outbox.c.state == "ready",
            outbox.c.lane == lane,
            outbox.c.run_at <= now,
            outbox.c.leased_until <= now,
        )
        .order_by(outbox.c.run_at)
        .limit(1)
    )
