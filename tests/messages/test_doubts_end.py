"""A doubt comes to an end: once sent again unasked, then somebody is asked; giving up is whole."""

from typing import Any

import pytest
from sqlalchemy import Connection

from server.base.outbox import Job
from server.messages.ports import Notice, OutcomeUnknown
from tests.house import House
from tests.messages.notices import ANN, answer, begun, due, grant_reading, notice, run, sent, value
from tests.messages.test_doubts import lose, wait_s

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_QUEUED = "SELECT count(*) FROM events WHERE kind = 'notice.queued'"


def system_of(house: House) -> Any:
    """The worker's system mailbox."""
    cells = house.handlers.by_kind["notice"].__closure__
    return next(c.cell_contents for c in cells if hasattr(c.cell_contents, "system")).system


def test_a_notice_is_sent_again_unasked_once_and_then_its_sender_is_asked(house: House) -> None:
    grant_reading(house)
    draft = begun(house)
    lost = {"status": 504, "times": 1000, "path": "sendMail", "accepted": False}
    house.sandbox.faults(graph=lost)
    draft.send()
    for _ in range(6):
        house.work()
        due(house)
    assert notice(draft) == ("unconfirmed", "no-answer")
    assert value(house, _QUEUED) == 1
    assert value(house, "SELECT count(*) FROM outbox WHERE kind <> 'bounces'") == 0
    house.sandbox.faults(graph=None)
    assert answer(draft, "again").status_code == 200
    house.work()
    assert notice(draft)[0] == "sent"


def test_the_second_look_is_counted_from_the_first_however_late_that_was(house: House) -> None:
    grant_reading(house)
    draft = begun(house)
    lose(house, draft, accepted=False)
    run(
        house,
        """UPDATE outbox SET run_at = 0, payload = replace(payload, '"since": "1', '"since": "0')""",
    )
    house.work()
    house.work()
    assert notice(draft) == ("unconfirmed", "looking")
    assert 500 < wait_s(house) <= 541
    assert sent(house, draft.subject) == 0


def test_what_left_by_smtp_is_not_looked_for_in_a_mailbox_that_cannot_hold_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    grant_reading(house)
    message = house.pane().send()
    house.work()
    maya = house.visitor()
    assert maya.sign_in(message).status_code == 201
    left: list[Notice] = []

    def lose_the_answer(*, tenant_id: str, notice: Notice) -> None:
        del tenant_id
        left.append(notice)
        raise OutcomeUnknown

    system = system_of(house)
    monkeypatch.setattr(system, "keeps_sent", False)
    monkeypatch.setattr(system, "send_reply_notice", lose_the_answer)
    maya.answer(message, (ANN,))
    for _ in range(4):
        house.work()
        due(house)
    assert len(left) == 1
    assert value(house, "SELECT reason FROM outbox WHERE state = 'dead'") == "unconfirmed"
    assert value(house, "SELECT count(*) FROM outbox WHERE kind = 'look'") == 0


def test_a_worker_that_dies_giving_up_gives_up_again_and_the_sender_is_told(house: House) -> None:
    draft = begun(house)
    house.sandbox.faults(graph={"status": 503, "times": 2, "path": "sendMail"})
    draft.send()
    run(house, "UPDATE outbox SET created = created - 260000000")
    given_up = house.handlers.given_up["notice"]

    def die(_connection: Connection, _job: Job) -> None:
        raise KeyboardInterrupt  # nothing of ours runs after it

    house.handlers.given_up["notice"] = die
    with pytest.raises(KeyboardInterrupt):
        house.work()
    assert value(house, "SELECT count(*) FROM outbox WHERE state = 'dead'") == 0
    house.handlers.given_up["notice"] = given_up
    run(house, "UPDATE outbox SET leased_until = 1 WHERE leased_until > 0")
    due(house)
    house.work()
    assert notice(draft) == ("failed", "gave-up")
    assert value(house, "SELECT count(*) FROM outbox WHERE state = 'dead'") == 1
