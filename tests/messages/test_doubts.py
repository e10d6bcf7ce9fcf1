"""A notice that may have left: looked for, or its sender asked; never sent twice blindly."""

from collections.abc import Callable, Iterator

import pytest
import requests

from server.base.database import Collided, DatabaseAway
from server.base.errors import AppError, DiskFull
from server.messages.ports import Notice
from tests.drafts import Draft
from tests.house import House
from tests.messages.notices import (
    ANN,
    MAYA,
    answer,
    begun,
    due,
    got,
    grant_reading,
    notice,
    run,
    sent,
    value,
)
from tests.sandbox.running import eventually

LOST = {"status": 504, "times": 1, "path": "sendMail"}


@pytest.fixture
def draft(house: House) -> Draft:
    return begun(house)


@pytest.fixture
def tenant(house: House) -> Iterator[Callable[..., None]]:
    """Grants and withdraws in the sandbox's tenant."""

    def change(**wanted: object) -> None:
        url = f"{house.sandbox.url}/sandbox/tenant"
        assert requests.post(url, json=wanted, timeout=5).ok

    yield change
    change(consented=None, mailboxes=None)


def lose(house: House, draft: Draft, *, accepted: bool) -> None:
    """Send it, and lose Graph's answer after the mail was taken, or before."""
    house.sandbox.faults(graph={**LOST, "accepted": accepted})
    assert draft.send().status_code == 202
    house.work()


def die_while_sending(house: House, draft: Draft, *, after: bool) -> None:
    """Send it, and let the worker die at the call, after Graph took the mail or before."""
    draft.send()
    sender = house.handlers.by_kind["notice"].__closure__
    mailboxes = next(cell.cell_contents for cell in sender if hasattr(cell.cell_contents, "sender"))
    real = mailboxes.sender.send_notice

    def die(*, tenant_id: str, person_id: str, notice: Notice) -> None:
        if after:
            real(tenant_id=tenant_id, person_id=person_id, notice=notice)
        raise KeyboardInterrupt  # nothing of ours runs after it

    mailboxes.sender.send_notice = die
    with pytest.raises(KeyboardInterrupt):
        house.work()
    mailboxes.sender.send_notice = real
    run(house, "UPDATE outbox SET leased_until = 1 WHERE leased_until > 0")
    house.work()


def wait_s(house: House) -> float:
    now = value(house, "SELECT max(created) FROM outbox")
    return float(value(house, "SELECT max(run_at) FROM outbox WHERE kind = 'look'") - now) / 1000


def test_what_graph_took_is_found_and_counts_as_sent(house: House, draft: Draft) -> None:
    grant_reading(house)
    lose(house, draft, accepted=True)
    assert notice(draft) == ("unconfirmed", "looking")
    assert 50 < wait_s(house) <= 61
    eventually(lambda: sent(house, draft.subject) == 1)
    due(house)
    house.work()
    assert notice(draft) == ("sent", None)
    assert sent(house, draft.subject) == 1


def test_what_graph_did_not_take_is_looked_for_twice_and_then_sent_again(
    house: House, draft: Draft
) -> None:
    grant_reading(house)
    lose(house, draft, accepted=False)
    due(house)
    house.work()
    assert notice(draft) == ("unconfirmed", "looking")
    assert 500 < wait_s(house) <= 601
    assert sent(house, draft.subject) == 0
    due(house)
    house.work()
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: got(house, draft.subject) == 1)
    assert sent(house, draft.subject) == 1


@pytest.mark.parametrize("after", [True, False])
def test_a_worker_that_died_at_the_call_is_looked_after(
    house: House, draft: Draft, *, after: bool
) -> None:
    grant_reading(house)
    die_while_sending(house, draft, after=after)
    assert notice(draft) == ("unconfirmed", "looking")
    if after:
        eventually(lambda: sent(house, draft.subject) == 1)
    for _ in range(2):
        due(house)
        house.work()
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: got(house, draft.subject) == 1)
    assert sent(house, draft.subject) == 1


