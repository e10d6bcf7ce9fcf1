"""The least level that a firm allows: who sees it, who changes it, and what is taken."""

from typing import Any

import pytest
from sqlalchemy import select

from server.base.events import events
from tests.firms.test_guarding import RULES
from tests.house import House

LEVELS: dict[str, Any] = {
    "least": "managed",
    "domains": [
        {"domain": "@Xn--bcher-kva.example", "level": "self-held"},
        {"domain": "court.example", "level": "managed"},
    ],
}
TIDY: dict[str, Any] = {
    "least": "managed",
    "domains": [
        {"domain": "court.example", "level": "managed"},
        {"domain": "xn--bcher-kva.example", "level": "self-held"},
    ],
}
NONE: dict[str, Any] = {"least": "managed", "domains": []}
ANN, BEN = "ann@hart.example", "ben@hart.example"


def test_a_new_firm_asks_for_nothing(house: House) -> None:
    assert house.pane(BEN).call("GET", "/level-rules").json == NONE


def test_the_administrator_changes_it_and_every_colleague_gets_it(house: House) -> None:
    assert house.pane(ANN).put("/level-rules", LEVELS).json == TIDY
    assert house.pane(BEN).call("GET", "/level-rules").json == TIDY
    assert house.pane(ANN).put("/level-rules", NONE).json == NONE


def test_the_same_once_more_is_no_change_and_other_rules_stay(house: House) -> None:
    ann = house.pane(ANN)
    ann.put("/guard-rules", RULES)
    guard = ann.call("GET", "/guard-rules").json
    for wanted in (NONE, LEVELS, LEVELS):
        ann.put("/level-rules", wanted)
    assert ann.call("GET", "/guard-rules").json == guard
    with house.parts.database.read() as connection:
        log = connection.execute(select(events.c.kind).where(events.c.kind == "firm.levels")).all()
    assert len(log) == 1


def test_nobody_else_changes_it(house: House) -> None:
    answer: Any = house.pane(BEN).put("/level-rules", LEVELS)
    assert (answer.status_code, answer.json["type"]) == (
        403, "urn:letterlock:problem:administrators-only",
    )  # fmt: skip
    assert house.pane(BEN).call("GET", "/level-rules").json == NONE


def of(*names: str, level: str = "self-held") -> list[dict[str, str]]:
    return [{"domain": name, "level": level} for name in names]


@pytest.mark.parametrize(
    "changed",
    [
        {"least": "passphrase"},  # nobody has one yet
        {"least": ""},
        {"domains": of("client.example", level="passphrase")},
        {"domains": of("client")},
        {"domains": of("maya@client.example")},
        {"domains": of("bücher.example")},
        {"domains": of("client.example", "Client.example")},
        {"domains": of(*(f"client-{n}.example" for n in range(501)))},
        {"maya@client.example": "self-held"},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(
    house: House, changed: dict[str, Any]
) -> None:
    assert house.pane(ANN).put("/level-rules", NONE | changed).status_code == 422
    assert house.pane(ANN).call("GET", "/level-rules").json == NONE


def test_five_hundred_domains_are_kept(house: House) -> None:
    wanted = NONE | {"domains": of(*sorted(f"client-{n}.example" for n in range(500)))}
    assert house.pane(ANN).put("/level-rules", wanted).json == wanted
