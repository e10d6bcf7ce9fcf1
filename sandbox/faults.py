"""The failure switch: what goes wrong next, set by `POST /sandbox/faults`.

Names and values (null ends a fault):
  obo       "mfa": on-behalf-of is refused (AADSTS50076, with `claims`) until the person has
            signed in again with those claims. "blocked": refused for good (AADSTS53003).
  entra     {"status", "times"?, "retry_after"?}: the token endpoint answers so.
  graph     {"status", "times"?, "retry_after"?, "path"?, "accepted"?}: Graph answers so, to
            addresses that contain `path`. `accepted`: the work is done and only the answer is lost.
  delivery  "hold": the post waits, accepted and not delivered.
"""

import json
import sqlite3
from typing import Any

NAMES = frozenset({"obo", "entra", "graph", "delivery"})


class UnknownFault(ValueError):
    """The switch has no such name or value."""


def check(name: str, value: object) -> None:
    """Refuse what would silently do nothing.

    Raises:
        UnknownFault: With the name only.
    """
    good = {
        "obo": value in (None, "mfa", "blocked"),
        "delivery": value in (None, "hold"),
        "entra": value is None or _is_answer(value, frozenset()),
        "graph": value is None or _is_answer(value, frozenset({"path", "accepted"})),
    }
    if not good.get(name, False):
        raise UnknownFault(name)


def _is_answer(value: object, more: frozenset[str]) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("status"), int)
        and value.keys() <= {"status", "times", "retry_after"} | more
    )


def put(connection: sqlite3.Connection, name: str, value: object) -> None:
    """Set one fault, or end it with None."""
    check(name, value)
    connection.execute("DELETE FROM fault WHERE name = ?", (name,))
    if value is not None:
        connection.execute("INSERT INTO fault VALUES (?, ?)", (name, json.dumps(value)))


def current(connection: sqlite3.Connection) -> dict[str, Any]:
    """All faults that are set."""
    rows = connection.execute("SELECT name, value FROM fault").fetchall()
    return {row["name"]: json.loads(row["value"]) for row in rows}


def take(connection: sqlite3.Connection, name: str, path: str = "") -> dict[str, Any] | None:
    """The answer a request must get, counted down; None when all is well."""
    fault = current(connection).get(name)
    if not isinstance(fault, dict) or fault.get("path", "").lower() not in path.lower():
        return None
    if "times" in fault:
        left = fault["times"] - 1
        put(connection, name, {**fault, "times": left} if left > 0 else None)
    return fault
