"""A running pair: Letterlock and its sandbox, as `letterlock up --demo` starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.sandbox.running import ROOT, Sandbox, eventually, free_port

LETTERLOCK = Path(sys.executable).with_name("letterlock")
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