@pytest.mark.parametrize("trouble", [DatabaseAway, Collided, DiskFull])
def test_a_database_that_cannot_note_just_after_graph_took_it_is_waited_for(
    house: House, draft: Draft, monkeypatch: pytest.MonkeyPatch, trouble: type[AppError]
) -> None:
    from server.messages.sending import tasks

    mark, tries = tasks._mark_sent, []

    def away_at_first(*args: object, **more: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise trouble
        mark(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(tasks, "_mark_sent", away_at_first)
    monkeypatch.setattr(tasks, "_WAITS_S", (0.01,))
    draft.send()
    house.work()
    assert (notice(draft)[0], len(tries)) == ("sent", 2)


@pytest.mark.parametrize("after", [True, False])
def test_without_the_right_to_look_a_dead_workers_notice_is_for_its_sender(
    house: House, draft: Draft, *, after: bool
) -> None:
    die_while_sending(house, draft, after=after)
    assert notice(draft) == ("unconfirmed", "no-answer")
    due(house)
    house.work()
    assert value(house, "SELECT count(*) FROM outbox") == 0
    if after:
        eventually(lambda: sent(house, draft.subject) == 1)
        assert answer(draft, "sent").status_code == 200
    else:
        assert answer(draft, "again").status_code == 200
        house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(house, draft.subject) == 1)


@pytest.mark.parametrize("public", [True, False])
def test_a_mail_that_looks_like_it_without_its_mark_is_for_the_sender_to_tell(
    house: House, draft: Draft, *, public: bool
) -> None:
    """Where Exchange kept neither our header nor our Message-ID, sending again could double."""
    grant_reading(house)
    subject, draft.subject = draft.subject, draft.subject if public else ""
    lose(house, draft, accepted=False)
    token = house.sandbox.graph_token(ANN, "Mail.Send")
    alike = {
        "subject": subject, "body": {"contentType": "text", "content": "x"},
        "toRecipients": [{"emailAddress": {"address": MAYA}}],
    }  # fmt: skip
    assert house.sandbox.graph("POST", "/me/sendMail", token, json={"message": alike}).ok
    eventually(lambda: sent(house, subject) == 1)
    for _ in range(2):
        due(house)
        house.work()
    assert notice(draft) == ("unconfirmed", "no-answer")
    assert sent(house, subject) == 1


def test_a_mailbox_with_more_than_we_look_through_is_for_the_sender_to_tell(
    house: House, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.graph import reading

    monkeypatch.setattr(reading, "MOST_PAGES", 1)
    grant_reading(house)
    lose(house, draft, accepted=False)
    for _ in range(2):
        due(house)
        house.work()
    assert notice(draft) == ("unconfirmed", "no-answer")


def test_looking_waits_while_graph_is_away(house: House, draft: Draft) -> None:
    grant_reading(house)
    lose(house, draft, accepted=True)
    eventually(lambda: sent(house, draft.subject) == 1)
    house.sandbox.faults(graph={"status": 503, "times": 1, "path": "/messages"})
    due(house)
    house.work()
    assert notice(draft) == ("unconfirmed", "looking")
    due(house)
    house.work()
    assert notice(draft) == ("sent", None)


def test_where_the_consent_to_look_is_missing_the_sender_is_asked(
    house: House, draft: Draft, tenant: Callable[..., None]
) -> None:
    grant_reading(house)
    lose(house, draft, accepted=False)
    tenant(consented=["Mail.Send"])
    for _ in range(2):
        due(house)
        house.work()
    assert notice(draft) == ("unconfirmed", "no-answer")
    assert sent(house, draft.subject) == 0


def test_a_look_that_never_comes_about_ends_with_the_sender(house: House, draft: Draft) -> None:
    grant_reading(house)
    lose(house, draft, accepted=False)
    run(house, "UPDATE outbox SET created = created - 260000000")
    house.sandbox.faults(graph={"status": 503, "path": "/messages"})
    due(house)
    house.work()
    assert notice(draft) == ("unconfirmed", "no-answer")


def test_the_senders_word_ends_the_looking(house: House, draft: Draft) -> None:
    grant_reading(house)
    lose(house, draft, accepted=False)
    assert answer(draft, "sent").status_code == 200
    for _ in range(2):
        due(house)
        house.work()
    assert notice(draft)[0] == "sent"
    assert sent(house, draft.subject) == 0


def test_an_answer_given_twice_sends_once(house: House, draft: Draft) -> None:
    lose(house, draft, accepted=False)
    for _ in range(2):
        assert answer(draft, "again").json["notice"]["state"] == "queued"
    house.work()
    assert answer(draft, "again").json["notice"]["state"] == "sent"
    house.work()
    eventually(lambda: got(house, draft.subject) == 1)
    assert sent(house, draft.subject) == 1
    events = "SELECT count(*) FROM events WHERE kind = 'notice.sent'"
    assert value(house, events) == 1


def test_where_nothing_is_in_doubt_nothing_is_changed(house: House, draft: Draft) -> None:
    refused = answer(draft, "again")
    assert (refused.status_code, refused.json["state"]) == (409, "none")
    draft.send()
    assert answer(draft, "sent").status_code == 409
    house.work()
    assert answer(draft, "seen").status_code == 409
    assert notice(draft)[0] == "sent"


def test_only_the_sender_answers_and_only_in_words_we_know(house: House, draft: Draft) -> None:
    lose(house, draft, accepted=False)
    ben = house.pane("ben@hart.example")
    path, body = f"/messages/{draft.id}/notice", {"answer": "again"}
    foreign = ben.api("POST", path, body)
    unknown = ben.api("POST", f"/messages/{'x' * 22}/notice", body)
    assert (foreign.status_code, foreign.data) == (404, unknown.data)
    assert answer(draft, "maybe").status_code == 422
    assert house.visitor().api("POST", path, body).status_code in {401, 404}
    assert notice(draft)[0] == "unconfirmed"


def test_the_pane_lists_what_needs_its_person_until_she_has_seen_it(
    house: House, draft: Draft
) -> None:
    lose(house, draft, accepted=False)
    listed = draft.desk.api("GET", "/notices").json["notices"]
    assert [(one["id"], one["subject"], one["state"]) for one in listed] == [
        (draft.id, draft.subject, "unconfirmed")
    ]
    assert house.pane("ben@hart.example").api("GET", "/notices").json == {"notices": []}
    answer(draft, "sent")
    assert draft.desk.api("GET", "/notices").json == {"notices": []}


def test_a_clients_answer_in_doubt_is_for_the_administrator(house: House) -> None:
    message = house.pane().send()
    house.work()
    maya = house.visitor()
    assert maya.sign_in(message).status_code == 201
    house.sandbox.faults(graph={**LOST, "accepted": False})
    reply = maya.answer(message, (ANN,))
    house.work()
    assert maya.api("GET", f"/messages/{reply}").json["notice"]["state"] == "unconfirmed"
    run(house, f"UPDATE firms SET admin = '{ANN}'")
    ann = house.pane()
    (dead,) = ann.api("GET", "/outbox/dead").json["dead"]
    assert (dead["kind"], dead["reason"]) == ("notice", "unconfirmed")
    again = f"/outbox/dead/{dead['id']}/again"
    assert house.pane("ben@hart.example").api("POST", again, {}).status_code == 403
    refused = ann.api("POST", again, {})
    assert (refused.status_code, refused.json["type"][-8:]) == (409, "in-doubt")
    assert ann.api("POST", again, {"not_in_sent_items": True}).status_code == 200
    house.work()
    assert maya.api("GET", f"/messages/{reply}").json["notice"]["state"] == "sent"
    assert ann.api("GET", "/outbox/dead").json == {"dead": []}
    assert ann.api("POST", again, {"not_in_sent_items": True}).status_code == 404
