"""A client who has read a letter, and is signed in by a code."""

import pytest

from tests.house import House
from tests.keys.holding import Holder


@pytest.fixture
def letter(house: House) -> str:
    """A letter of Ann's to Maya."""
    return house.pane().send()


@pytest.fixture
def maya(house: House, letter: str) -> Holder:
    """Maya, signed in."""
    visitor = house.visitor()
    assert visitor.sign_in(letter).status_code == 201
    return Holder.of(visitor)
