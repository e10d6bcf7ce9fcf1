"""The outbox: the only way to a mail, to Graph and to anything else outside.

A row commits with what it tells of. A worker leases it by the database's clock, does the work and
deletes it, or gives it back with a later `run_at`. A killed worker's lease runs out and the row is
taken again: at least once. What makes it once is the receiver's key (the delivery's id). Rows of
one mailbox are kept to what that mailbox bears (mailboxes.py), and the mailboxes take turns, so a
slow one holds up no other.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    text,
)

from server.base import mailboxes
from server.base.database import metadata, now_ms, serialise
from server.base.ids import new_id
from server.base.mailboxes import CHORES, CODES, LONGEST_WAIT_MS, NOTICES, jittered

LANES: Final = (CODES, NOTICES, CHORES)
LEASE_MS: Final = 120_000  # longer than the longest call: graph/client.py, graph/entra.py
MAX_TRIES: Final = 12
AWAY_MS: Final = 3 * 24 * 3_600_000
CHANNEL: Final = "letterlock_outbox"
_BACKOFF_MS: Final = (1_000, 2_000, 5_000, 15_000, 60_000, 300_000)
_CANDIDATES: Final = 8
Payload: TypeAlias = Mapping[str, str]

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
    Column("mailbox", String(64), nullable=False, server_default=""),
    Column("lease", String(32)),  # of whoever has it now
    Column("reason", String(64)),  # why it was not done: a code, never content
    Column("once", String(64)),
    UniqueConstraint("once", name="uq_outbox_once"),
    Index("ix_outbox_due", "state", "lane", "run_at"),
    Index("ix_outbox_mailbox", "mailbox", "lane", "state", "run_at"),
)
_LEASED: Final = text("leased_until > 0")
Index("ix_outbox_leased", outbox.c.mailbox, sqlite_where=_LEASED, postgresql_where=_LEASED)


class LeaseLost(Exception):
    """The lease ran out and somebody else may have the row: do nothing more for it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One leased row. `payload` holds ids and sealed values, never content or a token."""

    id: str
    firm_id: str
    kind: str
    payload: Mapping[str, str]
    tries: int
    created: int
    lane: str
    mailbox: str
    lease: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as the operator may see it: no payload. `run_at` and `created` in milliseconds."""

    id: str
    firm_id: str
    lane: str
    kind: str
    state: str
    tries: int
    reason: str | None
    created: int
    run_at: int


def enqueue(
    connection: Connection,
    *,
    firm_id: str,
    lane: str,
    kind: str,
    payload: Mapping[str, str],
    mailbox: str | None = None,
    after_ms: int = 0,
    once: str | None = None,
    joined: Callable[[Payload, Payload], Payload] = lambda _waiting, new: new,
) -> str:
    """Add a row that is due after so many milliseconds, and wake the workers if that is now.

    Args:
        connection: An open write transaction.
        firm_id: Whose job it is.
        lane: One of LANES.
        kind: Which handler does it.
        payload: Ids and sealed values.
        mailbox: From mailboxes.py, whose limits it keeps to; None for none.
        after_ms: How long it waits.
        once: A name that no other firm has; while a row with it waits, its payload is replaced and the earlier of both
            times holds.
        joined: What the payload becomes then, from the waiting one and the new one.

    Returns:
        Its id.
    """
    box = mailbox or mailboxes.none_of(firm_id)
    mailboxes.ensure(connection, box, firm_id)
    now = now_ms(connection)
    run_at = now + after_ms
    if once is not None:
        serialise(connection, f"outbox {once}")
        if waiting := _renewed(
            connection, firm_id, once, renew=lambda old: joined(old, payload), run_at=run_at
        ):
            return waiting
    row = {
        "id": new_id(), "firm_id": firm_id, "lane": lane, "kind": kind,
        "payload": json.dumps(dict(payload)),
        "created": now, "run_at": run_at, "mailbox": box, "once": once,
    }  # fmt: skip
    connection.execute(outbox.insert().values(**row))
    if not after_ms:
        wake(connection, lane)
    return str(row["id"])


