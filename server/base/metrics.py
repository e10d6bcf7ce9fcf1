"""Metrics: numbers for Prometheus, at an address of their own (LETTERLOCK_METRICS), off by default.

Labels hold what this code names (routes, kinds, lanes, states), never an id, an address or a
word that a caller sent. What to watch: docs/guides/metrics.md.

The web server's processes count together in the folder that PROMETHEUS_MULTIPROC_DIR names.
prometheus_client looks for it once, at its import, so the web command sets it before it loads us.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from prometheus_client import REGISTRY as PROCESS
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    make_wsgi_app,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_FAST: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_SLOW: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_STEADY_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_requests: Final = Counter(
    "letterlock_requests", "Requests answered.", ["route", "method", "status"]
)
_request_seconds: Final = Histogram(
    "letterlock_request_seconds", "From the first byte of a request to its answer.", ["route"],
    buckets=_FAST,
)  # fmt: skip
_shed: Final = Counter(
    "letterlock_requests_shed", "Requests answered 503 because they had waited too long.", ["lane"]
)
_jobs: Final = Counter("letterlock_jobs", "Jobs of the outbox, by how they ended.",
                       ["kind", "outcome"])  # fmt: skip
_job_seconds: Final = Histogram(
    "letterlock_job_seconds", "How long a job took.", ["kind"], buckets=_SLOW
)
_uploads: Final = Counter("letterlock_uploads", "Uploads of objects, by how they ended.",
                          ["outcome"])  # fmt: skip
_upload_bytes: Final = Counter("letterlock_upload_bytes", "Bytes of objects that were kept.")
_blob_errors: Final = Counter(
    "letterlock_blob_errors", "Calls of the blob store that failed.", ["operation"]
)
_database_wait: Final = Histogram(
    "letterlock_database_wait_seconds", "Waiting for a connection or for the writers' lock.",
    ["way"], buckets=_FAST,
)  # fmt: skip
_provider: Final = Counter(
    "letterlock_provider_answers", "Answers of mail and sign-in providers.", ["provider", "answer"]
)
_dropped: Final = Counter(
    "letterlock_log_keys_dropped", "Keys that a log line may not hold, and did not."
)
_swept: Final = Counter("letterlock_swept", "What housekeeping took away.", ["what"])

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time beside each number tells nothing


@dataclass(frozen=True, slots=True)
class Depth:
    """One lane of the outbox: how many rows, and how long one has waited, in seconds."""

    lane: str
    state: str
    rows: int
    oldest_s: float


def known_method(method: str) -> str:
    """A request's method, or "other": callers may send any word as one."""
    return method if method in _STEADY_METHODS else "other"


def request(*, route: str, method: str, status: int, seconds: float) -> None:
    """One request was answered. `route` is a rule of the URL map, never the path."""
    _requests.labels(route=route, method=known_method(method), status=str(status)).inc()
    _request_seconds.labels(route=route).observe(seconds)


def shed(lane: str) -> None:
    """A request was turned away because it had waited too long."""
    _shed.labels(lane=lane).inc()


def job(*, kind: str, outcome: str, seconds: float) -> None:
    """One try at a job ended. `outcome`: done, again or dead."""
    _jobs.labels(kind=kind, outcome=outcome).inc()
    _job_seconds.labels(kind=kind).observe(seconds)


def upload(outcome: str, size: int = 0) -> None:
    """An upload ended: whole, part, cut or refused; `size` bytes of it were kept."""
    _uploads.labels(outcome=outcome).inc()
    _upload_bytes.inc(size)


def blob_error(operation: str) -> None:
    """The blob store failed at put, get, head, delete or list, or a blob that a row names is missing."""
    _blob_errors.labels(operation=operation).inc()


def provider(name: str, answer: int | str) -> None:
    """A provider answered: `name` such as graph, entra or smtp; `answer` a status or "none"."""
    _provider.labels(provider=name, answer=str(answer)).inc()


def log_keys_dropped(count: int) -> None:
    """A log line came with keys that are not allowed."""
    _dropped.inc(count)


def swept(what: str, count: int) -> None:
    """Housekeeping took away so many of something."""
    _swept.labels(what=what).inc(count)


@contextmanager
def database_wait(way: str) -> Iterator[Callable[[], None]]:
    """Measure the wait for a way into the database, read or write: call what it yields at its end.

    A wait that fails counts too: its length is what the pool or the lock allowed.
    """
    started, over = time.monotonic(), False

    def end() -> None:
        nonlocal over
        if not over:
            over = True
            _database_wait.labels(way=way).observe(time.monotonic() - started)

    try:
        yield end
    finally:
        end()


def wsgi_app(depths: Callable[[], Iterable[Depth]]) -> Callable[..., Iterable[bytes]]:
    """What answers a scrape: this process's numbers or those of the shared folder, and the outbox.

    `depths` is asked at each scrape; where it fails, the scrape fails, which is what an alert sees.
    """
    registry = CollectorRegistry()
    if _FOLDER in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(PROCESS)
    registry.register(_Outbox(depths))
    answer: Callable[..., Iterable[bytes]] = make_wsgi_app(registry)
    return answer


def start(host: str, port: int, depths: Callable[[], Iterable[Depth]]) -> Callable[[], None]:
    """Answer scrapes in a thread, for a process that is no web server. Returns what ends it."""
    registry = CollectorRegistry()
    registry.register(PROCESS)
    registry.register(_Outbox(depths))
    server, thread = start_http_server(port, host, registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return end


def process_ended(pid: int) -> None:
    """A process of the shared folder has ended: its counts stay, its live values go."""
    if _FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def server_ended() -> None:
    """The last process of the shared folder has ended."""
    if folder := os.environ.get(_FOLDER):
        shutil.rmtree(folder, ignore_errors=True)


class _Outbox(Collector):
    """Rows of the outbox, counted when they are asked for."""

    def __init__(self, depths: Callable[[], Iterable[Depth]]) -> None:
        self._depths = depths

    def describe(self) -> Iterable[Metric]:
        """Nothing: the database is not asked before the first scrape."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """How many rows and how old, by lane and state."""
        rows = GaugeMetricFamily(
            "letterlock_outbox_rows", "Rows of the outbox.", labels=["lane", "state"]
        )
        oldest = GaugeMetricFamily(
            "letterlock_outbox_oldest_seconds", "How long the row that waits longest has waited.",
            labels=["lane", "state"],
        )  # fmt: skip
        for depth in self._depths():
            rows.add_metric([depth.lane, depth.state], depth.rows)
            oldest.add_metric([depth.lane, depth.state], depth.oldest_s)
        yield rows
        yield oldest
