"""Codes while 50,000 notices wait: `python -m tests.prove.lane`.

The sandbox refuses what Exchange would (30 mails a minute and 4 calls at once of a mailbox). The
notices are rows put into the database at once; their letters are copies of real ones.
"""

import argparse
import itertools
import json
import sqlite3
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import select

from server.base import mailboxes
from server.base.ids import new_id, new_token
from server.base.outbox import outbox
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.events.models import deliveries
from server.messages.models import entries, readers
from server.messages.service import NOTICE, subject_place
from tests.prove.kills.crowd import A_MINUTE, IN_FLIGHT, clients, staff
from tests.prove.kills.desks import Desk, Tally
from tests.prove.kills.town import ENGINES, SQLITE, Town
from tests.prove.kills.windows import Journal
from tests.prove.report import section, table

STAFF = 20
CLIENTS = 60
LATE_MS = 100
LIMIT_S = 10.0
STRAY_S = 30.0
CONTROL_S = 20.0
FLAT = 1.1
_CHUNK = 1000  # a transaction that PostgreSQL ends within the patience of ours
TABLES = (entries, readers, deliveries, outbox)
_SQLITE = """CREATE TRIGGER behind AFTER INSERT ON outbox WHEN NEW.kind = 'code' BEGIN
UPDATE outbox SET lane = 'notices' WHERE id = NEW.id; END"""
_FUNCTION = """CREATE FUNCTION behind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.kind = 'code' THEN NEW.lane := 'notices'; END IF; RETURN NEW; END $$"""
_TRIGGER = "CREATE TRIGGER behind BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION behind()"


@dataclass
class Phase:
    """Codes asked for at a steady rate: seconds from the ask to the mailbox, by address."""

    name: str
    a_minute: float
    asked: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)

    def quantile(self, part: float) -> float:
        """In seconds; a code that never came counts as for ever."""
        missing = len(self.asked) - len(self.took)
        values = [*sorted(self.took), *itertools.repeat(float("inf"), missing)]
        return values[min(int(part * len(values)), len(values) - 1)]


