"""Notices that came back: whose, why, and that a report changes nothing else."""

import json

import pytest

from tests.drafts import Draft
from tests.house import House
from tests.messages.notices import (
    ANN,
    MAYA,
    NOBODY,
    answer,
    begun,
    due,
    grant_reading,
    notice,
    run,
    sent,
    shown,
    value,
)
from tests.sandbox.running import eventually

# What these rest on in the database (names that hold once, events, states) has its tests on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def whole_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """The firm has granted Mail.Read, so that a report is read whole."""
    from server.graph import reading

    monkeypatch.setattr(reading, "MAIL_READ_BASIC", "Mail.Read")


def bounce(house: House, draft: Draft) -> None:
    """Send it, wait until the report has come, and look."""
    grant_reading(house)
    draft.send()
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: house.sandbox.inbox(ANN, f"Undeliverable: {draft.subject}"))
    due(house)
    house.work()


def test_a_report_names_the_reader_and_the_others_stand_as_they_did(
    house: House, whole_reports: None
) -> None:
    draft = begun(house, to=(MAYA, NOBODY))
    bounce(house, draft)
    assert shown(draft) == {
        "state": "bounced",
        "detail": "5.1.10",
        "bounced": [{"address": NOBODY, "detail": "5.1.10"}],
    }
    assert value(house, "SELECT count(*) FROM deliveries WHERE state = 'sent'") == 1
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'notice.bounced'") == 1
    due(house)
    house.work()
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'notice.bounced'") == 1


def test_with_mail_readbasic_the_only_reader_is_the_one(house: House) -> None:
    draft = begun(house, to=(NOBODY,))
    bounce(house, draft)
    assert shown(draft)["bounced"] == [{"address": NOBODY, "detail": None}]


def test_with_mail_readbasic_nobody_is_named_among_several(house: House) -> None:
    draft = begun(house, to=(MAYA, NOBODY))
    bounce(house, draft)
    assert shown(draft) == {"state": "reported", "detail": None, "bounced": []}


def test_a_report_proves_that_a_notice_in_doubt_had_left(house: House) -> None:
    draft = begun(house, to=(NOBODY,))
    bounce(house, draft)
    run(house, "UPDATE deliveries SET state = 'unconfirmed'")
    due(house)
    house.work()
    assert shown(draft)["state"] == "bounced"


def test_somebody_elses_report_in_the_mailbox_changes_nothing(house: House) -> None:
    mine = begun(house)
    mine.send()
    house.work()
    token = house.sandbox.graph_token(ANN, "Mail.Send")
    plain = {"subject": "By hand", "toRecipients": [{"emailAddress": {"address": NOBODY}}]}
    assert house.sandbox.graph("POST", "/me/sendMail", token, json={"message": plain}).ok
    eventually(lambda: house.sandbox.inbox(ANN, "Undeliverable: By hand"))
    grant_reading(house)
    other = begun(house)
    other.send()
    house.work()
    due(house)
    house.work()
    assert (notice(mine), notice(other)) == (("sent", None), ("sent", None))


def test_a_mailbox_is_watched_less_and_less_often_and_not_for_ever(house: House) -> None:
    grant_reading(house)
    draft = begun(house)
    draft.send()
    house.work()
    rows = "SELECT count(*) FROM outbox WHERE kind = 'bounces'"
    other = begun(house)
    other.send()
    house.work()
    assert value(house, rows) == 1
    due(house)
    house.work()
    assert value(house, rows) == 1
    run(house, """UPDATE outbox SET payload = replace(payload, '"last": "1', '"last": "0')""")
    due(house)
    house.work()
    assert value(house, rows) == 0


def test_without_the_right_to_read_no_mailbox_is_looked_into(house: House) -> None:
    draft = begun(house, to=(NOBODY,))
    draft.send()
    house.work()
    assert value(house, "SELECT count(*) FROM outbox") == 0
    assert notice(draft)[0] == "sent"


def test_a_clients_answer_that_comes_back_is_found_in_the_firms_mailbox(house: House) -> None:
    grant_reading(house)
    message = house.pane().send()
    house.work()
    maya = house.visitor()
    maya.sign_in(message)
    reply = maya.answer(message, (ANN,))
    house.sandbox.faults(delivery="hold")
    house.work()
    house.sandbox.faults(delivery=None)
    watched = "SELECT count(*) FROM outbox WHERE kind = 'bounces' AND mailbox LIKE 'firm:%'"
    assert value(house, watched) == 1
    due(house)
    house.work()
    assert maya.api("GET", f"/messages/{reply}").json["notice"]["state"] == "sent"


def test_what_came_back_is_listed_until_it_was_seen(house: House) -> None:
    draft = begun(house, to=(NOBODY,))
    bounce(house, draft)
    (listed,) = draft.desk.api("GET", "/notices").json["notices"]
    assert (listed["state"], listed["bounced"][0]["address"]) == ("bounced", NOBODY)
    assert answer(draft, "seen").status_code == 200
    assert draft.desk.api("GET", "/notices").json == {"notices": []}
    assert shown(draft)["state"] == "bounced"
    assert sent(house, draft.subject) == 1


def test_a_later_notice_does_not_hide_a_report_that_nobody_has_looked_for_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.messages.bounces import tasks

    monkeypatch.setattr(tasks, "_OVERLAP_MS", 0)
    grant_reading(house)
    draft = begun(house, to=(NOBODY,))
    draft.send()
    house.work()
    eventually(lambda: house.sandbox.inbox(ANN, f"Undeliverable: {draft.subject}"))
    since = "SELECT payload FROM outbox WHERE kind = 'bounces'"
    first = json.loads(value(house, since))
    other = begun(house)
    other.send()
    house.work()
    both = json.loads(value(house, since))
    assert both["since"] == first["since"]
    assert int(both["last"]) > int(first["last"])
    due(house)
    house.work()
    assert notice(draft)[0] == "bounced"
