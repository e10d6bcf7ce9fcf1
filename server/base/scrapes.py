"""What Prometheus is answered: this server's metrics, and the depth of the outbox at that moment."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import case, func, select

from server.base import metrics
from server.base.database import Database, now_ms
from server.base.metrics import Depth
from server.base.outbox import LANES, outbox
from server.base.tenancy import all_firms

Wsgi = Callable[..., Iterable[bytes]]


def depths(database: Database) -> list[Depth]:
    """How full each lane is: `ready`, `dead`, and how long the row longest due has been due."""
    with all_firms("depth of the outbox for the metrics"), database.read() as connection:
        now = now_ms(connection)
        columns = outbox.c
        due = case((columns.run_at <= now, columns.run_at))
        statement = select(
            columns.lane, columns.state, func.count().label("rows"), func.min(due).label("oldest")
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
