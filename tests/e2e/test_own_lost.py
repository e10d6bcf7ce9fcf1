"""Somebody has lost everything that opens her key: what she reads, her new key, and a letter sealed for it again."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import Inspector
from tests.e2e.own_key import PASSWORD, become_self_held, enrol
from tests.e2e.pair import Pair
from tests.e2e.panes import read_in_pane
from tests.e2e.people import (
    ANN,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_closed,
    expect_open,
    new_subject,
    press_open,
    sign_in,
)
from tests.e2e.test_own_reading import close_letter, with_code
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]


def test_a_new_key_in_place_of_a_lost_one_and_the_letter_sealed_for_it_again(
    pair: Pair, profile: Profiles
) -> None:
    inspector = Inspector((320, 1280))
    home = profile()
    sign_in(home, TOM, post(pair, ANN, (TOM,), "Of before.")).close()
    become_self_held(home, TOM)
    subject = new_subject("The lease")
    letter = post(pair, ANN, (TOM,), "Ten years.", subject=subject)

    away = profile()
    page = away.link(letter)
    with_code(page, pair, TOM)
    page.get_by_role("button", name="I have none of these any more").click()
    page.get_by_role("link", name="What that means").click()
    expect(page.get_by_role("heading", name="Give up your lost key")).to_be_visible()
    inspector.look("give up", page)
    page.get_by_role("button", name="Make a new key").click()
    expect(page.get_by_text("Tick the box first.").last).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("I have looked everywhere")).check()
    page.get_by_role("button", name="Make a new key").click()
    expect(page.get_by_role("heading", name="Your new key", exact=True)).to_be_visible()
    inspector.look("new key", page)
    enrol(page, away, TOM, password=f"{PASSWORD} again")
    expect(page.get_by_text("Those from before stay closed")).to_be_visible()
    expect(page.get_by_text("old and new, open with your key")).to_be_hidden()

    page.goto(f"{pair.url}/m/{letter}")
    page.get_by_role("button", name="Open message").click()
    heading = "This letter is sealed to a key you no longer have"
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=PATIENCE_MS)
    expect_closed(page, "Ten years.")
    inspector.look("given up", page)

    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Sent", re.compile(re.escape(subject)))
    expect(pane.get_by_text("Ask by telephone whether it really was")).to_be_visible(
        timeout=PATIENCE_MS
    )
    frame = outlook.frame(url="**/pane/read")
    assert frame is not None
    inspector.look("pane", outlook, frame)
    pane.get_by_role("button", name=re.compile("^Seal it again for")).click()
    readers = pane.get_by_role("list", name="Who can read this")
    expect(readers.get_by_text("Holds the only key").nth(1)).to_be_visible(timeout=PATIENCE_MS)
    expect(pane.get_by_role("button", name=re.compile("^Seal it again for"))).to_be_hidden()

    page.reload()
    press_open(page)
    expect_open(page, "Ten years.")
    close_letter(page)
    assert inspector.found == []
