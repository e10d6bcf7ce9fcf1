"""Kills under load: `python -m tests.prove.kills --engine sqlite|postgresql`.

Web, worker, database and sandbox are killed with SIGKILL in turn while staff send, and worker
kills are aimed at each window (windows.py). At the end everything settles, and the letters are
counted at their readers' mailboxes (count.py).
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from server.base.tenancy import all_firms
from tests.prove.kills.count import RELEASED, Count, count, settle
from tests.prove.kills.crowd import clients, staff
from tests.prove.kills.desks import Crowd, Tally
from tests.prove.kills.town import ENGINES, SQLITE, Town
from tests.prove.kills.windows import AFTER, BEFORE, BETWEEN, WINDOWS, InHand, Watch
from tests.prove.report import section, table

LATE_MS = 250
BREATH_S = 1.5
LEAST = 10
BLIND_WORKER = (sys.executable, "-m", "tests.prove.kills.blind")
_UNCLAIMED = "UPDATE idempotency_keys SET claimed_until = 0 WHERE status IS NULL"
_GRANT = """UPDATE firms SET policies = '{"look_up": true}'"""


@dataclass
class Run:
    """One run: kills by process, hits by process and window, and the count at the end."""

    engine: str
    basic: bool
    blind: bool = False
    kills: Counter[str] = field(default_factory=Counter)
    hits: dict[str, Counter[str]] = field(default_factory=dict)
    cut: Counter[str] = field(default_factory=Counter)  # calls of clients broken around a kill
    count: Count = field(default_factory=Count)
    tally: Tally = field(default_factory=Tally)
    settled: bool = False
    seconds: float = 0

    def total(self, window: str) -> int:
        """Hits of a window by all kills."""
        return sum(hits[window] for hits in self.hits.values())


class Killer:
    """Kills one town's processes and starts them again, noting what each kill hit."""

    def __init__(self, town: Town, crowd: Crowd, run: Run) -> None:
        self._town, self._crowd, self._run = town, crowd, run
        self._watch = Watch(town)

    def kill(self, victim: str, window: str = "") -> None:
        """One kill, and all works again."""
        before = sum(self._crowd.tally.broken.values())
        if (killed := self._killed(victim, window)) is None:
            sys.stderr.write(f"  no worker came into the window {window}\n")
            return
        at, rows = killed
        judged = self._watch.judge(rows, at)
        self._run.kills[victim] += 1
        hits = self._run.hits.setdefault(victim, Counter())
        hits.update(judged.values())
        self._restart(victim)
        time.sleep(BREATH_S)
        self._run.cut[victim] += sum(self._crowd.tally.broken.values()) - before
        said = f"{victim:9} {window:8} hit {dict(Counter(judged.values()))}"
        sys.stderr.write(f"  {said}, accepted {len(self._crowd.tally.accepted)}\n")

    def _killed(self, victim: str, window: str) -> tuple[float, list[InHand]] | None:
        town, watch = self._town, self._watch
        if victim == "worker":
            with watch.aimed(window) as hit:
                if not hit:
                    return None
                at = town.kill("worker")
                return at, watch.in_hand()
        if victim != "database":
            rows = watch.in_hand()
            return town.kill(victim), rows
        if town.engine == SQLITE:  # it lives in these two
            at = town.kill("web", "worker")
            return at, watch.in_hand()
        rows = watch.in_hand()
        watch.drop()
        return town.kill_postgresql(), rows

    def _restart(self, victim: str) -> None:
        """Start what was killed; what the dead held runs out now and not in two minutes."""
        town = self._town
        gone = {"database": ("web", "worker") if town.engine == SQLITE else ()}.get(
            victim, (victim,)
        )
        if victim == "database" and town.engine != SQLITE:
            town.restart_postgresql()
        if "worker" in gone:
            town.run(RELEASED)
        if victim in {"web", "database"}:
            town.run(_UNCLAIMED)
        town.start(*gone)


def perform(
    engine: str, *, basic: bool, seconds: float, a_second: float, blind: bool = False
) -> Run:
    """One town from its first letter to its count."""
    run = Run(engine, basic, blind)
    with tempfile.TemporaryDirectory() as name:
        town = Town(Path(name), engine, crowd=["--late-ms", str(LATE_MS)])
        try:
            if blind:
                town.commands["worker"] = BLIND_WORKER
            town.start("sandbox", "web", "worker")
            if basic:
                town.run(_GRANT)
            crowd = Crowd(town, staff(16), clients(24), a_second=a_second)
            run.tally = crowd.tally
            crowd.start()
            began = time.monotonic()
            time.sleep(2 * BREATH_S)
            latest = began + (2 if basic and not blind else 1) * seconds
            _kill_all(Killer(town, crowd, run), run, began + seconds, latest)
            crowd.finish()
            run.settled = settle(town)
            run.count = count(town, crowd.tally, basic=basic)
            run.seconds = time.monotonic() - began
        finally:
            town.close()
    return run


