"""Wakes idle lanes: PostgreSQL tells of new rows (NOTIFY); elsewhere the lanes look by themselves.

What is not told is found by looking, so a lost connection costs a second and no job.
"""

import threading
from collections.abc import Iterable
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy import make_url

from server.base.outbox import CHANNEL

LISTEN_S: Final = 1.0
AGAIN_S: Final = 5.0
_CONNECT_S: Final = 5
_log = structlog.get_logger()


class Wake:
    """An event for each lane."""

    def __init__(self, lanes: Iterable[str]) -> None:
        self._events = {lane: threading.Event() for lane in lanes}
        self.is_told = False

    def wait(self, lane: str, timeout_s: float) -> None:
        """Until the lane is woken, or so long."""
        self._events[lane].wait(timeout_s)
        self._events[lane].clear()

    def wake(self, lane: str) -> None:
        """Wake a lane. One that is not ours is somebody else's."""
        if lane in self._events:
            self._events[lane].set()

    def wake_all(self) -> None:
        """Wake every lane."""
        for event in self._events.values():
            event.set()


class Listener:
    """Listens on a connection of its own to the PostgreSQL at an SQLAlchemy URL."""

    def __init__(self, url: str, wake: Wake) -> None:
        plain = make_url(url).set(drivername="postgresql")
        self._url = plain.render_as_string(hide_password=False)
        self._wake = wake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()
        self._thread.join(timeout=2 * LISTEN_S + _CONNECT_S)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(
                    self._url, autocommit=True, connect_timeout=_CONNECT_S
                ) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._wake.is_told = True
                    self._wake.wake_all()  # what came while nobody listened
                    self._hear(connection)
            except psycopg.Error as error:
                _log.warning("listener", error_type=type(error).__name__)
            finally:
                self._wake.is_told = False
            self._stop.wait(AGAIN_S)

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stop.is_set():
            for note in connection.notifies(timeout=LISTEN_S):
                self._wake.wake(note.payload)
