"""Logs: JSON lines with an allow-list of keys. What is not on the list is dropped and counted.

No secret, no address and no text of a message can reach a log by a new keyword argument. A
request is named by its route's rule, never its path: an id in a path is the capability to know
that a letter exists. It has an id of its own, which its answer carries too, so that a person can
be helped. The web server's own words go through here as well, without what a caller sent.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from gunicorn.glogging import Logger

from server.base import metrics

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "request_id", "firm_id", "method", "route", "status", "ms",
        "kind", "lane", "job_id", "tries", "error_type", "where", "port", "process",
    }
)  # fmt: skip
LONGEST: Final = 200
_log = structlog.get_logger()


def configure() -> None:
    """Set up structlog for this process; lines go to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def begin_request(request_id: str) -> None:
    """What is logged from here on, in this thread, is of this request."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def of_firm(firm_id: str) -> None:
    """The request turned out to be this firm's."""
    structlog.contextvars.bind_contextvars(firm_id=firm_id)


def end_request() -> None:
    """The request is over."""
    structlog.contextvars.clear_contextvars()


def only_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every key that is not allowed and every value that is no short word or number."""
    kept = {key: _short(value) for key, value in event.items() if key in ALLOWED}
    if len(kept) < len(event):
        metrics.log_keys_dropped(len(event) - len(kept))
    return kept


def where(error: BaseException) -> str:
    """File and line of the innermost frame: where to look, without what was being handled."""
    trace = error.__traceback__
    last = None
    while trace is not None:
        last, trace = trace, trace.tb_next
    if last is None:
        return "unknown"
    return f"{last.tb_frame.f_globals.get('__name__', '?')}:{last.tb_lineno}"


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's log: its own words as they stand in its code, and numbers; no address, no error's text."""

    def critical(self, msg: object, *args: object, **_: object) -> None:
        """A worker that had to be killed, and the like."""
        self._say(msg, args)

    def error(self, msg: object, *args: object, **_: object) -> None:
        """An error of the server itself."""
        self._say(msg, args)

    def exception(self, msg: object, *args: object, **_: object) -> None:
        """An error of the server itself, with where it was raised."""
        self._say(msg, args)

    def warning(self, msg: object, *args: object, **_: object) -> None:
        """Nothing: these repeat what a caller sent."""

    def _say(self, msg: object, args: tuple[object, ...]) -> None:
        error = sys.exc_info()[1]
        facts: dict[str, object] = {}
        if error is not None:
            facts = {"error_type": type(error).__name__, "where": where(error)}
        numbers = " ".join(str(arg) for arg in args if isinstance(arg, int))
        words = msg if isinstance(msg, str) and (args or "%" not in msg) else type(msg).__name__
        _log.error("web server", kind=f"{words} {numbers}".strip(), **facts)


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