def _kill_all(killer: Killer, run: Run, end: float, latest: float) -> None:
    """In turn, first the window hit least; to the end, or until each was hit enough."""
    others = [] if run.blind else ["web", "database", "sandbox"]
    turn = 0
    while (now := time.monotonic()) < end or (now < latest and not _is_enough(run)):
        if turn % 3 == 2 and others:
            killer.kill(others[turn // 3 % len(others)])
        else:
            aims = (BETWEEN,) if run.blind else (AFTER, BETWEEN, BEFORE)
            killer.kill("worker", min(aims, key=run.total))
        turn += 1


def _is_enough(run: Run) -> bool:
    return all(run.total(window) >= LEAST for window in (BEFORE, BETWEEN, AFTER))


def fine(run: Run) -> bool:
    """Whether a run kept the promise."""
    counted = run.count
    whole = run.settled and counted.accepted and not run.tally.refused
    return bool(whole) and not (counted.lost or counted.doubled or counted.astray)


def _kills_table(run: Run) -> str:
    names = {"web": "web", "worker": "worker", "sandbox": "sandbox", "database": "database"}
    rows: list[list[object]] = [
        [names[victim], run.kills[victim], *(run.hits[victim][window] for window in WINDOWS),
         run.cut[victim]]
        for victim in names if victim in run.hits
    ]  # fmt: skip
    rows.append(
        ["all", sum(run.kills.values()), *(run.total(window) for window in WINDOWS),
         sum(run.cut.values())]
    )  # fmt: skip
    head = ["killed", "times", "before the request", "on its way", "202, no mark", "marked", "calls cut"]  # fmt: skip
    return table(head, rows)


def _counts_table(runs: Sequence[Run]) -> str:
    rows: list[list[object]] = []
    for run in runs:
        name = "control" if run.blind else "granted" if run.basic else "not granted"
        counted = run.count
        rows.append([
            name, counted.accepted, counted.mails, counted.doubts, counted.states["sent"],
            counted.states["unconfirmed"], len(counted.lost), len(counted.doubled),
        ])  # fmt: skip
    head = ["Mail.ReadBasic", "letters", "mails", "doubts", "ended sent", "ended unconfirmed",
            "lost", "doubled"]  # fmt: skip
    return table(head, rows)


def _markdown(runs: Sequence[Run]) -> str:
    kills = "\n\n".join(
        f"Mail.ReadBasic {'granted' if run.basic else 'not granted'}, {run.seconds:.0f} s:\n\n"
        f"{_kills_table(run)}"
        for run in runs
        if not run.blind
    )
    is_sqlite = runs[0].engine == SQLITE
    database = (
        "SQLite has no process of its own: web and worker died at one moment"
        if is_sqlite
        else "PostgreSQL's whole process tree died at once and recovered from its log"
    )
    return f"""16 members of staff send signed letters to 24 readers over HTTP, and try each call
again with its Idempotency-Key. The processes die by SIGKILL in turn ({database}). The sandbox holds
each 202 back for {LATE_MS} ms; kills of the worker are aimed at the window that was hit least. Where a
notice stood is told by its row and by the sandbox's journal. "Calls cut": tries of clients that a
kill broke or refused, each of which was tried again.

{kills}

Then the senders finish, what waits is made due, and the mails are counted in the readers' own
mailboxes by Message-ID. Lost: accepted, not in a reader's mailbox, and not told as unconfirmed.

{_counts_table(runs)}

What the dead held (leases of 2 minutes, claims of 1) was made to run out at once, and at the end
so were the waits before a look. The disk's cache survives SIGKILL: this is no power cut.

Control: a worker that sends again what is in doubt, without a look, and the same count."""


def main() -> int:
    """Run, write the section; 1 if a letter was lost or doubled, or a window missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--seconds", type=float, default=170, help="of kills, in each run")
    parser.add_argument("--control-seconds", type=float, default=25)
    parser.add_argument("--rate", type=float, default=4, help="letters a second")
    parser.add_argument("--basic", action=argparse.BooleanOptionalAction, help="only this run")
    parser.add_argument("--report", action=argparse.BooleanOptionalAction, default=True)
    options = parser.parse_args()
    wanted = (True, False) if options.basic is None else (options.basic,)
    runs = []
    for basic in wanted:
        seconds = options.seconds if basic or len(wanted) == 1 else options.seconds / 2
        runs.append(perform(options.engine, basic=basic, seconds=seconds, a_second=options.rate))
        _say(runs[-1])
    control = perform(
        options.engine, basic=True, seconds=options.control_seconds, a_second=options.rate,
        blind=True,
    )  # fmt: skip
    _say(control)
    text = _markdown([*runs, control])
    if options.report:
        section(f"kills-{options.engine}", f"Kills under load, {options.engine}", text)
    else:
        sys.stdout.write(text + "\n")
    kept = all(map(fine, runs)) and _is_enough(runs[0])
    return 0 if kept and control.count.doubled else 1


def _say(run: Run) -> None:
    seen = run.count
    sys.stderr.write(
        f"{run.engine} basic={run.basic} blind={run.blind} settled={run.settled} "
        f"kills={dict(run.kills)} hits={ {w: run.total(w) for w in WINDOWS} } "
        f"accepted={seen.accepted} mails={seen.mails} doubts={seen.doubts} states={dict(seen.states)} "
        f"lost={seen.lost} doubled={len(seen.doubled)} astray={seen.astray} filed={seen.twice_filed} "
        f"broken={dict(run.tally.broken)} refused={dict(run.tally.refused)}\n"
    )


if __name__ == "__main__":
    with all_firms("a long run"):
        sys.exit(main())
