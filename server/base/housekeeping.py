"""Housekeeping: for each firm a row of the outbox for each chore, which plants itself again.

A chore takes away what nobody can use any more, a batch in each transaction, so that it never
holds the writers up. Which chores there are: worker.py. What stays for how long: docs/guides/metrics.md.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sqlalchemy import Column, ColumnElement, Connection, Table, select

from server.base import metrics
from server.base.database import Database, now_ms
from server.base.mailboxes import CHORES
from server.base.outbox import Job, enqueue, hold
from server.base.tenancy import for_firm

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
BATCH: Final = 500

Chore = Callable[[Job], None]


def plant(database: Database, firm_ids: Iterable[str], every_ms: Mapping[str, int]) -> None:
    """Have each chore done for each firm, unless it waits already, whatever became of the last."""
    for firm_id in firm_ids:
        with for_firm(firm_id), database.write() as connection:
            for kind, wait in every_ms.items():
                _plant(connection, firm_id, kind, after_ms=wait)


def chores(
    database: Database, every_ms: Mapping[str, int], work: Mapping[str, Chore]
) -> dict[str, Chore]:
    """Handlers that do a chore and plant its next time, `every_ms` later."""

    def repeating(kind: str) -> Chore:
        def do(job: Job) -> None:
            work[kind](job)
            with database.write() as connection:
                _plant(connection, job.firm_id, kind, after_ms=every_ms[kind])

        return do

    return {kind: repeating(kind) for kind in work}


def sweep(
    database: Database,
    job: Job,
    table: Table,
    key: "Column[str]",
    stale: Callable[[int], ColumnElement[bool]],
) -> int:
    """Delete a firm's stale rows of a table, a batch at a time. Returns how many.

    Args:
        database: Where.
        job: The chore; its lease is renewed with each batch.
        table: One with a firm_id.
        key: The column that tells its rows apart.
        stale: Takes the database's time in milliseconds; the condition of a stale row.
    """
    count = 0
    own = table.c.firm_id == job.firm_id
    while True:
        with database.write() as connection:
            hold(connection, job)
            found = select(key).where(own, stale(now_ms(connection))).limit(BATCH)
            ids = list(connection.execute(found).scalars())
            if ids:
                connection.execute(table.delete().where(own, key.in_(ids)))
        count += len(ids)
        if len(ids) < BATCH:
            metrics.swept(table.name, count)
            return count


def _plant(connection: Connection, firm_id: str, kind: str, *, after_ms: int) -> None:
    enqueue(
        connection,
        firm_id=firm_id,
        lane=CHORES,
        kind=kind,
        payload={},
        after_ms=after_ms,
        once=f"{kind} {firm_id}",
    )
