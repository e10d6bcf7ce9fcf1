"""Letters of those who hold their own key: what the server gives out, checks, and cannot open."""

import base64
import hashlib
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from server.base.errors import NotFound
from server.crypto import age
from server.crypto.encoding import b64u
from server.crypto.envelope import Envelope, seal_envelope
from server.crypto.grants import SignedGrant, SigningKey, verify_grants
from server.crypto.identity import Identity, Recipient
from server.crypto.signing import GRANT, STATEMENT, Signature
from server.crypto.statement import parse_statement
from server.keys import service as keys
from server.people import service as people
from tests.drafts import Draft, begin, look_up
from tests.house import House, Pane, Visitor, sent
from tests.self_held import OwnKey, as_if_replaced, make_self_held

ANN, MAYA, TOM = "ann@hart.example", "maya@client.example", "tom@client.example"


def problem(answer: Any) -> tuple[str, Any]:
    kind = str(answer.json["type"]).removeprefix("urn:letterlock:problem:")
    return kind, answer.json.get("refusal", answer.json.get("addresses"))


def enrolled(house: House) -> tuple[Pane, Visitor, str]:
    """Ann, Maya with a key of her own, and a letter to Maya from before."""
    ann = house.pane()
    before = ann.send()
    maya = house.visitor()
    assert maya.sign_in(before).status_code == 201
    maya.me = maya.api("PUT", "/me", {}).json
    maya.own = make_self_held(house.parts, MAYA)
    return ann, maya, before


def answering(maya: Visitor, message: str, **more: Any) -> Draft:
    maya.me = maya.api("PUT", "/me", {}).json
    return begin(maya, to=[ANN], text="It is paid.", reply_to=message, **more)


def test_a_letter_to_a_key_of_ones_own_is_given_out_sealed_and_is_protected_no_more(
    house: House,
) -> None:
    ann, maya, _ = enrolled(house)
    letter = ann.send()
    opened = maya.open(letter).json
    assert set(opened) == {
        "envelope", "envelope_key", "envelope_until", "viewer", "sender", "sender_name", "names", "granters", "level",
        "directory_key",
    }  # fmt: skip
    assert opened["envelope_key"] == opened["viewer"]["key"]
    assert opened["envelope_until"] is None
    assert maya.read(letter)["text"] == "Dear Maya"
    statement = parse_statement(maya.own.open(opened)["statement"])
    levels = {one.address: one.level for one in statement.readers}
    assert levels == {ANN: "managed", MAYA: "self-held"}
    assert (statement.level, statement.sender.custody) == ("managed", "managed")
    listed = maya.api("GET", f"/messages/{letter}/thread").json["messages"]
    assert [one["level"] for one in listed] == ["managed"]
    page = maya.call("GET", f"/m/{letter}").text
    assert "end-to-end" not in page.lower()


def test_a_letter_from_before_opens_with_the_identity_of_before(house: House) -> None:
    _, maya, before = enrolled(house)
    opened = maya.open(before).json
    assert (
        opened["envelope_key"]
        != json.loads(maya.api("PUT", "/me", {}).json["lookup"]["text"])["key"]
    )
    assert "message_key" not in opened
    assert abs(opened["envelope_until"] - time.time()) < 60
    assert maya.read(before)["text"] == "Dear Maya"


def test_the_sender_still_reads_her_own_managed_copy(house: House) -> None:
    ann, _, _ = enrolled(house)
    opened = ann.post(f"/messages/{ann.send()}/open", {}).json
    assert opened["message_key"].startswith("AGE-SECRET-KEY-PQ-1")


def test_an_answer_signed_by_her_own_key_is_read_and_says_who_signed(house: House) -> None:
    ann, maya, before = enrolled(house)
    draft = answering(maya, before)
    sent(draft)
    opened = ann.post(f"/messages/{draft.id}/open", {}).json
    lookup = json.loads(opened["sender"]["text"])
    assert (lookup["custody"], lookup["level"], lookup["until"]) == ("self-held", "self-held", None)
    statement = parse_statement(opened["statement"])
    assert (statement.sender.custody, statement.level) == ("self-held", "managed")
    assert statement.sender.key == maya.own.signing_key


