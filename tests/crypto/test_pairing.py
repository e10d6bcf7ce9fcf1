"""Pairing a pane: what k, code and share give, and what neither page nor pane takes (pairing.md)."""

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.crypto import age, pairing
from server.crypto.encoding import Json, b64u
from server.crypto.errors import PairingRefused
from server.crypto.identity import Identity
from tests.crypto.vectors import load, named

VECTORS = load("pairing")
FIRST = VECTORS["derived"][0]
PAGE = bytes.fromhex(FIRST["keys"]["page"])
ONE_TIME = Identity.parse(VECTORS["one_time"]["identity"])
ANSWER = VECTORS["answer"]
KEPT = VECTORS["kept"]
AGE = {each["name"]: each for each in load("age")["files"]}


def taken_in(file: bytes) -> pairing.Brought:
    brought = pairing.open_answer(PAGE, ONE_TIME, file)
    pairing.require_named(brought, **ANSWER["lookup"])
    return brought


def sealed(content: str) -> bytes:
    return age.encrypt(ONE_TIME.recipient, content.encode())


def reopened(kept: dict[str, Any]) -> bytes | None:
    names: dict[str, Json] = kept["names"]
    key = pairing.kept_key(
        bytes.fromhex(kept["half"]),
        bytes.fromhex(kept["share"]),
        pane=kept["pane"],
        person=str(names["person"]),
    )
    nonce, file = bytes.fromhex(kept["nonce"]), bytes.fromhex(kept["sealed"])
    return pairing.open_kept(key, nonce, file, names=names)


@pytest.mark.parametrize("case", VECTORS["derived"])
def test_k_and_code_vouch_for_a_pane(case: dict[str, Any]) -> None:
    k = pairing.read_k(case["link"])
    assert k.hex() == case["k"]
    assert pairing.pairing_id(k) == case["id"]
    keys = pairing.tag_keys(k, case["code"], case["person"])
    assert {"pane": keys.pane.hex(), "page": keys.page.hex()} == case["keys"]
    pairing.check_pane_tag(keys.pane, pairing.Asked(**case["asked"]))


@pytest.mark.parametrize("case", **named(VECTORS["unasked"]))
def test_a_page_seals_nothing_to_what_is_not_the_panes(case: dict[str, Any]) -> None:
    keys = pairing.tag_keys(pairing.read_k(case["k"]), case["code"], case["person"])
    with pytest.raises(PairingRefused, match=r"^pairing-code$"):
        pairing.check_pane_tag(keys.pane, pairing.Asked(**case["asked"]))


@pytest.mark.parametrize("link", VECTORS["links"])
def test_a_link_that_is_not_whole_is_none(link: str) -> None:
    with pytest.raises(PairingRefused, match=r"^pairing-link$"):
        pairing.read_k(link)


def test_a_code_is_read_as_people_type_it_or_not_at_all() -> None:
    for case in VECTORS["codes"]["read"]:
        assert pairing.read_code(case["typed"]) == case["code"]
    for typed in VECTORS["codes"]["refuse"]:
        with pytest.raises(PairingRefused, match=r"^pairing-code$"):
            pairing.read_code(typed)


def test_an_answer_of_the_browser_gives_the_identity_and_those_before_it() -> None:
    file = AGE["pairing: answer"]
    assert file["file"] == ANSWER["file"]
    brought = taken_in(b64decode(file["file"]))
    assert brought.encryption.hex() == ANSWER["identity"]["encryption"]
    assert brought.signing.hex() == ANSWER["identity"]["signing"]
    assert [{"key": key, "seed": b64u(seed)} for key, seed in brought.old] == ANSWER["old"]
    assert pairing.answer_content(PAGE, brought) == ANSWER["content"]


def test_an_answer_made_here_is_taken_in_and_one_of_another_pairing_is_not() -> None:
    brought = taken_in(sealed(ANSWER["content"]))
    again = pairing.seal_answer(PAGE, ONE_TIME.recipient.text, brought)
    assert taken_in(again) == brought
    elsewhere = pairing.seal_answer(PAGE, Identity.new().recipient.text, brought)
    large = sealed(ANSWER["content"] + " " * pairing.MAX_ANSWER)
    for file in (elsewhere, large, again[:-1], b""):
        with pytest.raises(PairingRefused, match=r"^pairing-answer$"):
            taken_in(file)


@pytest.mark.parametrize("case", **named(VECTORS["contents"]))
def test_an_answer_is_not_taken_in(case: dict[str, Any]) -> None:
    with pytest.raises(PairingRefused, match=f"^{case['code']}$"):
        taken_in(sealed(case["content"]))


@given(st.integers(0, len(ANSWER["content"]) - 1), st.integers(1, 127))
def test_an_answer_changed_in_any_character_is_not_taken_in(at: int, change: int) -> None:
    text = ANSWER["content"]
    with pytest.raises(PairingRefused):
        taken_in(sealed(text[:at] + chr(ord(text[at]) ^ change) + text[at + 1 :]))


def test_what_a_pane_keeps_opens_with_both_halves() -> None:
    halves = bytes.fromhex(KEPT["half"]), bytes.fromhex(KEPT["share"])
    key = pairing.kept_key(*halves, pane=KEPT["pane"], person=KEPT["names"]["person"])
    assert key.hex() == KEPT["key"]
    found = reopened(KEPT)
    assert found is not None
    assert found.hex() == KEPT["content"]


@pytest.mark.parametrize("case", **named(KEPT["refuse"]))
def test_what_a_pane_keeps_does_not_open_otherwise(case: dict[str, Any]) -> None:
    assert reopened({**KEPT, **case["with"]}) is None


def test_every_refusal_has_a_case() -> None:
    codes = {case["code"] for case in VECTORS["contents"]}
    assert codes | {"pairing-code", "pairing-link"} == set(VECTORS["refusals"])
