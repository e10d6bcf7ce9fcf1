"""`letterlock port`: everything from SQLite to PostgreSQL, counted and hashed on both sides."""

import argparse
import os
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from getpass import getpass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from server.base.settings import BadSetting, Settings, from_environment, require_tls

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.base.rows import Shape

ALIVE_MS: Final = 30_000
_TO: Final = "LETTERLOCK_PORT_TO"


def add(commands: Any) -> None:
    """Add the command to the parser."""
    port = commands.add_parser("port", help="copy the database from SQLite to PostgreSQL")
    port.add_argument(
        "--to",
        metavar="URL",
        help=f"postgresql+psycopg://… of an empty database, without a password: everybody on this "
        f"machine could read it. With one: in {_TO}, or typed when asked",
    )
    port.set_defaults(run=_port)


@dataclass(frozen=True, slots=True)
class Ported:
    """A table that was copied: its rows and the hash of their lines, the same on both sides."""

    name: str
    rows: int
    sha256: str


def _port(options: argparse.Namespace) -> None:
    settings = from_environment()
    to = _target(options.to)
    _must_be_alone(settings.database_url)
    for table in port(settings, to):
        sys.stdout.write(f"{table.name:20} {table.rows:>9} rows  sha256 {table.sha256}\n")
    sys.stdout.write(
        "Every table has the same rows on both sides. Set LETTERLOCK_DATABASE_URL to the new "
        "database and start web and worker.\n"
        f"Large files stay where they are: {settings.blob_url}. Keep the old database file until "
        "you have seen the new one work; nothing reads it any more.\n"
    )


def _target(given: str | None) -> str:
    """The URL: of the command line if it holds no password, the environment, or standard input.

    Raises:
        BadSetting: It is none of PostgreSQL, or a password is where others read it.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 a command loads what it runs
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 a command loads what it runs

    text = given or os.environ.get(_TO) or _asked()
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # their words would hold the password
        raise BadSetting("that is no postgresql+psycopg://user:password@host/name") from error
    if given and url.password is not None:
        raise BadSetting(
            f"a password on a command line is seen by everybody on this machine: put the URL into "
            f"{_TO}, or leave --to out and type it when asked. Nothing was copied; change that password"
        )
    require_tls(_TO, url)
    return text


def _asked() -> str:
    """Typed without an echo at a terminal; else a line of standard input."""
    if sys.stdin.isatty():
        return getpass("postgresql+psycopg://user:password@host/name: ").strip()
    return sys.stdin.readline().strip()


def _must_be_alone(database_url: str) -> None:
    """SQLite leaves its write-ahead log only when nobody else has the file open.

    Raises:
        BadSetting: Somebody has: web, worker or another command.
    """
    from sqlalchemy import make_url  # noqa: PLC0415 a command loads what it runs

    file = make_url(database_url).database or ""
    if not database_url.startswith("sqlite") or not Path(file).is_file():
        return
    connection = sqlite3.connect(file, timeout=0)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        raise BadSetting(
            "something has the database open: stop web and worker and whatever else runs, and port "
            "again. Nothing was copied"
        ) from error
    finally:
        connection.close()


def port(settings: Settings, to: str) -> list[Ported]:
    """Copy every row to an empty PostgreSQL database, in one transaction there.

    The source takes no writes meanwhile; reads go on. What is written to it afterwards is not in
    the target, so web and worker are stopped first.

    Raises:
        BadSetting: The source is no SQLite of this version or its worker runs; the target is no
            PostgreSQL, or not empty; or a table is not the same afterwards. The target is then as
            it was.
    """
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs

    if not settings.database_url.startswith("sqlite") or not to.startswith("postgresql"):
        raise BadSetting(
            "port goes from SQLite (LETTERLOCK_DATABASE_URL) to PostgreSQL (LETTERLOCK_PORT_TO)"
        )
    if not migrations.is_current(settings.database_url):
        raise BadSetting("run `letterlock db upgrade` first: the tables are an older version's")
    migrations.upgrade(to)
    source = Database(settings.database_url)
    target = Database(to, patience_s=None)
    try:
        with (
            all_firms("the database is copied"),
            source.write() as origin,
            target.write() as goal,
        ):
            _must_be_idle(origin)
            return list(_copy(origin, goal))
    finally:
        source.close()
        target.close()


def _must_be_idle(origin: "Connection") -> None:
    from server.base import facts  # noqa: PLC0415 a command loads what it runs
    from server.base.database import now_ms  # noqa: PLC0415 a command loads what it runs

    now = now_ms(origin)
    if any(now - fact.noted < ALIVE_MS for fact in facts.recall_all(origin, "worker.").values()):
        raise BadSetting(
            "the worker is running: stop web and worker, wait half a minute, and port again. "
            "Nothing was copied"
        )


def _copy(origin: "Connection", goal: "Connection") -> Iterator[Ported]:
    from server.base import rows  # noqa: PLC0415 a command loads what it runs
    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs

    shapes = rows.shapes(metadata)
    if there := rows.filled(goal, shapes):
        raise BadSetting(
            f"the target is not empty: there are rows in {', '.join(there)}. Nothing was copied"
        )
    for shape in shapes:
        counted = _copy_table(origin, goal, shape)
        copied = rows.tally(goal, shape)
        if (copied.rows, copied.sha256) != (counted.rows, counted.sha256):
            raise BadSetting(f"{shape.name} is not the same on both sides. Nothing was copied")
        yield counted


def _copy_table(origin: "Connection", goal: "Connection", shape: "Shape") -> Ported:
    from server.base import rows  # noqa: PLC0415 a command loads what it runs

    counted = rows.Tally()
    source = rows.lines(origin, shape)
    while batch := list(islice(source, rows.BATCH)):
        for _, line in batch:
            counted.add(line)
        rows.insert(goal, shape, [row for row, _ in batch])
    return Ported(shape.name, counted.rows, counted.sha256)
