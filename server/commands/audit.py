"""`letterlock audit`: `verify` reads the key logs of this database again, `key` prints their keys."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.base.settings import BadSetting, Settings, from_environment
from server.commands import following


def add(commands: Any) -> None:
    """Add the command to the parser."""
    audit = commands.add_parser("audit", help="verify the key log")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="read every entry again, offline")
    verify.add_argument(
        "--checkpoint", type=Path, help="one that was kept elsewhere: the log must begin with it"
    )
    verify.set_defaults(run=_verify)
    key = actions.add_parser("key", help="print the verifier key of each firm's log")
    key.set_defaults(run=_key)
    following.add(actions)


def _verify(options: argparse.Namespace) -> int:
    return say(from_environment(), options.checkpoint)


def _key(_: argparse.Namespace) -> int:
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs

    database = Database(from_environment().database_url)
    for firm in _firms(database):
        sys.stdout.write(f"{firm.name}: {_log_key(database, firm.id) or 'no log yet'}\n")
    database.close()
    return 0


def say(settings: Settings, kept: Path | None = None) -> int:
    """Print what is found of each firm. Returns the exit status: 1 if anything is wrong.

    Raises:
        BadSetting: The tables are not those of this version, or `kept` cannot be read.
    """
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import for_firm  # noqa: PLC0415 a command loads what it runs
    from server.keys.log.verifying.service import verify  # noqa: PLC0415 a command loads what it runs

    if not migrations.is_current(settings.database_url):
        raise BadSetting("the tables are not those of this version: run letterlock db upgrade")
    note, is_well = _read(kept), True
    database = Database(settings.database_url)
    for firm in _firms(database):
        mine = note if note and note.startswith(f"{_origin(database, firm.id)}\n") else None
        with for_firm(firm.id), database.read() as connection:
            report = verify(connection, firm.id, kept=mine)
        is_well = is_well and not report.faults
        for line in _lines(firm.name, report, compared=mine is not None):
            sys.stdout.write(f"{line}\n")
    database.close()
    return 0 if is_well else 1


def _lines(name: str, report: Any, *, compared: bool) -> list[str]:
    counted = f"{report.entries} entries about {report.persons} persons"
    if not report.faults:
        more = ", and it begins with the checkpoint you gave" if compared else ""
        return [f"{name}: {counted}, each where it belongs, under a checkpoint of their own{more}."]
    return [
        f"{name}: {fault.words}" + (f" (entry {fault.index})" if fault.index is not None else "")
        for fault in report.faults
    ]


def _firms(database: Any) -> list[Any]:
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    with all_firms("the key logs are verified"), database.read() as connection:
        return firms.every(connection)


def _origin(database: Any, firm_id: str) -> str:
    return _log_key(database, firm_id).partition("+")[0]


def _log_key(database: Any, firm_id: str) -> str:
    """As a verifier key, which begins with the log's origin; empty where there is no log yet."""
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import for_firm  # noqa: PLC0415 a command loads what it runs
    from server.keys.log import service as log  # noqa: PLC0415 a command loads what it runs

    try:
        with for_firm(firm_id), database.read() as connection:
            return log.log_key(connection, firm_id).text
    except NotFound:
        return ""


def _read(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} cannot be read as a checkpoint") from error
