"""Why a reader cannot open a letter: each way it can go, as its sender is told."""

from typing import Any

import pytest

from tests.drafts import Draft
from tests.house import House, Visitor
from tests.messages.notices import MAYA, begun, run, value

TOM = "tom@client.example"
WRONG = "AAAA-AAAA"


@pytest.fixture
def draft(house: House) -> Draft:
    return begun(house, to=(MAYA, TOM))


def deliver(house: House, draft: Draft) -> None:
    assert draft.send().status_code == 202
    house.work()


def told(draft: Draft) -> Any:
    answer = draft.desk.api("GET", f"/messages/{draft.id}/helpdesk")
    assert answer.status_code == 200, answer.json
    return answer.json


def state(draft: Draft, address: str = MAYA) -> str:
    found: str = _reader(told(draft), address)["state"]
    return found


def _reader(answer: Any, address: str) -> Any:
    return next(one for one in answer["readers"] if one["address"] == address)


def visit(visitor: Visitor, draft: Draft, *lacks: str) -> Any:
    return visitor.post(f"/messages/{draft.id}/visits", {"lacks": list(lacks)})


def test_a_code_whose_mail_was_refused_is_told(house: House, draft: Draft) -> None:
    deliver(house, draft)
    house.sandbox.faults(graph={"status": 400, "times": 1, "path": "sendMail"})
    assert house.visitor().post(f"/messages/{draft.id}/codes", {"address": MAYA}).status_code == 202
    house.work()
    assert state(draft) == "code-refused"


def test_each_step_of_a_reader_is_told_and_only_hers(house: House, draft: Draft) -> None:
    assert draft.desk.api("GET", f"/messages/{draft.id}/helpdesk").status_code == 404
    draft.send()
    assert state(draft) == "notice-waiting"
    house.work()
    maya = house.visitor()
    assert state(draft) == "quiet"
    assert visit(maya, draft).status_code == 204
    assert state(draft) == "visited"
    path = f"/messages/{draft.id}/codes"
    assert maya.post(path, {"address": MAYA}).status_code == 202
    assert state(draft) == "code-waiting"
    run(house, "UPDATE events SET at = at - 660000")
    assert state(draft) == "code-unsent"
    code = maya.ask_code(draft.id)
    assert state(draft) == "code-sent"
    maya.post("/sessions", {"code": WRONG})
    assert state(draft) == "code-mistyped"
    assert maya.post("/sessions", {"code": code}).status_code == 201
    assert state(draft) == "signed-in"
    maya.open(draft.id)
    assert state(draft) == "opened"
    assert state(draft, TOM) == "visited"
    run(house, "UPDATE events SET at = at + 60000 WHERE kind = 'code.asked'")
    assert state(draft) == "code-waiting", "a later attempt is what counts"


def test_a_code_that_was_typed_wrong_five_times_or_came_too_late(
    house: House, draft: Draft
) -> None:
    deliver(house, draft)
    maya = house.visitor()
    maya.ask_code(draft.id)
    for _ in range(5):
        maya.post("/sessions", {"code": WRONG})
    found = _reader(told(draft), MAYA)
    assert (found["state"], found["codes"]) == (
        "code-spent",
        {"asked": 1, "wrong": 5, "next": None},
    )
    maya.ask_code(draft.id)
    assert state(draft) == "code-sent", "the spent one is of an earlier attempt"
    run(house, "UPDATE events SET at = at - 660000")
    assert state(draft) == "code-expired"


def test_an_administrator_gives_a_reader_her_codes_again(house: House, draft: Draft) -> None:
    deliver(house, draft)
    maya = house.visitor()
    path = f"/messages/{draft.id}/codes"
    for _ in range(6):
        maya.post(path, {"address": MAYA})
    found = _reader(told(draft), MAYA)
    assert (found["state"], found["codes"]["asked"]) == ("code-withheld", 6)
    assert found["codes"]["next"] is not None
    again = f"/messages/{draft.id}/helpdesk/codes"
    assert draft.desk.api("POST", again, {"address": MAYA}).status_code == 200
    assert state(draft) == "code-renewed"
    maya.ask_code(draft.id)
    assert state(draft) == "code-sent"
    unknown = draft.desk.api("POST", again, {"address": "nobody@client.example"})
    assert unknown.status_code == 404


