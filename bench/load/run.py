"""`make load`: the server beside bench/skeleton.py under an open loop, into docs/load.md.

Both run on the same database at the same time, and are loaded in turns of a few seconds, so that
whatever else the machine does falls on both.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from client import Heard, load  # noqa: E402
from setting import Setting, furnished  # noqa: E402

from tests.prove.kills.town import ENGINES, SQLITE, Town  # noqa: E402
from tests.prove.report import machine, section, table  # noqa: E402
from tests.sandbox.running import free_port  # noqa: E402

RATES = (30, 80, 150)
OURS, BARE = "Letterlock", "skeleton"
TARGET = 1.5
PAGE = ROOT / "docs" / "load.md"


@dataclass
class Run:
    """One contender at one rate: what the client heard, and CPU seconds of both trees."""

    engine: str
    rate: int
    name: str
    heard: Heard = field(default_factory=Heard)
    cpu: float = 0
    database_cpu: float = 0

    @property
    def answers(self) -> int:
        """How many were answered with 200."""
        return len(self.heard.reads) + len(self.heard.writes)

    @property
    def cpu_ms(self) -> float:
        """Of the server's processes, for each answer."""
        return 1000 * self.cpu / max(self.answers, 1)

    @property
    def database_ms(self) -> float:
        """Of the database's own processes."""
        return 1000 * self.database_cpu / max(self.answers, 1)


@dataclass(frozen=True)
class Contender:
    """A running server."""

    name: str
    port: int
    process: psutil.Process


def main() -> int:
    """Measure and write; 1 if a request took over 1.5 times the skeleton's CPU, or failed."""
    given = _arguments()
    before, runs = os.getloadavg(), []
    for engine in given.engines:
        with furnished(engine) as setting, _contenders(setting.town, given.workers) as contenders:
            runs += _measure(setting, contenders, given)
    text = _markdown(runs, given, before)
    if given.report:
        section("load", "Load", text)
        PAGE.write_text(f"# Load\n\nWritten by `make load`. {machine()}.\n\n{text}\n")
    else:
        print(text)
    return 1 if _verdict(runs) != "met" or any(run.heard.others for run in runs) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--rates", nargs="+", type=int, default=list(RATES))
    parser.add_argument("--seconds", type=float, default=10, help="of one turn")
    parser.add_argument("--turns", type=int, default=2, help="of each, at each rate")
    parser.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument("--report", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


@contextmanager
def _contenders(town: Town, workers: int) -> Iterator[list[Contender]]:
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "bench.skeleton:make()", "--threads", "4",
                "--workers", str(workers), "--bind", f"127.0.0.1:{port}", "--log-level", "error",
                "--worker-class", "server.base.admission.AdmittingWorker",
                "--graceful-timeout", "30", "--no-control-socket"]  # fmt: skip
    town.commands[BARE] = gunicorn
    town.commands["web"] = [*town.commands["web"][:-1], str(workers)]
    town.start("web")
    town.start(BARE, seen=f"http://127.0.0.1:{port}/")
    yield [
        Contender(OURS, town.port, psutil.Process(town.pid("web"))),
        Contender(BARE, port, psutil.Process(town.pid(BARE))),
    ]


def _measure(
    setting: Setting, contenders: Sequence[Contender], given: argparse.Namespace
) -> list[Run]:
    host, runs = setting.town.portal.removeprefix("http://"), []
    for one in contenders:  # what a first request loads is not measured
        load(one.port, host, reads=setting.reads, writes=setting.writes, rate=20, seconds=5, seed=1)
    for rate in given.rates:
        own = {one.name: Run(setting.town.engine, rate, one.name) for one in contenders}
        for turn in range(given.turns):
            for one in contenders if turn % 2 else reversed(contenders):
                _turn(setting, one, own[one.name], host=host, seconds=given.seconds, seed=turn)
        runs += own.values()
        print(*(f"{run.engine} {rate}/s {run.name} {run.cpu_ms:.2f} ms {dict(run.heard.others)}"
                for run in own.values()), sep="; ", file=sys.stderr)  # fmt: skip
    return runs


