"""The firm's part of the advice: who sees it, who changes it, and what is taken."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from server.base.events import events
from server.firms.advising.service import DEFAULTS, RULES
from tests.house import House
from tests.sandbox.running import ROOT

WANTED: dict[str, Any] = {
    "glossary": [{"term": "res  judicata", "plain": "settled for good"}, {"term": "ABC", "plain": ""}],
    "blame": ["as per my last email"],
    "urgency": ["kindly revert", "kindly  revert", " "],
    "greetings": ["Ahoy"],
    "hours": {"from": 8, "to": 18, "days": [4, 1, 2, 3, 1]},
    "off": ["capitals"],
    "stop": ["wrong_recipient", "greeting"],
}  # fmt: skip
TIDY = WANTED | {
    "domains": ["hart.example"],
    "glossary": [
        {"term": "ABC", "plain": ""}, {"term": "res judicata", "plain": "settled for good"},
    ],
    "urgency": ["kindly revert"],
    "hours": {"from": 8, "to": 18, "days": [1, 2, 3, 4]},
    "stop": ["greeting", "wrong_recipient"],
}  # fmt: skip
ANN, BEN = "ann@hart.example", "ben@hart.example"


def test_a_new_firm_says_nothing_of_its_own(house: House) -> None:
    said: Any = house.pane(BEN).call("GET", "/advice-rules").json
    assert said == {"domains": ["hart.example"], **DEFAULTS}


def test_the_administrator_changes_it_and_every_colleague_gets_it(house: House) -> None:
    assert house.pane(ANN).put("/advice-rules", WANTED).json == TIDY
    assert house.pane(BEN).call("GET", "/advice-rules").json == TIDY


def test_the_same_once_more_is_no_change(house: House) -> None:
    for _ in range(2):
        house.pane(ANN).put("/advice-rules", WANTED)
    with house.parts.database.read() as connection:
        log = connection.execute(select(events.c.kind).where(events.c.kind == "firm.advice")).all()
    assert len(log) == 1


def test_the_rules_of_the_send_guard_stay_as_they_were(house: House) -> None:
    before = house.pane(ANN).call("GET", "/guard-rules").json
    house.pane(ANN).put("/advice-rules", WANTED)
    assert house.pane(ANN).call("GET", "/guard-rules").json == before


def test_nobody_else_changes_it(house: House) -> None:
    answer: Any = house.pane(BEN).put("/advice-rules", WANTED)
    assert (answer.status_code, answer.json["type"]) == (
        403, "urn:letterlock:problem:administrators-only",
    )  # fmt: skip
    said: Any = house.pane(BEN).call("GET", "/advice-rules").json
    assert said["glossary"] == []


@pytest.mark.parametrize(
    "changed",
    [
        {"hours": {"from": 9, "to": 9, "days": [1]}},
        {"hours": {"from": 9, "to": 17, "days": []}},
        {"hours": {"from": 9, "to": 25, "days": [1]}},
        {"off": ["no such rule"]},
        {"blame": ["x" * 81]},
        {"glossary": [{"term": "", "plain": ""}]},
        {"glossary": [{"term": f"term {n}", "plain": "x" * 200} for n in range(230)]},
        {"text": "Dear Maya"},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_changes(
    house: House, changed: dict[str, Any]
) -> None:
    assert house.pane(ANN).put("/advice-rules", WANTED | changed).status_code == 422
    said: Any = house.pane(ANN).call("GET", "/advice-rules").json
    assert said["blame"] == []


def test_server_and_pane_know_the_same_rules() -> None:
    figures = json.loads((ROOT / "addin" / "advice" / "data" / "figures.json").read_text())
    typed = (ROOT / "addin" / "advice" / "letter.ts").read_text().partition("export type Rule =")[2]
    named = re.findall(r'"(\w+)"', typed.partition("\n\n")[0])
    assert set(RULES) == set(named) == set(figures["en"]) == set(figures["de"])