@dataclass
class Seen:
    """What the run saw."""

    engine: str
    queued: int = 0
    phases: list[Phase] = field(default_factory=list)
    control: Phase = field(default_factory=lambda: Phase("control", 0))
    rss: list[int] = field(default_factory=list)
    notices: int = 0
    limited: int = 0
    seconds: float = 0

    def quarter(self, last: int) -> float:
        """Mean RSS of the worker in the first (0) or last (1) quarter, in MiB."""
        size = max(len(self.rss) // 4, 1)
        part = self.rss[-size:] if last else self.rss[:size]
        return sum(part) / len(part) / 2**20


class Mailboxes(threading.Thread):
    """Notes when a code arrives in a client's mailbox, by looking every 50 ms."""

    def __init__(self, town: Town) -> None:
        super().__init__(daemon=True)
        self._path = town.sandbox.data / "sandbox.db"
        self.came: dict[str, float] = {}
        self.stop = threading.Event()

    def run(self) -> None:
        """Look until stopped."""
        connection, last = sqlite3.connect(self._path, timeout=10), 0
        query = (
            "SELECT seq, mailbox FROM message WHERE seq > ? AND folder LIKE '%-inbox'"
            " AND json_extract(letter, '$.subject') LIKE 'Code %' ORDER BY seq"
        )
        while not self.stop.wait(0.05):
            for last, mailbox in connection.execute(query, (last,)).fetchall():  # noqa: B007, B020 the last seen
                self.came.setdefault(mailbox, time.monotonic())
        connection.close()


def perform(engine: str, *, notices: int, seconds: float) -> Seen:
    """One town: nine tenths of the notices of staff, then a tenth in the firm's own mailbox."""
    seen, own = Seen(engine), notices // 10
    with tempfile.TemporaryDirectory() as name:
        crowd = ["--limits", "--late-ms", str(LATE_MS), "--staff", str(STAFF), "--clients", str(CLIENTS)]  # fmt: skip
        town = Town(Path(name), engine, crowd=crowd)
        try:
            town.start("sandbox", "web")
            letters = _letters(town)
            models = _models(town)
            seen.queued = _queue(town, models, notices - own)
            town.start("worker")
            arrivals, journal = Mailboxes(town), Journal(town.sandbox.data)
            arrivals.start()
            asker = _Asker(town, letters, arrivals, seen)
            began = time.monotonic()
            asker.warm()
            asker.ask(Phase("notices wait in staff's mailboxes", 24), seconds * 0.6)
            seen.queued += _queue(town, [model.turned() for model in models], own)
            asker.ask(Phase("notices wait in the mailbox of the codes too", 8), seconds * 0.4)
            seen.seconds = time.monotonic() - began
            for planted in (_SQLITE,) if engine == SQLITE else (_FUNCTION, _TRIGGER):
                town.run(planted)
            seen.control = asker.ask(Phase("control", 20), CONTROL_S / 2, wait_s=CONTROL_S, keep=False)  # fmt: skip
            arrivals.stop.set()
            arrivals.join()
            journal.read()
            seen.notices, seen.limited = sum(map(len, journal.took.values())), journal.limited
        finally:
            town.close()
    return seen


class _Asker:
    """Asks for codes, each for another client, and watches the worker's memory meanwhile."""

    def __init__(
        self, town: Town, letters: dict[str, str], arrivals: Mailboxes, seen: Seen
    ) -> None:
        self._town, self._arrivals, self._seen = town, arrivals, seen
        self._left: Iterator[tuple[str, str]] = iter(letters.items())
        self._worker = psutil.Process(town.pid("worker"))

    def warm(self) -> None:
        """One code, so that what a worker loads first is not counted as growth."""
        self.ask(Phase("warm", 60), 1, keep=False)
        self._seen.rss.clear()

    def ask(
        self, phase: Phase, seconds: float, *, wait_s: float = STRAY_S, keep: bool = True
    ) -> Phase:
        """Ask at the phase's rate, then wait for what is on its way."""
        every = 60 / phase.a_minute
        begin = time.monotonic()
        for number in range(int(seconds / every)):
            self._until(begin + number * every)
            address, message = next(self._left)
            phase.asked[address] = time.monotonic()
            self._post(address, message)
        self._until(begin + seconds)
        end = time.monotonic() + wait_s
        while time.monotonic() < end and not phase.asked.keys() <= self._arrivals.came.keys():
            self._until(time.monotonic() + 0.5)
        came = self._arrivals.came
        phase.took = [came[who] - asked for who, asked in phase.asked.items() if who in came]
        if keep:
            self._seen.phases.append(phase)
        sys.stderr.write(f"{phase.name}: {len(phase.took)} of {len(phase.asked)}, {[round(t, 1) for t in phase.took]}\n")  # fmt: skip
        return phase

    def _post(self, address: str, message: str) -> None:
        headers = {"Sec-Fetch-Site": "same-origin", "Idempotency-Key": new_token()}
        url = f"{self._town.portal}/api/v1/messages/{message}/codes"
        answer = requests.post(url, json={"address": address}, headers=headers, timeout=30)
        assert answer.status_code == 202, answer.text

    def _until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            self._seen.rss.append(self._worker.memory_info().rss)
            time.sleep(min(left, 0.5))


def _letters(town: Town) -> dict[str, str]:
    """A real letter from each member of staff to some clients; the message by client."""
    tally = Tally()
    share = CLIENTS // STAFF
    for number, address in enumerate(staff(STAFF)):
        Desk(town, address, tally).write(clients(CLIENTS)[number * share : (number + 1) * share])
    assert len(tally.accepted) == STAFF, tally.refused
    town.run("DELETE FROM outbox")
    return {client: message for message, several in tally.accepted.items() for client in several}


Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A sent letter that is copied: its entry, the sender's own row, a reader's, her delivery."""

    entry: Row
    own: Row
    reader: Row
    delivery: Row

    def turned(self) -> "Model":
        """An answer to it: from its reader, to its sender."""
        entry = self.entry | {"sender_id": self.reader["person_id"], "reply_to": self.entry["id"]}
        reader = self.reader | {"person_id": self.own["person_id"], "key": self.own["key"]}
        return Model(entry, self.own, reader, self.delivery)


def _queue(town: Town, models: Sequence[Model], count: int) -> int:
    """Put so many letters and their notices into the database, all due now."""
    vault = Vault.load(town.settings.master_key)
    for start in range(0, count, _CHUNK):
        numbers = range(start, min(start + _CHUNK, count))
        made = [_copy(vault, models[number % len(models)]) for number in numbers]
        with town.database.write() as connection:
            for table_of, rows in zip(TABLES, zip(*made, strict=True), strict=True):
                connection.execute(table_of.insert(), list(rows))
    return count


def _models(town: Town) -> list[Model]:
    """The letters that are there."""
    found = []
    with town.database.read() as connection:
        for entry in connection.execute(select(entries)).mappings().all():
            whose = readers.c.entry_id == entry["id"]
            rows = connection.execute(select(readers).where(whose)).mappings().all()
            own, reader, *_ = sorted(rows, key=lambda row: row["role"] != "sender")
            about = select(deliveries).where(deliveries.c.about == entry["id"]).limit(1)
            delivery = connection.execute(about).mappings().one()
            found.append(Model(dict(entry), dict(own), dict(reader), dict(delivery)))
    return found


def _copy(vault: Vault, model: Model) -> tuple[Row, Row, Row, Row]:
    message, firm, now = new_token(), model.entry["firm_id"], round(time.time() * 1000)
    by_client, sender = model.entry["reply_to"] is not None, model.entry["sender_id"]
    subject = "" if by_client else f"Year-end {message}"
    changed = {
        "id": message,
        "draft_id": str(uuid.uuid4()),
        "subject_sealed": vault.seal_text(subject_place(firm, message), subject),
    }
    told = {"id": new_token(), "about": message, "person_id": model.reader["person_id"],
            "state": "queued", "reason": None}  # fmt: skip
    job = {
        "id": new_id(), "firm_id": firm, "lane": mailboxes.NOTICES, "kind": NOTICE,
        "payload": json.dumps({"message_id": message}), "created": now, "run_at": now,
        "mailbox": mailboxes.of_firm(firm) if by_client else mailboxes.of_person(sender),
    }  # fmt: skip
    reader = model.reader | {"entry_id": message, "name_sealed": None}
    return model.entry | changed, reader, model.delivery | told, job


def fine(seen: Seen) -> bool:
    """Codes in time, memory flat, and a control that was caught."""
    quick = all(phase.quantile(0.99) < LIMIT_S for phase in seen.phases)
    return quick and seen.quarter(1) < FLAT * seen.quarter(0) and not seen.control.took


def _markdown(seen: Seen) -> str:
    rows: list[list[object]] = [
        [phase.name, phase.a_minute, len(phase.asked), len(phase.took),
         *(round(phase.quantile(part), 2) for part in (0.5, 0.99, 1.0))]
        for phase in seen.phases
    ]  # fmt: skip
    head = ["while", "codes a minute", "asked", "came", "p50 s", "p99 s", "slowest s"]
    return f"""{seen.queued:,} notices of {STAFF} senders were put into the outbox at once ({seen.engine}; the last
tenth of them in the firm's own mailbox, which sends the codes). The sandbox refuses what Exchange
would: {A_MINUTE} mails a minute and {IN_FLIGHT} calls at once of a mailbox, and takes {LATE_MS} ms for each. Meanwhile
clients ask for codes at the portal; a time runs from the ask to the client's mailbox. With under a
hundred codes, p99 is the slowest.

{table(head, rows)}

In {seen.seconds:.0f} s the sandbox took {seen.notices:,} mails and refused {seen.limited} as over a limit. The worker's
memory (RSS): {seen.quarter(0):.1f} MiB on average in the first quarter, {seen.quarter(1):.1f} MiB in the last.

Control: codes put into the notices' lane (by a trigger in the database) came within {CONTROL_S:.0f} s:
{len(seen.control.took)} of {len(seen.control.asked)}."""


def main() -> int:
    """Run, write the section; 1 if a code was late, or memory grew."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=ENGINES, default=SQLITE)
    parser.add_argument("--notices", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=150, help="of asking for codes")
    parser.add_argument("--report", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    seen = perform(options.engine, notices=options.notices, seconds=options.seconds)
    text = _markdown(seen)
    if options.report:
        section("lane", "Codes while 50,000 notices wait", text)
    else:
        sys.stdout.write(text + "\n")
    return 0 if fine(seen) else 1


if __name__ == "__main__":
    with all_firms("a long run"):
        sys.exit(main())
