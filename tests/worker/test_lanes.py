"""The worker's lanes: places, the end, and being woken."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from server.base import heartbeat, lanes, mailboxes, outbox
from server.base.database import Database
from server.base.lanes import PLACES, Handlers, Lane
from server.base.mailboxes import CODES, NOTICES
from server.base.outbox import Job
from server.base.tenancy import all_firms
from server.base.wake import Listener, Wake
from tests.sandbox.running import eventually

PATIENCE_S = 20
FIRM = mailboxes.of_firm("f")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with all_firms("a test looks at everything"):
        made = Database(database_url)
        yield made
        made.close()


class Work:
    """Jobs that last until they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.done: list[str] = []

    def handlers(self) -> Handlers:
        return Handlers(by_kind={"job": self._do}, given_up={}, away=(), close=lambda: None)

    def _do(self, job: Job) -> None:
        self.begun.release()
        if job.payload.get("slow") == "yes":
            assert self.go.wait(PATIENCE_S)
        self.done.append(job.id)


def add(database: Database, mailbox: str, lane: str = NOTICES, *, slow: bool = False) -> str:
    with database.write() as connection:
        return outbox.enqueue(
            connection,
            firm_id="f",
            lane=lane,
            kind="job",
            payload={"slow": "yes"} if slow else {},
            mailbox=mailbox,
        )


def rows(database: Database) -> list[tuple[str, int, int]]:
    with database.read() as connection:
        found = connection.execute(text("SELECT id, tries, leased_until FROM outbox"))
        return [(row.id, row.tries, row.leased_until) for row in found]


def test_a_slow_mailbox_holds_up_no_other_and_none_of_its_codes(database: Database) -> None:
    work, wake = Work(), Wake(outbox.LANES)
    running = [Lane(database, work.handlers(), lane, wake) for lane in (CODES, NOTICES)]
    for _ in range(9):
        add(database, FIRM, slow=True)
    for lane in running:
        lane.start()
    try:
        for _ in range(3):
            assert work.begun.acquire(timeout=PATIENCE_S)
        quick = {add(database, "quick"), add(database, FIRM, CODES)}
        eventually(lambda: quick <= set(work.done))
        assert len(work.done) == 2
    finally:
        work.go.set()
        for lane in running:
            lane.stop()
            lane.join()


def test_a_lane_that_stops_finishes_what_it_has_and_touches_nothing_else(
    database: Database,
) -> None:
    work, wake = Work(), Wake(outbox.LANES)
    lane = Lane(database, work.handlers(), NOTICES, wake)
    for number in range(PLACES[NOTICES] + 3):
        add(database, str(number), slow=True)
    lane.start()
    for _ in range(PLACES[NOTICES]):
        assert work.begun.acquire(timeout=PATIENCE_S)
    lane.stop()
    work.go.set()
    lane.join()
    assert len(work.done) == PLACES[NOTICES]
    assert [(tries, leased) for _, tries, leased in rows(database)] == [(0, 0)] * 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_lane_whose_places_are_all_stuck_is_dead_until_one_is_free(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "DEAD_MS", 2500)  # longer than the lane waits for a place
    monkeypatch.setattr(heartbeat, "EVERY_S", 0.1)
    monkeypatch.setitem(lanes.PLACES, NOTICES, 1)
    work = Work()
    lane = Lane(database, work.handlers(), NOTICES, Wake(outbox.LANES))
    add(database, FIRM, slow=True)
    lane.start()
    try:
        assert work.begun.acquire(timeout=PATIENCE_S)
        assert not dead(database)
        eventually(lambda: dead(database))
        work.go.set()
        eventually(lambda: not dead(database))
    finally:
        work.go.set()
        lane.stop()
        lane.join()


def dead(database: Database) -> bool:
    with database.read() as connection:
        return heartbeat.dead_lanes(connection, [NOTICES]) == [NOTICES]


def test_a_job_that_was_leased_when_the_lane_stopped_is_put_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work()
    lane = Lane(database, work.handlers(), NOTICES, Wake(outbox.LANES))
    add(database, "ann")
    take = lanes._take

    def stopped_meanwhile(*args: object, **more: object) -> Job | None:
        job: Job | None = take(*args, **more)  # type: ignore[arg-type]
        lane.stop()
        return job

    monkeypatch.setattr(lanes, "_take", stopped_meanwhile)
    lane.start()
    lane.join()
    assert work.done == []
    assert [(tries, leased) for _, tries, leased in rows(database)] == [(0, 0)]


def test_a_new_row_wakes_an_idle_worker(postgresql_url: str) -> None:
    wake, heard = Wake(outbox.LANES), threading.Event()
    listener = Listener(postgresql_url, wake)
    listener.start()
    eventually(lambda: wake.is_told)
    wake.wait(NOTICES, 0)  # the first waking, of all, when the listener came

    def wait() -> None:
        wake.wait(NOTICES, PATIENCE_S)
        heard.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    with all_firms("a test looks at everything"):
        database = Database(postgresql_url)
        add(database, "ann")
    assert heard.wait(5)
    waiting.join()
    listener.stop()
    assert not wake.is_told
    database.close()


SLEEPER = """
import sys, threading
from server import worker
from server.base.lanes import Handlers
from server.base.outbox import Job

def slow(job: Job) -> None:
    print("begun", flush=True)
    sys.stdin.readline()

worker.build_handlers = lambda *_: Handlers(
    by_kind={"job": slow}, given_up={}, away=(), close=lambda: None)
worker.run()
print("ended", flush=True)
"""


def test_a_worker_that_is_asked_to_end_finishes_its_job_first(
    database: Database, database_url: str, tmp_path: object
) -> None:
    import os

    from server.base.vault import Vault

    folder = str(tmp_path)
    Vault.make(tmp_path / "master.key")  # type: ignore[operator]
    environment = os.environ | {
        "LETTERLOCK_DATA": folder, "LETTERLOCK_DATABASE_URL": database_url,
        "LETTERLOCK_ORIGIN": "http://localhost:1", "LETTERLOCK_ADDIN_ORIGIN": "http://127.0.0.1:1",
        "LETTERLOCK_CLIENT_ID": "c", "LETTERLOCK_CLIENT_SECRET": "s",
    }  # fmt: skip
    first = add(database, "ann", slow=True)
    child = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "begun\n"
    child.send_signal(signal.SIGTERM)
    second = add(database, "ben")
    out, _ = child.communicate("go on\n", timeout=PATIENCE_S)
    assert (child.returncode, out) == (0, "ended\n")
    assert first != second
    assert [(row, tries, leased) for row, tries, leased in rows(database)] == [(second, 0, 0)]
