"""Somebody of the firm whose key is hers alone does in the pane what her colleagues do."""

import json
from typing import Any

from server.crypto.signing import STATEMENT
from server.crypto.statement import parse_statement
from tests.drafts import begin
from tests.house import House, Pane, Visitor, sent
from tests.keys.conftest import signed_in as by_code
from tests.keys.pairing import of_firm, written_with
from tests.messages.notices import due, got, notice, run
from tests.messages.test_mails_in_the_record import draft as mail_of
from tests.messages.test_mails_in_the_record import filed
from tests.messages.test_self_held import late, problem
from tests.people.staff_desk import ANN, BEN
from tests.sandbox.running import eventually
from tests.self_held import OwnKey

MAYA, TOM = "maya@client.example", "tom@client.example"


def ann_of(house: House) -> Pane:
    """Ann, who enrolled at the portal, in a pane that has her key."""
    return written_with(*of_firm(house))


def maya_of(house: House) -> Visitor:
    """Maya, who enrolled with her own."""
    holder = by_code(house, MAYA)
    holder.enrol()
    maya = holder.visitor
    maya.own = OwnKey(holder.seeds.signing, {holder.key: holder.identity, **holder.old()})
    maya.me = maya.api("PUT", "/me", {}).json
    return maya


def opened(desk: Any, message_id: str) -> dict[str, Any]:
    """What her own key finds in her envelope."""
    answer = desk.api("POST", f"/messages/{message_id}/open", {}).json
    assert "message_key" not in answer
    found: dict[str, Any] = answer | desk.own.open(answer)
    return found


def test_a_letter_between_two_keys_of_their_own_is_end_to_end_for_everybody(house: House) -> None:
    maya, ann = maya_of(house), ann_of(house)
    letter = ann.send([MAYA], "Dear Maya")
    statement = parse_statement(opened(ann, letter)["statement"])
    assert {one.level for one in statement.readers} == {"self-held"}
    assert (statement.level, statement.sender.custody) == ("self-held", "self-held")
    assert maya.read(letter)["text"] == "Dear Maya"
    seen = json.loads(opened(maya, letter)["sender"]["text"])
    assert (seen["address"], seen["custody"], seen["level"]) == (ANN, "self-held", "self-held")
    answer = maya.answer(letter, [ANN], "Dear Ann")
    statement = parse_statement(opened(ann, answer)["statement"])
    assert (statement.level, statement.sender.custody) == ("self-held", "self-held")
    for desk in (ann, maya):
        listed = desk.api("GET", f"/messages/{letter}/thread").json["messages"]
        assert [one["level"] for one in listed] == ["self-held", "self-held"]


def test_the_server_signs_nothing_for_her(house: House) -> None:
    maya_of(house)
    ann = ann_of(house)
    draft = ann.draft([MAYA])
    text = draft.statement()
    rows = [row | {"level": "managed"} for row in json.loads(text)["readers"]]
    sender = json.loads(text)["sender"] | {"custody": "managed"}
    managed = draft.statement(sender=sender, readers=rows, level="managed")
    forged = OwnKey(b"\x07" * 32, {}).sign(STATEMENT, text)
    for body, why in (
        ({"statement": text}, "statement-signature"),
        ({"statement": text, "signature": forged}, "statement-signature"),
        ({"statement": managed}, "statement-malformed"),
    ):
        answer = ann.post(f"/messages/{draft.id}/signature", body)
        assert problem(answer) == ("statement-refused", why)
    assert draft.sign().status_code == 200  # by her own key


