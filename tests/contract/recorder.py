"""A recorder between our server and Graph: passes everything on and keeps it."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

OF_ONE_HOP = {"host", "connection", "content-length", "transfer-encoding", "date", "server"}


class Recorder:
    """Stands at `url` (with `/v1.0`) for the Graph at `upstream`.

    `answers` are in the order in which they came; each holds as `.request` what was passed on:
    method, path, headers and body are those of the caller.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.answers: list[requests.Response] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))

    @property
    def url(self) -> str:
        return f"http://localhost:{self._server.server_port}/v1.0"

    def pass_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> requests.Response:
        """Ask upstream as we were asked."""
        with requests.Session() as session:
            session.trust_env = False
            session.headers.clear()
            answer = session.request(
                method, f"{self.upstream}{path}", headers=headers, data=body, timeout=30
            )
        self.answers.append(answer)
        return answer

    def to(self, path: str) -> list[requests.Response]:
        """The answers to requests of addresses that end so."""
        return [answer for answer in self.answers if (answer.request.url or "").endswith(path)]

    @property
    def traffic(self) -> dict[str, bytes]:
        """Each request and answer in full, by number and address."""
        return {
            f"{number} {answer.request.method} {answer.request.path_url}": _whole(answer)
            for number, answer in enumerate(self.answers)
        }

    def serve(self) -> None:
        """Answer until `close`."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def recording(upstream: str) -> Iterator[Recorder]:
    """A recorder that runs for the length of the block. `upstream` is without `/v1.0`."""
    recorder = Recorder(upstream)
    thread = threading.Thread(target=recorder.serve)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.close()
        thread.join()


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = recorder.pass_on(self.command, self.path, _kept(self.headers.items()), body)
            self.send_response(answer.status_code)
            for name, value in _kept(answer.headers.items()).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = _relay  # noqa: N815 http.server calls them so

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    return Handler


def _kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in OF_ONE_HOP}


def _whole(answer: requests.Response) -> bytes:
    asked = answer.request
    body = asked.body if isinstance(asked.body, bytes) else str(asked.body or "").encode()
    heads = f"{asked.method} {asked.url}\n{asked.headers}\n{answer.status_code}\n{answer.headers}\n"
    return heads.encode() + body + b"\n" + answer.content
