"""Who gets a thread of the web server, who is turned away, and how it stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.base import admission
from server.base.admission import AdmittingWorker, Patient
from tests.sandbox.running import eventually, free_port

LITTLE = Path(__file__).with_name("little_server.py")
THREADS = 2


@dataclass
class Little:
    """A running little server; who asks it to hold waits until `let_go`."""

    port: int
    process: "subprocess.Popen[bytes]"
    control: socket.socket
    held: list[socket.socket] = field(default_factory=list)

    def connect(self, data: bytes = b"") -> socket.socket:
        caller = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        caller.sendall(data)
        return caller

    def ask(self, path: str = "/", head: str = "") -> bytes:
        with closing(self.connect(request(path, head=head, close=True))) as caller:
            return whole(caller)

    def hold(self, many: int, path: str = "/hold", head: str = "") -> list[socket.socket]:
        """So many callers whose requests stand in a thread each."""
        callers = [self.connect(request(path, head=head)) for _ in range(many)]
        self.held += [self.control.accept()[0] for _ in range(many)]
        return callers

    def let_go(self) -> None:
        for one in self.held:
            one.sendall(b"x")
            one.close()
        self.held.clear()


@pytest.fixture
def little() -> Iterator[Little]:
    with socket.create_server(("127.0.0.1", 0)) as control:
        control.settimeout(10)
        port = free_port()
        command = [sys.executable, str(LITTLE), str(port), str(control.getsockname()[1])]
        environment = {**os.environ, "PYTHONPATH": str(LITTLE.parents[2])}
        process = subprocess.Popen(command, env=environment)
        server = Little(port, process, control)
        eventually(lambda: answers(port), within=20)
        yield server
        server.let_go()
        process.terminate()
        assert process.wait(timeout=30) == 0


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as caller:
            caller.sendall(request("/healthz", close=True))
            return b"200 OK" in whole(caller)
    except OSError:
        return False


def request(path: str, *, head: str = "", close: bool = False) -> bytes:
    connection = "close" if close else "keep-alive"
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n{head}\r\n".encode()


def whole(caller: socket.socket) -> bytes:
    found = b""
    while data := caller.recv(65536):
        found += data
    return found


def one(caller: socket.socket) -> bytes:
    """One answer on a connection that stays open."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += caller.recv(65536)
    head, _, body = found.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += caller.recv(65536)
    return head + body


def test_who_waits_over_a_second_is_turned_away_and_health_still_answers(little: Little) -> None:
    callers = little.hold(THREADS)
    began = time.monotonic()
    refused = little.ask("/api/v1/me")
    waited = time.monotonic() - began
    assert AdmittingWorker.WORK_PATIENCE_S <= waited < AdmittingWorker.WORK_PATIENCE_S + 10
    head, _, body = refused.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503")
    assert b"Retry-After: 2" in head
    for name in (
        b"default-src 'none'; base-uri 'none'",
        b"max-age=63072000",
        b"nosniff",
        b"no-store",
    ):
        assert name in head
    problem = json.loads(body)
    assert problem["type"] == "urn:letterlock:problem:busy"
    assert "Nothing was lost" in problem["detail"]
    assert b"<h1>We are very busy" in little.ask("/m/letter")
    assert b"200 OK" in little.ask("/healthz")
    little.let_go()
    for caller in callers:
        assert one(caller).startswith(b"HTTP/1.1 200")
        caller.close()
    assert b"200 OK" in little.ask()


def test_callers_who_send_slowly_hold_no_thread(little: Little) -> None:
    slow = [little.connect() for _ in range(10)]
    slow += [little.connect(b"GET / HTTP/1.1\r\nHo") for _ in range(10)]
    body = b"POST /size HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"
    slow += [little.connect(body) for _ in range(10)]
    assert b"200 OK" in little.ask()  # a lane without a free thread would say 503
    slow[-1].sendall(b"x" * 4999)
    assert one(slow[-1]).endswith(b"5000")
    for caller in slow:
        caller.close()


