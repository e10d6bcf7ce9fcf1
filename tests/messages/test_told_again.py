"""The notice of a letter once more, to one reader."""

from typing import Any

import pytest

from tests.drafts import Draft
from tests.house import House
from tests.messages.notices import MAYA, NOBODY, begun, due, got, run, sent
from tests.sandbox.running import eventually

TOM = "tom@client.example"


@pytest.fixture
def draft(house: House) -> Draft:
    made = begun(house, to=(MAYA, TOM))
    assert made.send().status_code == 202
    house.work()
    return made


def again(draft: Draft, address: str = MAYA) -> Any:
    return draft.desk.api("POST", f"/messages/{draft.id}/notices", {"address": address})


def state(draft: Draft, address: str = MAYA) -> str:
    readers = draft.desk.api("GET", f"/messages/{draft.id}/helpdesk").json["readers"]
    found: str = next(one["state"] for one in readers if one["address"] == address)
    return found


def test_one_reader_gets_it_again_and_the_others_do_not(house: House, draft: Draft) -> None:
    run(house, "UPDATE deliveries SET state = 'bounced', reason = '5.2.2'")
    assert state(draft) == "notice-bounced"
    assert again(draft).status_code == 202
    assert state(draft) == "again-waiting"
    house.work()
    assert eventually(lambda: got(house, draft.subject) == 2)
    assert got(house, draft.subject, TOM) == 1
    assert (state(draft), state(draft, TOM)) == ("quiet", "notice-bounced")


def test_a_second_press_at_once_is_refused_and_later_it_goes(house: House, draft: Draft) -> None:
    assert again(draft).status_code == 202
    house.work()
    refused = again(draft)
    assert refused.status_code == 429
    assert refused.json["retry_after"] > 500
    run(house, "UPDATE deliveries SET changed = changed - 600001")
    assert again(draft).status_code == 202
    house.work()
    assert eventually(lambda: got(house, draft.subject) == 3)


def test_twenty_a_day_for_a_letter(house: House, draft: Draft) -> None:
    for n in range(20):
        run(
            house,
            f"INSERT INTO events SELECT 'x{n}', firm_id, at, 'notice.again', person_id, about"
            " FROM events WHERE kind = 'message.sealed'",
        )
    refused = again(draft)
    assert refused.status_code == 429
    assert "Nothing was sent" in refused.json["detail"]


def test_only_its_sender_and_only_to_its_readers(house: House, draft: Draft) -> None:
    assert again(draft, NOBODY).status_code == 404
    ben = house.pane("ben@hart.example")
    answers = [
        ben.post(f"/messages/{one}/notices", {"address": MAYA}) for one in (draft.id, "z" * 22)
    ]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    draft.desk.api("POST", f"/messages/{draft.id}/recall", {})
    assert again(draft).status_code == 410


@pytest.mark.parametrize(
    ("fault", "told"),
    [({"status": 400, "times": 1, "path": "sendMail"}, "again-failed"),
     ({"status": 504, "times": 1, "path": "sendMail"}, "again-unconfirmed")],
)  # fmt: skip
def test_what_became_of_it_is_told(
    house: House, draft: Draft, fault: dict[str, Any], told: str
) -> None:
    house.sandbox.faults(graph=fault)
    assert again(draft).status_code == 202
    house.work()
    assert state(draft) == told


def test_one_that_died_on_its_way_is_not_sent_again_by_itself(house: House, draft: Draft) -> None:
    assert again(draft).status_code == 202
    run(house, "UPDATE deliveries SET state = 'sending' WHERE kind = 'again'")
    house.work()
    due(house)
    assert state(draft) == "again-unconfirmed"
    assert eventually(lambda: sent(house, draft.subject) == 1)
