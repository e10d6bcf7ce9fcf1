"""One more reader for a letter that was sent: a grant, two envelopes, one notice."""

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from server.crypto.envelope import Envelope, seal_envelope
from server.crypto.grants import SignedGrant
from server.crypto.identity import Recipient
from server.crypto.signing import Signature
from tests.drafts import Draft, look_up
from tests.house import House
from tests.messages.notices import ANN, MAYA, begun, got, sent, value
from tests.sandbox.running import eventually

BEN = "ben@hart.example"
TOM = "tom@client.example"


@pytest.fixture
def draft(house: House) -> Draft:
    made = begun(house)
    assert made.send().status_code == 202
    house.work()
    return made


def b64(file: bytes) -> str:
    return base64.b64encode(file).decode()


def opened(draft: Draft) -> Envelope:
    """The sender's own envelope, as the pane gets it."""
    said = draft.desk.api("POST", f"/messages/{draft.id}/open", {}).json
    grants = tuple(
        SignedGrant(one["text"], Signature(**one["signature"])) for one in said["grants"]
    )
    return Envelope(said["message_key"], said["statement"], Signature(**said["signature"]), grants)


def granted(draft: Draft, address: str, **changes: Any) -> tuple[str, Any]:
    """The text of a grant to this address, and the server's answer to "sign it"."""
    reader = look_up(draft.desk, [address])[0]
    text = draft.grant(reader, **({"role": "late", "created": int(time.time())} | changes))
    path = f"/messages/{draft.id}/readers/signature"
    return text, draft.desk.api("POST", path, {"grant": text})


def sealed(draft: Draft, address: str, before: Envelope | None = None) -> dict[str, Any]:
    """All that is handed over for one more reader."""
    before = before or opened(draft)
    text, signed = granted(draft, address)
    assert signed.status_code == 200, signed.json
    grant = SignedGrant(text, Signature(**signed.json))
    own = json.loads(draft.desk.me["lookup"]["text"])
    reader = look_up(draft.desk, [address])[0]
    hers = replace(before, grants=(grant,))
    all_of_them = replace(before, grants=(*before.grants, grant))
    return {
        "grant": text,
        "signature": signed.json,
        "envelope": b64(seal_envelope(Recipient.parse(reader["recipient"]), hers)),
        "own_envelope": b64(seal_envelope(Recipient.parse(own["recipient"]), all_of_them)),
        "name": "Tom Birchall",
    }


def add(draft: Draft, body: Any) -> Any:
    return draft.desk.api("POST", f"/messages/{draft.id}/readers", body)


def test_an_added_reader_reads_it_and_is_the_only_one_who_is_told(
    house: House, draft: Draft
) -> None:
    assert house.visitor().post(f"/messages/{draft.id}/codes", {"address": TOM}).status_code == 202
    assert add(draft, sealed(draft, TOM)).status_code == 202
    house.work()
    assert eventually(lambda: sent(house, draft.subject) == 2)
    assert eventually(lambda: got(house, draft.subject, TOM) == 1)
    assert got(house, draft.subject) == 1
    tom = house.visitor()
    tom.sign_in(draft.id, TOM)
    assert tom.read(draft.id)["text"] == "Dear Maya"
    assert len(opened(draft).grants) == 1
    maya = house.visitor()
    maya.sign_in(draft.id)
    assert maya.open(draft.id).json["grants"] == []
    readers = draft.desk.api("GET", f"/messages/{draft.id}/helpdesk").json["readers"]
    assert [(one["address"], one["role"], one["state"]) for one in readers] == [
        (MAYA, "to", "opened"),
        (TOM, "late", "opened"),
    ]
    assert "Tom Birchall" in str(readers)


def test_the_recall_takes_an_added_reader_too(house: House, draft: Draft) -> None:
    add(draft, sealed(draft, TOM))
    house.work()
    tom = house.visitor()
    tom.sign_in(draft.id, TOM)
    draft.desk.api("POST", f"/messages/{draft.id}/recall", {})
    assert tom.open(draft.id).status_code == 410
    assert value(house, "SELECT count(*) FROM envelopes") == 1
    assert granted(draft, BEN)[1].status_code == 410


def test_an_added_client_answers_the_sender_alone(house: House, draft: Draft) -> None:
    add(draft, sealed(draft, TOM))
    tom = house.visitor()
    tom.sign_in(draft.id, TOM)
    tom.api("PUT", "/me", {})
    body = {"readers": [{"address": MAYA}], "about": draft.id}
    assert tom.post("/lookups", body).status_code == 404
    body = {"readers": [{"address": ANN}], "about": draft.id}
    assert tom.post("/lookups", body).status_code == 200


def test_two_windows_that_add_at_once_lose_nobody(house: House, draft: Draft) -> None:
    before = opened(draft)
    tom, ben = sealed(draft, TOM, before), sealed(draft, BEN, before)
    assert add(draft, tom).status_code == 202
    late = add(draft, ben)
    assert late.status_code == 409
    assert late.json["type"].endswith("readers-changed")
    assert add(draft, tom).json["type"].endswith("reads-already")
    assert add(draft, sealed(draft, BEN)).status_code == 202
    assert len(opened(draft).grants) == 2


def test_a_grant_that_is_not_the_senders_is_refused(house: House, draft: Draft) -> None:
    body = sealed(draft, TOM)
    forged = body | {"signature": body["signature"] | {"value": "A" * 86}}
    assert add(draft, forged).json["type"].endswith("statement-refused")
    assert value(house, "SELECT count(*) FROM readers WHERE role = 'late'") == 0


@pytest.mark.parametrize(
    ("changes", "problem"),
    [({"role": "hidden"}, "statement-refused"), ({"role": "to"}, "statement-refused"),
     ({"statement": "A" * 43}, "statement-refused"), ({"key": "A" * 43}, "stale-keys"),
     ({"created": int(time.time()) + 9000}, "clock-off"), ({"merge": "A" * 43}, "statement-refused")],
)  # fmt: skip
def test_the_server_signs_no_grant_that_it_sees_to_be_wrong(
    draft: Draft, changes: dict[str, Any], problem: str
) -> None:
    answer = granted(draft, TOM, **changes)[1]
    assert answer.status_code in {409, 422}
    assert answer.json["type"].endswith(problem)


def test_only_the_sender_adds_readers(house: House, draft: Draft) -> None:
    body = sealed(draft, TOM)
    ben = house.pane(BEN)
    for tail, sent_body in (("/signature", {"grant": body["grant"]}), ("", body)):
        answers = [
            ben.post(f"/messages/{one}/readers{tail}", sent_body) for one in (draft.id, "z" * 22)
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].data == answers[1].data