def set_aside(
    connection: Connection,
    *,
    firm_id: str,
    lane: str,
    kind: str,
    payload: Mapping[str, str],
    mailbox: str,
    reason: str,
) -> str:
    """Keep a row for an administrator to decide about: dead from the beginning. Returns its id."""
    mailboxes.ensure(connection, mailbox, firm_id)
    row = {
        "id": new_id(), "firm_id": firm_id, "lane": lane, "kind": kind,
        "payload": json.dumps(dict(payload)), "created": now_ms(connection),
        "run_at": now_ms(connection), "mailbox": mailbox, "state": "dead", "reason": reason,
    }  # fmt: skip
    connection.execute(outbox.insert().values(**row))
    return str(row["id"])


def wake(connection: Connection, lane: str) -> None:
    """Tell the workers, when this transaction commits, that a lane has work (PostgreSQL only)."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, lane)))


def is_due(connection: Connection, lane: str, *, metered: bool = True) -> bool:
    """Whether there is a row to lease: asked before `lease`, so that an idle worker never writes."""
    ready = _ready(lane, now_ms(connection), metered=metered)
    return connection.execute(ready.limit(1)).first() is not None


def lease(connection: Connection, lane: str, *, metered: bool = True) -> Job | None:
    """Take a due row of this lane for `LEASE_MS`: the oldest of the mailbox longest not served.

    `metered`: the lane's mails count against what Exchange takes of a mailbox in a minute.
    """
    now = now_ms(connection)
    ready = _ready(lane, now, metered=metered)
    for mailbox in connection.execute(ready.limit(_CANDIDATES)).scalars().all():
        box = mailboxes.lock(connection, mailbox)
        again = ready.where(mailboxes.mailboxes.c.id == mailbox)
        if box is None or connection.execute(again).first() is None:
            continue  # somebody else took it meanwhile, or its last place
        due = select(outbox).where(_is_due(lane, now), outbox.c.mailbox == mailbox)
        due = due.order_by(outbox.c.run_at).limit(1).with_for_update(skip_locked=True)
        row = connection.execute(due).mappings().first()
        if row is None:
            continue
        mailboxes.begin(connection, box, lane, now, metered=metered)
        return _leased(connection, dict(row), now)
    return None


def hold(connection: Connection, job: Job) -> None:
    """Begin the lease anew, before a call that may take long.

    Raises:
        LeaseLost: It has run out and the row was taken again, or is gone.
    """
    until = now_ms(connection) + LEASE_MS
    held = connection.execute(outbox.update().where(_is_own(job)).values(leased_until=until))
    if not held.rowcount:
        raise LeaseLost


def finish(connection: Connection, job: Job) -> None:
    """The work is done: the row goes, unless somebody else has it by now."""
    connection.execute(outbox.delete().where(_is_own(job)))
    mailboxes.worked(connection, job.firm_id, job.mailbox)


def release(connection: Connection, job: Job) -> None:
    """Give back a job that was not begun: it is due at once, and this was no try."""
    values = {"leased_until": 0, "lease": None, "tries": job.tries - 1}
    connection.execute(outbox.update().where(_is_own(job)).values(**values))
    wake(connection, job.lane)


def give_back(
    connection: Connection, job: Job, *, away: bool, after_ms: int | None = None, reason: str = ""
) -> bool:
    """Try again later, or set the row aside as dead.

    Args:
        connection: An open write transaction.
        job: The leased row.
        away: The other side was away, which is nobody's fault: tried for `AWAY_MS`. Else the job
            itself failed: `MAX_TRIES`.
        after_ms: When the other side said when; else the backoff decides.
        reason: Why, as a code.

    Returns:
        Whether the row will be tried again; False too when somebody else has it by now.
    """
    now = now_ms(connection)
    dead = now > job.created + AWAY_MS if away else job.tries >= MAX_TRIES
    backoff = jittered(_BACKOFF_MS[min(job.tries, len(_BACKOFF_MS)) - 1])
    wait = backoff if after_ms is None else max(min(after_ms, LONGEST_WAIT_MS), _BACKOFF_MS[0])
    values = {
        "state": "dead" if dead else "ready",
        "leased_until": 0,
        "lease": None,
        "run_at": now + wait,
        "reason": reason[:64] or None,
    }
    own = connection.execute(outbox.update().where(_is_own(job)).values(**values))
    if away:
        mailboxes.failed(connection, job.firm_id, job.mailbox, now, after_ms=after_ms)
    return not (dead and own.rowcount)


def kept(
    connection: Connection, *, state: str, firm_id: str | None = None, most: int = 200
) -> list[Kept]:
    """Rows in a state, `ready` or `dead`, oldest first; of one firm, or of all for the operator."""
    names = ("id", "firm_id", "lane", "kind", "state", "tries", "reason", "created", "run_at")
    statement = select(*(outbox.c[name] for name in names)).where(outbox.c.state == state)
    if firm_id is not None:
        statement = statement.where(outbox.c.firm_id == firm_id)
    statement = statement.order_by(outbox.c.created, outbox.c.id).limit(most)
    return [Kept(**row) for row in connection.execute(statement).mappings()]


def dead_job(connection: Connection, job_id: str, *, firm_id: str | None = None) -> Job | None:
    """A dead row, locked; of one firm, or of any for the operator."""
    where = (outbox.c.id == job_id) & (outbox.c.state == "dead")
    if firm_id is not None:
        where &= outbox.c.firm_id == firm_id
    row = connection.execute(select(outbox).where(where).with_for_update()).mappings().first()
    return _job(dict(row), lease="") if row else None


def revive(connection: Connection, job: Job) -> None:
    """Let a dead row be tried from the beginning, at once."""
    now = now_ms(connection)
    values = {"state": "ready", "tries": 0, "created": now, "run_at": now, "reason": None}
    where = (outbox.c.firm_id == job.firm_id) & (outbox.c.id == job.id)
    connection.execute(outbox.update().where(where).values(**values))
    wake(connection, job.lane)


def _renewed(
    connection: Connection,
    firm_id: str,
    once: str,
    *,
    renew: Callable[[Payload], Payload],
    run_at: int,
) -> str | None:
    """Renew the waiting row of this name. One that is in somebody's hands gives the name up."""
    where = (outbox.c.firm_id == firm_id) & (outbox.c.once == once)
    row = connection.execute(select(outbox).where(where).with_for_update()).mappings().first()
    if row is None:
        return None
    if row["state"] != "ready" or row["leased_until"]:
        connection.execute(outbox.update().where(where).values(once=None))
        return None
    payload = json.dumps(dict(renew(json.loads(row["payload"]))))
    values = {"payload": payload, "run_at": min(run_at, row["run_at"])}
    connection.execute(outbox.update().where(where).values(**values))
    return str(row["id"])


