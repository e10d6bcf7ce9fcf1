"""Levels: what is shown of a message, and what may not be claimed (levels.md)."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.crypto.errors import LevelRefused
from server.crypto.levels import Copy, Leveled, Minimum, level_of
from server.crypto.shape import LEVELS
from tests.crypto.vectors import load, named

CASES = load("levels")
MINIMUM = Minimum(**CASES["minimum"])
SPEC = (Path(__file__).parents[2] / "docs/spec/levels.md").read_text()
ANY = st.sampled_from(LEVELS)
READERS = st.lists(st.builds(Copy, st.sampled_from(["to", "cc", "archive"]), ANY), max_size=4)
GRANTS = st.lists(st.builds(Copy, st.sampled_from(["hidden", "late", "delegate", "bulk"]), ANY))


def letter_of(given: dict[str, Any]) -> Leveled:
    return Leveled(
        custody=given["custody"],
        stated=given["stated"],
        readers=tuple(Copy(**reader) for reader in given["readers"]),
        grants=tuple(Copy(**grant) for grant in given["grants"]),
        now=given["now"],
    )


@pytest.mark.parametrize("case", **named(CASES["shown"]))
def test_shows_a_letter_at_its_weakest_envelope(case: dict[str, Any]) -> None:
    shown = asdict(level_of(letter_of(case["letter"])))
    assert {**shown, "notes": list(shown["notes"])} == case["shown"]


@pytest.mark.parametrize("case", **named(CASES["refuse"]))
def test_refuses_a_level_that_does_not_hold(case: dict[str, Any]) -> None:
    with pytest.raises(LevelRefused, match=f"^{case['code']}$"):
        level_of(letter_of(case["letter"]))


@pytest.mark.parametrize("case", CASES["least"])
def test_the_least_level_of_an_address_is_the_stronger_rule(case: dict[str, str]) -> None:
    assert MINIMUM.least_for(case["address"]) == case["level"]


@pytest.mark.parametrize("case", **named(CASES["readers"]))
def test_nobody_is_sealed_to_below_the_least_level(case: dict[str, Any]) -> None:
    readers = [(reader["address"], reader["level"]) for reader in case["readers"]]
    if case["allowed"]:
        MINIMUM.check(readers)
    else:
        with pytest.raises(LevelRefused, match="level-below"):
            MINIMUM.check(readers)


@given(ANY, READERS, GRANTS)
def test_what_is_shown_is_the_weakest_of_all_envelopes(
    own: str, readers: list[Copy], grants: list[Copy]
) -> None:
    copies = (Copy("sender", own), *readers)
    shown = level_of(Leveled("self-held", None, copies, tuple(grants)))
    levels = [copy.level for copy in (*copies, *grants)]
    assert LEVELS.index(shown.level) == min(LEVELS.index(level) for level in levels)


def test_every_refusal_and_sentence_is_in_the_specification_and_has_a_case() -> None:
    codes = {case["code"] for case in CASES["refuse"]} | {"level-below"}
    assert codes == set(CASES["refusals"])
    assert all(f"| `{code}` | {text} |" in SPEC for code, text in CASES["refusals"].items())
    shown = [case["shown"] for case in CASES["shown"]]
    keys = {key for one in shown for key in (one["words"], one["signed"], *one["notes"])}
    assert keys == {
        "level.managed", "level.passphrase", "level.self-held", "signed.device", "signed.server",
        "level.own-copy", "level.waiting", "level.lowered", "level.since",
    }  # fmt: skip
    assert all(f"| `{key}` |" in SPEC for key in keys)
