"""Recalling a letter: who may, what goes, what stays, and what its readers are told."""

from threading import Thread
from typing import Any

import pytest

from server.keys import service as keys
from tests.drafts import Draft
from tests.house import House
from tests.messages.notices import ANN, MAYA, begun, got, notice, run, sent, value
from tests.sandbox.running import eventually

BEN = "ben@hart.example"
TOM = "tom@client.example"
SENTENCE = "Ann Lee recalled this letter on "


@pytest.fixture
def draft(house: House) -> Draft:
    return begun(house, to=(MAYA, TOM))


def deliver(house: House, draft: Draft) -> None:
    assert draft.send().status_code == 202
    house.work()


def recall(draft: Draft, **body: Any) -> Any:
    return draft.desk.api("POST", f"/messages/{draft.id}/recall", body)


def test_a_recalled_letter_opens_for_nobody_but_its_sender(house: House, draft: Draft) -> None:
    deliver(house, draft)
    maya, stranger = house.visitor(), house.visitor()
    maya.sign_in(draft.id)
    assert maya.open(draft.id).status_code == 200
    assert recall(draft).json["recalled"]["by"] == "Ann Lee"
    for answer in (
        maya.open(draft.id),
        maya.call("GET", f"/api/v1/messages/{draft.id}/objects/{draft.object_id}"),
        maya.call("GET", f"/api/v1/messages/{draft.id}/thread"),
        stranger.post(f"/messages/{draft.id}/codes", {"address": MAYA}),
    ):
        assert answer.status_code == 410
        assert answer.json["detail"].startswith(SENTENCE)
    assert draft.desk.api("POST", f"/messages/{draft.id}/open", {}).status_code == 200
    listed = draft.desk.api("GET", f"/messages/{draft.id}/thread").json["messages"]
    assert [one["recalled"]["by"] for one in listed] == ["Ann Lee"]
    assert value(house, "SELECT count(*) FROM envelopes") == 1


def test_the_page_says_who_recalled_it_and_nothing_else(house: House, draft: Draft) -> None:
    deliver(house, draft)
    recall(draft)
    for path in (f"/m/{draft.id}", f"/m/{draft.id}/export"):
        page = house.visitor().call("GET", path)
        assert page.status_code == 200
        assert SENTENCE in page.text
        assert "client.example" not in page.text
        assert "<form" not in page.text


def test_who_opens_it_in_the_very_moment_of_the_recall_gets_nothing(
    house: House, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliver(house, draft)
    maya = house.visitor()
    maya.sign_in(draft.id)
    ask = keys.open_managed

    def between(*args: Any, **more: Any) -> Any:
        opened = ask(*args, **more)
        other = Thread(target=recall, args=(draft,))
        other.start()
        other.join()
        return opened

    monkeypatch.setattr(keys, "open_managed", between)
    assert maya.open(draft.id).status_code == 410
    assert value(house, "SELECT state FROM entries") == "recalled"


def test_a_notice_that_still_waits_never_leaves(house: House, draft: Draft) -> None:
    assert draft.send().status_code == 202
    assert recall(draft, tell=True).status_code == 200
    house.work()
    assert notice(draft) == ("cancelled", None)
    assert (sent(house, draft.subject), got(house, f"Recalled: {draft.subject}")) == (0, 0)


def test_a_notice_that_is_let_go_after_the_recall_is_cancelled_too(
    house: House, draft: Draft
) -> None:
    deliver(house, draft)
    recall(draft)
    run(house, "UPDATE deliveries SET state = 'unconfirmed'")
    again = draft.desk.api("POST", f"/messages/{draft.id}/notice", {"answer": "again"})
    assert again.status_code == 200
    house.work()
    assert notice(draft) == ("cancelled", None)
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'notice.sending'") == 1


def test_readers_are_told_once_and_only_if_asked(house: House, draft: Draft) -> None:
    deliver(house, draft)
    told = f"Recalled: {draft.subject}"
    recall(draft)
    house.work()
    assert got(house, told) == 0
    first, second = recall(draft, tell=True), recall(draft, tell=True)
    assert first.json == second.json
    house.work()
    assert eventually(lambda: sent(house, told) == 2)
    assert eventually(lambda: (got(house, told), got(house, told, TOM)) == (1, 1))
    assert value(house, "SELECT count(*) FROM events WHERE kind = 'message.recalled'") == 1


def test_an_administrator_recalls_a_colleagues_letter_and_a_colleague_does_not(
    house: House,
) -> None:
    draft = begun(house, address=BEN)
    deliver(house, draft)
    path = f"/messages/{draft.id}/recall"
    ann = house.pane()
    assert ann.api("GET", f"/messages/{draft.id}/helpdesk").json["may"]["recall"]
    own = begun(house)
    deliver(house, own)
    ben = house.pane(BEN)
    refused = [ben.post(f"/messages/{one}/recall", {}) for one in (own.id, "z" * 22)]
    assert [one.status_code for one in refused] == [404, 404]
    assert refused[0].data == refused[1].data
    assert ann.post(path, {}).status_code == 200
    assert SENTENCE in house.visitor().call("GET", f"/m/{draft.id}").text
    assert not ann.api("GET", f"/messages/{draft.id}/helpdesk").json["may"]["recall"]


def test_a_clients_answer_is_hers(house: House, draft: Draft) -> None:
    deliver(house, draft)
    maya = house.visitor()
    maya.sign_in(draft.id)
    answer = maya.answer(draft.id, (ANN,))
    assert house.pane().post(f"/messages/{answer}/recall", {}).status_code == 404


def test_a_draft_is_not_recalled_and_a_recalled_letter_is_not_answered(
    house: House, draft: Draft
) -> None:
    assert recall(draft).status_code == 404
    deliver(house, draft)
    maya = house.visitor()
    maya.sign_in(draft.id)
    maya.api("PUT", "/me", {})
    recall(draft)
    body = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11", "reply_to": draft.id}
    assert maya.post("/messages", body).status_code == 410
