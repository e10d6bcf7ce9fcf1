"""Letters that wait for a reader's key: chosen in the pane, given there or by one click at the portal, ended."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect

from server.base.database import Database
from tests.browser import NOT_IN_TESTS, chromium
from tests.e2e.own_key import become_self_held, sign_in_unseen
from tests.e2e.own_pane import become_holder, expect_asked, expect_here, pair_pane
from tests.e2e.pair import Pair
from tests.e2e.panes import hide_from_others, kept, read_in_pane, sheets
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_open,
    expect_sent,
    letter_id,
    new_subject,
    open_known,
    open_pane,
    press_send,
    write,
)

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan is paid back."
# As browsers are: what a frame of another site stores lies apart, and is there.
PARTITIONED = ",".join(one for one in NOT_IN_TESTS if one != "ThirdPartyStoragePartitioning")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--disable-features={PARTITIONED}") as running:
        yield running


@pytest.fixture(scope="module")
def ann(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Ann's browser: she holds her key, is signed in at the portal, and one pane is paired."""
    made = Profile.open(browser, pair)
    become_holder(made, ANN)
    outlook = made.outlook(ANN)
    pane = open_pane(outlook)
    expect_asked(pane)
    pair_pane(made, pane)
    outlook.close()
    yield made
    complaints = made.complaints
    made.close()
    assert complaints == []


def switch(pane: FrameLocator) -> Locator:
    return pane.get_by_role("switch", name="End-to-end")


def waiting(pane: FrameLocator) -> Locator:
    """The rows of "Letters that wait"."""
    return pane.get_by_role("list", name="Letters that wait").get_by_role("listitem")


def begin(ann: Profile, to: str, subject: str) -> tuple[Page, FrameLocator]:
    """A pane with a letter that is to wait."""
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    expect_here(pane)
    write(pane, to=(to,), subject=subject, text=TEXT)
    expect(pane.locator("#level")).to_have_text("Protected")
    switch(pane).check()
    expect(pane.locator("#level")).to_have_text("End-to-end")
    return outlook, pane


def send(ann: Profile, to: str, subject: str) -> tuple[Page, FrameLocator]:
    outlook, pane = begin(ann, to, subject)
    press_send(pane)
    expect_sent(pane)
    return outlook, pane


def test_it_is_chosen_in_the_pane_waits_and_is_given_by_the_pane_when_the_key_is_there(
    ann: Profile, pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Waits")
    outlook, pane = begin(ann, MAYA, subject)
    chip = pane.get_by_role("list", name="In To").get_by_role("listitem")
    expect(chip).to_contain_text("waits for their key")
    expect(pane.get_by_text("has no key yet. When it appears, your pane adds them")).to_be_visible()
    switch(pane).uncheck()
    expect(pane.locator("#level")).to_have_text("Protected")
    expect(chip).to_contain_text("Protected")
    switch(pane).check()
    press_send(pane)
    expect_sent(pane)
    expect(pane.locator("#waits-for")).to_contain_text("has no key yet, so the letter waits")
    expect(waiting(pane)).to_have_count(1)
    expect(waiting(pane)).to_contain_text("has no key yet")
    letter = letter_id(pair, MAYA, subject)

    maya = profile()
    sign_in_unseen(maya, MAYA, letter)
    become_self_held(maya, MAYA)
    expect(pane.locator("#waiting-said")).to_contain_text("can read your letter of")
    expect(waiting(pane)).to_have_count(0)
    outlook.close()
    page = open_known(maya, letter)
    expect_open(page, TEXT)
    expect(page.locator("[data-part=level]").first).to_have_text("End-to-end")
    page.close()
