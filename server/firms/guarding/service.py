"""The firm's rules for mail that leaves by Outlook's own Send.

Two parts: what anybody may know who can load the guard's script, and two lists that name clients
and matters, for those who are signed in. Why: docs/adr/0021-where-the-guard-has-its-rules.md.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import Invalid
from server.base.events import append_event
from server.firms import store
from server.firms.service import Firm

# As addin/detect/index.ts finds them; tests/firms/test_guarding.py compares.
Kind = Literal[
    "iban", "card", "uk-nino", "uk-utr", "uk-nhs", "de-tax", "de-pension", "de-health",
    "at-insurance", "ch-ahv",
]  # fmt: skip
KINDS: Final[tuple[str, ...]] = get_args(Kind)
OFF: Final[Mapping[str, Any]] = {
    "outside": "off",
    "files": "off",
    "found": {"kinds": [], "action": "ask"},
    "domains": {"names": [], "action": "ask"},
    "words": {"phrases": [], "action": "ask"},
    "unsure": "ask",
}
MOST_BYTES: Final = 24_000  # a mailbox keeps 32 KB of an add-in's settings
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_WORD_LENGTHS: Final = range(2, 81)


def rules(connection: Connection, firm_id: str) -> dict[str, Any]:
    """All rules, and `at`, when they were changed (milliseconds, 0 for never); all off at first."""
    row = store.by_id(connection, firm_id) or {}
    return _full(row)


def change(
    connection: Connection, *, firm: Firm, person_id: str, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Let other rules hold. The same once more changes nothing.

    Raises:
        Invalid: Something that is no mail domain, a word too short or long, or too much in all;
            fact `field`.
    """
    row = store.locked(connection, firm.id)
    old, new = _full(row), _tidy(wanted)
    if new == {name: old[name] for name in OFF}:
        return old
    now = now_ms(connection)
    policies = {**row["policies"], "guard": {**new, "at": max(now, old["at"] + 1)}}
    store.update(connection, firm.id, {"policies": policies})
    append_event(connection, firm_id=firm.id, kind="firm.guard", person_id=person_id, about=firm.id)
    return rules(connection, firm.id)


def script_facts(connection: Connection, firm: Firm) -> dict[str, Any]:
    """What the guard's script is told before anybody signs in: no client and no word."""
    full = rules(connection, firm.id)
    return {
        "origin": firm.addin_origin,
        "domains": list(firm.domains),
        "rules": {
            name: full[name] for name in ("at", "outside", "files", "found", "lists", "unsure")
        },
    }


def is_domain(name: str) -> bool:
    """Whether this is a mail domain, in lower case and ASCII."""
    return _DOMAIN.fullmatch(name) is not None


def _full(row: Mapping[str, Any]) -> dict[str, Any]:
    held = {"at": 0, **OFF, **row["policies"].get("guard", {})}
    return {**held, "lists": bool(held["domains"]["names"] or held["words"]["phrases"])}


def _tidy(wanted: Mapping[str, Any]) -> dict[str, Any]:
    domains, words, found = wanted["domains"], wanted["words"], wanted["found"]
    names = sorted({name.strip().lower().lstrip("@") for name in domains["names"]} - {""})
    listed = sorted({" ".join(word.split()) for word in words["phrases"]} - {""})
    if not all(is_domain(name) for name in names):
        raise Invalid(
            "A mail domain looks like client.example. Nothing was changed.", field="domains"
        )
    if not all(len(word) in _WORD_LENGTHS for word in listed):
        raise Invalid(
            "A word or phrase has 2 to 80 characters. Nothing was changed.", field="words"
        )
    tidy = {
        "outside": wanted["outside"],
        "files": wanted["files"],
        "found": {
            "kinds": [kind for kind in KINDS if kind in found["kinds"]],
            "action": found["action"],
        },
        "domains": {"names": names, "action": domains["action"]},
        "words": {"phrases": listed, "action": words["action"]},
        "unsure": wanted["unsure"],
    }
    if len(json.dumps(tidy)) > MOST_BYTES:
        raise Invalid(
            "A mailbox keeps no more than 24 KB of these lists. Nothing was changed; shorten them.",
            field="words",
        )
    return tidy
