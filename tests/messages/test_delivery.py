"""What becomes of a notice when Microsoft 365 does not do as it should."""

import json
import time

import pytest
from sqlalchemy import text

from server.base.outbox import enqueue
from tests.drafts import Draft
from tests.house import House, mailbox
from tests.sandbox.running import eventually

ANN = "ann@hart.example"


@pytest.fixture
def draft(house: House) -> Draft:
    made = house.pane().draft()
    made.subject = "Subject " + made.id
    made.sign()
    return made


def notice(draft: Draft) -> tuple[str, str | None]:
    found = draft.pane.call("GET", f"/messages/{draft.id}").json["notice"]
    return found["state"], found["detail"]


def due(house: House) -> None:
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE outbox SET run_at = 0"))
        connection.execute(text("UPDATE outbox_mailboxes SET open_until = 0"))


def waiting_s(house: House) -> float:
    with house.parts.database.read() as connection:
        run_at = connection.execute(text("SELECT run_at FROM outbox")).scalar_one()
    return float(run_at) / 1000 - time.time()


def sent(draft: Draft) -> int:
    titles = [m["subject"] for m in mailbox(draft.pane.house.sandbox, ANN, "sentitems")]
    return titles.count(draft.subject)


def test_a_notice_waits_while_graph_is_down_and_then_goes_once(house: House, draft: Draft) -> None:
    house.sandbox.faults(graph={"status": 503, "times": 2})
    assert draft.send().status_code == 202
    for _ in range(2):
        house.work()
        assert notice(draft) == ("queued", "away")
        due(house)
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(draft) == 1)


def test_retry_after_is_honoured(house: House, draft: Draft) -> None:
    house.sandbox.faults(graph={"status": 429, "times": 1, "retry_after": 90})
    draft.send()
    house.work()
    assert 80 < waiting_s(house) <= 91


def test_a_notice_whose_answer_was_lost_is_never_sent_again(house: House, draft: Draft) -> None:
    house.sandbox.faults(graph={"status": 504, "times": 1, "accepted": True})
    draft.send()
    house.work()
    assert notice(draft)[0] == "unconfirmed"
    due(house)
    house.work()
    eventually(lambda: sent(draft) == 1)
    assert notice(draft)[0] == "unconfirmed"


def test_a_refusal_for_good_is_told_and_not_tried_again(house: House, draft: Draft) -> None:
    house.sandbox.faults(graph={"status": 403, "times": 1})
    draft.send()
    house.work()
    state, detail = notice(draft)
    assert (state, bool(detail)) == ("failed", True)
    house.work()
    assert sent(draft) == 0


def test_a_second_factor_reaches_the_pane_before_anything_is_sent(
    house: House, draft: Draft
) -> None:
    house.sandbox.faults(obo="mfa")
    answer = draft.send()
    assert answer.status_code == 401
    assert answer.json["type"] == "urn:letterlock:problem:sign-in-again"
    assert "access_token" in json.loads(answer.json["claims"])
    assert draft.pane.call("GET", f"/messages/{draft.id}").json["state"] == "draft"
    house.sandbox.faults(obo=None)
    assert draft.send().status_code == 202


def test_when_entra_is_away_the_letter_stays_and_can_be_sent_later(
    house: House, draft: Draft
) -> None:
    house.sandbox.faults(entra={"status": 503, "times": 5})
    answer = draft.send()
    assert answer.status_code == 503
    assert "kept" in answer.json["detail"]
    house.sandbox.faults(entra=None)
    assert draft.send().status_code == 202


def test_a_lost_right_to_send_holds_the_notice_for_the_sender(house: House, draft: Draft) -> None:
    draft.send()
    with house.parts.database.write() as connection:
        connection.execute(text("DELETE FROM token_caches"))
    house.work()
    assert notice(draft) == ("held", "sign-in")
    assert sent(draft) == 0


def test_a_held_notice_goes_out_when_the_sender_opens_the_pane_again(
    house: House, draft: Draft
) -> None:
    draft.send()
    with house.parts.database.write() as connection:
        connection.execute(text("DELETE FROM token_caches"))
    house.work()
    assert notice(draft)[0] == "held"
    house.pane()
    house.work()
    assert notice(draft)[0] == "sent"