def test_a_statement_that_her_own_key_did_not_sign_is_refused(house: House) -> None:
    _, maya, before = enrolled(house)
    draft = answering(maya, before)
    text = draft.statement()
    good, another = maya.own.sign(STATEMENT, text), OwnKey(b"\x07" * 32, {})
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "statement-signature"),
        ({"signature": maya.own.sign(STATEMENT, text + " ")}, "statement-signature"),
        ({"signature": maya.own.sign(GRANT, text)}, "statement-signature"),
        ({"signature": another.sign(STATEMENT, text)}, "statement-signature"),
        ({"signature": good, "grant_signatures": [good]}, "grant-signature"),
    ]
    sender = json.loads(text)["sender"] | {"custody": "managed"}
    rows = [row | {"level": "managed"} for row in json.loads(text)["readers"]]
    managed = draft.statement(sender=sender, readers=rows)
    signed = {"statement": managed, "signature": maya.own.sign(STATEMENT, managed)}
    cases.append((signed, "statement-malformed"))
    for body, refusal in cases:
        answer = maya.post(f"/messages/{draft.id}/signature", {"statement": text} | body)
        assert problem(answer) == ("statement-refused", refusal)


def test_the_server_takes_no_signature_from_whom_it_signs_for(house: House) -> None:
    ann = house.pane()
    draft = ann.draft()
    text = draft.statement()
    own = OwnKey(b"\x07" * 32, {})
    body = {"statement": text, "signature": own.sign(STATEMENT, text)}
    answer = ann.post(f"/messages/{draft.id}/signature", body)
    assert problem(answer) == ("statement-refused", "statement-signature")


def test_a_page_that_still_names_the_key_of_before_is_told_to_look_again(house: House) -> None:
    ann = house.pane()
    message = ann.send()
    maya = house.visitor()
    maya.sign_in(message)
    maya.me = maya.api("PUT", "/me", {}).json
    draft = begin(maya, to=[ANN], reply_to=message)
    make_self_held(house.parts, MAYA)
    assert problem(draft.sign())[0] == "own-key-changed"


def test_a_level_that_the_directory_does_not_hold_is_refused(house: House) -> None:
    ann, _, _ = enrolled(house)
    draft = ann.draft()
    rows = json.loads(draft.statement())["readers"]
    lowered = [row | {"level": "managed"} for row in rows]
    assert problem(draft.sign(readers=lowered)) == ("stale-keys", [MAYA])


def test_a_managed_sender_can_claim_no_copy_of_her_own(house: House) -> None:
    ann, _, _ = enrolled(house)
    draft = ann.draft()
    rows = json.loads(draft.statement())["readers"]
    claimed = [row | {"level": "self-held"} for row in rows]
    answer = draft.sign(readers=claimed, level="self-held")
    assert problem(answer) == ("statement-refused", "statement-malformed")


