"""The send guard's rules: who sees them, who changes them, and what anybody may learn of them."""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from server.base.events import events
from server.firms.guarding.service import KINDS
from tests.house import ADDIN_ORIGIN, ORIGIN, House
from tests.sandbox.running import ROOT

RULES: dict[str, Any] = {
    "outside": "off",
    "files": "ask",
    "found": {"kinds": ["card", "iban"], "action": "stop"},
    "domains": {"names": ["Client.Example", "@bank.example"], "action": "stop"},
    "words": {"phrases": ["Project  Falcon"], "action": "ask"},
    "unsure": "ask",
}
TIDY = RULES | {
    "found": {"kinds": ["iban", "card"], "action": "stop"},
    "domains": {"names": ["bank.example", "client.example"], "action": "stop"},
    "words": {"phrases": ["Project Falcon"], "action": "ask"},
    "lists": True,
}
ANN, BEN = "ann@hart.example", "ben@hart.example"


def script(house: House, origin: str = ADDIN_ORIGIN, **more: Any) -> Any:
    return house.app.test_client().get("/guard/launchevent.js", base_url=origin, **more)


def told(house: House) -> Any:
    """What the script is told of its firm."""
    first, _, rest = script(house).text.partition("\n")
    assert "onMessageSendHandler" in rest
    [facts] = re.findall(r"^var LETTERLOCK=(\{.*\});$", first)
    return json.loads(facts)


def test_a_new_firm_holds_nothing_back(house: House) -> None:
    rules = house.pane(BEN).call("GET", "/guard-rules").json
    assert (rules["at"], rules["lists"]) == (0, False)
    assert (rules["outside"], rules["files"], rules["found"]["kinds"]) == ("off", "off", [])
    assert rules["unsure"] == "ask"


def test_the_administrator_changes_them_and_every_colleague_gets_them(house: House) -> None:
    ann, ben = house.pane(ANN), house.pane(BEN)
    kept = ann.put("/guard-rules", RULES).json
    assert kept.pop("at") > 0
    assert kept == TIDY
    assert ben.call("GET", "/guard-rules").json.items() >= TIDY.items()


def test_the_same_rules_once_more_are_no_change(house: House) -> None:
    ann = house.pane(ANN)
    first = ann.put("/guard-rules", RULES).json
    assert ann.put("/guard-rules", RULES).json == first
    second = ann.put("/guard-rules", RULES | {"unsure": "stop"}).json
    assert second["at"] > first["at"]
    with house.parts.database.read() as connection:
        log = connection.execute(select(events.c.kind).where(events.c.kind == "firm.guard")).all()
    assert len(log) == 2


def test_nobody_else_changes_them(house: House) -> None:
    answer = house.pane(BEN).put("/guard-rules", RULES)
    assert (answer.status_code, answer.json["type"]) == (
        403, "urn:letterlock:problem:administrators-only",
    )  # fmt: skip
    assert house.pane(BEN).call("GET", "/guard-rules").json["at"] == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"domains": {"names": ["no domain"], "action": "ask"}}, "domains"),
        ({"domains": {"names": ["example"], "action": "ask"}}, "domains"),
        ({"words": {"phrases": ["x"], "action": "ask"}}, "words"),
        ({"words": {"phrases": [f"{n:03}" + "ü" * 70 for n in range(60)], "action": "ask"}}, "words"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_changes_nothing(
    house: House, changed: Any, field: str
) -> None:
    ann = house.pane(ANN)
    answer = ann.put("/guard-rules", RULES | changed)
    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert ann.call("GET", "/guard-rules").json["at"] == 0


def test_unknown_kinds_and_actions_are_refused(house: House) -> None:
    ann = house.pane(ANN)
    for changed in (
        {"outside": "always"}, {"unsure": "off"}, {"found": {"kinds": ["shoe"], "action": "ask"}},
    ):  # fmt: skip
        assert ann.put("/guard-rules", RULES | changed).status_code == 422


def test_the_script_tells_anybody_what_is_no_secret_and_names_no_client(house: House) -> None:
    before = told(house)
    assert before["rules"]["lists"] is False
    house.pane(ANN).put("/guard-rules", RULES)
    facts = told(house)
    assert set(facts) == {"origin", "domains", "rules"}
    assert (facts["origin"], facts["domains"]) == (ADDIN_ORIGIN, ["hart.example"])
    assert set(facts["rules"]) == {"at", "outside", "files", "found", "lists", "unsure"}
    assert (facts["rules"]["lists"], facts["rules"]["files"]) == (True, "ask")
    for secret in ("client.example", "bank.example", "Falcon"):
        assert secret not in script(house).text


def test_the_script_is_small_as_it_is_served(house: House) -> None:
    house.pane(ANN).put("/guard-rules", RULES)
    assert len(script(house).data) < 20_000


def test_a_script_that_is_known_is_not_sent_again_until_the_rules_change(house: House) -> None:
    headers = {"If-None-Match": script(house).headers["ETag"]}
    assert script(house, headers=headers).status_code == 304
    house.pane(ANN).put("/guard-rules", RULES)
    assert script(house, headers=headers).status_code == 200


def test_the_portal_has_no_guard(house: House) -> None:
    assert script(house, ORIGIN).status_code == 404


def test_the_kinds_are_those_that_the_detectors_know() -> None:
    source = (ROOT / "addin/detect/words.ts").read_text()
    assert re.findall(r'^    "?([a-z-]+)"?: "', source, re.MULTILINE) == list(KINDS)
