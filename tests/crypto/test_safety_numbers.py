"""Safety numbers: both implementations make the same (safety-number.md)."""

from typing import Any

import pytest

from server.crypto.safety_number import Party, safety_number
from tests.crypto.vectors import load, named

PAIRS = load("safety_numbers")["pairs"]


@pytest.mark.parametrize("case", **named(PAIRS))
def test_two_parties_have_one_number_whoever_makes_it(case: dict[str, Any]) -> None:
    one, other = Party(**case["one"]), Party(**case["other"])
    assert safety_number(one, other) == safety_number(other, one) == case["number"]


def test_nobody_compares_with_herself() -> None:
    one = Party(**PAIRS[0]["one"])
    with pytest.raises(ValueError, match="herself"):
        safety_number(one, one)
