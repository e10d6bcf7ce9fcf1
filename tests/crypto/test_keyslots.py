"""Keyslots: what a client posts, and what an auditor opens (keyslots.md)."""

import unicodedata
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st
from nacl.pwhash import argon2id

from server.crypto import keyslots
from server.crypto.encoding import unb64u
from server.crypto.errors import KeyslotRefused
from server.crypto.identity import Identity
from server.crypto.keysecrets import (
    check_cost,
    has_prf_result,
    read_recovery_code,
    refuse_prf_result,
    secret_of_prf,
    secret_of_recovery,
    write_recovery_code,
)
from tests.crypto.vectors import load, named

KEYSLOTS = load("keyslots")
SLOTS = {case["name"]: case for case in KEYSLOTS["slots"]}
CODES = KEYSLOTS["codes"]
SECRETS = st.binary(min_size=16, max_size=16)


def opened(case: dict[str, Any]) -> keyslots.Seeds:
    slot = keyslots.parse_keyslot(case["text"])
    keyslots.check_owner(slot, **case.get("owner", KEYSLOTS["owner"]))
    return keyslots.open_keyslot(slot, bytes.fromhex(case["secret"]))


@pytest.mark.parametrize("case", **named(KEYSLOTS["slots"]))
def test_opens_a_slot_of_each_kind(case: dict[str, Any]) -> None:
    slot, seeds = keyslots.parse_keyslot(case["text"]), opened(case)
    assert seeds.encryption.hex() == KEYSLOTS["identity"]["encryption"]
    assert seeds.signing.hex() == KEYSLOTS["identity"]["signing"]
    keys = keyslots.slot_keys(slot, bytes.fromhex(case["secret"]))
    authenticator = None if keys.authenticator is None else keys.authenticator.hex()
    found = {
        "wrapping": keys.wrapping.hex(),
        "check": keys.check.hex(),
        "authenticator": authenticator,
    }
    assert found == case["keys"]
    assert (authenticator is not None) == (slot.kind == "password")


@pytest.mark.parametrize("case", **named(KEYSLOTS["refuse"]))
def test_refuses_a_slot_with_its_own_code(case: dict[str, Any]) -> None:
    with pytest.raises(KeyslotRefused, match=f"^{case['code']}$"):
        opened(case)


def test_every_refusal_has_a_case() -> None:
    elsewhere = {"keyslot-prf", "keyslot-password", "recovery-code", "prf-in-body"}
    assert {case["code"] for case in KEYSLOTS["refuse"]} | elsewhere == set(KEYSLOTS["refusals"])


@pytest.mark.parametrize("case", KEYSLOTS["costs"])
def test_limits_the_cost_of_a_password_on_both_sides(case: dict[str, Any]) -> None:
    if case["code"] is None:
        check_cost(memory=case["memory"], passes=case["passes"])
    else:
        with pytest.raises(KeyslotRefused, match=case["code"]):
            check_cost(memory=case["memory"], passes=case["passes"])


@pytest.mark.parametrize("case", KEYSLOTS["prf"])
def test_takes_a_passkeys_secret_only_if_it_is_one(case: dict[str, Any]) -> None:
    result = bytes.fromhex(case["result"])
    if case["code"] is None:
        assert secret_of_prf(result) == result
    else:
        with pytest.raises(KeyslotRefused, match=case["code"]):
            secret_of_prf(result)


@pytest.mark.parametrize("case", **named(KEYSLOTS["bodies"]))
def test_finds_a_passkeys_secret_in_a_body(case: dict[str, Any]) -> None:
    assert has_prf_result(case["body"]) == case["holds"]
    if case["holds"]:
        with pytest.raises(KeyslotRefused, match="prf-in-body"):
            refuse_prf_result(case["body"])
    else:
        refuse_prf_result(case["body"])


@pytest.mark.parametrize("case", CODES["write"])
def test_writes_recovery_codes(case: dict[str, Any]) -> None:
    assert write_recovery_code(bytes.fromhex(case["secret"])) == case["code"]


@pytest.mark.parametrize("case", CODES["read"])
def test_reads_recovery_codes_as_people_type_them(case: dict[str, Any]) -> None:
    assert read_recovery_code(case["typed"]).hex() == case["secret"]


@pytest.mark.parametrize("typed", CODES["refuse"], ids=repr)
def test_refuses_codes_with_a_typing_error(typed: str) -> None:
    with pytest.raises(KeyslotRefused, match="recovery-code"):
        read_recovery_code(typed)


def test_writes_no_code_of_another_length() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        write_recovery_code(b"short")


@given(SECRETS)
def test_a_recovery_code_is_read_back_as_it_was_written(secret: bytes) -> None:
    code = write_recovery_code(secret)
    assert read_recovery_code(code) == secret
    assert read_recovery_code(code.lower().replace("-", " ")) == secret


@given(st.text(max_size=40))
def test_what_is_no_code_is_refused_and_nothing_else_happens(typed: str) -> None:
    with pytest.raises(KeyslotRefused, match="recovery-code"):
        read_recovery_code(typed)


@given(st.integers(0, len(SLOTS["passkey"]["text"]) - 1), st.integers(1, 127))
def test_a_slot_changed_in_any_character_does_not_open(at: int, change: int) -> None:
    text = SLOTS["passkey"]["text"]
    changed = text[:at] + chr(ord(text[at]) ^ change) + text[at + 1 :]
    with pytest.raises(KeyslotRefused):
        opened({**SLOTS["passkey"], "text": changed})


def test_firm_recovery_opens_with_the_recovery_identity_alone() -> None:
    slot = keyslots.parse_keyslot(SLOTS["firm-recovery"]["text"])
    sealed, recovery = str(slot.kdf["secret"]), KEYSLOTS["recovery"]
    secret = secret_of_recovery(sealed, Identity.parse(recovery["identity"]))
    assert secret.hex() == SLOTS["firm-recovery"]["secret"]
    with pytest.raises(KeyslotRefused, match="keyslot-secret"):
        secret_of_recovery(sealed, Identity.parse(recovery["wrong"]))
    with pytest.raises(KeyslotRefused, match="keyslot-damaged"):
        secret_of_recovery(sealed[:-8], Identity.parse(recovery["identity"]))


def test_a_password_is_stretched_as_browsers_do() -> None:
    password = KEYSLOTS["password"]
    kdf, text = password["kdf"], unicodedata.normalize("NFKC", password["text"]).encode()
    found = argon2id.kdf(32, text, unb64u(kdf["salt"]), kdf["passes"], kdf["memory"] * 1024)
    assert found.hex() == password["secret"] == SLOTS["password"]["secret"]


def test_argon2id_is_that_of_rfc_9106() -> None:
    """Section 5.3, which has four lanes, a secret and data that libsodium does not take."""
    # With what libsodium takes, both are one function: the control of the test before.
    plain = Argon2id(salt=b"\x02" * 16, length=32, iterations=3, lanes=1, memory_cost=32)
    sodium = argon2id.kdf(32, b"\x01" * 32, b"\x02" * 16, 3, 32 * 1024)
    assert plain.derive(b"\x01" * 32) == sodium
    vector = Argon2id(
        salt=b"\x02" * 16,
        length=32,
        iterations=3,
        lanes=4,
        memory_cost=32,
        ad=b"\x04" * 12,
        secret=b"\x03" * 8,
    )
    assert vector.derive(b"\x01" * 32).hex() == (
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
    )
