"""The command line: `letterlock up|web|worker|db`. One of three roofs.

What a command does stands in `commands/`. Each loads what it runs and no more: `up` starts three
processes, and what each of them loads is what a person waits for.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any, Final

from server.base.errors import AppError
from server.base.settings import BadSetting
from server.commands import (
    audit,
    backup,
    canary,
    db,
    doctor,
    firm,
    keys,
    manifest,
    outbox,
    port,
    restore,
    up,
    web,
    worker,
)

COMMANDS: Final = (
    up, web, worker, db, firm, manifest, doctor, outbox, port, backup, restore, canary, keys, audit
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        run: Any = options.run
        return int(run(options) or 0)
    except BadSetting as error:
        sys.stderr.write(f"letterlock: {error}\n")
        return 2
    except AppError as error:
        sys.stderr.write(f"letterlock: {error.detail}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="letterlock", description="Confidential mail for firms.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
