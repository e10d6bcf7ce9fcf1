"""Logs: JSON lines with an allow-list of keys. What is not on the list is dropped.

No secret, no address and no text of a message can reach a log by a new keyword argument.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

ALLOWED: Final = frozenset(
    {
        "event", "level", "timestamp", "request_id", "method", "route", "status", "ms", "kind",
        "lane", "job_id", "tries", "error_type", "where", "port", "process",
    }
)  # fmt: skip


def configure() -> None:
    """Set up structlog for this process; lines go to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


def only_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every key that is not allowed."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def where(error: BaseException) -> str:
    """File and line of the innermost frame: where to look, without what was being handled."""
    trace = error.__traceback__
    last = None
    while trace is not None:
        last, trace = trace, trace.tb_next
    if last is None:
        return "unknown"
    return f"{last.tb_frame.f_globals.get('__name__', '?')}:{last.tb_lineno}"
