"""Answers, hidden copies and threads: who may write to whom, and who sees what."""

import json
import time
from typing import Any

import pytest

from server.crypto.statement import parse_statement
from tests.drafts import begin, look_up
from tests.house import House, Visitor, mailbox, sent
from tests.sandbox.running import eventually

ANN, BEN, MAYA, TOM = (
    "ann@hart.example", "ben@hart.example", "maya@client.example", "tom@client.example"
)  # fmt: skip


def problem(answer: Any) -> str:
    return str(answer.json["type"]).removeprefix("urn:letterlock:problem:")


def reader(house: House, message_id: str, address: str = MAYA) -> Visitor:
    visitor = house.visitor()
    assert visitor.sign_in(message_id, address).status_code == 201
    visitor.me = visitor.api("PUT", "/me", {}).json
    return visitor


def test_a_client_answers_and_the_sender_reads_it(house: House) -> None:
    ann = house.pane()
    message = ann.send()
    maya = reader(house, message)
    answer = maya.answer(message, [ANN], "The kiln is paid for.", files={"a.pdf": b"%PDF-1.7"})
    opened = ann.post(f"/messages/{answer}/open", {}).json
    statement = parse_statement(opened["statement"])
    assert (statement.sender.address, statement.sender.custody) == (MAYA, "managed")
    assert json.loads(opened["sender"]["text"])["address"] == MAYA
    assert len(statement.objects) == 2


def test_an_answer_is_told_from_the_systems_mailbox_and_threads(house: House) -> None:
    draft = house.pane().draft([MAYA, TOM])
    draft.subject = f"Year-end {draft.id}"
    sent(draft)
    house.work()
    maya = reader(house, draft.id)
    answer = maya.answer(draft.id, [ANN, TOM])
    house.work()
    title = f"Re: {draft.subject}"
    found = eventually(lambda: house.sandbox.message(ANN, "inbox", title))
    assert found["from"]["address"] == "portal@hart.example"
    headers = {name.lower(): value for name, value in found["headers"]}
    assert ANN in headers["reply-to"]
    assert headers["in-reply-to"] == f"<{draft.id}@localhost>"
    references = [f"<{draft.thread_id}@localhost>", f"<{draft.id}@localhost>"]
    assert headers["references"].split() == references
    assert eventually(lambda: house.sandbox.message(TOM, "inbox", title))
    state = maya.api("GET", f"/messages/{answer}").json
    assert (state["state"], state["notice"]["state"]) == ("delivered", "sent")


def test_an_answer_without_a_public_subject_names_the_letter_as_its_notice_did(
    house: House,
) -> None:
    draft = house.pane().draft()
    draft.subject = ""
    sent(draft)
    house.work()
    reader(house, draft.id).answer(draft.id, [ANN])
    house.work()
    title = "Re: Ann Lee has written to you (confidential)"
    eventually(lambda: house.sandbox.message(ANN, "inbox", title))


def test_an_answer_to_an_answer_keeps_the_first_letters_public_subject(house: House) -> None:
    ann = house.pane()
    draft = ann.draft()
    draft.subject = f"Kiln {draft.id}"
    sent(draft)
    answer = reader(house, draft.id).answer(draft.id, [ANN])
    again = ann.draft([MAYA], reply_to=answer)
    again.subject = ""
    sent(again)
    house.work()
    title = f"Re: {draft.subject}"
    eventually(lambda: house.sandbox.message(MAYA, "inbox", title))


def test_a_client_cannot_begin_a_letter(house: House) -> None:
    maya = reader(house, house.pane().send())
    body = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11", "reply_to": None}
    assert problem(maya.post("/messages", body)) == "only-answers"


def test_a_client_cannot_look_up_or_write_to_somebody_who_is_not_in_the_letter(
    house: House,
) -> None:
    message = house.pane().send()
    house.pane(BEN)
    maya = reader(house, message)
    asked = {"readers": [{"address": BEN}], "about": message}
    assert maya.post("/lookups", asked).status_code == 404
    assert maya.post("/lookups", asked | {"about": None}).status_code == 422
    draft = begin(maya, to=[ANN], reply_to=message)
    draft.readers = look_up(house.pane(), [ANN, BEN])
    assert problem(draft.sign()) == "only-answers"


def test_a_client_cannot_answer_a_letter_that_is_not_hers(house: House) -> None:
    maya = reader(house, house.pane().send())
    toms = house.pane().send([TOM])
    body = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11", "reply_to": toms}
    assert maya.post("/messages", body).status_code == 404