def test_a_length_or_a_head_that_cannot_be_read_is_refused_while_every_thread_hangs(
    little: Little,
) -> None:
    callers = little.hold(THREADS)  # nobody but the main loop can answer
    for length in ("0000000000005000", "", "-1", "+5", "5, 5", "5\r\nContent-Length: 5"):
        head = f"POST /api/v1/x HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{"
        with closing(little.connect(head.encode())) as caller:
            told, _, problem = whole(caller).partition(b"\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 400 "), length
        assert b"Retry-After" not in told
        assert json.loads(problem)["type"] == "urn:letterlock:problem:malformed"
    endless = request("/m/letter")[:-2] + b"X: " + b"a" * admission.MOST_HEAD
    with closing(little.connect(endless)) as caller:
        answer = whole(caller)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"<h1>That is too large</h1>" in answer
    for caller in callers:
        caller.close()


def test_a_second_head_without_an_end_is_refused_too(little: Little) -> None:
    second = b"GET / HTTP/1.1\r\nX: " + b"a" * admission.MOST_HEAD
    with closing(little.connect(request("/"))) as caller:
        assert one(caller).endswith(b"ok")
        caller.sendall(second)
        assert whole(caller).startswith(b"HTTP/1.1 431 ")


def test_uploads_do_not_take_the_threads_of_everything_else(little: Little) -> None:
    head = b"PUT /api/v1/messages/a/objects/b HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n"
    slow = [little.connect(head + b"x" * 1000) for _ in range(AdmittingWorker.LARGE_THREADS + 3)]
    assert b"200 OK" in little.ask()  # a lane without a free thread would say 503
    slow[0].sendall(b"x" * 899_000)
    assert one(slow[0]).endswith(b"900000")
    for caller in slow:
        caller.close()


def test_requests_that_come_together_and_in_pieces_are_all_answered(little: Little) -> None:
    post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
    chunked = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"
    )
    with closing(little.connect()) as caller:
        caller.sendall(post[:-1])
        caller.sendall(post[-1:] + chunked + request("/")[:-1])
        found = b""
        while found.count(b"HTTP/1.1 200") < 2:
            found += caller.recv(65536)
        caller.sendall(b"\n")
        while not found.endswith(b"ok"):
            found += caller.recv(65536)
    bodies = [answer.rpartition(b"\r\n\r\n")[2] for answer in found.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"3", b"4", b"ok"]


def test_a_stopping_server_answers_what_it_has_taken_and_takes_no_more(little: Little) -> None:
    callers = little.hold(THREADS)
    begun = little.connect(b"GET / HTTP/1.1\r\n")
    os.kill(little.process.pid, signal.SIGTERM)
    eventually(lambda: not answers(little.port))
    little.let_go()
    begun.sendall(b"Host: x\r\n\r\n")
    for caller in (*callers, begun):
        answer = whole(caller)
        assert answer.startswith(b"HTTP/1.1 200"), answer
        assert answer.endswith(b"ok")
        caller.close()
    assert little.process.wait(timeout=20) == 0


def test_a_caller_who_does_not_move_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "STILL_S", 0.05)
    ours, theirs = socket.socketpair()
    with Patient(fileno=ours.detach()) as patient, theirs:
        patient.begin()
        patient.setblocking(True)
        theirs.sendall(b"some")
        assert patient.recv(100) == b"some"
        with pytest.raises(ConnectionResetError):
            patient.recv(100)
        with pytest.raises(ConnectionResetError):
            patient.sendall(b"x" * 10_000_000)


def test_a_large_body_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "GRACE_S", -1.0)
    ours, theirs = socket.socketpair()
    with Patient(fileno=ours.detach()) as patient, theirs:
        patient.setblocking(True)
        patient.begin()
        patient.came = 100 * admission.SLOWEST
        theirs.sendall(b"x")
        assert patient.recv(100) == b"x"
        patient.came = 0
        with pytest.raises(ConnectionResetError):
            patient.recv(100)
