"""The worker's pulse: a fact for each lane, so that `doctor` and metrics can tell life from a corpse.

A lane beats while it can begin jobs. One whose places have all been busy for longer than
`DEAD_MS` counts as stuck, which it is: every call out of the house ends sooner.
"""

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from server.base import facts
from server.base.database import Database, now_ms

EVERY_S: Final = 10
DEAD_MS: Final = 120_000
_PREFIX: Final = "worker."


class Heartbeat:
    """The pulse of one lane of one worker. Not for two threads."""

    def __init__(self, database: Database, lane: str) -> None:
        self._database = database
        self._lane = lane
        self._next = 0.0
        self._free = time.monotonic()

    def has_place(self) -> None:
        """A job could be begun just now."""
        self._free = time.monotonic()

    def beat(self) -> None:
        """Say "alive", unless no place was free for `DEAD_MS`; at most once in `EVERY_S` seconds."""
        now = time.monotonic()
        if now < self._next or now - self._free > DEAD_MS / 1000:
            return
        with self._database.write() as connection:
            facts.note(connection, f"{_PREFIX}{self._lane}", "alive")
        self._next = time.monotonic() + EVERY_S


def dead_lanes(connection: Connection, lanes: Sequence[str]) -> list[str]:
    """The lanes that no worker has served for `DEAD_MS`."""
    oldest, beats = now_ms(connection) - DEAD_MS, facts.recall_all(connection, _PREFIX)
    alive = {name for name, fact in beats.items() if fact.noted > oldest}
    return [lane for lane in lanes if f"{_PREFIX}{lane}" not in alive]
