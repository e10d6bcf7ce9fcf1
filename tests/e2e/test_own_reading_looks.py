"""The screens on which one's own key is unlocked, as somebody sees them on a small screen, in the dark, or not at all."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import Inspector
from tests.e2e.own_key import Authenticator, enrol, key_page
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, Profile, expect_said, press_open, sign_in
from tests.e2e.test_own_reading import close_letter, passkey_button, with_code
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]


def test_the_screens_of_ones_own_key_are_accessible(pair: Pair, profile: Profiles) -> None:
    inspector, maya = Inspector((320, 390, 1280)), profile()
    letter = post(pair, ANN, (MAYA,), "Of before.")
    sign_in(maya, MAYA, letter).close()
    page = key_page(maya)
    authenticator = Authenticator.add(page)
    enrol(page, maya, MAYA, password=None)
    letter = post(pair, ANN, (MAYA,), "Of afterwards.")
    page.goto(f"{pair.url}/m/{letter}")
    press_open(page)
    close_letter(page)
    inspector.look("closed, passkey known", page)
    # As when somebody closes its window.
    unverified = {"authenticatorId": authenticator.id, "isUserVerified": False}
    authenticator.session.send("WebAuthn.setUserVerified", unverified)
    passkey_button(page).click()
    expect_said(page, "Nothing happened: the passkey was not confirmed")
    inspector.look("touch refused", page)
    page.get_by_role("button", name="Send me a code instead").click()
    with_code(page, pair, MAYA)
    expect(page.get_by_role("button", name="Unlock with your passkey")).to_be_visible()
    inspector.look("unlock", page)
    page.get_by_role("button", name="Unlock with your passkey").click()
    expect_said(page, "Nothing happened: the passkey was not confirmed")
    page.get_by_text("Use your recovery code").click()
    page.get_by_role("button", name="Unlock with this code").click()
    expect_said(page, "Type your recovery code first.")
    inspector.look("unlock, wrong", page)
    page.get_by_role("button", name="I have none of these any more").click()
    inspector.look("lost", page)
    assert inspector.found == []
