"""Drains the outbox: each lane has places, and a job is leased only when one is free.

So a job that was taken is begun, and at the end of the process those in hand are finished and no
other is touched. A code never waits for a place that notices hold: the lanes share none.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy import Connection

from server.base import logs, metrics, outbox
from server.base.database import Database
from server.base.heartbeat import Heartbeat
from server.base.mailboxes import CHORES, CODES, NOTICES
from server.base.outbox import Job, LeaseLost
from server.base.tenancy import all_firms, for_firm
from server.base.wake import Wake

PLACES: Final = {CODES: 4, NOTICES: 8, CHORES: 2}
POLL_S: Final = 0.2  # where nobody tells of new rows
TOLD_POLL_S: Final = 1.0  # rows that become due later are told by nobody
_PATIENCE_S: Final = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """What is done for each kind of job, what when it is given up, and how to close all of it.

    What is done when a job is given up commits with its row, or neither does.
    `away` are errors that say that the other side did not take it; each may hold `after_ms`.
    `unmetered` are lanes whose mail does not leave by an Exchange mailbox.
    """

    by_kind: Mapping[str, Callable[[Job], None]]
    given_up: Mapping[str, Callable[[Connection, Job], None]]
    away: tuple[type[Exception], ...]
    close: Callable[[], None]
    unmetered: frozenset[str] = frozenset()


def work_once(database: Database, handlers: Handlers, lane: str) -> bool:
    """Do one due job of a lane. Returns whether there was one."""
    job = _take(database, lane, metered=lane not in handlers.unmetered)
    if job is None:
        return False
    do(database, handlers, job)
    return True


def do(database: Database, handlers: Handlers, job: Job) -> None:
    """Do a leased job and note how it ended."""
    began = time.monotonic()
    with for_firm(job.firm_id):
        outcome = _outcome(database, handlers, job)
    metrics.job(kind=job.kind, outcome=outcome, seconds=time.monotonic() - began)
    say = _log.info if outcome == "done" else _log.warning
    say(outcome, kind=job.kind, job_id=job.id, tries=job.tries)


class Lane:
    """One lane of this process: a thread that leases, and a place for each job in hand."""

    def __init__(self, database: Database, handlers: Handlers, lane: str, wake: Wake) -> None:
        self._database = database
        self._handlers = handlers
        self._lane = lane
        self._heart = Heartbeat(database, lane)
        self._wake = wake
        self._metered = lane not in handlers.unmetered
        self._stop = threading.Event()
        self._places = threading.BoundedSemaphore(PLACES[lane])
        self._pool = ThreadPoolExecutor(PLACES[lane], thread_name_prefix=lane)
        self._thread = threading.Thread(target=self._run, name=lane)

    def start(self) -> None:
        """Begin to lease."""
        self._thread.start()

    def stop(self) -> None:
        """Lease no more. Returns at once."""
        self._stop.set()
        self._wake.wake(self._lane)

    def join(self) -> None:
        """Wait until the jobs in hand are finished."""
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._heart.beat()
                busy = self._begin_one()
            except Exception as error:  # noqa: BLE001 a database that is away comes back; the loop goes on
                _tell("worker", error, lane=self._lane)
                busy = False
            if not busy and not self._stop.is_set():
                self._wake.wait(self._lane, TOLD_POLL_S if self._wake.is_told else POLL_S)

    def _begin_one(self) -> bool:
        """Whether to look again at once."""
        if not self._places.acquire(timeout=_PATIENCE_S):
            return True
        self._heart.has_place()
        job = None
        try:
            job = _take(self._database, self._lane, metered=self._metered)
            if job is None:
                return False
            if self._stop.is_set():
                self._put_back(job)
                job = None
                return False
            self._pool.submit(self._do, job)
            return True
        finally:
            if job is None:
                self._places.release()

    def _do(self, job: Job) -> None:
        try:
            do(self._database, self._handlers, job)
        except Exception as error:  # noqa: BLE001 its lease runs out, and it is taken again
            _tell("failed", error, kind=job.kind, job_id=job.id, tries=job.tries)
        finally:
            self._places.release()

    def _put_back(self, job: Job) -> None:
        with for_firm(job.firm_id), self._database.write() as connection:
            outbox.release(connection, job)


def _take(database: Database, lane: str, *, metered: bool) -> Job | None:
    with all_firms("the worker takes what is due"):
        with database.read() as connection:
            if not outbox.is_due(connection, lane, metered=metered):
                return None
        with database.write() as connection:
            return outbox.lease(connection, lane, metered=metered)


def _outcome(database: Database, handlers: Handlers, job: Job) -> str:
    """How it ended: done, again, dead or lost."""
    try:
        handlers.by_kind[job.kind](job)
    except LeaseLost:
        return "lost"
    except handlers.away as away:
        after_ms: int | None = getattr(away, "after_ms", None)
        return _again(database, handlers, job, away=True, after_ms=after_ms, reason="away")
    except Exception as error:  # noqa: BLE001 one bad job must not stop the others; it is kept and logged
        _tell("failed", error, kind=job.kind, job_id=job.id, tries=job.tries)
        return _again(database, handlers, job, away=False, reason=type(error).__name__)
    with database.write() as connection:
        outbox.finish(connection, job)
    return "done"


def _again(
    database: Database,
    handlers: Handlers,
    job: Job,
    *,
    away: bool,
    reason: str,
    after_ms: int | None = None,
) -> str:
    with database.write() as connection:
        again = outbox.give_back(connection, job, away=away, after_ms=after_ms, reason=reason)
        if not again and job.kind in handlers.given_up:
            handlers.given_up[job.kind](connection, job)
    return "again" if again else "dead"


def _tell(what: str, error: Exception, **facts: Any) -> None:
    _log.exception(
        what, exc_info=False, error_type=type(error).__name__, where=logs.where(error), **facts
    )
