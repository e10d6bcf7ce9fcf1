"""The database: SQLite by default, PostgreSQL when the firm outgrows one machine.

Writers on SQLite queue at a blocking lock (one among threads, one among processes) instead of
polling a busy database: under load that is the difference between a p99 of 100 and 950 ms.
Times are integers: milliseconds since 1970 UTC, from the database's own clock. Whose rows a
transaction may touch: tenancy.py.
"""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import structlog
from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    MetaData,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from server.base import firm_wall, postgresql, tenancy
from server.base.disk import Disk
from server.base.errors import Away, DiskFull
from server.base.metrics import database_wait

PATIENCE_S: Final = 5.0
AWAY_S: Final = 1.0
_RETRY_AFTER_S: Final = 5
_FULL: Final = "53100"
_GONE: Final = ("08", "57P0", "57014", "55P03", "53300")
_COLLIDED: Final = frozenset({"40P01", "40001"})  # deadlock, serialization failure
_NOW: Final = {
    "sqlite": "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
}
_log = structlog.get_logger()

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class DatabaseAway(Away):
    """The database does not answer, or every connection is in use."""

    code = "database-away"
    detail = "The database does not answer. Nothing was kept of this; try again in a few seconds."


class Collided(DatabaseAway):
    """PostgreSQL ended this transaction for another's sake; tried again it goes through."""

    detail = "Two changes met. Nothing was kept of this one; try again in a few seconds."


class _Waits(threading.local):
    """What `read_on` left open in this thread: whose, how it ends, and the connection."""

    read: tuple[str, ExitStack, Connection] | None = None


class Database:
    """One engine with its two ways in: `read` and `write`.

    Each is a transaction of the firm that `tenancy` says. Both raise DatabaseAway (after
    `patience_s` at the latest, and for a second after that at once) and DiskFull.
    """

    def __init__(self, url: str, *, patience_s: float | None = PATIENCE_S) -> None:
        self._url = make_url(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine = _sqlite_engine(url)
        else:
            self.engine = postgresql.make_engine(url, patience_s=patience_s)
        firm_wall.install(self.engine, metadata)
        file = self._url.database if self.is_sqlite else None
        self.disk = Disk(Path(file).parent) if file else None
        self._lock = threading.Lock()
        self._away_until = 0.0
        self._waits = _Waits()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that changes nothing; the one of `read_on`, if it waits."""
        if waits := self._take():
            stack, connection = waits
            with stack:
                yield connection
            return
        with self._reading() as connection:
            yield connection

    @contextmanager
    def read_on(self) -> Iterator[Connection]:
        """As `read`, and this thread's next `read` goes on in it. Follow it by `let_go`.

        For a request that reads only: who calls, and then what is asked for.
        """
        with ExitStack() as stack:
            connection = stack.enter_context(self._reading())
            yield connection
            self.let_go()
            self._waits.read = tenancy.current(), stack.pop_all(), connection

    def let_go(self) -> None:
        """End what `read_on` left open, if nothing went on in it."""
        if waits := self._waits.read:
            self._waits.read = None
            waits[1].close()

    def _take(self) -> tuple[ExitStack, Connection] | None:
        """What `read_on` left open for this firm; another's is ended."""
        waits = self._waits.read
        if waits is None or waits[0] != tenancy.current():
            self.let_go()
            return None
        self._waits.read = None
        return waits[1:]

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with (
            self._told(),
            database_wait("read") as begun,
            self.engine.connect() as connection,
        ):
            begun()
            yield self._for_firm(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or rolled back whole on any error."""
        self.let_go()
        if not self.is_sqlite:
            with (
                self._told(),
                database_wait("write") as begun,
                self.engine.connect() as connection,
            ):
                begun()
                self._for_firm(connection)
                with connection.begin():
                    yield connection
            return
        with (
            database_wait("write") as begun,
            self._lock,
            _file_lock(Path(f"{self._url.database}.lock")),
            self._told(),
            self.engine.connect().execution_options(writes=True) as connection,
        ):
            begun()
            self._for_firm(connection)
            with connection.begin():
                yield connection

    def require_room(self) -> None:
        """For what grows the house.

        Raises:
            DiskFull: The disk was full, and there is no room yet.
        """
        if self.disk is not None and not self.disk.recovered():
            raise DiskFull

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @staticmethod
    def _for_firm(connection: Connection) -> Connection:
        return connection.execution_options(**{tenancy.OPTION: tenancy.current()})

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the driver says into what a caller can act on."""
        if time.monotonic() < self._away_until:
            raise DatabaseAway(retry_after=_RETRY_AFTER_S)
        try:
            yield
        except PoolTimeout as error:
            raise DatabaseAway(retry_after=_RETRY_AFTER_S) from error
        except (OperationalError, InterfaceError) as error:
            if _is_full(error):
                if self.disk is not None:
                    self.disk.give_way()
                _log.error("disk full")
                raise DiskFull from error
            if getattr(error.orig, "sqlstate", None) in _COLLIDED:
                raise Collided(retry_after=1) from error
            if not _is_away(error):
                raise
            if error.statement is None:  # nobody answered the connection itself
                self._away_until = time.monotonic() + AWAY_S
            raise DatabaseAway(retry_after=_RETRY_AFTER_S) from error


def now_ms(connection: Connection) -> int:
    """The database's clock, in milliseconds since 1970 UTC."""
    return int(connection.exec_driver_sql(f"SELECT {_NOW[connection.dialect.name]}").scalar_one())


class Clock(FunctionElement[int]):
    """What `now_ms` gives, as a column of another statement: one less for each request."""

    name = "now_ms"
    inherit_cache = True
    type = BigInteger()


@compiles(Clock)
def _clock(_element: Clock, compiler: SQLCompiler, **_options: Any) -> str:
    # Whoever only looks at a statement, as the hook of firm_wall does, compiles it for no engine.
    return _NOW.get(compiler.dialect.name, "now_ms()")


def serialise(connection: Connection, name: str) -> None:
    """Let one transaction at a time go on for this name, until it ends.

    For look-then-insert. On SQLite writers queue already.
    """
    if connection.dialect.name == "postgresql":
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        connection.execute(lock, {"name": name})


def _is_full(error: DBAPIError) -> bool:
    original: Any = error.orig
    return (
        getattr(original, "sqlite_errorname", None) == "SQLITE_FULL"
        or getattr(original, "sqlstate", None) == _FULL
    )


def _is_away(error: DBAPIError) -> bool:
    """Whether the database, and not the statement, is what failed."""
    original: Any = error.orig
    if name := getattr(original, "sqlite_errorname", None):
        return str(name).startswith(("SQLITE_BUSY", "SQLITE_IOERR", "SQLITE_CANTOPEN"))
    state = getattr(original, "sqlstate", None)
    return error.connection_invalidated or state is None or str(state).startswith(_GONE)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 10})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, see `begin`
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA secure_delete=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
