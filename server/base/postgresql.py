"""What only PostgreSQL needs: a connection that does not wait for ever, and row-level security.

A server that is stopped, or behind a cut network, acknowledges nothing and closes nothing: libpq
would wait for ever, so the wait itself has an end. Why: docs/adr/0015-walls-between-firms.md.
"""

from typing import Any, Final

import psycopg
from psycopg import errors
from sqlalchemy import Connection, Engine, create_engine, event, text

from server.base.settings import BadSetting
from server.base.tenancy import NO_FIRM, scope_of

CONNECT_S: Final = 2
POOL: Final = 8
POOL_WAIT_S: Final = 2
POLICY: Final = "letterlock_firm"

_RULE: Final = (
    "firm_id = current_setting('letterlock.firm', true) "
    "OR current_setting('letterlock.firm', true) = '*'"
)
_WALLED: Final = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND p.polname IS NOT NULL AS walled
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'firm_id' AND NOT a.attisdropped
LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = :policy
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname
"""


class _Patient(psycopg.Connection[Any]):
    """Gives up, and closes itself, when the server has not finished an answer in time."""

    patience_s: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, at most `patience_s`."""
        if timeout is not None or self.patience_s is None:
            return super().wait(gen, interval=interval, timeout=timeout)
        try:
            return super().wait(gen, interval=interval, timeout=self.patience_s)
        except errors._WaitTimeout as error:  # noqa: SLF001 psycopg's own way to say it
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from error


def make_engine(url: str, *, patience_s: float | None) -> Engine:
    """An engine whose transactions say their firm, and whose waits end after `patience_s`.

    Raises:
        BadSetting: At the first connection, if the role is one that row-level security does not
            bind.
    """
    engine = create_engine(
        url,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_S},
    )
    bound = False

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, parameters: Any) -> Any:
        nonlocal bound
        made = _Patient.connect(*args, **parameters)
        made.patience_s = patience_s
        if not bound:
            _must_be_bound(made)
            bound = True
        return made

    @event.listens_for(engine, "begin")
    def say_firm(connection: Connection) -> None:
        scope = scope_of(connection)
        if scope != NO_FIRM:
            connection.exec_driver_sql("SELECT set_config('letterlock.firm', %s, true)", (scope,))

    return engine


def build_walls(connection: Connection) -> list[str]:
    """Put row-level security on every table with a firm. Returns the tables that had none yet."""
    bare = [name for name, walled in _tables(connection) if not walled]
    for name in bare:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'ALTER TABLE "{name}" FORCE ROW LEVEL SECURITY')
        connection.exec_driver_sql(f'DROP POLICY IF EXISTS {POLICY} ON "{name}"')
        connection.exec_driver_sql(
            f'CREATE POLICY {POLICY} ON "{name}" USING ({_RULE}) WITH CHECK ({_RULE})'
        )
    return bare


def without_walls(connection: Connection) -> list[str]:
    """The tables with a firm that row-level security does not hold: none after an upgrade."""
    return [name for name, walled in _tables(connection) if not walled]


def _tables(connection: Connection) -> list[tuple[str, bool]]:
    rows = connection.execute(text(_WALLED), {"policy": POLICY})
    return [(str(name), bool(walled)) for name, walled in rows]


def _must_be_bound(connection: psycopg.Connection[Any]) -> None:
    """Refuse a role for which PostgreSQL leaves row-level security out."""
    row = connection.execute(
        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    connection.rollback()
    if row is None or row[0]:
        connection.close()
        raise BadSetting(
            "LETTERLOCK_DATABASE_URL signs in as a role that row-level security does not bind "
            "(superuser or BYPASSRLS). Make a plain role that owns the database: "
            "CREATE ROLE letterlock LOGIN PASSWORD '…'; ALTER DATABASE … OWNER TO letterlock"
        )
