"""`letterlock doctor`: what is wrong with an installation, and what to do about each thing."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from server.base.settings import from_environment

if TYPE_CHECKING:
    from server.commands.doctor.findings import Finding

SELECTORS = ("selector1", "selector2")  # Microsoft 365's


def add(commands: Any) -> None:
    """Add the command to the parser."""
    doctor = commands.add_parser("doctor", help="what is wrong here, and what to do about it")
    doctor.add_argument("--json", action="store_true", help="one JSON object, for programs")
    doctor.add_argument("--only", action="append", metavar="NAME", help="this check; repeatable")
    doctor.add_argument(
        "--dkim-selector", action="append", metavar="NAME", help="where a DKIM key is; repeatable"
    )
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from server.commands.doctor.visit import examine  # noqa: PLC0415 a command loads what it runs

    selectors = tuple(options.dkim_selector or SELECTORS)
    found = examine(from_environment(), only=options.only or (), selectors=selectors)
    sys.stdout.write(_as_json(found) if options.json else _as_text(found))
    return 1 if any(one.state == "bad" for ones in found.values() for one in ones) else 0


def _as_json(found: "dict[str, list[Finding]]") -> str:
    rows = [
        {"check": name, "state": one.state, "finding": one.words, "remedy": one.remedy}
        | ({"firm": one.firm} if one.firm else {})
        for name, ones in found.items()
        for one in ones
    ]
    return json.dumps({"findings": rows}, indent=2) + "\n"


def _as_text(found: "dict[str, list[Finding]]") -> str:
    lines = []
    width = 1 + max(map(len, found), default=0)
    for name, ones in found.items():
        for one in ones:
            firm = f"{one.firm}: " if one.firm else ""
            lines.append(f"{one.state:<7}{name:<{width}}{firm}{one.words}")
            if one.remedy:
                lines.append(f"{'':<{7 + width}}{one.remedy}")
    return "\n".join(lines) + "\n"
