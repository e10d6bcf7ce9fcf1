"""`letterlock web`: the web server alone."""

import argparse
import os
import socket
import tempfile
from typing import Any

from server.base.settings import from_environment


def add(commands: Any) -> None:
    """Add the command to the parser."""
    web = commands.add_parser("web", help="the web server, from LETTERLOCK_* settings")
    web.add_argument("--port", type=int, default=8300)
    web.add_argument("--host", help="the address to listen at; this machine alone if left out")
    web.add_argument("--workers", type=int, default=2 * (os.cpu_count() or 1))
    web.set_defaults(run=_web)


def _web(options: argparse.Namespace) -> None:
    if from_environment().metrics:
        # prometheus_client looks for it once, when the app's modules load it.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="letterlock-metrics-")
    from server.app import serve  # noqa: PLC0415 a command loads what it runs

    bind = [f"{options.host or '127.0.0.1'}:{options.port}"]
    if options.host is None and _answers_ipv6():
        bind.append(f"[::1]:{options.port}")  # some browsers try it first for localhost
    serve(bind=bind, workers=options.workers)


def _answers_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True
