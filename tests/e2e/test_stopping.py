"""A rolling deploy under load: whoever was let in gets an answer. And what the operator sees of it."""

import json
import os
import signal
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.pair import Pair, started
from tests.e2e.wire import staff
from tests.house import key
from tests.sandbox.running import eventually, free_port

pytestmark = pytest.mark.timeout(300)
CALLERS = 6


class Callers:
    """Threads that begin a letter again and again on a kept connection, until told to stop."""

    def __init__(self, pair: Pair, token: str) -> None:
        self.url = pair.url.replace("localhost", "127.0.0.1")
        self.token = token
        self.done: list[str] = []
        self.failed: list[str] = []
        self.refused = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call) for _ in range(CALLERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def more(self, many: int = 40) -> None:
        """Wait until so many more are done."""
        before = len(self.done)
        eventually(lambda: len(self.done) >= before + many, within=60)

    def _call(self) -> None:
        with requests.Session() as session:
            while not self._stop.is_set():
                try:
                    self._look(session)
                except requests.ConnectionError as error:
                    if "Connection refused" in str(error):
                        self.refused += 1
                        return
                    self.failed.append(str(error))

    def _look(self, session: requests.Session) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key()}
        body = {"readers": [{"address": "maya@client.example"}]}
        answer = session.post(f"{self.url}/api/v1/lookups", json=body, headers=headers, timeout=60)
        if answer.status_code == 200:
            self.done.append(answer.json()["lookups"][0]["text"])
        else:
            self.failed.append(answer.text)


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def web_of(pair: Pair) -> int:
    """gunicorn's first process: the one whose parent is none of them."""
    port = str(urlsplit(pair.url).port)
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().decode().split("\0")
            if "web" in command and port in command:
                parents[int(folder.name)] = int(
                    (folder / "stat").read_text().split(")")[1].split()[1]
                )
    (first,) = (pid for pid, parent in parents.items() if parent not in parents)
    return first


def scraped(port: int) -> dict[str, float]:
    """Every sample by its name and labels."""
    text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    return {
        f"{sample.name}{json.dumps(sample.labels, sort_keys=True)}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_no_request_is_lost_when_the_server_is_renewed_and_when_it_stops(tmp_path: Path) -> None:
    port = free_port()
    with ExitStack() as running:
        pair = running.enter_context(started(tmp_path, LETTERLOCK_METRICS=f"127.0.0.1:{port}"))
        web = web_of(pair)
        with Callers(pair, staff(pair, "ann@hart.example").token) as callers:
            callers.more()
            old = children(web)
            os.kill(web, signal.SIGHUP)
            eventually(lambda: not old & children(web), within=60)
            callers.more()
            assert (callers.failed, callers.refused) == ([], 0)
            _look_at_metrics(port, least=len(callers.done) - CALLERS)
            running.close()
        assert callers.failed == []
        assert callers.refused == CALLERS
        _look_at_lines(pair, least=len(callers.done))


def _look_at_metrics(port: int, *, least: int) -> None:
    """Counts of workers that are gone are in them; nothing of a caller is."""
    route = '{"method": "POST", "route": "/api/v1/lookups", "status": "200"}'
    web, worker = scraped(port), scraped(port + 1)
    assert web[f"letterlock_requests_total{route}"] >= least
    assert web['letterlock_outbox_rows{"lane": "codes", "state": "ready"}'] == 0
    assert web['letterlock_outbox_rows{"lane": "chores", "state": "ready"}'] >= 4
    assert "letterlock_outbox_rows" in str(worker)
    assert "client.example" not in str(web)


def _look_at_lines(pair: Pair, *, least: int) -> None:
    lines = [json.loads(line) for line in pair.log.read_text().splitlines() if line[:1] == "{"]
    ours = [line for line in lines if line.get("route") == "/api/v1/lookups"]
    assert len(ours) >= least
    assert len({line["request_id"] for line in ours}) == len(ours)
    assert len({line["firm_id"] for line in ours}) == 1
    assert all("path" not in line for line in lines)
