"""The vault, the logs, the outbox, both databases' writers."""

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.base import logs, outbox
from server.base.database import Database, now_ms
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.crypto.errors import SealRefused


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with all_firms("a test looks at everything"):
        yield Database(database_url)


def test_the_master_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    Vault.make(path)
    sealed = Vault.load(path).seal_text(("f", "t", "r", "c"), "Maya")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Vault.make(path)
    assert Vault.load(path).unseal_text(("f", "t", "r", "c"), sealed) == "Maya"
    assert list(path.parent.iterdir()) == [path]


def test_a_field_opens_neither_elsewhere_nor_under_another_master_key(tmp_path: Path) -> None:
    Vault.make(tmp_path / "one.key")
    Vault.make(tmp_path / "two.key")
    vault = Vault.load(tmp_path / "one.key")
    sealed = vault.seal_text(("f", "t", "r", "c"), "Maya")
    with pytest.raises(SealRefused):
        vault.unseal(("f", "t", "r", "d"), sealed)
    with pytest.raises(SealRefused):
        Vault.load(tmp_path / "two.key").unseal(("f", "t", "r", "c"), sealed)


def test_a_log_keeps_allowed_keys_only(capsys: pytest.CaptureFixture[str]) -> None:
    import structlog

    logs.configure()
    structlog.get_logger().info("request", route="/m/<id>", code="7KQ2-M8XF", text="Dear Maya")
    structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert line["route"] == "/m/<id>"
    assert not {"code", "text"} & line.keys()


def test_writers_queue_instead_of_failing(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def count() -> None:
        for _ in range(25):
            with database.write() as connection:
                locked = "" if database.is_sqlite else " FOR UPDATE"
                query = f"SELECT n FROM counter{locked}"
                n = connection.execute(text(query)).scalar_one()
                connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(text("SELECT n FROM counter")).scalar_one() == 100
    database.close()


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def half() -> None:
        with database.write() as connection:
            outbox.enqueue(connection, firm_id="f", lane="codes", kind="code", payload={})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
    database.close()


def test_a_leased_job_is_nobody_elses_until_the_lease_ends(database: Database) -> None:
    with database.write() as connection:
        outbox.enqueue(connection, firm_id="f", lane="codes", kind="code", payload={"a": "b"})
    with database.write() as connection:
        job = outbox.lease(connection, "codes")
        assert job is not None
        assert outbox.lease(connection, "codes") is None
        assert outbox.lease(connection, "notices") is None
    with database.write() as connection:
        connection.execute(text("UPDATE outbox SET leased_until = 1"))
        again = outbox.lease(connection, "codes")
        assert again is not None
        assert (again.id, again.tries) == (job.id, 2)
    database.close()


def test_a_job_is_set_aside_after_its_last_try(database: Database) -> None:
    with database.write() as connection:
        outbox.enqueue(connection, firm_id="f", lane="codes", kind="code", payload={})
        connection.execute(text(f"UPDATE outbox SET tries = {outbox.MAX_TRIES - 1}"))
        job = outbox.lease(connection, "codes")
        assert job is not None
        assert not outbox.give_back(connection, job, away=False)
        connection.execute(text("UPDATE outbox SET run_at = 0"))
        assert outbox.lease(connection, "codes") is None
    database.close()


def test_the_databases_clock_is_in_milliseconds(database: Database) -> None:
    import time

    with database.read() as connection:
        assert abs(now_ms(connection) - time.time() * 1000) < 5000
    database.close()
