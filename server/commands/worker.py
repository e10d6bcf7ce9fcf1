"""`letterlock worker`: the worker alone."""

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Add the command to the parser."""
    commands.add_parser("worker", help="the worker").set_defaults(run=_worker)


def _worker(_: argparse.Namespace) -> None:
    from server import worker  # noqa: PLC0415 a command loads what it runs

    worker.run()