def test_a_hidden_copy_is_read_by_its_reader_and_seen_by_nobody_else(house: House) -> None:
    ann = house.pane()
    draft = ann.draft([MAYA], hidden=[TOM])
    draft.subject = f"Hidden {draft.id}"
    sent(draft)
    house.work()
    tom, maya = reader(house, draft.id, TOM), reader(house, draft.id)
    assert len(tom.open(draft.id).json["grants"]) == 1
    opened = maya.open(draft.id)
    assert opened.json["grants"] == []
    assert TOM not in opened.text
    assert TOM not in maya.call("GET", f"/m/{draft.id}").text
    assert len(ann.post(f"/messages/{draft.id}/open", {}).json["grants"]) == 1
    mine = eventually(lambda: house.sandbox.message(MAYA, "inbox", draft.subject))
    assert TOM not in json.dumps(mine)
    assert eventually(lambda: house.sandbox.message(TOM, "inbox", draft.subject))
    titles = [m["subject"] for m in mailbox(house.sandbox, ANN, "sentitems")]
    assert titles.count(draft.subject) == 1


def test_a_hidden_reader_answers_to_the_sender_only(house: House) -> None:
    message = sent(house.pane().draft([MAYA], hidden=[TOM]))
    tom = reader(house, message, TOM)
    asked = {"readers": [{"address": MAYA}], "about": message}
    assert tom.post("/lookups", asked).status_code == 404
    tom.answer(message, [ANN])


def test_a_letter_to_hidden_readers_alone_goes_out(house: House) -> None:
    draft = house.pane().draft([], hidden=[TOM])
    draft.subject = f"Alone {draft.id}"
    sent(draft)
    house.work()
    assert eventually(lambda: house.sandbox.message(TOM, "inbox", draft.subject))


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "late"}, {"role": "bulk"}, {"statement": "s" * 43}, {"created": 1},
        {"merge": "m" * 43}, {"address": MAYA}, {"level": "self-held"}, {"key": "k" * 43},
    ],
    ids=str,
)  # fmt: skip
def test_no_grant_is_signed_that_the_server_cannot_see_to_be_right(
    house: House, changes: dict[str, Any]
) -> None:
    draft = house.pane().draft([MAYA], hidden=[TOM])
    draft.signed = draft.statement()
    draft.grants = [draft.grant(draft.hidden[0], **changes)]
    answer = draft.ask_signature()
    assert answer.status_code in {409, 422}
    assert problem(answer) in {"statement-refused", "stale-keys"}


def test_a_client_signs_no_grant(house: House) -> None:
    message = house.pane().send([MAYA, TOM])
    draft = begin(reader(house, message), to=[ANN], hidden=[TOM], reply_to=message)
    assert problem(draft.sign()) == "only-answers"


def test_a_thread_shows_each_reader_what_is_hers_oldest_first(house: House) -> None:
    ann = house.pane()
    first = ann.send([MAYA, TOM])
    maya = reader(house, first)
    maya.open(first)
    second = maya.answer(first, [ANN])
    third = sent(ann.draft([MAYA], reply_to=second))
    thread = maya.api("GET", f"/messages/{first}/thread").json
    shown = [(item["id"], item["mine"], item["opened"]) for item in thread["messages"]]
    assert shown == [(first, False, True), (second, True, False), (third, False, False)]
    assert thread["messages"][0]["sender"] == {"address": ANN, "name": "Ann Lee"}
    tom = reader(house, first, TOM)
    alone = tom.api("GET", f"/messages/{first}/thread").json["messages"]
    assert [item["id"] for item in alone] == [first]
    assert tom.api("GET", f"/messages/{second}/thread").status_code == 404
    assert tom.open(third).status_code == 404


def test_parents_are_letters_of_the_thread_that_the_writer_may_read(house: House) -> None:
    ann = house.pane()
    first = ann.send([MAYA, TOM])
    opened = ann.post(f"/messages/{first}/open", {}).json
    maya = reader(house, first)
    second = maya.answer(first, [ANN])
    hidden_from_tom = parse_statement(maya.open(second).json["statement"]).hash
    tom = begin(reader(house, first, TOM), to=[ANN], reply_to=first)
    assert problem(tom.sign(parents=[hidden_from_tom])) == "statement-refused"
    assert tom.sign(parents=[parse_statement(opened["statement"]).hash]).status_code == 200
    assert tom.send().status_code == 202


