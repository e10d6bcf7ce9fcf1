"""The least level that a firm allows its letters, for all and for domains of readers.

Letters are held to it in messages/leveling. Source: docs/spec/levels.md section 2 rule 7.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection

from server.base.errors import Invalid
from server.base.events import append_event
from server.crypto.levels import Minimum
from server.firms import store
from server.firms.guarding.service import is_domain
from server.firms.service import Firm

MOST: Final = 500  # domains
_NONE: Final = {"least": "managed", "domains": []}


def rules(connection: Connection, firm_id: str) -> dict[str, Any]:
    """The least level, and `{"domain", "level"}` of each domain, by name; at first none is asked for."""
    row = store.by_id(connection, firm_id) or {}
    held: dict[str, Any] = row.get("policies", {}).get("levels", _NONE)
    return dict(held)


def minimum(connection: Connection, firm_id: str) -> Minimum:
    """The same, as it is checked."""
    held = rules(connection, firm_id)
    return Minimum(held["least"], {one["domain"]: one["level"] for one in held["domains"]})


def change(
    connection: Connection,
    *,
    firm: Firm,
    person_id: str,
    least: str,
    domains: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """Let another least level hold, from now on. The same once more changes nothing.

    Raises:
        Invalid: Something that is no mail domain, or one that is named twice; fact `field`.
    """
    row = store.locked(connection, firm.id)
    tidy = [(name.strip().lower().lstrip("@"), level) for name, level in domains]
    named = dict(tidy)
    if not all(is_domain(name) for name in named):
        raise Invalid(
            "A mail domain looks like client.example. Nothing was changed.", field="domains"
        )
    if len(named) != len(tidy):
        raise Invalid("A mail domain is named twice. Nothing was changed.", field="domains")
    listed = [{"domain": name, "level": named[name]} for name in sorted(named)]
    new = {"least": least, "domains": listed}
    if new != row["policies"].get("levels", _NONE):
        store.update(connection, firm.id, {"policies": {**row["policies"], "levels": new}})
        append_event(
            connection, firm_id=firm.id, kind="firm.levels", person_id=person_id, about=firm.id
        )
    return new
