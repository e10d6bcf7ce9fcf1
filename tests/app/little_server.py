"""A little application under the real worker class: `python little_server.py PORT CONTROL`.

`/hold` asks at CONTROL for leave and answers when it has it; `/size` answers how much came.
"""

import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication

THREADS = 2


class Little(BaseApplication):
    def __init__(self, port: int, control: int) -> None:
        self._port, self._control = port, control
        super().__init__()

    def load_config(self) -> None:
        options = {
            "bind": [f"127.0.0.1:{self._port}"], "workers": 1, "threads": THREADS,
            "worker_class": "server.base.admission.AdmittingWorker", "graceful_timeout": 20,
            "loglevel": "error", "control_socket_disable": True,
        }  # fmt: skip
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[[Any, Any], Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            path, body = environ["PATH_INFO"], b"ok"
            if path == "/hold" or environ.get("HTTP_X_HOLD"):
                with socket.create_connection(("127.0.0.1", self._control)) as leave:
                    leave.recv(1)
            if environ["REQUEST_METHOD"] != "GET":
                body = str(len(environ["wsgi.input"].read())).encode()
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]

        return answer


if __name__ == "__main__":
    Little(int(sys.argv[1]), int(sys.argv[2])).run()
