"""Becoming the only holder of one's key, on one page, in a browser."""

import re
from collections.abc import Callable

import pytest

from tests.e2e import wire
from tests.e2e.own_key import PASSWORD, become_self_held
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, Profile, sign_in

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "Dear client, the figures are enclosed."


def test_a_password_from_code_to_finish(pair: Pair, profile: Profiles) -> None:
    maya = profile()
    sign_in(maya, MAYA, wire.post(pair, ANN, (MAYA,), TEXT))
    own = become_self_held(maya, MAYA)
    assert re.fullmatch(r"([A-Z2-9]{4}-){6}[A-Z2-9]{4}", own.code)
    assert own.password == PASSWORD
