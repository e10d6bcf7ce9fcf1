"""Who gets a thread of the web server, and who is turned away.

gunicorn's threaded worker gives a thread to a connection before anything has come, and lets
requests wait without end. This worker reads small requests whole before a thread takes them, so
that no slow caller holds one; refuses a head whose end or length it cannot know; keeps three lanes
apart (work, large bodies, health), so that uploads never take the threads of everything else; and
answers 503 with Retry-After to what has waited too long, even while every thread hangs. Why:
docs/adr/0014-admission.md.
"""

import errno
import json
import re
import socket
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from selectors import EVENT_READ
from typing import Any, Final

from gunicorn.workers.gthread import TConn, ThreadWorker

from server.base import metrics

SMALL: Final = 64 * 1024
MOST_HEAD: Final = 64 * 1024
FIRST_BYTE_S: Final = 20.0
WHOLE_S: Final = 10.0  # for a small request, from its first byte
STILL_S: Final = 20.0  # a large body, or an answer, that does not move at all
GRACE_S: Final = 30.0
SLOWEST: Final = 2 * 1024  # bytes a second of a large body, after the grace
LINGER_S: Final = 2.0
LOOK_S: Final = 0.5
SEND_BUFFER: Final = 512 * 1024
_SLICE: Final = 64 * 1024

