"""Somebody puts a new key in the place of hers: what opens afterwards, here and in another browser, and what does not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.own_key import (
    Authenticator,
    enrol,
    expect_done,
    expect_said,
    key_page,
    take_code,
    type_back,
)
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, PATIENCE_MS, Profile, expect_open, press_open, sign_in
from tests.e2e.staff_key import WIDTHS, become_holder, expect_holder, staff_key
from tests.e2e.staff_key import take_code as take_staff_code
from tests.e2e.test_own_reading import unlock_by_code, with_code
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
PUT = "Put a new key in its place"


def to_rotation(page: Page, inspector: Inspector) -> None:
    """From the list of what opens her key, to the question for the code."""
    inspector.look("your key", page)
    page.get_by_role("link", name=PUT).click()
    expect(page.get_by_role("heading", name=PUT)).to_be_visible(timeout=PATIENCE_MS)


def type_code(page: Page, code: str) -> None:
    """The recovery code that she has until now."""
    page.get_by_label("Your code until now").fill(code)
    page.get_by_role("button", name="Go on").filter(visible=True).click()


def test_letters_of_every_key_open_by_the_new_one_and_the_old_code_opens_nothing(
    pair: Pair, profile: Profiles
) -> None:
    inspector = Inspector(WIDTHS)
    home = profile()
    letters = {"Of the firm's key.": post(pair, ANN, (MAYA,), "Of the firm's key.")}
    sign_in(home, MAYA, letters["Of the firm's key."]).close()
    page = key_page(home)
    Authenticator.add(page)
    old = enrol(page, home, MAYA, password=None)
    letters["Of the first key."] = post(pair, ANN, (MAYA,), "Of the first key.")
    away = profile()
    with_old_key = away.link(letters["Of the first key."])
    with_code(with_old_key, pair, MAYA)
    unlock_by_code(with_old_key, old.code)
    expect_open(with_old_key, "Of the first key.")

    page.get_by_role("link", name="See what opens your key").click()
    to_rotation(page, inspector)
    type_code(page, "A" * 28)
    expect_said(page, "There is a typing error in it.")
    inspector.look("the code", page)
    type_code(page, old.code)
    expect(page.get_by_role("heading", name="Your new key", exact=True)).to_be_visible()
    inspector.look("another way", page)
    page.get_by_role("button", name=re.compile("^Use your passkey")).click()
    code = take_code(page, home, MAYA)
    inspector.look("new code", page)
    assert code != old.code
    type_back(page, code, None)
    page.get_by_role("button", name="Finish").click()
    expect_done(page, home, MAYA)
    expect(page.get_by_text("throw the old paper away")).to_be_visible()
    inspector.look("done", page)
    letters["Of the new key."] = post(pair, ANN, (MAYA,), "Of the new key.")

    first = away.link(letters["Of the new key."])
    first.get_by_role("button", name="Open message").click()
    expect(first.get_by_role("heading", name="Unlock your key")).to_be_visible()
    unlock_by_code(first, old.code)
    expect_said(first, "That recovery code does not open your key.")
    unlock_by_code(first, code)
    expect_open(first, "Of the new key.")
    for browser in (home, away):
        for text, letter in letters.items():
            read = browser.link(letter)
            press_open(read)
            expect_open(read, text)
            read.close()
    assert inspector.found == []


def test_somebody_of_the_firm_puts_a_new_key_in_the_place_of_hers(profile: Profiles) -> None:
    inspector = Inspector((320, 1280))
    page = staff_key(profile())
    Authenticator.add(page)
    old = become_holder(page)
    page.get_by_role("link", name="See what opens your key").click()
    to_rotation(page, inspector)
    type_code(page, old.code)
    page.get_by_role("button", name=re.compile("^Use your passkey")).click()
    code = take_staff_code(page)
    type_back(page, code, None)
    page.get_by_role("button", name="Finish").click()
    expect_holder(page)
    expect(page.get_by_text("Panes that were paired are paired no more")).to_be_visible()
    inspector.look("done", page)
    assert inspector.found == []
