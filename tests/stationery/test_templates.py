"""Templates of letters: whose they are, who changes them, and what is taken."""

from typing import Any

import pytest
from sqlalchemy import select

from server.base.events import events
from server.stationery.service import MOST
from tests.house import House, Pane

ANN, BEN = "ann@hart.example", "ben@hart.example"
DEAR = {"name": "Thanks", "language": "en", "body": "<p>Dear {{first_name}},</p>"}


def kept(pane: Pane, *, firm: bool = False, **more: Any) -> Any:
    answer = pane.post("/templates", DEAR | {"firm": firm} | more)
    assert answer.status_code == 201, answer.json
    return answer.json


def names(pane: Pane) -> list[tuple[str, bool]]:
    found: Any = pane.call("GET", "/templates").json
    return [(one["name"], one["firm"]) for one in found["templates"]]


def test_a_new_firm_has_no_templates(house: House) -> None:
    assert names(house.pane(BEN)) == []


def test_the_firms_are_everybodys_and_ones_own_nobody_elses(house: House) -> None:
    ann, ben = house.pane(ANN), house.pane(BEN)
    firms, own = kept(ann, firm=True, name="year-end"), kept(ann, name="Zoo")
    assert names(ann) == [("year-end", True), ("Zoo", False)]
    assert names(ben) == [("year-end", True)]
    seen: Any = ben.call("GET", f"/templates/{firms['id']}").json
    assert seen == firms | {"body": DEAR["body"]}
    foreign, unknown = (
        ben.call("GET", f"/templates/{one}") for one in (own["id"], "z" * len(own["id"]))
    )
    assert foreign.status_code == 404
    assert foreign.data == unknown.data


def test_the_firms_are_made_changed_and_deleted_by_its_administrator_only(house: House) -> None:
    ann, ben = house.pane(ANN), house.pane(BEN)
    firms = kept(ann, firm=True)
    path, changed = f"/templates/{firms['id']}", DEAR | {"name": "Hello", "version": 1}
    refused = [
        ben.post("/templates", DEAR | {"firm": True}),
        ben.put(path, changed),
        ben.call("DELETE", path),
    ]
    assert [one.status_code for one in refused] == [403] * 3
    assert names(ben) == [("Thanks", True)]
    assert ann.put(path, changed).json == firms | {
        "name": "Hello", "version": 2, "changed": ann.call("GET", path).json["changed"],
    }  # fmt: skip
    assert ann.call("DELETE", path).status_code == 204
    assert names(ann) == []


def test_what_another_window_changed_is_not_overwritten(house: House) -> None:
    ben = house.pane(BEN)
    path = f"/templates/{kept(ben)['id']}"
    first, second = DEAR | {"body": "<p>1</p>"}, DEAR | {"body": "<p>2</p>"}
    assert ben.put(path, first | {"version": 1}).json["version"] == 2
    again: Any = ben.put(path, first | {"version": 1})
    assert again.json["version"] == 2
    late: Any = ben.put(path, second | {"version": 1})
    assert (late.status_code, late.json["type"]) == (409, "urn:letterlock:problem:template-changed")
    now: Any = ben.call("GET", path).json
    assert now["body"] == "<p>1</p>"


def test_what_cannot_be_kept_is_refused_by_its_field(house: House) -> None:
    ben = house.pane(BEN)
    kept(ben)
    wrongs = ({"name": "  "}, {"name": " THANKS "}, {"name": "a\0b"}, {"body": "a\0b"})
    for wrong in wrongs:
        answer: Any = ben.post("/templates", DEAR | {"name": "Other", "firm": False} | wrong)
        assert (answer.status_code, answer.json["field"]) == (422, *wrong)
    assert names(ben) == [("Thanks", False)]


def test_what_is_too_long_or_unknown_is_refused(sqlite_house: House) -> None:
    ben = sqlite_house.pane(BEN)
    wrongs = (
        {"body": "x" * 16_001}, {"name": "x" * 81}, {"language": "English"}, {"first": "Maya"},
        {"name": "\ud800"},
    )  # fmt: skip
    for wrong in wrongs:
        assert ben.post("/templates", DEAR | {"firm": False} | wrong).status_code == 422
    assert names(ben) == []


def test_a_name_is_one_of_its_list_only(sqlite_house: House) -> None:
    ann = sqlite_house.pane(ANN)
    kept(ann, firm=True)
    kept(ann)
    assert names(ann) in (
        [("Thanks", True), ("Thanks", False)],
        [("Thanks", False), ("Thanks", True)],
    )


def test_there_is_an_end_to_how_many_are_kept(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 100
    monkeypatch.setattr("server.stationery.service.MOST", 2)
    ben = sqlite_house.pane(BEN)
    for name in ("a", "b"):
        kept(ben, name=name)
    answer: Any = ben.post("/templates", DEAR | {"firm": False})
    assert answer.json["type"] == "urn:letterlock:problem:too-many-templates"
    kept(sqlite_house.pane(ANN))


def test_events_say_who_did_what_to_which_and_no_word_of_it(house: House) -> None:
    ben = house.pane(BEN)
    one = kept(ben)
    ben.put(f"/templates/{one['id']}", DEAR | {"name": "Hello", "version": 1})
    ben.call("DELETE", f"/templates/{one['id']}")
    with house.parts.database.read() as connection:
        log = connection.execute(
            select(events.c.kind, events.c.about).where(events.c.kind.like("template.%"))
        ).all()
    made, changed, removed = (f"template.{what}" for what in ("made", "changed", "removed"))
    assert {tuple(row) for row in log} == {(kind, one["id"]) for kind in (made, changed, removed)}


def test_a_signature_is_a_persons_and_the_line_under_it_the_firms(house: House) -> None:
    ann, ben = house.pane(ANN), house.pane(BEN)
    nothing = {"letters": True, "replies": False}
    assert ben.call("GET", "/ending").json == {
        "signature": nothing | {"body": ""}, "tagline": nothing | {"text": ""},
    }  # fmt: skip
    own = {"body": "<p>Ben Carey</p>", "letters": True, "replies": True}
    line = {"text": " Hart & Co,\n with care ", "letters": True, "replies": False}
    assert ben.put("/ending/signature", own).status_code == 200
    assert ben.put("/ending/tagline", line).status_code == 403
    assert ann.put("/ending/tagline", line).status_code == 200
    tidy = line | {"text": "Hart & Co, with care"}
    assert ben.call("GET", "/ending").json == {"signature": own, "tagline": tidy}
    assert ann.call("GET", "/ending").json == {"signature": nothing | {"body": ""}, "tagline": tidy}
    assert names(ben) == []


def test_a_signature_is_no_template_that_anybody_fetches(house: House) -> None:
    ben = house.pane(BEN)
    ben.put("/ending/signature", {"body": "<p>Ben</p>", "letters": True, "replies": False})
    with house.parts.database.read() as connection:
        about = select(events.c.about).where(events.c.kind == "signature.made")
        signature = connection.execute(about).scalar_one()
    assert ben.call("GET", f"/templates/{signature}").status_code == 404
