"""What each mailbox of the outbox bears: calls at once, mails a minute, and a circuit.

Exchange takes 4 calls at once and 30 mails a minute of one mailbox (learn.microsoft.com,
throttling-limits and exchange-online-limits). The state stands in the database, so that any number
of workers keeps to it together. A mailbox whose calls fail is left alone, then tried by one job.
"""

import json
import random
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    String,
    Table,
    Text,
    case,
    literal,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from server.base.database import metadata

CODES: Final = "codes"
NOTICES: Final = "notices"
CHORES: Final = "chores"  # looking and tidying: nobody waits for these
IN_FLIGHT: Final = 4
A_MINUTE: Final = 30
KEPT_FOR_CODES: Final = 10  # of the firm's 30 a minute, so that a code never waits behind notices
TRIP: Final = 5  # failures in a row that open the circuit
OPEN_MS: Final = 30_000
LONGEST_OPEN_MS: Final = 300_000
LONGEST_WAIT_MS: Final = 24 * 3_600_000
_FIRM: Final = "firm:"
_NONE: Final = "jobs:"
_MINUTE_MS: Final = 60_000

mailboxes: Final = Table(
    "outbox_mailboxes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("firm_id", String(32), nullable=False),
    Column("served", BigInteger, nullable=False),
    Column("starts", Text, nullable=False),  # when the last 30 mails began, oldest first
    Column("codes_at", BigInteger, nullable=False),
    Column("notices_at", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("open_until", BigInteger, nullable=False),
)


def of_person(person_id: str) -> str:
    """The mailbox of one person."""
    return f"person:{person_id}"


def of_firm(firm_id: str) -> str:
    """The firm's system mailbox, which sends codes too."""
    return f"{_FIRM}{firm_id}"


def none_of(firm_id: str) -> str:
    """For jobs that no mailbox has a part in: the firms still take turns."""
    return f"{_NONE}{firm_id}"


def ensure(connection: Connection, mailbox: str, firm_id: str) -> None:
    """Know a mailbox from now on."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "id": mailbox, "firm_id": firm_id, "served": 0, "starts": "[]", "codes_at": 0,
        "notices_at": 0, "failures": 0, "open_until": 0,
    }  # fmt: skip
    connection.execute(dialect.insert(mailboxes).values(**values).on_conflict_do_nothing())


def is_open_for(lane: str, now: int, *, metered: bool) -> ColumnElement[bool]:
    """Whether circuit and rate let this lane begin a job now."""
    gate = mailboxes.c.open_until <= now
    if not metered:
        return gate
    if lane == CODES:
        return gate & (mailboxes.c.codes_at <= now)
    return gate & (mailboxes.c.notices_at <= now) if lane == NOTICES else gate


def room(lane: str) -> ColumnElement[int]:
    """How many jobs may be in hand at once: fewer for what may wait, one to try a failing mailbox.

    A code has one place more than a notice, in the firm's mailbox, in either state.
    """
    most, trying = (IN_FLIGHT, 2) if lane == CODES else (IN_FLIGHT - 1, 1)
    if lane != CODES:
        own = case((mailboxes.c.id.startswith(_FIRM), most), else_=IN_FLIGHT)
        return case((mailboxes.c.failures >= TRIP, trying), else_=own)
    return case((mailboxes.c.failures >= TRIP, trying), else_=literal(most))


def lock(connection: Connection, mailbox: str) -> Mapping[str, Any] | None:
    """The mailbox's row, and nobody else's until the transaction ends; None if somebody has it."""
    statement = select(mailboxes).where(mailboxes.c.id == mailbox).with_for_update(skip_locked=True)
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def begin(
    connection: Connection, row: Mapping[str, Any], lane: str, now: int, *, metered: bool
) -> None:
    """Count one job that begins now."""
    starts = [int(at) for at in json.loads(row["starts"])]
    if metered and lane != CHORES and not row["id"].startswith(_NONE):
        starts = [*starts, now][-A_MINUTE:]
    kept = KEPT_FOR_CODES if row["id"].startswith(_FIRM) else 0
    values = {
        "served": now,
        "starts": json.dumps(starts),
        "codes_at": _free_at(starts, A_MINUTE),
        "notices_at": _free_at(starts, A_MINUTE - kept),
    }
    connection.execute(mailboxes.update().where(mailboxes.c.id == row["id"]).values(**values))


def worked(connection: Connection, firm_id: str, mailbox: str) -> None:
    """A call of this mailbox was answered: the circuit closes."""
    failing = _is(firm_id, mailbox) & (mailboxes.c.failures > 0)
    connection.execute(mailboxes.update().where(failing).values(failures=0, open_until=0))


def failed(
    connection: Connection, firm_id: str, mailbox: str, now: int, *, after_ms: int | None
) -> None:
    """A call of this mailbox was not taken. `after_ms`: when the other side said to come again."""
    where = _is(firm_id, mailbox)
    statement = select(mailboxes.c.failures, mailboxes.c.open_until).where(where).with_for_update()
    row = connection.execute(statement).mappings().first()
    if row is None:
        return
    failures, until = row["failures"] + 1, row["open_until"]
    if failures >= TRIP:
        pause = min(OPEN_MS << min(failures - TRIP, 10), LONGEST_OPEN_MS)
        until = max(until, now + jittered(pause))
    if after_ms is not None:
        until = max(until, now + min(after_ms, LONGEST_WAIT_MS))
    values = {"failures": failures, "open_until": until}
    connection.execute(mailboxes.update().where(where).values(**values))


def jittered(ms: int) -> int:
    """From 3/4 to 5/4 of a wait, so that what failed together does not come back together."""
    return ms * random.randint(750, 1250) // 1000  # noqa: S311 no secret hangs on it


def _is(firm_id: str, mailbox: str) -> ColumnElement[bool]:
    return (mailboxes.c.firm_id == firm_id) & (mailboxes.c.id == mailbox)


def _free_at(starts: list[int], most: int) -> int:
    return starts[-most] + _MINUTE_MS if len(starts) >= most else 0