_LENGTH: Final = re.compile(rb"\r\ncontent-length:([^\r]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(rb"[0-9]{1,15}")
_UNTOLD: Final = re.compile(rb"\r\n(?:transfer-encoding|expect):", re.IGNORECASE)
_FRONT: Final = re.compile(rb"GET /(?:healthz|metrics)[ ?]")
_OBJECT: Final = re.compile(rb"[A-Z]+ /api/v1/messages/[^ /]+/(?:objects|uploads)/")

_HEADERS: Final = (
    "HTTP/1.1 {status} {phrase}\r\nConnection: close\r\n{more}"
    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
    "Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'\r\n"
    # Nobody knows here how we are served; browsers heed it over https alone (RFC 6797, 8.1).
    "Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n"
    "Content-Type: {kind}\r\nContent-Length: {size}\r\n\r\n{body}"
)
_PAGE: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
    "<h1>{title}</h1><p>{detail}</p></html>\n"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the main loop answers by itself. `after`: seconds until it may be tried again, or 0."""

    status: int
    phrase: str
    code: str
    title: str
    detail: str
    after: int = 0

    def answer(self, head: bytes) -> bytes:
        """A problem for programs, a plain page for people."""
        words: dict[str, Any] = {
            "type": f"urn:letterlock:problem:{self.code}", "title": self.title,
            "status": self.status, "detail": self.detail,
        }  # fmt: skip
        more = f"Retry-After: {self.after}\r\n" if self.after else ""
        body, kind = _PAGE.format(**words), "text/html; charset=utf-8"
        if b" /api/" in head[:16]:
            facts = {"retry_after": self.after} if self.after else {}
            body, kind = f"{json.dumps(words | facts)}\n", "application/problem+json"
        told = {"status": self.status, "phrase": self.phrase, "more": more, "kind": kind}
        return _HEADERS.format(**told, size=len(body), body=body).encode()


BUSY: Final = Refusal(
    503, "Service Unavailable", "busy", "We are very busy",
    "Too many are asking at once, so this was not begun. Nothing was lost; try again in a few "
    "seconds.", after=2,
)  # fmt: skip
NO_LENGTH: Final = Refusal(
    400, "Bad Request", "malformed", "That cannot be right",
    "This request does not say clearly how long it is, so it was not read. Nothing was changed.",
)  # fmt: skip
LONG_HEAD: Final = Refusal(
    431, "Request Header Fields Too Large", "too-large", "That is too large",
    "The headers of this request are longer than we take. Nothing was changed; remove the cookies "
    "that your browser keeps for this site, and try again.",
)  # fmt: skip


@dataclass(slots=True)
class Waiting:
    """A request that is whole and waits for a thread."""

    since: float
    conn: "Caller"
    work: "Future[Any]"


@dataclass(slots=True)
class Lane:
    """Some threads, and how many seconds a request waits for one before it is turned away."""

    name: str
    threads: int
    patience: float
    pool: ThreadPoolExecutor = field(init=False)
    waiting: "deque[Waiting]" = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.threads, thread_name_prefix=self.name)


class Patient(socket.socket):
    """A caller's socket that gives up on who is too slow, as if the connection had been reset."""

    began = 0.0
    came = 0

    def begin(self) -> None:
        """A request begins here."""
        self.began, self.came = time.monotonic(), 0

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 socket's own shape
        """Blocking means: for STILL_S at most."""
        self.settimeout(STILL_S if flag else 0.0)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """As socket's; a body that comes slower than SLOWEST is given up."""
        if self.gettimeout() == 0.0:
            return super().recv(size, flags)
        left = self.began + GRACE_S + self.came / SLOWEST - time.monotonic()
        if left <= 0:
            raise _reset()
        self.settimeout(min(STILL_S, left))
        try:
            data = super().recv(size, flags)
        except TimeoutError as error:
            raise _reset() from error
        self.came += len(data)
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """As socket's; a caller who takes nothing for STILL_S is given up."""
        self.settimeout(STILL_S)
        view = memoryview(data)
        try:
            for start in range(0, len(view), _SLICE):
                super().sendall(view[start : start + _SLICE], flags)
        except TimeoutError as error:
            raise _reset() from error


class Caller(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection, and what has come of its next request."""

    def __init__(self, worker: "AdmittingWorker", sock: Patient, client: Any, server: Any) -> None:
        super().__init__(worker.cfg, sock, client, server)
        self.worker = worker
        self.head = b""
        self.data_ready = True  # nothing is given to a thread before something has come

    def init(self) -> None:
        """Make the parser at the first request, and hand it what has come."""
        super().init()
        if self.head:
            self.parser.unreader.unread(self.head)
            self.head = b""

    def close(self, graceful: bool = False) -> None:  # noqa: FBT001, FBT002 gunicorn's own shape
        """Close; after an answer, once the caller has it, and without waiting for that here."""
        if graceful:
            self.worker.linger(self.sock)
        else:
            self.sock.close()


class AdmittingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's threaded worker with lanes. `cfg.threads` are those of the work lane."""

    WORK_PATIENCE_S = 1.0
    LARGE_PATIENCE_S = 20.0
    LARGE_THREADS = 4

    def init_process(self) -> None:
        """Make the lanes, after the fork."""
        self.front = Lane("front", 1, self.LARGE_PATIENCE_S)
        self.work = Lane("work", self.cfg.threads, self.WORK_PATIENCE_S)
        self.large = Lane("large", self.LARGE_THREADS, self.LARGE_PATIENCE_S)
        self.lanes = (self.front, self.work, self.large)
        self.lingering: deque[tuple[float, Any]] = deque()
        self.next_look = 0.0
        super().init_process()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """The pool that gunicorn knows of."""
        return self.work.pool

    def accept(self, listener: Any) -> bool:
        """Take a connection; a thread takes it when its request has come. Whether there was one."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.ECONNABORTED}:
                raise
            return False
        self.nr_conns += 1
        patient = Patient(fileno=sock.detach())
        if patient.family != socket.AF_UNIX:
            patient.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        patient.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        conn = Caller(self, patient, client, listener.getsockname())
        conn.timeout = time.monotonic() + FIRST_BYTE_S
        patient.setblocking(False)
        self._hold(conn)
        self.on_pending_socket_readable(conn, patient)
        return True

    def on_client_socket_readable(self, conn: Caller, client: Any) -> None:
        """The next request of a kept connection begins."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        conn.timeout = time.monotonic() + WHOLE_S
        self._hold(conn)
        self.on_pending_socket_readable(conn, client)

    def on_pending_socket_readable(self, conn: Caller, client: Any) -> None:
        """More of a request has come. A thread takes it when it is whole, or large."""
        try:
            data = client.recv(_SLICE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data and not conn.head:
            conn.timeout = min(conn.timeout, time.monotonic() + WHOLE_S)
        conn.head += data
        lane = self._lane(conn.head) if data else None
        if data and lane is None:
            return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        if lane is None:
            self.nr_conns -= 1
            conn.close()
        else:
            self._go_on(conn, lane)

    def enqueue_req(self, conn: Caller) -> None:
        """A request of which the last one's thread has read some already."""
        conn.head = conn.parser.unreader.take_buffered() + conn.head
        lane = self._lane(conn.head)
        if lane is not None:
            self._go_on(conn, lane)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + WHOLE_S
        self._hold(conn)

    def linger(self, sock: Patient) -> None:
        """Say that nothing more comes, and close when the caller has seen it. On the main thread."""
        with suppress(OSError):
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
            self.poller.register(sock, EVENT_READ, self._drained)
            self.lingering.append((time.monotonic() + LINGER_S, sock))
            return
        sock.close()

    def murder_pending(self) -> None:
        """Close connections whose request does not come."""
        now = time.monotonic()
        if now < self.next_look:
            return
        self.next_look = now + LOOK_S
        for conn in [conn for conn in self.pending_conns if conn.timeout <= now]:
            self.pending_conns.remove(conn)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            conn.close()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait no longer than the next request may wait; then turn away what has."""
        now = time.monotonic()
        ends = [lane.waiting[0].since + lane.patience for lane in self.lanes if lane.waiting]
        super().wait_for_and_dispatch_events(max(0.0, min([timeout, *(end - now for end in ends)])))
        for lane in self.lanes:
            self._turn_away(lane)
        while self.lingering and self.lingering[0][0] <= time.monotonic():
            self._close_lingering(self.lingering[0][1])

    def _cap_keepalive(self, deadline: float) -> None:
        """The worker stops: what stands in the listeners' queues still gets its answer."""
        for listener in self.sockets:
            while self.accept(listener):
                pass
            listener.close()
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _hold(self, conn: Caller) -> None:
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def _lane(self, head: bytes) -> Lane | Refusal | None:
        """Which threads a request is for, or None while it has not come far enough.

        No thread of `work` or `front` may be left to wait for bytes: gunicorn must see the same
        end and the same length.
        """
        end = head.find(b"\r\n\r\n")
        if end < 0:
            return LONG_HEAD if len(head) > MOST_HEAD else None
        fields = head[: end + 2]
        lengths = [length.strip(b" \t") for length in _LENGTH.findall(fields)]
        if len(lengths) > 1 or not all(_NUMBER.fullmatch(length) for length in lengths):
            return NO_LENGTH
        size = int(lengths[0]) if lengths else 0
        if size > SMALL or _UNTOLD.search(fields) or _OBJECT.match(head):
            return self.large
        if len(head) - end - 4 < size:
            return None
        return self.front if _FRONT.match(head) else self.work

    def _go_on(self, conn: Caller, lane: Lane | Refusal) -> None:
        if isinstance(lane, Lane):
            self._submit(conn, lane)
            return
        _tell(conn, lane)
        self.nr_conns -= 1
        conn.close(graceful=True)

    def _submit(self, conn: Caller, lane: Lane) -> None:
        conn.sock.begin()
        while lane.waiting and _is_taken(lane.waiting[0].work):
            lane.waiting.popleft()
        work = lane.pool.submit(self.handle, conn)
        lane.waiting.append(Waiting(time.monotonic(), conn, work))
        work.add_done_callback(partial(self._done, conn))

    def _done(self, conn: Caller, work: "Future[Any]") -> None:
        self.method_queue.defer(self.finish_request, conn, work)

    def _turn_away(self, lane: Lane) -> None:
        limit = time.monotonic() - lane.patience
        while lane.waiting:
            first = lane.waiting[0]
            if not _is_taken(first.work):
                if first.since > limit:
                    return
                if first.work.cancel():
                    _tell(first.conn, BUSY if lane is self.work else replace(BUSY, after=5))
                    metrics.shed(lane.name)
            lane.waiting.popleft()

    def _drained(self, sock: Patient) -> None:
        try:
            more = sock.recv(_SLICE)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        if not more:
            self._close_lingering(sock)

    def _close_lingering(self, sock: Patient) -> None:
        self.lingering = deque(entry for entry in self.lingering if entry[1] is not sock)
        self.poller.unregister(sock)
        sock.close()


def _is_taken(work: "Future[Any]") -> bool:
    return work.running() or work.done()


def _tell(conn: Caller, refusal: Refusal) -> None:
    with suppress(OSError):
        conn.sock.setblocking(False)
        conn.sock.send(refusal.answer(conn.head))


def _reset() -> ConnectionResetError:
    return ConnectionResetError(errno.ECONNRESET, "the caller is too slow")
