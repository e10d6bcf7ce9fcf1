"""What Prometheus is answered: this server's metrics, and the depth of the outbox at that moment."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from server.base import metrics
from server.base.database import Database, now_ms
from server.base.mailboxes import CODES, NOTICES
from server.base.metrics import Depth
from server.base.outbox import LANES, outbox
from server.base.tenancy import all_firms

Wsgi = Callable[..., Iterable[bytes]]


def depths(database: Database) -> list[Depth]:
    """How full each lane is: `ready`, `dead`, and how long the row that waits longest has waited."""
    with all_firms("depth of the outbox for the metrics"), database.read() as connection:
        now = now_ms(connection)
        columns = outbox.c
        oldest = func.min(_waits_since(now))
        statement = select(
            columns.lane, columns.state, func.count().label("rows"), oldest.label("oldest")
        ).group_by(columns.lane, columns.state)
        found = {
            (row["lane"], row["state"]): Depth(
                lane=row["lane"],
                state=row["state"],
                rows=row["rows"],
                oldest_s=0.0 if row["oldest"] is None else (now - row["oldest"]) / 1000,
            )
            for row in connection.execute(statement).mappings()
        }
    every = {(lane, state): Depth(lane, state, 0, 0.0) for lane in LANES for state in _STATES}
    return list((every | found).values())


def dead_kinds(connection: Connection) -> dict[str, int]:
    """How many rows were set aside, by kind."""
    return _by_kind(connection, outbox.c.state == "dead")


def late_kinds(connection: Connection, *, after_ms: int) -> dict[str, int]:
    """How many rows have waited for longer than that, by kind."""
    now = now_ms(connection)
    return _by_kind(connection, (outbox.c.state == "ready") & (_waits_since(now) < now - after_ms))


def _by_kind(connection: Connection, where: ColumnElement[bool]) -> dict[str, int]:
    kind, count = outbox.c.kind, func.count()
    found = connection.execute(select(kind, count).where(where).group_by(kind).order_by(kind))
    return {row[0]: row[1] for row in found}


def _waits_since(now: int) -> ColumnElement[int | None]:
    """Since when a row waits; NULL for one that is not due.

    A mail that was tried waits since it was queued: each try only moves the time of the next. A
    chore is long in the outbox by nature, and waits since it is due.
    """
    columns = outbox.c
    tried_mail = columns.lane.in_((CODES, NOTICES)) & (columns.tries > 0)
    return case((tried_mail, columns.created), (columns.run_at <= now, columns.run_at))


def beside(app: Wsgi, database: Database, address: tuple[str, int]) -> Wsgi:
    """The application, with the metrics for what comes in at their own address."""
    scrape = metrics.wsgi_app(lambda: depths(database))
    host, port = address

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        # gunicorn says at which of its sockets a request came in; no header of a caller does.
        local = environ["gunicorn.socket"].getsockname()[:2]
        answer = scrape if local == (host, port) else app
        return answer(environ, start_response)

    return choose


_STATES = ("ready", "dead")