def _turn(
    setting: Setting, one: Contender, run: Run, *, host: str, seconds: float, seed: int
) -> None:
    postmaster = setting.town.postmaster()
    cpu, database = _cpu(one.process), _cpu(postmaster)
    heard = load(
        one.port, host, reads=setting.reads, writes=setting.writes, rate=run.rate,
        seconds=seconds, seed=seed,
    )  # fmt: skip
    run.heard.add(heard)
    run.cpu += _cpu(one.process) - cpu
    run.database_cpu += _cpu(postmaster) - database


def _cpu(process: psutil.Process | None) -> float:
    """User and system seconds of a process and its children, those that ended too."""
    if process is None:
        return 0.0
    tree = [process, *process.children(recursive=True)]
    times = [one.cpu_times() for one in tree]
    return sum(t.user + t.system for t in times) + sum(
        (t.children_user + t.children_system) for t in times
    )


def _pairs(runs: Sequence[Run]) -> list[tuple[Run, Run]]:
    by_name = {(run.engine, run.rate, run.name): run for run in runs}
    return [
        (run, by_name[run.engine, run.rate, BARE]) for run in runs if run.name == OURS
    ]  # fmt: skip


def _quantile(values: list[float], part: float) -> str:
    """In milliseconds."""
    if not values:
        return "none"
    return f"{1000 * sorted(values)[min(int(part * len(values)), len(values) - 1)]:.1f}"


def _markdown(
    runs: Sequence[Run], given: argparse.Namespace, before: tuple[float, float, float]
) -> str:
    blocks = []
    for engine in given.engines:
        own = [run for run in runs if run.engine == engine]
        rows: list[list[object]] = [
            [run.rate, run.name, run.answers, sum(run.heard.others.values()),
             *(_quantile(values, part) for values in (run.heard.reads, run.heard.writes)
               for part in (0.5, 0.99)),
             round(run.cpu_ms, 2), *([] if engine == SQLITE else [round(run.database_ms, 2)])]
            for run in own
        ]  # fmt: skip
        head = ["a second", "", "answers", "failed", "read p50", "p99", "write p50", "p99",
                "CPU ms a request", *([] if engine == SQLITE else ["and PostgreSQL's"])]  # fmt: skip
        ratios = ", ".join(
            f"{ours.cpu_ms / bare.cpu_ms:.2f} at {ours.rate}" for ours, bare in _pairs(own)
        )
        blocks.append(f"### {engine}\n\n{table(head, rows)}\n\nCPU of ours to the skeleton's: {ratios}.")  # fmt: skip
    return f"""Poisson arrivals, 30 % writes, {given.turns} turns of {given.seconds:g} s at each rate; times in
milliseconds from the moment a request was meant to leave. Read: a signed-in reader fetches her
letter's object (42 kB) at the portal. Write: she keeps the draft of her answer (10 kB of JSON), which
is what the page does while she types: two transactions that write. `bench/skeleton.py` does the same two calls
with bare Flask and SQL by hand on the same rows, under the same gunicorn ({given.workers} processes of 4
threads), in turns with ours. CPU: user and system time of the server's processes. Load average of the
machine before: {before[0]:.1f}; the load itself comes from it too.

{chr(10).join(f"{block}{chr(10)}" for block in blocks)}
Target: CPU for each request at most {TARGET} times the skeleton's: {_verdict(runs)}."""


def _verdict(runs: Sequence[Run]) -> str:
    missed = [
        f"{ours.engine} at {ours.rate}"
        for ours, bare in _pairs(runs)
        if ours.cpu_ms > TARGET * bare.cpu_ms
    ]
    return f"missed ({', '.join(missed)})" if missed else "met"


if __name__ == "__main__":
    sys.exit(main())