def test_a_held_notice_waits_on_when_entra_still_wants_to_see_the_sender(
    house: House, draft: Draft
) -> None:
    draft.send()
    with house.parts.database.write() as connection:
        connection.execute(text("DELETE FROM token_caches"))
    house.work()
    house.sandbox.faults(obo="blocked")
    house.pane()
    house.work()
    assert notice(draft)[0] == "held"


def test_an_outage_of_a_day_loses_no_notice(house: House, draft: Draft) -> None:
    house.sandbox.faults(graph={"status": 503, "times": 99})
    draft.send()
    for _ in range(20):
        house.work()
        due(house)
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE outbox SET created = created - 86400000"))
    house.work()
    assert notice(draft) == ("queued", "away")
    house.sandbox.faults(graph=None)
    due(house)
    house.work()
    assert notice(draft)[0] == "sent"


def test_after_three_days_the_sender_is_told_that_the_notice_did_not_go(
    house: House, draft: Draft
) -> None:
    house.sandbox.faults(graph={"status": 503, "times": 99})
    draft.send()
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE outbox SET created = created - 260000000"))
    house.work()
    assert notice(draft) == ("failed", "gave-up")


def test_each_sender_greets_by_the_name_that_she_gave(house: House, draft: Draft) -> None:
    house.work()
    maya = "maya@client.example"
    draft.send(names={maya: "Maya Okafor"})
    other = house.pane("ben@hart.example").draft()
    other.subject = "Subject " + other.id
    other.sign()
    other.send(names={maya: "Mrs Okafor"})
    house.work()
    for one, greeted in ((draft, "Dear Maya Okafor,"), (other, "Dear Mrs Okafor,")):
        found = eventually(lambda one=one: house.sandbox.message(maya, "inbox", one.subject))
        assert greeted in str(found)


def test_a_notice_is_taken_again_when_its_worker_died(house: House, draft: Draft) -> None:
    from server.base.outbox import lease

    draft.send()
    with house.parts.database.write() as connection:
        assert lease(connection, "notices") is not None
    house.work()
    assert notice(draft)[0] == "queued"
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE outbox SET leased_until = 0"))
    house.work()
    assert notice(draft)[0] == "sent"


def test_no_token_stands_in_the_database(house: House, draft: Draft) -> None:
    draft.send()
    with house.parts.database.read() as connection:
        kept = connection.execute(text("SELECT sealed FROM token_caches")).scalar_one()
        rows = connection.execute(text("SELECT payload FROM outbox")).all()
    assert b"eyJ" not in bytes(kept)
    assert "eyJ" not in str(rows)


def test_a_notice_whose_worker_died_while_sending_is_unconfirmed_and_not_sent_again(
    house: House, draft: Draft
) -> None:
    draft.send()
    with house.parts.database.write() as connection:
        connection.execute(text("UPDATE deliveries SET state = 'sending'"))
    house.work()
    assert notice(draft)[0] == "unconfirmed"
    assert sent(draft) == 0


def test_a_job_that_comes_again_after_the_notice_left_sends_nothing(
    house: House, draft: Draft
) -> None:
    draft.send()
    with house.parts.database.write() as connection:
        kept = connection.execute(text("SELECT payload, firm_id FROM outbox")).one()
    house.work()
    eventually(lambda: sent(draft) == 1)
    with house.parts.database.write() as connection:
        enqueue(
            connection,
            firm_id=kept.firm_id,
            lane="notices",
            kind="notice",
            payload=json.loads(kept.payload),
        )
    house.work()
    house.visitor().ask_code(draft.id)
    assert sent(draft) == 1


def test_a_wrong_secret_of_the_application_is_not_blamed_on_the_sender(
    house: House, draft: Draft
) -> None:
    house.parts.rights._client_secret = "wrong"  # type: ignore[attr-defined]
    answer = draft.send()
    assert answer.status_code == 503
    assert answer.json["type"] == "urn:letterlock:problem:away"
