"""The firm's part of the advice on letters: words, hours, rules.

The advice itself runs in the pane, and no letter comes here (addin/advice).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection

from server.base.errors import Invalid
from server.base.events import append_event
from server.firms import store
from server.firms.service import Firm

# As addin/advice/letter.ts has them; tests/firms/test_advising.py compares.
Rule = Literal[
    "greeting", "no_greeting", "jargon", "long_sentence", "capitals", "blame", "urgency",
    "unanswered", "complaint_incomplete", "late_evening", "wrong_recipient", "reply_all",
    "personal_data", "channel_confidential", "channel_plain", "channel_call",
]  # fmt: skip
RULES: Final[tuple[str, ...]] = get_args(Rule)
LISTS: Final = ("blame", "urgency", "greetings")
DEFAULTS: Final[Mapping[str, Any]] = {
    "glossary": [],
    "blame": [],
    "urgency": [],
    "greetings": [],
    "hours": {"from": 7, "to": 20, "days": [1, 2, 3, 4, 5]},
    "off": [],
    "stop": [],
}
MOST_BYTES: Final = 48_000  # a call holds 64 KiB at most


def rules(connection: Connection, firm: Firm) -> dict[str, Any]:
    """What the firm says, with its mail domains; nothing of its own at first."""
    row = store.by_id(connection, firm.id) or {}
    return {"domains": list(firm.domains), **_full(row)}


def change(
    connection: Connection, *, firm: Firm, person_id: str, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """Let other words, hours and rules hold. The same once more changes nothing.

    Raises:
        Invalid: An empty word, hours that never begin, or too much in all; fact `field`.
    """
    row = store.locked(connection, firm.id)
    new = _tidy(wanted)
    if new != _full(row):
        policies = {**row["policies"], "advice": new}
        store.update(connection, firm.id, {"policies": policies})
        append_event(
            connection, firm_id=firm.id, kind="firm.advice", person_id=person_id, about=firm.id
        )
    return rules(connection, firm)


def _full(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**DEFAULTS, **row.get("policies", {}).get("advice", {})}


def _tidy(wanted: Mapping[str, Any]) -> dict[str, Any]:
    glossary = {
        term: " ".join(one["plain"].split())
        for one in wanted["glossary"]
        if (term := " ".join(one["term"].split()))
    }
    hours = wanted["hours"]
    if hours["from"] >= hours["to"] or not hours["days"]:
        raise Invalid(
            "The hours must begin before they end, on one day of the week at least. Nothing was "
            "changed.",
            field="hours",
        )
    tidy = {
        "glossary": [{"term": term, "plain": glossary[term]} for term in sorted(glossary)],
        **{name: _words(wanted[name]) for name in LISTS},
        "hours": {"from": hours["from"], "to": hours["to"], "days": sorted(set(hours["days"]))},
        "off": [rule for rule in RULES if rule in wanted["off"]],
        "stop": [rule for rule in RULES if rule in wanted["stop"]],
    }
    if len(json.dumps(tidy)) > MOST_BYTES:
        raise Invalid(
            "That is more than 48 KB of words. Nothing was changed; shorten the lists.",
            field="glossary",
        )
    return tidy


def _words(words: Iterable[str]) -> list[str]:
    return sorted({" ".join(word.split()) for word in words} - {""})
