"""`port`: SQLite to PostgreSQL, whole or not at all."""

import fcntl
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from server.base import facts, rows
from server.base.settings import BadSetting
from server.cli import main
from server.commands.port import port
from tests.commands.conftest import Opened
from tests.commands.letters import are_read, write_letters
from tests.house import House


def test_a_house_goes_on_in_postgresql_where_it_was(
    sqlite_house: House, postgresql_url: str, opened: Opened
) -> None:
    letters = write_letters(sqlite_house)
    settings = sqlite_house.parts.settings
    done = {table.name: table for table in port(settings, postgresql_url)}
    assert done["entries"].rows == 2
    assert done["envelopes"].rows == 4
    are_read(opened(replace(settings, database_url=postgresql_url)), letters)
    with pytest.raises(BadSetting, match="not empty"):
        port(settings, postgresql_url)


def test_a_row_that_changes_on_the_way_stops_it_and_leaves_the_target_empty(
    sqlite_house: House, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = rows.insert

    def change(connection: Any, shape: rows.Shape, batch: Any) -> None:
        changed = [list(row) for row in batch]
        if shape.name == "keys":
            at = [name for name, _ in shape.columns].index("public")
            changed[0][at] = bytes([changed[0][at][0] ^ 1]) + changed[0][at][1:]
        insert(connection, shape, changed)

    monkeypatch.setattr(rows, "insert", change)
    with pytest.raises(BadSetting, match="keys is not the same"):
        port(sqlite_house.parts.settings, postgresql_url)
    assert _firms(postgresql_url) == 0


def test_nobody_writes_to_the_source_meanwhile(
    sqlite_house: House, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    insert, seen = rows.insert, []

    def look(*arguments: Any) -> None:
        with (
            (tmp_path / "letterlock.db.lock").open("a") as file,
            pytest.raises(BlockingIOError),
        ):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        seen.append(True)
        insert(*arguments)

    monkeypatch.setattr(rows, "insert", look)
    port(sqlite_house.parts.settings, postgresql_url)
    assert seen


def test_a_worker_that_runs_is_stopped_first(sqlite_house: House, postgresql_url: str) -> None:
    with sqlite_house.parts.database.write() as connection:
        facts.note(connection, "worker.codes", "alive")
    with pytest.raises(BadSetting, match="stop web and worker"):
        port(sqlite_house.parts.settings, postgresql_url)
    assert _firms(postgresql_url) == 0


def test_the_target_is_never_given_with_its_password_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.commands.port.from_environment", lambda: None)
    url = "postgresql+psycopg://letterlock:hunter22@127.0.0.1/letterlock"
    assert main(["port", "--to", url]) == 2
    told = capsys.readouterr()
    assert "LETTERLOCK_PORT_TO" in told.err
    assert "hunter22" not in told.err + told.out


@pytest.mark.parametrize("by", ["environment", "standard input"])
def test_a_process_that_has_the_database_open_is_stopped_first(
    sqlite_house: House,
    postgresql_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    by: str,
) -> None:
    house = sqlite_house
    monkeypatch.setattr("server.commands.port.from_environment", lambda: house.parts.settings)
    monkeypatch.setattr(
        "sys.stdin", StringIO(f"{postgresql_url}\n" * 2 if by != "environment" else "")
    )
    monkeypatch.setenv("LETTERLOCK_PORT_TO", postgresql_url if by == "environment" else "")
    house.pane()
    assert main(["port"]) == 2
    assert "something has the database open" in capsys.readouterr().err
    house.parts.database.close()
    assert main(["port"]) == 0
    assert "firms" in capsys.readouterr().out
    assert _firms(postgresql_url) == 1


def _firms(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.execute(text("SELECT count(*) FROM firms")).scalar_one())
    engine.dispose()
    return found
