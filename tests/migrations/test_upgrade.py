"""A house of an older version, with letters in it, is brought to this one and loses nothing."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, inspect

from server import migrations
from server.commands import db
from tests.house import House, furnished
from tests.sandbox.running import Sandbox

DATA = Path(__file__).parent / "data"
Kept = dict[str, list[tuple[Any, ...]]]


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_every_row_and_every_ciphertext_outlives_an_upgrade(
    database_url: str, microsoft: Sandbox, tmp_path: Path, revision: str
) -> None:
    script = (DATA / f"{revision}.sql").read_text()
    before = _as_it_was(database_url, revision, script)
    assert before["envelopes"]
    migrations.upgrade(database_url)
    assert _kept(database_url, _columns(before)) == before
    (key,) = re.findall(r"the master key is ([0-9a-f]{64})", script)
    (letter,) = re.findall(r"Letters: (\S{22})", script)
    (tmp_path / "master.key").write_bytes(bytes.fromhex(key))
    for house in _house(database_url, microsoft, tmp_path):
        db.upgrade(house.parts.settings)
        maya = house.visitor()
        assert maya.sign_in(letter).status_code == 201
        assert "Dear Maya, from an older version" in str(maya.read(letter))


def _house(url: str, microsoft: Sandbox, folder: Path) -> Iterator[House]:
    yield from furnished(url, microsoft, folder, graph_url=f"{microsoft.url}/v1.0")


def _as_it_was(url: str, revision: str, script: str) -> Kept:
    """Bring a database to an older version with its rows. Returns what it holds, by table."""
    command.downgrade(migrations.config(url), "base")
    migrations.upgrade(url, revision)
    engine = create_engine(url)
    with engine.begin() as connection:
        _see_everything(connection)
        for line in script.splitlines():
            if not line.startswith("--"):
                connection.exec_driver_sql(_dialect(connection, line))
        tables = set(re.findall(r"^INSERT INTO (\w+) \(([^)]*)\)", script, re.MULTILINE))
    engine.dispose()
    return _kept(url, {table: columns.split(", ") for table, columns in tables})


def _dialect(connection: Connection, line: str) -> str:
    if connection.dialect.name == "sqlite":
        return line
    return re.sub(r"X'([0-9a-f]*)'", r"'\\x\1'::bytea", line.replace("%", "%%"))


def _kept(url: str, columns: dict[str, list[str]]) -> Kept:
    """The old columns of every row, bytes as their SHA-256."""
    engine, found = create_engine(url), {}
    with engine.begin() as connection:
        _see_everything(connection)
        for table, names in columns.items():
            rows = connection.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table}")
            plain = (tuple(_plain(value) for value in row) for row in rows)
            found[table] = [tuple(names), *sorted(plain, key=str)]
        assert set(columns) <= set(inspect(connection).get_table_names())
    engine.dispose()
    return found


def _columns(kept: Kept) -> dict[str, list[str]]:
    return {table: list(rows[0]) for table, rows in kept.items()}


def _plain(value: Any) -> Any:
    return hashlib.sha256(value).hexdigest() if isinstance(value, bytes) else value


def _see_everything(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT set_config('letterlock.firm', '*', true)")
