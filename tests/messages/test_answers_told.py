"""A client's answer whose notice does not arrive: the firm hears of it from nobody else."""

from typing import Any

import pytest

from server.events import service as events
from server.firms import service as firms
from server.messages.bounces import service as bounces
from server.messages.ports import Notice, Report
from server.messages.service import NOTICE
from tests.house import House, Visitor, mailbox
from tests.messages.notices import ANN, MAYA, run, value
from tests.messages.test_doubts_end import system_of
from tests.sandbox.running import eventually

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BEN = "ben@hart.example"


@pytest.fixture
def message(house: House) -> str:
    run(house, f"UPDATE firms SET admin = '{ANN}'")
    sent = house.pane().send((MAYA, BEN))
    house.work()
    return sent


@pytest.fixture
def maya(house: House, message: str) -> Visitor:
    visitor = house.visitor()
    assert visitor.sign_in(message).status_code == 201
    return visitor


def dead(house: House) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = house.pane().api("GET", "/outbox/dead").json["dead"]
    return rows


def let_go(house: House) -> None:
    (row,) = dead(house)
    again = house.pane().api("POST", f"/outbox/dead/{row['id']}/again", {})
    assert again.status_code == 200
    house.work()
    assert dead(house) == []


def state(maya: Visitor, reply: str) -> str:
    found: str = maya.api("GET", f"/messages/{reply}").json["notice"]["state"]
    return found


def answers_at(house: House, address: str) -> int:
    return sum(one["subject"].startswith("Re: ") for one in mailbox(house.sandbox, address))


def come_back(house: House, reply: str, *addresses: str) -> None:
    """What a report in the system's mailbox says."""
    vault = house.parts.vault
    with house.parts.database.write() as connection:
        (firm,) = firms.every(connection)
        planned = events.of(connection, firm_id=firm.id, about=reply, kind=NOTICE)
        report = Report(
            id="r",
            named=(),
            delivery_id=planned[0].id,
            failures=[(address, "5.1.1") for address in addresses],
            seen=0,
        )
        assert bounces.note(connection, vault, firm, report, person_id=None)


def test_one_that_is_refused_is_set_aside_for_the_administrator_who_can_send_it(
    house: House, maya: Visitor, message: str
) -> None:
    house.sandbox.faults(graph={"status": 403, "times": 1, "path": "sendMail"})
    before = answers_at(house, ANN)
    reply = maya.answer(message, (ANN,))
    house.work()
    assert state(maya, reply) == "failed"
    assert [(row["kind"], bool(row["reason"])) for row in dead(house)] == [("notice", True)]
    let_go(house)
    assert state(maya, reply) == "sent"
    eventually(lambda: answers_at(house, ANN) == before + 1)


def test_one_that_came_back_from_all_is_set_aside_once_and_can_be_sent_again(
    house: House, maya: Visitor, message: str
) -> None:
    before = answers_at(house, ANN)
    reply = maya.answer(message, (ANN,))
    house.work()
    for _ in range(2):
        come_back(house, reply, ANN)
    assert [(row["kind"], row["reason"]) for row in dead(house)] == [("notice", "bounced 5.1.1")]
    let_go(house)
    assert state(maya, reply) == "sent"
    eventually(lambda: answers_at(house, ANN) == before + 2)


def test_one_that_came_back_from_some_is_told_and_not_sent_to_the_others_twice(
    house: House, maya: Visitor, message: str
) -> None:
    before = answers_at(house, ANN)
    reply = maya.answer(message, (ANN, BEN))
    house.work()
    come_back(house, reply, BEN)
    let_go(house)
    assert state(maya, reply) == "bounced"
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'notice.sent'") == 2
    eventually(lambda: answers_at(house, ANN) == before + 1)


def test_a_reader_whom_the_mail_system_refused_at_once_is_shown_as_not_reached(
    house: House, maya: Visitor, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_ben(*, tenant_id: str, notice: Notice) -> dict[str, str]:
        del tenant_id, notice
        return {BEN: "SMTP 550 5.1.1"}

    monkeypatch.setattr(system_of(house), "send_reply_notice", refuse_ben)
    reply = maya.answer(message, (ANN, BEN))
    house.work()
    assert maya.api("GET", f"/messages/{reply}").json["notice"]["bounced"] == [
        {"address": BEN, "detail": "SMTP 550 5.1.1"}
    ]
    assert [row["reason"] for row in dead(house)] == ["bounced SMTP 550 5.1.1"]


def test_a_letter_of_staff_that_is_refused_is_its_senders_alone(house: House, message: str) -> None:
    house.sandbox.faults(graph={"status": 403, "times": 1, "path": "sendMail"})
    house.pane().send()
    house.work()
    assert dead(house) == []
    assert len(house.pane().api("GET", "/notices").json["notices"]) == 1
