"""The sandbox with more people, and the provider's slowness and limits: `python -m …kills.crowd`.

The sandbox itself is as it is: its view of sendMail is called inside one that notes in `journal`
when a notice came and when it was taken, holds the answer back, and refuses what Exchange would.
"""

import argparse
import base64
import binascii
import os
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox import people
from sandbox.config import DEMO_SECRET, Config

IN_FLIGHT = 4
A_MINUTE = 30
JOURNAL = "journal"
DELIVERY = re.compile(rb"^x-letterlock-delivery: *(\S+)", re.IGNORECASE | re.MULTILINE)


def staff(count: int) -> list[str]:
    """Addresses of staff who may sign in."""
    return [f"staff{number:02}@hart.example" for number in range(count)]


def clients(count: int) -> list[str]:
    """Addresses of clients."""
    return [f"client{number:02}@client.example" for number in range(count)]


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--staff", type=int, default=16)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--late-ms", type=int, default=0, help="how long a 202 is held back")
    parser.add_argument("--limits", action="store_true", help="refuse what Exchange would")
    options = parser.parse_args()
    people.PEOPLE = (*people.PEOPLE, *_more(options.staff, options.clients))
    from sandbox import serve  # its modules take the people as they are loaded

    plain = serve.create_app

    def dressed(config: Config) -> Any:
        app = plain(config)
        view = app.view_functions["graph.send_mail"]
        limits = Limits() if options.limits else None
        journal = os.open(options.data / JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        app.view_functions["graph.send_mail"] = _watched(
            view, journal, limits, options.late_ms / 1000
        )
        return app

    serve.create_app = dressed
    serve.serve(Config(data=options.data, port=options.port, client_secret=DEMO_SECRET))


def _more(staffs: int, others: int) -> Iterator[people.Person]:
    for address in staff(staffs):
        name = address.partition("@")[0]
        yield people.Person(address, name.title(), people._oid(name), True, "of the crowd")
    for address in clients(others):
        yield people.Person(address, address.partition("@")[0].title(), None)


def _watched(
    view: Callable[..., Any], journal: int, limits: "Limits | None", late: float
) -> Callable[..., Any]:
    from flask import request

    from sandbox.graph.auth import caller, mailbox_of

    def send_mail(user: str | None = None) -> Any:
        delivery = _delivery(request.get_data())
        _note(journal, "came", delivery)
        with limits.place(mailbox_of(caller(), user).address, journal) if limits else _free():
            answer = view(user)
            _note(journal, "took", delivery)
            if late:
                time.sleep(late)
            return answer

    return send_mail


@contextmanager
def _free() -> Iterator[None]:
    yield


class Limits:
    """Four calls at once and 30 mails in any minute for each mailbox; else 429."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun: defaultdict[str, deque[float]] = defaultdict(deque)
        self._now: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def place(self, mailbox: str, journal: int) -> Iterator[None]:
        """Hold one of the mailbox's places.

        Raises:
            GraphError: 429, with the seconds until there is one.
        """
        from sandbox.graph.errors import GraphError

        with self._lock:
            now, begun = time.monotonic(), self._begun[mailbox]
            while begun and begun[0] <= now - 60:
                begun.popleft()
            wait = 60 - (now - begun[0]) if len(begun) >= A_MINUTE else 0.0
            if self._now[mailbox] >= IN_FLIGHT:
                wait = max(wait, 1.0)
            if not wait:
                begun.append(now)
                self._now[mailbox] += 1
        if wait:
            _note(journal, "limited", mailbox)
            headers = {"Retry-After": str(int(wait) + 1)}
            raise GraphError(429, "ApplicationThrottled", "Over the limit of a mailbox.", headers)
        try:
            yield
        finally:
            with self._lock:
                self._now[mailbox] -= 1


def _delivery(body: bytes) -> str:
    try:
        found = DELIVERY.search(base64.b64decode(body))
    except binascii.Error:
        found = None
    return found[1].decode() if found else "-"


def _note(journal: int, what: str, which: str) -> None:
    os.write(journal, f"{time.time():.4f} {what} {which}\n".encode())


if __name__ == "__main__":
    main()
