"""server/crypto against the vectors that the browser's package reads too."""

import base64
import json
from typing import Any

import pytest

from server.crypto import age, padding, signing
from server.crypto.encoding import canonical, parse_canonical, unb64u
from server.crypto.envelope import open_envelope
from server.crypto.errors import MalformedKey, Refusal, SealRefused
from server.crypto.identity import Identity, Recipient, fingerprint
from server.crypto.signing import Signature
from server.crypto.statement import parse_statement
from tests.crypto.vectors import load, named

CANONICAL, PADME, KEYS = load("canonical"), load("padme"), load("keys")
LOOKUPS, MESSAGES, AGE = load("lookups"), load("messages"), load("age")


def of_code(code: str) -> list[dict[str, Any]]:
    return [case for case in MESSAGES["cases"] if case["code"] == code]


@pytest.mark.parametrize("case", **named(CANONICAL["write"]))
def test_writes_canonical_json(case: dict[str, Any]) -> None:
    assert canonical(case["value"]) == case["text"]
    assert parse_canonical(case["text"]) == case["value"]


@pytest.mark.parametrize("case", **named(CANONICAL["refuse"]))
def test_refuses_json_that_is_not_canonical(case: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="statement-malformed"):
        parse_canonical(case["text"])


@pytest.mark.parametrize("case", **named(PADME["lengths"]))
def test_pads_to_padme(case: dict[str, Any]) -> None:
    assert padding.padme(case["n"]) == case["padded"]
    if case["n"] <= 2**26:  # memory is not what this is about
        assert len(padding.pad(b"x" * case["n"])) == case["padded"]


@pytest.mark.parametrize("case", **named(PADME["unpad"]))
def test_cuts_padding_or_refuses(case: dict[str, Any]) -> None:
    padded = bytes.fromhex(case["padded"])
    if case["content"] is None:
        with pytest.raises(Refusal, match="object-malformed"):
            padding.unpad(padded, case["size"])
    else:
        assert padding.unpad(padded, case["size"]).hex() == case["content"]


@pytest.mark.parametrize("case", **named(KEYS["identities"]))
def test_derives_the_recipient_of_an_identity(case: dict[str, Any]) -> None:
    identity = Identity(bytes.fromhex(case["seed"]))
    assert identity.text == case["identity"]
    assert Identity.parse(case["identity"]) == identity
    assert identity.recipient.text == case["recipient"]
    assert Recipient.parse(case["recipient"]).fingerprint == case["fingerprint"]


@pytest.mark.parametrize("case", **named(KEYS["signing"]))
def test_derives_the_public_half_of_a_signing_key(case: dict[str, Any]) -> None:
    public = signing.public_key(bytes.fromhex(case["seed"]))
    assert public == unb64u(case["public_key"])
    assert fingerprint(public) == case["fingerprint"]


@pytest.mark.parametrize("case", **named(KEYS["refused_recipients"]))
def test_refuses_what_is_no_post_quantum_recipient(case: dict[str, Any]) -> None:
    with pytest.raises(MalformedKey):
        Recipient.parse(case["text"])


@pytest.mark.parametrize("case", **named(KEYS["refused_identities"]))
def test_refuses_what_is_no_identity(case: dict[str, Any]) -> None:
    with pytest.raises(MalformedKey):
        Identity.parse(case["text"])


def test_a_recipient_outside_the_field_is_refused() -> None:
    with pytest.raises(MalformedKey):
        age.encrypt(Recipient(b"\xff" * 1216), b"text")


@pytest.mark.parametrize("case", **named(LOOKUPS["accept"]))
def test_accepts_a_signed_look_up(case: dict[str, Any]) -> None:
    signature = Signature(**case["signature"])
    directory = unb64u(LOOKUPS["directory_key"])
    signing.verify(directory, signing.LOOKUP, case["text"], signature)
    with pytest.raises(Refusal):
        signing.verify(directory, signing.STATEMENT, case["text"], signature)


@pytest.mark.parametrize("case", **named(AGE["files"]))
def test_opens_age_files_with_one_post_quantum_stanza_only(case: dict[str, Any]) -> None:
    identity, file = Identity.parse(case["identity"]), base64.b64decode(case["file"])
    if case["opens"]:
        assert age.decrypt(identity, file) == base64.b64decode(case["content"])
    else:
        with pytest.raises(SealRefused):
            age.decrypt(identity, file)


def test_opens_the_envelope_of_the_vectors() -> None:
    case = MESSAGES["envelopes"]
    opened = open_envelope(Identity.parse(case["identity"]), base64.b64decode(case["file"]))
    assert opened.to_json() == case["opened"]


@pytest.mark.parametrize("case", **named(MESSAGES["envelopes"]["refuse"]))
def test_refuses_a_malformed_envelope(case: dict[str, Any]) -> None:
    identity = Identity.parse(case.get("identity", MESSAGES["envelopes"]["identity"]))
    with pytest.raises(Refusal, match="envelope-malformed"):
        open_envelope(identity, base64.b64decode(case["file"]))


@pytest.mark.parametrize("case", **named(of_code("statement-malformed")))
def test_refuses_a_malformed_statement(case: dict[str, Any]) -> None:
    opened = case["with"].get("opened", MESSAGES["base"]["opened"])
    with pytest.raises(Refusal, match="statement-malformed"):
        parse_statement(opened["statement"])


@pytest.mark.parametrize("case", **named(of_code("statement-signature")))
def test_refuses_a_statement_that_its_sender_did_not_sign(case: dict[str, Any]) -> None:
    opened = case["with"].get("opened", MESSAGES["base"]["opened"])
    sender = json.loads(MESSAGES["base"]["sender"]["text"])
    with pytest.raises(Refusal, match="statement-signature"):
        signing.verify(
            unb64u(sender["signing_key"]),
            signing.STATEMENT,
            opened["statement"],
            Signature(**opened["signature"]),
        )


def test_the_statement_of_the_vectors_is_signed_and_hashes_as_written() -> None:
    opened, sender = MESSAGES["base"]["opened"], json.loads(MESSAGES["base"]["sender"]["text"])
    signature = Signature(**opened["signature"])
    signing.verify(unb64u(sender["signing_key"]), signing.STATEMENT, opened["statement"], signature)
    assert parse_statement(opened["statement"]).hash == MESSAGES["statement_hash"]
