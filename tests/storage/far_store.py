"""An object store on this machine that can be slow, refuse or break off; as much S3 as a put and a get need."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class FarStore:
    """`statuses` are answered first, one for each call; `stall` answers nothing until let go."""

    kept: dict[str, bytes] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    stall: threading.Event = field(default_factory=threading.Event)
    stalls: bool = False
    break_off: bool = False
    port: int = 0

    def config(self) -> dict[str, Any]:
        return {
            "endpoint": f"http://127.0.0.1:{self.port}", "region": "here",
            "skip_signature": True, "virtual_hosted_style_request": False,
        }  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    """Puts and gets by path."""

    protocol_version = "HTTP/1.1"

    @property
    def store(self) -> FarStore:
        store: FarStore = self.server.store  # type: ignore[attr-defined]
        return store

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._refused():
            self.store.kept[self.path] = body
            self._say(200, b"")

    def do_GET(self) -> None:
        if self._refused():
            return
        if self.path in self.store.kept:
            self._say(200, self.store.kept[self.path])
        else:
            self._say(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def _refused(self) -> bool:
        if self.store.stalls:
            self.store.stall.wait(20)
        if not self.store.statuses:
            return False
        self._say(self.store.statuses.pop(0), b"")
        return True

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if self.store.break_off else body)
        if self.store.break_off:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    """Callers who hang up are meant."""

    daemon_threads = True

    def __init__(self, store: FarStore) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.store = store

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


@contextmanager
def far_store() -> Iterator[FarStore]:
    """A running store; what it stalls is let go at the end."""
    store = FarStore()
    server = Server(store)
    store.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield store
    finally:
        store.stall.set()
        server.shutdown()
        server.server_close()
        thread.join()
