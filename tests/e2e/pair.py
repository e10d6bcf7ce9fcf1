"""A running pair: Letterlock and its sandbox, as `letterlock up --demo` starts them."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.sandbox.running import ROOT, Sandbox, eventually, free_port

LETTERLOCK = Path(sys.executable).with_name("letterlock")
DATABASE = "letterlock.db"
STARTUP_S = 90
END_S = 60


@dataclass(frozen=True)
class Pair:
    """Where both answer. `data` and `log` are known only of a pair that the tests started."""

    url: str
    sandbox: Sandbox
    data: Path
    log: Path


@contextmanager
def started(folder: Path, sandbox_port: int | None = None, **environment: str) -> Iterator[Pair]:
    """Run `letterlock up --demo` on free ports; at the end SIGTERM, and it must exit with 0."""
    port, sandbox_port = free_port(), sandbox_port or free_port()
    data, log = folder / "data", folder / "log"
    sandbox = Sandbox(sandbox_port, data / "sandbox")
    pair = Pair(f"http://localhost:{port}", sandbox, data, log)
    command = [
        str(LETTERLOCK), "up", "--demo", "--port", str(port),
        "--sandbox-port", str(sandbox_port), "--data", str(data),
    ]  # fmt: skip
    with log.open("wb") as lines:
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | environment,
            stdout=lines,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: _both_answer(pair, child), within=STARTUP_S)
        yield pair
    finally:
        child.terminate()
        status = child.wait(END_S)
    assert status == 0, log.read_text()


@dataclass(frozen=True)
class FirstDay:
    """A pair, and a copy of its database from before anybody used it.

    Starting one takes seven seconds of the processor: too much for each module.
    """

    pair: Pair
    database: Path

    @classmethod
    def of(cls, pair: Pair, folder: Path) -> "FirstDay":
        """Keep what a new pair holds."""
        made = cls(pair, folder / DATABASE)
        _copy(pair.data / DATABASE, made.database)
        return made

    def begin_anew(self) -> None:
        """As it was: no letter, no code, no session, no mail; the two go on running."""
        _copy(self.database, self.pair.data / DATABASE)
        self.pair.sandbox.begin_anew()


def _copy(origin: Path, target: Path) -> None:
    """In one transaction of the target, whoever has it open."""
    with closing(sqlite3.connect(origin)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def standing(addresses: str) -> Pair:
    """A pair that runs already: `http://localhost:8300 http://localhost:8301`."""
    url, sandbox = addresses.split()
    pair = Pair(url, Sandbox(urlsplit(sandbox).port or 80, Path()), Path(), Path())
    assert _answers(pair.url), f"{url} does not answer"
    assert _answers(pair.sandbox.url), f"{sandbox} does not answer"
    return pair


def _both_answer(pair: Pair, child: subprocess.Popen[bytes]) -> bool:
    assert child.poll() is None, pair.log.read_text()
    return _answers(pair.sandbox.url) and _answers(pair.url)


def _answers(url: str) -> bool:
    try:
        return bool(requests.get(f"{url}/healthz", timeout=2).json() == {"status": "ok"})
    except (requests.ConnectionError, requests.Timeout):
        return False
