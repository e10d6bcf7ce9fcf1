"""What Ann does in the pane with a letter that has gone: who opened it, one more reader, recall."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import expect_text, read_in_pane, sheets
from tests.e2e.people import ANN, BEN, MAYA, TOM, Profile, new_subject, sign_in
from tests.e2e.test_pane_looks import looking
from tests.e2e.wire import post
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The kiln has paid for itself."


def row(pane: FrameLocator, who: str) -> Locator:
    """The line of one reader."""
    states = pane.get_by_role("list", name="How far each reader is")
    return states.get_by_role("listitem").filter(has_text=who)


def test_ann_sees_who_opened_it_adds_tom_and_recalls_it(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Gone too early")
    letter = post(pair, ANN, (MAYA, BEN), TEXT, subject=subject)
    maya = sign_in(profile(), MAYA, letter)
    outlook = profile(viewport={"width": 1280, "height": 1000}).outlook(ANN)
    pane = read_in_pane(outlook, "Sent", subject)
    with looking(outlook, "**/pane/read") as looks:
        expect(row(pane, MAYA)).to_contain_text("Opened, ")
        expect(row(pane, BEN)).to_contain_text("Told; somebody opened the link")
        looks.look("after sending")

        row(pane, BEN).get_by_role("button").click()
        expect(pane.get_by_text(f"The notice to {BEN} goes out once more")).to_be_visible()
        expect(row(pane, BEN)).to_contain_text("Notice on its way")

        pane.get_by_role("button", name="Add a reader").click()
        field = pane.get_by_role("textbox", name="Who else may read it? One address.")
        expect(field).to_be_focused()
        field.fill("Tom Birchall <tom@client")
        field.press("Enter")
        expect(pane.get_by_text("Type one whole address")).to_be_visible()
        looks.look("adding a reader")
        field.fill("Tom Birchall <tom@client.example>")
        field.press("Enter")
        expect(row(pane, "Tom Birchall")).to_contain_text("added later")
        expect_text(sheets(pane).first, TEXT)
        expect(pane.get_by_text(re.compile(f"^{TOM}, added by Ann Lee")).first).to_be_visible()
        assert eventually(lambda: pair.sandbox.inbox(TOM, subject))
        tom = sign_in(profile(), TOM, letter)
        expect(tom.get_by_text(re.compile("added by Ann Lee")).first).to_be_visible()

        pane.get_by_role("button", name="Recall", exact=True).click()
        expect(pane.get_by_text(f"{MAYA} opened it on")).to_be_visible()
        looks.look("before a recall")
        pane.get_by_role("checkbox", name="Tell the readers by mail").check()
        pane.get_by_role("button", name="Recall the letter").click()
        expect(pane.get_by_text("Ann Lee recalled this letter on").last).to_be_visible()
        expect(pane.get_by_role("button", name="Add a reader")).to_have_count(0)
        looks.look("recalled")
    assert looks.found == []
    assert eventually(lambda: pair.sandbox.inbox(MAYA, f"Recalled: {subject}"))
    maya.reload()
    expect(maya.get_by_role("heading", name="This letter was recalled")).to_be_visible()
    expect(maya.get_by_text("Ann Lee recalled this letter on")).to_be_visible()
    expect(maya.get_by_role("textbox")).to_have_count(0)
    notice = re.compile(rf"\d {re.escape(subject)}")  # and not the mail that tells of the recall
    ben = profile()
    with ben.refusal(410):
        beside = read_in_pane(ben.outlook(BEN), "Inbox", notice)
        expect(beside.get_by_text("Ann Lee recalled this letter on")).to_be_visible()