def test_what_was_signed_before_a_key_was_replaced_is_looked_up_by_that_key(house: House) -> None:
    ann = house.pane()
    before = ann.send()
    maya = house.visitor()
    maya.sign_in(before)
    earlier = maya.answer(before, [ANN])
    maya.own = make_self_held(house.parts, MAYA)
    maya.me = maya.api("PUT", "/me", {}).json
    later = maya.answer(before, [ANN])
    found = [ann.post(f"/messages/{one}/open", {}).json for one in (earlier, later)]
    lookups = [json.loads(one["sender"]["text"]) for one in found]
    statements = [parse_statement(one["statement"]) for one in found]
    assert [one["custody"] for one in lookups] == ["managed", "self-held"]
    for lookup, statement in zip(lookups, statements, strict=True):
        named = b64u(hashlib.sha256(base64.urlsafe_b64decode(lookup["signing_key"] + "=")).digest())
        assert named == statement.sender.key
        assert lookup["key"] == next(r.key for r in statement.readers if r.address == MAYA)
    assert lookups[1]["until"] is None
    assert statements[0].created <= lookups[0]["until"] <= int(time.time())
    own = maya.open(earlier).json
    assert json.loads(own["sender"]["text"])["signing_key"] == lookups[0]["signing_key"]
    as_if_replaced(house.parts, statements[0].sender.key, seconds_ago=7200)
    again = json.loads(ann.post(f"/messages/{earlier}/open", {}).json["sender"]["text"])
    assert abs(again["until"] - (time.time() - 7200)) < 60


def test_the_directory_names_no_key_that_was_never_hers(house: House) -> None:
    ann, _, _ = enrolled(house)
    anns = json.loads(ann.me["lookup"]["text"])
    vault = house.parts.vault
    with house.parts.database.write() as connection:
        firm_id = ann.me["firm"]["id"]
        maya = people.find(connection, vault, firm_id=firm_id, address=MAYA)
        assert maya is not None
        with pytest.raises(NotFound):
            keys.look_up(connection, vault, maya, signing=anns["key"])
        with pytest.raises(NotFound):
            keys.look_up(connection, vault, maya, signing="x" * 43)


def test_her_draft_is_given_out_sealed(house: House) -> None:
    _, maya, before = enrolled(house)
    draft = answering(maya, before)
    assert draft.keep("Not yet").status_code == 200
    answer = maya.post(f"/messages/{draft.id}/draft/open", {}).json
    assert set(answer) == {"envelope", "object"}
    key = maya.own.open_draft(answer)
    content = age.decrypt(Identity.parse(key), base64.b64decode(answer["object"]))
    assert json.loads(content.rstrip(b"\0"))["html"] == "Not yet"


def test_a_draft_from_before_is_given_out_too(house: House) -> None:
    ann = house.pane()
    before = ann.send()
    maya = house.visitor()
    maya.sign_in(before)
    draft = answering(maya, before)
    draft.keep("Not yet")
    maya.own = make_self_held(house.parts, MAYA)
    answer = maya.post(f"/messages/{draft.id}/draft/open", {}).json
    assert set(answer) == {"envelope", "object"}
    assert maya.own.open_draft(answer) == draft.identity.text


def own_ann(house: House) -> tuple[Pane, Draft]:
    """Ann holds her own key and has sent Maya, who has one too, a letter; Tom reads it in secret."""
    ann = house.pane()
    look_up(ann, [MAYA])
    make_self_held(house.parts, MAYA)
    ann.own = make_self_held(house.parts, ANN)
    ann.me = ann.put("/me", {}).json
    draft = ann.draft([MAYA], hidden=[])
    sent(draft)
    return ann, draft


def test_a_letter_between_keys_of_their_own_is_end_to_end_and_the_server_signs_none_of_it(
    house: House,
) -> None:
    ann, draft = own_ann(house)
    opened = ann.own.open(ann.post(f"/messages/{draft.id}/open", {}).json)
    assert parse_statement(opened["statement"]).level == "self-held"
    hidden = ann.draft([MAYA], hidden=[TOM])
    sent(hidden)
    opened = ann.own.open(ann.post(f"/messages/{hidden.id}/open", {}).json)
    statement = parse_statement(opened["statement"])
    assert statement.level == "managed"  # the hidden copy is
    signed = [SignedGrant(g["text"], Signature(**g["signature"])) for g in opened["grants"]]
    public = base64.urlsafe_b64decode(json.loads(ann.me["lookup"]["text"])["signing_key"] + "=")
    (grant,) = verify_grants(signed, statement, {ANN: SigningKey(public, "self-held")})
    assert (grant.address, grant.granted_by.custody) == (TOM, "self-held")


