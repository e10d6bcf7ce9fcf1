"""The pane asks its person about notices that only she can settle."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    Profile,
    expect_sent,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]


def question(pane: FrameLocator, subject: str) -> Locator:
    """The line about one letter among those that need their person."""
    region = pane.get_by_role("region", name="Letters that need you")
    return region.get_by_role("listitem").filter(has_text=subject)


def test_a_notice_in_doubt_is_asked_about_and_sent_again_at_her_word(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("In doubt")
    pane = open_pane(profile().outlook(ANN))
    write(pane, to=(MAYA,), subject=subject, text="The invoice is wrong.")
    pair.sandbox.faults(graph={"status": 504, "times": 1, "path": "sendMail"})
    press_send(pane)
    asked = question(pane, subject)
    expect(asked).to_contain_text("Is it in your Sent Items?", timeout=PATIENCE_MS)
    expect(pane.get_by_role("status")).to_contain_text("Answer the question above")
    assert pair.sandbox.inbox(MAYA, subject) is None
    asked.get_by_role("button", name="Send it again").click()
    expect_sent(pane)
    expect(asked).to_have_count(0, timeout=PATIENCE_MS)
    assert eventually(lambda: pair.sandbox.inbox(MAYA, subject))


def test_a_pane_that_opens_later_asks_what_is_still_in_doubt(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("Asked later")
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text="The invoice is wrong.")
    pair.sandbox.faults(graph={"status": 504, "times": 1, "path": "sendMail", "accepted": True})
    press_send(pane)
    expect(question(pane, subject)).to_be_visible(timeout=PATIENCE_MS)
    outlook.close()
    later = open_pane(ann.outlook(ANN))
    asked = question(later, subject)
    expect(asked.get_by_role("button")).to_have_text(
        ["Yes, it is there", "Send it again"], timeout=PATIENCE_MS
    )
    asked.get_by_role("button", name="Yes, it is there").focus()
    later.owner.page.keyboard.press("Enter")
    expect(asked).to_have_count(0, timeout=PATIENCE_MS)
    expect(later.get_by_text(re.compile("^Thank you. It counts as sent"))).to_be_attached()
