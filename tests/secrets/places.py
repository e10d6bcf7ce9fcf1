"""Where a secret could come to rest: logs, metrics, tables and files, backups, refusals."""

import io
import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, Final

import psycopg
import structlog
from prometheus_client import generate_latest
from sqlalchemy.engine import make_url

from server.base.logs import configure
from tests.house import House

LOGS, METRICS, TABLES, FILES = "logs", "metrics", "tables", "database files"
BLOBS, BACKUP, REFUSALS, OUTPUT = "blobs", "backup", "refusals", "output of commands"
RAW: Final = {FILES, BLOBS}  # searched as bytes; what is in them is unwrapped elsewhere
Places = dict[str, bytes]


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that our processes would say: structlog's lines, and warnings of libraries."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setLevel(logging.WARNING)  # what a process shows that configures nothing
    kept = structlog.get_config()
    configure()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=lines))
    _forget_loggers()
    logging.getLogger().addHandler(handler)
    try:
        with redirect_stdout(lines), redirect_stderr(lines):
            yield lines
    finally:
        logging.getLogger().removeHandler(handler)
        structlog.configure(**kept)
        _forget_loggers()


def _forget_loggers() -> None:
    """Our modules' loggers keep the way they found at their first line."""
    for name, module in list(sys.modules.items()):
        logger = getattr(module, "_log", None)
        if name.startswith("server.") and logger is not None:
            vars(logger).pop("bind", None)


def metrics() -> bytes:
    """What a scrape would get."""
    return generate_latest()


def tables(house: House, superuser: str | None) -> bytes:
    """Every cell of every table; of PostgreSQL by COPY, as a superuser, whom no wall stops."""
    url = make_url(house.parts.settings.database_url)
    if house.parts.database.is_sqlite:
        with closing(sqlite3.connect(str(url.database))) as connection:
            return b"\n".join(_cells(connection))
    assert superuser is not None
    query = superuser.partition("?")[2]
    with psycopg.connect(f"postgresql://postgres:@/{url.database}?{query}") as connection:
        names = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        return b"\n".join(_copied(connection, name) for (name,) in names)


def _cells(connection: sqlite3.Connection) -> Iterator[bytes]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in names:
        for row in connection.execute(f'SELECT * FROM "{name}"'):
            yield from (cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)


def _copied(connection: psycopg.Connection[Any], table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as copied:  # type: ignore[arg-type]
        # bytea comes as hex, whose first stroke is doubled
        return b"".join(bytes(piece) for piece in copied)


def files(folder: Path, *patterns: str) -> bytes:
    """The bytes of all files of these patterns."""
    found = [path for one in patterns for path in sorted(folder.rglob(one)) if path.is_file()]
    return b"\n".join(path.read_bytes() for path in found)
