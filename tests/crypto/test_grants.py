"""Grants: who else may read, and who said so (statement.md 4)."""

import json
from typing import Any

import pytest

from server.crypto import signing
from server.crypto.encoding import canonical
from server.crypto.errors import Refusal
from server.crypto.grants import SignedGrant, SigningKey, merge_hash, parse_grant, verify_grants
from server.crypto.identity import fingerprint
from server.crypto.signing import Signature
from server.crypto.statement import Statement, parse_statement

ANN, MAYA, TOM = "ann@hart.example", "maya@client.example", "tom@client.example"
SEEDS = {name: signing.new_seed() for name in (ANN, MAYA, TOM)}
KEYS = {name: SigningKey(signing.public_key(seed)) for name, seed in SEEDS.items()}
PRINT = {name: fingerprint(key.public) for name, key in KEYS.items()}


def statement(**changes: Any) -> Statement:
    listed = [
        {"address": ANN, "role": "sender", "level": "managed", "key": "a" * 43},
        {"address": MAYA, "role": "to", "level": "managed", "key": "m" * 43},
    ]
    value: dict[str, Any] = {
        "v": 1, "message_id": "i" * 22, "thread_id": "t" * 22, "parents": [],
        "sender": {"address": ANN, "firm": "f", "key": PRINT[ANN], "custody": "managed"},
        "readers": listed, "level": "managed", "created": 1000, "expires": None, "policy": {},
        "message_key": "k" * 43,
        "objects": [{"id": "o" * 22, "role": "body", "size": 1, "sha256": "h" * 43}],
        "checkpoint": None,
    }  # fmt: skip
    return parse_statement(canonical(value | changes))


def granted(about: Statement, by: str = ANN, **changes: Any) -> SignedGrant:
    value: dict[str, Any] = {
        "v": 1, "statement": about.hash, "address": TOM, "role": "hidden", "level": "managed",
        "key": "t" * 43, "merge": merge_hash({}), "created": 1000,
        "granted_by": {"address": by, "key": PRINT[by], "custody": "managed"},
    }  # fmt: skip
    text = canonical(value | changes)
    return SignedGrant(text=text, signature=signing.sign(SEEDS[by], signing.GRANT, text))


def refused(code: str, grant: SignedGrant, about: Statement) -> None:
    with pytest.raises(Refusal) as caught:
        verify_grants([grant], about, KEYS)
    assert caught.value.code == code


def test_believes_a_grant_that_the_sender_signed() -> None:
    about = statement()
    (grant,) = verify_grants([granted(about)], about, KEYS)
    assert (grant.address, grant.role) == (TOM, "hidden")


def test_refuses_a_grant_about_another_statement() -> None:
    refused("grant-malformed", granted(statement(created=999)), statement())


def test_refuses_a_grant_older_than_its_statement() -> None:
    about = statement()
    refused("grant-malformed", granted(about, created=999), about)


def test_refuses_a_grant_by_a_reader_where_the_policy_does_not_allow_it() -> None:
    about = statement()
    refused("granter-not-allowed", granted(about, by=MAYA), about)


def test_believes_a_reader_where_the_policy_allows_it() -> None:
    about = statement(policy={"grants": "readers"})
    (grant,) = verify_grants([granted(about, by=MAYA)], about, KEYS)
    assert grant.granted_by.address == MAYA


def test_refuses_somebody_who_was_only_granted_himself() -> None:
    about = statement(policy={"grants": "readers"})
    refused("granter-not-allowed", granted(about, by=TOM), about)


def test_refuses_a_signature_of_another_domain() -> None:
    about = statement()
    text = granted(about).text
    forged = SignedGrant(text=text, signature=signing.sign(SEEDS[ANN], signing.STATEMENT, text))
    refused("grant-signature", forged, about)


def test_refuses_a_signature_by_another_key_that_names_the_senders() -> None:
    about = statement()
    text = granted(about).text
    value = signing.sign(SEEDS[MAYA], signing.GRANT, text).value
    refused("grant-signature", SignedGrant(text, Signature(key=PRINT[ANN], value=value)), about)


def test_refuses_a_grant_for_who_is_listed_with_that_key() -> None:
    about = statement()
    refused("grant-malformed", granted(about, address=MAYA, key="m" * 43), about)


def test_believes_a_grant_for_another_key_of_a_listed_reader() -> None:
    about = statement()
    (grant,) = verify_grants([granted(about, address=MAYA, role="late")], about, KEYS)
    assert grant.key == "t" * 43


def test_finishes_a_pending_reader_in_the_role_that_the_statement_lists_only() -> None:
    rows = json.loads(statement().text)["readers"]
    rows[1]["key"] = "pending"
    about = statement(readers=rows)
    (grant,) = verify_grants([granted(about, address=MAYA, role="to")], about, KEYS)
    assert grant.role == "to"
    refused("grant-malformed", granted(about, address=MAYA, role="cc"), about)


def test_finishes_a_pending_reader_with_a_key_of_at_least_the_level_that_was_signed() -> None:
    own, to = json.loads(statement().text)["readers"]
    sender = {"address": ANN, "firm": "f", "key": PRINT[ANN], "custody": "self-held"}
    rows = [{**own, "level": "self-held"}, {**to, "level": "self-held", "key": "pending"}]
    about = statement(readers=rows, sender=sender, level="self-held")
    by = {"address": ANN, "key": PRINT[ANN], "custody": "self-held"}
    finish = {"address": MAYA, "role": "to", "granted_by": by}
    verify_grants([granted(about, **finish, level="self-held")], about, KEYS)
    refused("grant-malformed", granted(about, **finish, level="passphrase"), about)


def test_believes_a_replaced_key_for_what_it_signed_before_and_an_hour_of_a_clock() -> None:
    about = statement(created=1000)
    held = {ANN: SigningKey(KEYS[ANN].public, until=1000)}
    verify_grants([granted(about, created=4600)], about, held)
    with pytest.raises(Refusal, match="sender-key-unknown"):
        verify_grants([granted(about, created=4601)], about, held)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2}, {"v": True}, {"role": "ghost"}, {"role": "sender"}, {"key": "pending"},
        {"address": "Tom@client.example"}, {"merge": "x"}, {"level": "high"}, {"more": 1},
        {"granted_by": {"address": ANN, "key": PRINT[ANN]}}, {"created": -1},
    ],
    ids=lambda changes: "granted_by" if "granted_by" in changes else str(changes),
)  # fmt: skip
def test_refuses_a_malformed_grant(changes: dict[str, Any]) -> None:
    about = statement()
    refused("grant-malformed", granted(about, **changes), about)


def test_refuses_a_grant_that_is_not_canonical() -> None:
    with pytest.raises(Refusal, match="grant-malformed"):
        parse_grant(granted(statement()).text.replace(":", ": ", 1))
