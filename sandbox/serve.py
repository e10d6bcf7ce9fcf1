"""The server: gunicorn, one process, many threads.

gunicorn and not Flask's own server, because the demo's Outlook window keeps connections open
and its requests come in bursts from two origins: it is the server the project runs in earnest.
One process, because the postman is a thread of it; threads, because a browser's idle
connections must not stop a token request.
"""

import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from sandbox.app import create_app
from sandbox.config import Config


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, config: Config) -> None:
        self._sandbox = config
        super().__init__()

    def load_config(self) -> None:
        for name, value in _settings(self._sandbox.port).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._sandbox)


def _settings(port: int) -> dict[str, Any]:
    addresses = [f"127.0.0.1:{port}"]
    if _has_ipv6():
        addresses.append(f"[::1]:{port}")  # some browsers try it first for localhost
    return {
        "bind": addresses,
        "worker_class": "gthread",
        "workers": 1,
        "threads": 16,
        "keepalive": 15,
        "graceful_timeout": 3,
        "loglevel": "warning",
        "control_socket_disable": True,
        "post_worker_init": _started,
        "worker_exit": _stopped,
    }


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _started(worker: Any) -> None:
    worker.wsgi.extensions["sandbox"].postman.start()


def _stopped(_arbiter: Any, worker: Any) -> None:
    postman = worker.wsgi.extensions["sandbox"].postman
    if postman.is_alive():
        postman.stop()


def serve(config: Config) -> None:
    """Serve until SIGTERM or SIGINT."""
    _Server(config).run()
