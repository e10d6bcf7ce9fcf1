"""Grants and drafts in Python against the vectors that the browser's package reads too."""

import base64
import json
from typing import Any

import pytest

from server.crypto import age
from server.crypto.encoding import canonical, unb64u
from server.crypto.envelope import open_draft_envelope
from server.crypto.errors import Refusal
from server.crypto.grants import (
    Grant,
    SignedGrant,
    SigningKey,
    merge_hash,
    parse_grant,
    verify_grants,
)
from server.crypto.identity import Identity
from server.crypto.padding import pad
from server.crypto.signing import Signature
from server.crypto.statement import parse_statement
from tests.crypto.vectors import load, named

GRANTS, DRAFTS = load("grants"), load("drafts")
OURS = {"grant-malformed", "grant-signature", "granter-not-allowed", "sender-key-unknown"}


def verified(case: dict[str, Any]) -> list[Grant]:
    facts = GRANTS["base"] | case["with"]
    looked_up = [json.loads(item["text"]) for item in (facts["sender"], *facts["granters"])]
    held = {
        one["address"]: SigningKey(unb64u(one["signing_key"]), one["custody"], one["until"])
        for one in looked_up
        if one["signing_key"]
    }
    opened = facts["opened"]
    signed = [SignedGrant(g["text"], Signature(**g["signature"])) for g in opened["grants"]]
    return verify_grants(signed, parse_statement(opened["statement"]), held)


@pytest.mark.parametrize("case", **named(GRANTS["accept"]))
def test_believes_grants_that_are_right(case: dict[str, Any]) -> None:
    assert len(verified(case)) == len(case["with"]["opened"]["grants"])


@pytest.mark.parametrize("case", **named([c for c in GRANTS["cases"] if c["code"] in OURS]))
def test_refuses_a_grant_for_the_reason_that_the_browser_gives(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        verified(case)
    assert caught.value.code == case["code"]


@pytest.mark.parametrize("case", GRANTS["build"], ids=lambda case: case["grant"]["role"])
def test_writes_and_reads_the_same_grant(case: dict[str, Any]) -> None:
    assert canonical(case["grant"]) == case["text"]
    assert parse_grant(case["text"]).role == case["grant"]["role"]
    assert merge_hash(case["merge"]) == case["merge_hash"]


def test_opens_the_draft_of_the_vectors() -> None:
    identity = Identity.parse(DRAFTS["identity"])
    key = open_draft_envelope(identity, base64.b64decode(DRAFTS["envelope"]))
    assert key == DRAFTS["draft_key"]
    content = age.decrypt(Identity.parse(key), base64.b64decode(DRAFTS["object"]))
    assert json.loads(content.rstrip(b"\0")) == DRAFTS["draft"]


@pytest.mark.parametrize("case", **named(DRAFTS["refuse_envelopes"]))
def test_refuses_an_envelope_that_is_no_drafts(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="envelope-malformed"):
        open_draft_envelope(Identity.parse(DRAFTS["identity"]), base64.b64decode(case["envelope"]))


@pytest.mark.parametrize("form", ["utf-16-be", "utf-32-be", "utf-8-sig"])
def test_refuses_an_envelope_in_another_encoding(form: str) -> None:
    identity = Identity.new()
    text = json.dumps({"v": 1, "draft_key": Identity.new().text})
    file = age.encrypt(identity.recipient, pad(text.encode(form)))
    with pytest.raises(Refusal, match="envelope-malformed"):
        open_draft_envelope(identity, file)
