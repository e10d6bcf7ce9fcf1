"""Starting: what stops it, and in which words."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from server.base.settings import BadSetting
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.commands.db import ensure_master_key
from tests.house import House


def test_a_lost_master_key_is_never_replaced_over_sealed_data(house: House) -> None:
    key = house.parts.settings.master_key
    key.unlink()
    with pytest.raises(BadSetting, match="missing"):
        ensure_master_key(house.parts.settings)
    assert not key.exists()
    with pytest.raises(BadSetting):
        Vault.load(key)


def test_a_port_that_is_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "server.cli", "up", "--demo", "--port", port]
        ended = subprocess.run(
            [*command, "--data", str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2
    assert f"port {port} is in use" in ended.stderr
    assert "is up" not in ended.stdout


def test_a_missing_setting_is_said_without_a_traceback() -> None:
    command = [sys.executable, "-m", "server.cli", "worker"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={})
    assert ended.returncode == 2
    assert ended.stderr.startswith("letterlock: set LETTERLOCK_DATA")


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str) -> None:
    from alembic import command
    from sqlalchemy import inspect

    from server import migrations
    from server.base.database import Database

    command.downgrade(migrations.config(database_url), "base")
    database = Database(database_url)
    with all_firms("a test plants a table"), database.write() as connection:
        connection.execute(text("CREATE TABLE readers (x INTEGER)"))
    with pytest.raises(Exception, match="readers"):
        migrations.upgrade(database_url)
    with database.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"readers", "alembic_version"}
    database.close()