def test_a_colleague_who_came_with_a_code_reads_but_does_not_write(house: House) -> None:
    house.pane(BEN)
    message = house.pane().send([BEN])
    ben = house.visitor()
    ben.sign_in(message, BEN)
    assert ben.open(message).status_code == 200
    assert problem(ben.api("PUT", "/me", {})) == "write-in-outlook"
    body = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11", "reply_to": message}
    assert problem(ben.post("/messages", body)) == "write-in-outlook"


def test_an_export_is_an_event_of_its_own(house: House) -> None:
    message = house.pane().send()
    maya = reader(house, message)
    assert maya.post(f"/messages/{message}/open", {"for": "export"}).status_code == 200
    (letter,) = maya.api("GET", f"/messages/{message}/thread").json["messages"]
    assert letter["opened"] is False
    assert maya.call("GET", f"/m/{message}/export").status_code == 200


def test_a_client_learns_nothing_of_others_by_grants_of_her_own_making(house: House) -> None:
    house.pane().send([TOM])
    message = house.pane().send()
    draft = begin(reader(house, message), to=[ANN], reply_to=message)
    draft.sign()
    by = {"address": TOM, "key": "k" * 43, "custody": "managed"}
    forged = draft.grant({"address": TOM, "level": "managed", "key": "t" * 43}, granted_by=by)
    draft.grants, draft.hidden, draft.readers = [forged], draft.readers, []
    draft.signature["grants"] = [{"alg": "Ed25519", "key": "k" * 43, "value": "x"}]
    assert draft.send().status_code == 202
    opened = house.pane().post(f"/messages/{draft.id}/open", {}).json
    assert opened["granters"] == []


def test_a_client_does_not_write_to_herself_alone(house: House) -> None:
    message = house.pane().send()
    draft = begin(reader(house, message), to=[ANN], reply_to=message)
    draft.readers = look_up(draft.desk, [MAYA], about=message)
    draft.role = "cc"
    assert problem(draft.sign()) == "only-answers"


def test_a_hidden_readers_answer_is_no_parent_of_what_the_others_read(house: House) -> None:
    ann = house.pane()
    message = sent(ann.draft([MAYA], hidden=[TOM]))
    answer = reader(house, message, TOM).answer(message, [ANN])
    hidden = parse_statement(ann.post(f"/messages/{answer}/open", {}).json["statement"]).hash
    known = parse_statement(ann.post(f"/messages/{message}/open", {}).json["statement"]).hash
    to_maya = ann.draft([MAYA], reply_to=message)
    assert problem(to_maya.sign(parents=[hidden])) == "statement-refused"
    assert to_maya.sign(parents=[known]).status_code == 200
    to_tom = ann.draft([TOM], reply_to=answer)
    assert to_tom.sign(parents=[hidden]).status_code == 200


@pytest.mark.parametrize("offset", [-4000, 4000, 253_402_300_800])
def test_the_firms_server_signs_its_own_time_only(house: House, offset: int) -> None:
    draft = house.pane().draft()
    answer = draft.sign(created=int(time.time()) + offset)
    assert problem(answer) in {"clock-off", "statement-refused"}


def test_another_letter_under_a_sent_one_is_not_said_to_be_sent(house: House) -> None:
    draft = house.pane().draft()
    draft.sign(created=int(time.time()) - 1)
    first, envelopes = draft.signed, draft.envelopes()
    draft.sign()
    assert draft.send().status_code == 202
    assert draft.send().status_code == 202
    body = {"statement_hash": parse_statement(first).hash, "envelopes": envelopes}
    again = house.pane().post(f"/messages/{draft.id}/send", body)
    assert problem(again) == "already-sent"


def test_a_client_answers_only_so_often(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.messages.sending.service.MAX_NOTICES_AN_HOUR", 2)
    message = house.pane().send()
    maya = reader(house, message)
    for _ in range(2):
        maya.answer(message, [ANN])
    draft = begin(maya, to=[ANN], reply_to=message)
    draft.sign()
    assert draft.send().status_code == 429
    assert maya.api("GET", f"/messages/{draft.id}").json["state"] == "draft"


def test_a_colleague_who_came_with_a_code_sees_no_drafts(house: House) -> None:
    ben = house.pane(BEN)
    ben.draft().keep()
    message = house.pane().send([BEN])
    visitor = house.visitor()
    visitor.sign_in(message, BEN)
    assert visitor.api("GET", "/drafts").json == {"drafts": []}