def test_what_she_wrote_and_read_before_opens_by_the_key_of_before(house: House) -> None:
    pane = house.pane()
    letter, kept = pane.send(), pane.draft()
    kept.keep("Not yet")
    ann = ann_of(house)
    earlier = opened(ann, letter)
    assert earlier["envelope_key"] != json.loads(ann.me["lookup"]["text"])["key"]
    assert earlier["envelope_until"] is not None
    answer = ann.post(f"/messages/{kept.id}/draft/open", {}).json
    assert ann.own.open_draft(answer) == kept.identity.text
    late_draft = ann.draft()
    assert late_draft.keep("Later").status_code == 200
    answer = ann.post(f"/messages/{late_draft.id}/draft/open", {}).json
    assert set(answer) == {"envelope", "object"}
    assert ann.own.open_draft(answer) == late_draft.identity.text


def test_colleagues_write_to_her_and_she_to_them(house: House) -> None:
    ann, ben = ann_of(house), house.pane(BEN)
    letter = ben.send([ANN], "Dear Ann")
    statement = parse_statement(opened(ann, letter)["statement"])
    assert {one.address: one.level for one in statement.readers} == {
        ANN: "self-held", BEN: "managed",
    }  # fmt: skip
    reply = begin(ann, to=[BEN], text="Dear Ben", reply_to=letter)
    sent(reply)
    found = ben.post(f"/messages/{reply.id}/open", {}).json
    assert found["message_key"].startswith("AGE-SECRET-KEY-PQ-1")
    assert parse_statement(found["statement"]).sender.custody == "self-held"


def test_a_reader_is_added_to_her_letter_and_it_is_recalled(house: House) -> None:
    maya_of(house)
    ann = ann_of(house)
    draft = ann.draft([MAYA])
    sent(draft)
    body = late(ann, draft)
    path = f"/messages/{draft.id}"
    asked = {"grant": body["grant"], "signature": body["signature"]}
    assert ann.post(f"{path}/readers/signature", asked).json == body["signature"]
    assert ann.post(f"{path}/readers", body).status_code == 202
    assert [json.loads(one["text"])["address"] for one in opened(ann, draft.id)["grants"]] == [TOM]
    assert ann.post(f"{path}/recall", {"tell": False}).status_code == 200
    assert opened(ann, draft.id)["message_key"]


def test_a_mail_is_sealed_into_the_record_by_her_own_key(house: House) -> None:
    ben = written_with(*of_firm(house, BEN))
    ann = ann_of(house)
    mail = mail_of(ann, BEN)
    assert (mail.sign().status_code, mail.send().status_code) == (200, 202)
    assert filed(ann).json["sealed_at"] is not None
    house.work()
    for address in (ANN, BEN):
        eventually(lambda who=address: got(house, mail.subject, who) == 1)
    for desk in (ann, ben):
        assert parse_statement(opened(desk, mail.id)["statement"]).level == "self-held"


def test_at_her_mailbox_she_reads_by_her_own_key_too_and_changes_nothing(
    sqlite_house: House,
) -> None:
    ann = ann_of(sqlite_house)
    letter = sqlite_house.pane(BEN).send([ANN], "Dear Ann")
    mailbox = by_code(sqlite_house, ANN)
    mailbox.visitor.own = ann.own
    assert mailbox.visitor.read(letter)["text"] == "Dear Ann"
    assert mailbox.begin().json["type"][-12:] == "clients-only"


def test_her_notices_go_out_and_are_asked_about_as_ever(house: House) -> None:
    ann = ann_of(house)
    draft = ann.draft([MAYA])
    draft.subject = f"Sealed {draft.id}"
    sent(draft)
    house.work()
    eventually(lambda: got(house, draft.subject, MAYA) == 1)
    run(house, "UPDATE deliveries SET state = 'failed'")
    assert ann.call("GET", "/notices").json["notices"][0]["id"] == draft.id
    again = ann.post(f"/messages/{draft.id}/notice", {"answer": "again"})
    assert again.status_code == 200, again.json
    due(house)
    house.work()
    assert notice(draft)[0] == "sent"
    run(house, "UPDATE events SET at = at - 600001")
    told = ann.post(f"/messages/{draft.id}/notices", {"address": MAYA})
    assert told.status_code == 202, told.json
