"""Clients as a careful one is: each unsafe call is tried again with its Idempotency-Key."""

import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from server.base.ids import new_token
from tests.drafts import begin
from tests.prove.kills.town import Town
from tests.sandbox.running import API

TIMEOUT_S = 15
PATIENCE_S = 150
AGAIN = frozenset({429, 500, 502, 503, 504})
_CONFLICT = 409


class GaveUp(Exception):
    """A call had no final answer in time."""


@dataclass(frozen=True)
class Answer:
    """What tests.drafts needs of an answer."""

    status_code: int
    body: Any

    @property
    def json(self) -> Any:
        return self.body


@dataclass
class Tally:
    """What all desks saw. `accepted`: readers' addresses by message id."""

    accepted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    gave_up: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desk:
    """A task pane of one member of staff, over HTTP."""

    def __init__(self, town: Town, address: str, tally: Tally) -> None:
        self.address, self._base, self._tally = address, f"{town.addin}/api/v1", tally
        self._http = requests.Session()
        token = town.sandbox.sign_in(address, [API])["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self.me = self.api("PUT", "/me", {}).json

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One call, until it has a final answer.

        Raises:
            GaveUp: It had none within `PATIENCE_S`.
        """
        headers = {"Idempotency-Key": new_token()}
        if "content_type" in more:
            headers["Content-Type"] = more["content_type"]
        payload = {"json": body} if body is not None else {"data": more.get("data")}
        end, pause = time.monotonic() + PATIENCE_S, 0.1
        while time.monotonic() < end:
            answer = self._try(method, path, headers=headers, **payload)
            if answer is not None:
                return answer
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 only spreads the tries
            pause = min(2 * pause, 2.0)
        raise GaveUp(path)

    def _try(self, method: str, path: str, **more: Any) -> Answer | None:
        try:
            answer = self._http.request(method, self._base + path, timeout=TIMEOUT_S, **more)
        except requests.RequestException as error:
            self._count(type(error).__name__)
            return None
        is_json = "json" in answer.headers.get("Content-Type", "")
        found = answer.json() if is_json else None
        running = answer.status_code == _CONFLICT and "still-running" in answer.text
        if answer.status_code in AGAIN or running:
            self._count(f"{answer.status_code} {(found or {}).get('type', '').rpartition(':')[2]}")
            return None
        return Answer(answer.status_code, found)

    def write(self, readers: Sequence[str]) -> None:
        """One letter, sealed and signed for real, until it is accepted."""
        draft = begin(self, to=readers, text=f"Dear {len(readers)}")
        draft.subject = f"Year-end {draft.id}"
        signed, sent = draft.sign(), None
        if signed.status_code == 200:
            sent = draft.send()
        with self._tally.lock:
            if sent is not None and sent.status_code == 202:
                self._tally.accepted[draft.id] = tuple(readers)
            else:
                self._tally.refused[str(sent or signed)[:200]] += 1

    def _count(self, what: str) -> None:
        with self._tally.lock:
            self._tally.broken[what] += 1


class Crowd:
    """Many desks that write, each letter to one or two readers, about `a_second` in all."""

    def __init__(
        self, town: Town, senders: Sequence[str], readers: Sequence[str], *, a_second: float
    ) -> None:
        self.tally = Tally()
        self._readers, self._every = readers, len(senders) / a_second
        self._stop = threading.Event()
        self.desks = [Desk(town, address, self.tally) for address in senders]
        self._threads = [
            threading.Thread(target=self._run, args=(desk,), daemon=True) for desk in self.desks
        ]

    def start(self) -> None:
        """Begin to write."""
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        """Begin no other letter, and wait until those begun are accepted."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, desk: Desk) -> None:
        chance = random.Random(desk.address)  # noqa: S311 who reads what is no secret
        self._stop.wait(chance.random() * self._every)
        while not self._stop.is_set():
            begun = time.monotonic()
            try:
                desk.write(chance.sample(self._readers, chance.choice((1, 1, 2))))
            except (GaveUp, AssertionError, KeyError, TypeError) as error:
                with self.tally.lock:
                    self.tally.gave_up += 1
                    self.tally.refused[repr(error)[:200]] += 1
            self._stop.wait(max(0.0, self._every - (time.monotonic() - begun)))