def _ready(lane: str, now: int, *, metered: bool) -> Select[Any]:
    """Mailboxes with a due row and a place for it, longest not served first."""
    box = mailboxes.mailboxes.c
    due = select(outbox.c.id).where(_is_due(lane, now), outbox.c.mailbox == box.id).exists()
    free = mailboxes.is_open_for(lane, now, metered=metered)
    has_room = _in_hand(now) < mailboxes.room(lane)
    return select(box.id).where(free, due, has_room).order_by(box.served, box.id)


def _in_hand(now: int) -> ColumnElement[int]:
    """How many jobs of the outer query's mailbox are leased."""
    other = outbox.alias("in_hand")
    leased = (other.c.leased_until > 0) & (other.c.leased_until > now)
    own = other.c.mailbox == mailboxes.mailboxes.c.id
    return select(func.count()).select_from(other).where(own, leased).scalar_subquery()


def _is_due(lane: str, now: int) -> ColumnElement[bool]:
    return (
        (outbox.c.state == "ready")
        & (outbox.c.lane == lane)
        & (outbox.c.run_at <= now)
        & (outbox.c.leased_until <= now)
    )


def _is_own(job: Job) -> ColumnElement[bool]:
    own = (outbox.c.firm_id == job.firm_id) & (outbox.c.id == job.id)
    return own & (outbox.c.lease == job.lease)


def _leased(connection: Connection, row: Mapping[str, Any], now: int) -> Job:
    token = new_id()
    values = {"leased_until": now + LEASE_MS, "tries": row["tries"] + 1, "lease": token}
    connection.execute(outbox.update().where(outbox.c.id == row["id"]).values(**values))
    return _job({**row, **values}, lease=token)


def _job(row: Mapping[str, Any], *, lease: str) -> Job:
    return Job(
        id=row["id"],
        firm_id=row["firm_id"],
        kind=row["kind"],
        payload=json.loads(row["payload"]),
        tries=row["tries"],
        created=row["created"],
        lane=row["lane"],
        mailbox=row["mailbox"],
        lease=lease,
    )
