"""Which window of a notice a kill hit, seen from outside: the rows, and the sandbox's journal.

before   the worker has the notice; Graph has not heard of it
on way   Graph heard of it before the kill and took it after it, if at all
between  Graph took it before the kill; the row does not say so
after    the row says "sent"; the job is not finished yet
"""

import fcntl
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.prove.kills.crowd import JOURNAL
from tests.prove.kills.town import SQLITE, Town

BEFORE, ON_WAY, BETWEEN, AFTER = "before", "on way", "between", "after"
WINDOWS = (BEFORE, ON_WAY, BETWEEN, AFTER)
AIM_S = 20.0  # a worker's start on a busy machine is in it
SETTLED_S = 0.4  # what was on its way is in the journal by then
CLOCKS_S = 0.01
_IN_HAND = """
SELECT o.lease, d.about, d.state, d.id, d.changed FROM outbox o JOIN deliveries d ON d.about = {message}
WHERE o.kind = 'notice' AND o.lease IS NOT NULL AND o.leased_until > 0 AND d.kind = 'notice'
"""
_MESSAGE = {
    True: "json_extract(o.payload, '$.message_id')",
    False: "o.payload::json ->> 'message_id'",
}


@dataclass
class InHand:
    """A notice that a worker has: its state, since when (Unix time), its deliveries' ids."""

    message_id: str
    state: str
    since: float
    ids: set[str]


class Journal:
    """What the sandbox noted: when a delivery's notice came, and when it was taken."""

    def __init__(self, folder: Path) -> None:
        self._path, self._at = folder / JOURNAL, 0
        self.came: defaultdict[str, list[float]] = defaultdict(list)
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.limited = 0

    def read(self) -> None:
        """Take in what is new."""
        with self._path.open("rb") as file:
            file.seek(self._at)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._at += len(whole)
        for line in whole.decode().splitlines():
            at, what, which = line.split()
            if what == "limited":
                self.limited += 1
            else:
                (self.came if what == "came" else self.took)[which].append(float(at))

    def window(self, one: InHand, at: float) -> str | None:
        """Where a notice stood at a moment."""
        if one.state == "sent":
            return AFTER
        if one.state == "queued":
            return BEFORE
        if one.state != "sending":
            return None
        since = one.since - CLOCKS_S
        came, took = (
            [when for key in one.ids for when in of[key] if when >= since]
            for of in (self.came, self.took)
        )
        if any(when <= at for when in took):
            return BETWEEN
        return ON_WAY if any(when <= at for when in came) or took else BEFORE


class Watch:
    """Looks at a town's rows and journal, and says when a worker is in a window."""

    def __init__(self, town: Town) -> None:
        self._town, self._is_sqlite = town, town.engine == SQLITE
        self._query = _IN_HAND.format(message=_MESSAGE[self._is_sqlite])
        self.journal = Journal(town.sandbox.data)
        self._connection: sqlite3.Connection | psycopg.Connection | None = None
        self._dropped: set[str] = set()

    def in_hand(self) -> list[InHand]:
        """The notices that workers have now."""
        found: dict[str, InHand] = {}
        for lease, about, state, delivery, changed in self._rows(self._query):
            if lease in self._dropped:
                continue
            one = found.setdefault(about, InHand(about, state, changed / 1000, set()))
            one.ids.add(delivery)
        return list(found.values())

    def judge(self, rows: list[InHand], at: float) -> dict[str, str]:
        """The window of each at the moment of the kill, by message id."""
        time.sleep(SETTLED_S)
        self.journal.read()
        judged = {one.message_id: self.journal.window(one, at) for one in rows}
        return {message: window for message, window in judged.items() if window}

    @contextmanager
    def aimed(self, window: str) -> Iterator[bool]:
        """While this lasts a worker is in the window; False if none was within `AIM_S`."""
        if window != AFTER:
            yield self._until(lambda: self._is_any(window))
        elif self._is_sqlite:
            with self._locked_sqlite() as hit:
                yield hit
        else:
            with self._locked_postgresql() as hit:
                yield hit

    def drop(self) -> None:
        """PostgreSQL dies now: the worker drops what it has, and the leases run on for a while."""
        self._dropped |= {row[0] for row in self._rows(self._query)}
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _is_any(self, window: str) -> bool:
        self.journal.read()
        now = time.time()
        return any(self.journal.window(one, now) == window for one in self.in_hand())

    @staticmethod
    def _until(seen: Callable[[], bool], within: float = AIM_S) -> bool:
        end = time.monotonic() + within
        while time.monotonic() < end:
            if seen():
                return True
            time.sleep(0.004)
        return False

    @contextmanager
    def _locked_sqlite(self) -> Iterator[bool]:
        """Stand in the queue of writers until the mark of one is there and its end is not."""
        end, hit = time.monotonic() + AIM_S, False
        with Path(f"{self._town.folder}/letterlock.db.lock").open("a") as file:
            while not hit and time.monotonic() < end:
                fcntl.flock(file, fcntl.LOCK_EX)
                hit = self._is_any(AFTER)
                if not hit:
                    fcntl.flock(file, fcntl.LOCK_UN)
                    time.sleep(0.002)
            yield hit

    @contextmanager
    def _locked_postgresql(self) -> Iterator[bool]:
        """Lock rows whose notices are being sent: marks come through, ends have to wait."""
        chosen = "SELECT o.id FROM outbox o JOIN deliveries d ON d.about = " + _MESSAGE[False]
        chosen += " WHERE o.kind = 'notice' AND d.state = 'sending' AND o.leased_until > 0"
        chosen += " AND o.lease <> ALL(%s) FOR UPDATE OF o SKIP LOCKED"
        dropped = list(self._dropped)
        with psycopg.connect(self._town.admin_url()) as connection:
            locked = self._until(lambda: bool(connection.execute(chosen, (dropped,)).fetchall()))
            yield locked and self._until(lambda: self._is_any(AFTER), within=10.0)

    def _rows(self, query: str) -> list[tuple[str, str, str, str, int]]:
        if self._connection is None and self._is_sqlite:
            path = self._town.folder / "letterlock.db"
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        elif self._connection is None:
            self._connection = psycopg.connect(self._town.admin_url(), autocommit=True)
        return list(self._connection.execute(query).fetchall())