def test_only_an_administrator_gives_codes_again(house: House) -> None:
    draft = begun(house, address="ben@hart.example")
    deliver(house, draft)
    answer = draft.desk.api("POST", f"/messages/{draft.id}/helpdesk/codes", {"address": MAYA})
    assert answer.status_code == 403
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'codes.renewed'") == 0
    assert told(draft)["may"] == {
        "answer": True, "renew": False, "recall": True, "add": True,
    }  # fmt: skip


def test_an_administrator_sees_a_colleagues_letter_but_not_its_hidden_readers(
    house: House,
) -> None:
    ben, ann = house.pane("ben@hart.example"), house.pane()
    letter = ben.send(hidden=(TOM,))
    house.work()
    of_ben = ben.api("GET", f"/messages/{letter}/helpdesk").json
    of_ann = ann.api("GET", f"/messages/{letter}/helpdesk").json
    assert {one["address"] for one in of_ben["readers"]} == {MAYA, TOM}
    assert {one["address"] for one in of_ann["readers"]} == {MAYA}
    assert TOM not in str(of_ann)
    assert of_ann["may"] == {
        "answer": False, "renew": True, "recall": True, "add": False,
    }  # fmt: skip
    path = f"/messages/{letter}/helpdesk/codes"
    answers = [
        ann.api("POST", path, {"address": address}) for address in (TOM, "nobody@client.example")
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_a_colleague_is_told_nothing(house: House, draft: Draft) -> None:
    deliver(house, draft)
    ben = house.pane("ben@hart.example")
    answers = [ben.api("GET", f"/messages/{one}/helpdesk") for one in (draft.id, "z" * 22)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data


def test_codes_asked_on_another_letters_page_are_not_told(house: House, draft: Draft) -> None:
    deliver(house, draft)
    other = begun(house, address="ben@hart.example")
    deliver(house, other)
    house.visitor().sign_in(other.id)
    assert state(draft) == "quiet"
    assert state(other) == "signed-in"


def test_a_stranger_at_the_page_is_counted_and_not_named(house: House, draft: Draft) -> None:
    deliver(house, draft)
    stranger = house.visitor()
    stranger.post(f"/messages/{draft.id}/codes", {"address": "maja@client.example"})
    stranger.post("/sessions", {"code": WRONG})
    found = told(draft)
    assert found["strangers"] == 1
    assert "maja" not in str(found)
    assert state(draft) == "quiet"


def test_what_a_browser_lacks_is_told_of_a_fixed_list(house: House, draft: Draft) -> None:
    deliver(house, draft)
    anybody = house.visitor()
    assert visit(anybody, draft, "workers", "cookies").status_code == 204
    assert told(draft)["lacks"] == ["cookies", "workers"]
    refused = visit(anybody, draft, "<script>")
    assert refused.status_code == 422
    assert "script" not in refused.text


def test_pages_that_are_loaded_often_leave_one_fact_in_ten_minutes(
    house: House, draft: Draft
) -> None:
    deliver(house, draft)
    facts = "SELECT count(*) FROM events WHERE kind = 'link.visited'"
    for _ in range(3):
        visit(house.visitor(), draft)
    assert value(house, facts) == 1
    run(house, "UPDATE events SET at = at - 700000")
    visit(house.visitor(), draft)
    assert value(house, facts) == 2


def test_a_scanner_that_only_fetches_the_page_is_no_visit(house: House, draft: Draft) -> None:
    deliver(house, draft)
    for method in ("GET", "HEAD"):
        assert house.visitor().call(method, f"/m/{draft.id}").status_code == 200
    assert (state(draft), told(draft)["visited"]) == ("quiet", None)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [("held", "notice-held"), ("failed", "notice-failed"), ("unconfirmed", "notice-unconfirmed"),
     ("bounced", "notice-bounced"), ("sending", "notice-waiting")],
)  # fmt: skip
def test_a_notice_that_did_not_arrive_is_what_is_told(
    house: House, draft: Draft, delivery: str, expected: str
) -> None:
    deliver(house, draft)
    run(house, f"UPDATE deliveries SET state = '{delivery}', reason = '5.1.1'")
    found = _reader(told(draft), MAYA)
    assert (found["state"], found["detail"]) == (expected, "5.1.1")