def late(ann: Pane, draft: Draft, *, before: str | None = None, **changes: Any) -> dict[str, Any]:
    """All that is handed over to let Tom read it, signed by her own key."""
    answer = ann.post(f"/messages/{draft.id}/open", {}).json
    opened = ann.own.open(answer)
    envelope = Envelope(
        opened["message_key"], opened["statement"], Signature(**opened["signature"])
    )
    (tom,) = look_up(ann, [TOM])
    text = draft.grant(tom, **({"role": "late", "created": int(time.time())} | changes))
    signature = ann.own.sign(GRANT, text)
    grant = SignedGrant(text, Signature(**signature))
    own = json.loads(ann.me["lookup"]["text"])
    files = [
        base64.b64encode(
            seal_envelope(Recipient.parse(one["recipient"]), replace(envelope, grants=(grant,)))
        ).decode()
        for one in (tom, own)
    ]
    found = b64u(hashlib.sha256(base64.b64decode(answer["envelope"])).digest())
    return {
        "grant": text, "signature": signature, "envelope": files[0], "own_envelope": files[1],
        "before": before or found,
    }  # fmt: skip


def test_who_holds_her_own_key_adds_a_reader_whose_managed_key_lowers_the_level(
    house: House,
) -> None:
    ann, draft = own_ann(house)
    body = late(ann, draft)
    path = f"/messages/{draft.id}/readers"
    asked = {"grant": body["grant"], "signature": body["signature"]}
    assert ann.post(f"{path}/signature", asked).json == body["signature"]
    assert ann.post(path, body).status_code == 202
    opened = ann.own.open(ann.post(f"/messages/{draft.id}/open", {}).json)
    assert [json.loads(one["text"])["address"] for one in opened["grants"]] == [TOM]
    listed = ann.call("GET", f"/messages/{draft.id}/thread").json["messages"]
    assert [one["level"] for one in listed] == ["managed"]


def test_a_grant_that_says_something_else_adds_nobody(house: House) -> None:
    ann, draft = own_ann(house)
    by = {"address": ANN, "key": "x" * 43, "custody": "self-held"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"statement": "x" * 43}, "grant-malformed"),
        ({"role": "hidden"}, "grant-malformed"),
        ({"merge": "x" * 43}, "grant-malformed"),
        ({"granted_by": by}, "granter-not-allowed"),
    ]
    for changes, refusal in cases:
        answer = ann.post(f"/messages/{draft.id}/readers", late(ann, draft, **changes))
        assert problem(answer) == ("statement-refused", refusal)


def test_a_reader_is_added_by_her_signature_and_for_the_envelope_she_opened_alone(
    house: House,
) -> None:
    ann, draft = own_ann(house)
    path, body = f"/messages/{draft.id}/readers", late(ann, draft)
    forged = body | {"signature": OwnKey(b"\x07" * 32, {}).sign(GRANT, body["grant"])}
    assert problem(ann.post(path, forged)) == ("statement-refused", "grant-signature")
    asked = {"grant": body["grant"]}
    assert problem(ann.post(f"{path}/signature", asked)) == ("statement-refused", "grant-signature")
    assert problem(ann.post(path, body | {"before": None}))[0] == "readers-changed"
    assert problem(ann.post(path, late(ann, draft, before="x" * 43)))[0] == "readers-changed"


def test_nobody_is_added_to_a_letter_of_a_key_that_was_replaced(house: House) -> None:
    ann = house.pane()
    draft = ann.draft()
    sent(draft)
    (tom,) = look_up(ann, [TOM])
    text = draft.grant(tom, role="late", created=int(time.time()))
    ann.own = make_self_held(house.parts, ANN)
    body = {"grant": text, "signature": ann.own.sign(GRANT, text)}
    assert problem(ann.post(f"/messages/{draft.id}/readers/signature", body))[0] == "key-replaced"
