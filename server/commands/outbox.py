"""`letterlock outbox list|again`: what waits to go out, what was set aside, and trying it again."""

import argparse
import sys
from typing import TYPE_CHECKING, Any, Final

from server.base.settings import BadSetting, from_environment

if TYPE_CHECKING:
    from server.base.outbox import Kept

_HEAD: Final = ("id", "firm", "kind", "tries", "since", "due", "reason")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    outbox = commands.add_parser("outbox", help="what waits to go out, and what was set aside")
    actions = outbox.add_subparsers(required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="rows: ids, kinds and reasons, never content")
    listed.add_argument("--waiting", action="store_true", help="those that will be tried again")
    listed.set_defaults(run=_list)
    again = actions.add_parser("again", help="let the worker try a row that was set aside")
    again.add_argument("id", help="as `list` shows it")
    again.add_argument(
        "--not-in-sent-items",
        action="store_true",
        help="you have looked: one with the reason `unconfirmed` did not leave",
    )
    again.set_defaults(run=_again)


def _list(options: argparse.Namespace) -> None:
    from server.base import outbox  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs

    database = Database(from_environment().database_url)
    with all_firms("the operator lists the outbox"), database.read() as connection:
        rows = outbox.kept(connection, state="ready" if options.waiting else "dead")
    database.close()
    if not rows:
        sys.stdout.write("Nothing waits.\n" if options.waiting else "Nothing was set aside.\n")
        return
    for cells in (_HEAD, *(_cells(row) for row in rows)):
        sys.stdout.write("\t".join(cells) + "\n")


def _cells(row: "Kept") -> tuple[str, ...]:
    times = (_time(row.created), _time(row.run_at))
    return (row.id, row.firm_id, row.kind, str(row.tries), *times, row.reason or "")


def _time(milliseconds: int) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 a command loads what it runs

    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _again(options: argparse.Namespace) -> int:
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.events import service as events  # noqa: PLC0415 a command loads what it runs

    database = Database(from_environment().database_url)
    try:
        with all_firms("the operator tries a row again"), database.write() as connection:
            found = events.again(
                connection, options.id, not_in_sent_items=options.not_in_sent_items
            )
    except events.InDoubt as doubt:
        raise BadSetting(f"{doubt.detail} (--not-in-sent-items)") from doubt
    finally:
        database.close()
    if not found:
        sys.stderr.write("letterlock: no row with this id was set aside; nothing was changed\n")
        return 1
    sys.stdout.write("The worker tries it again now.\n")
    return 0
