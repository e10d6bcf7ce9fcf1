"""The main job, in a real browser: Ann writes in Outlook, Maya reads in hers."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    CODE,
    MAYA,
    TOM,
    Profile,
    ask_code,
    codes,
    enter_code,
    expect_open,
    expect_sent,
    follow_notice,
    mail,
    mail_text,
    new_subject,
    open_pane,
    pane_of,
    press_send,
    write,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
Role = Literal["button", "combobox", "link", "textbox"]
MOST_STOPS = 40
GLANCE_MS = 60
TEXT = "Dear Maya, the kiln has paid for itself."


def test_a_letter_is_written_in_outlook_and_read_at_the_portal(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject()
    ann = profile().outlook(ANN)
    pane = open_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    press_send(pane)
    expect_sent(pane)
    _only_the_notice_is_in_sent_items(ann, subject)

    maya = profile()
    mailbox = maya.outlook(MAYA)
    page = follow_notice(maya, mailbox, subject)
    who = page.get_by_role("radiogroup", name="Who are you?")
    expect(who.get_by_role("radio", name="m···@client.example")).to_be_checked()
    expect(who.get_by_role("radio", name="Another address")).not_to_be_checked()
    known = codes(pair, MAYA)
    page.get_by_role("button", name="Email me a code").click()
    code = _code_in(mailbox, pair, known)
    page.get_by_role("textbox", name="Code").press_sequentially(code.replace("-", "").lower())
    expect(page.get_by_role("textbox", name="Code")).to_have_value(code)
    page.get_by_role("button", name="Open message").click()
    expect_open(page, TEXT)
    expect(page.get_by_role("heading", name=subject)).to_be_visible()
    readers = page.get_by_role("list", name="Who can read this")
    expect(readers).to_contain_text(MAYA)
    expect(readers).to_contain_text("Ann Lee")


def test_the_story_needs_no_mouse(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("By keys")
    ann = profile().outlook(ANN)
    _press(ann, ann, "button", "New message")
    expect(ann.get_by_role("textbox", name="To", exact=True)).to_be_focused()
    _press(ann, ann, "button", "Letterlock", key="Shift+Tab")
    pane = pane_of(ann)
    _reach(ann, pane, "combobox", "To")
    ann.keyboard.type(f"{MAYA}\n")
    _reach(ann, pane, "textbox", "Subject")
    ann.keyboard.type(subject)
    _reach(ann, pane, "textbox", "Message")
    ann.keyboard.type(TEXT)
    _press(ann, pane, "button", "Send securely")
    expect_sent(pane)

    maya = profile()
    mailbox = maya.outlook(MAYA)
    mail(mailbox, subject).wait_for()
    _press(mailbox, mailbox, "button", subject)
    body = mailbox.frame_locator('iframe[title="Message body"]')
    with maya.context.expect_page() as opened:
        _press(mailbox, body, "link", "Read it at")
    page = opened.value
    known = codes(pair, MAYA)
    _press(page, page, "button", "Email me a code")
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    page.keyboard.type(eventually(lambda: next(iter(codes(pair, MAYA) - known), None)))
    page.keyboard.press("Enter")
    expect_open(page, TEXT)
    expect(page.get_by_role("heading", name=subject)).to_be_focused()


def test_a_browser_that_is_known_opens_the_next_letter_without_a_code(
    pair: Pair, profile: Profiles
) -> None:
    first, second = new_subject("First"), new_subject("Second")
    ann = profile().outlook(ANN)
    pane = open_pane(ann)
    write(pane, to=(TOM,), subject=first, text="The first letter.")
    press_send(pane)
    expect_sent(pane)
    pane.get_by_role("button", name="Write another").click()
    write(pane, to=(TOM,), subject=second, text="The second letter.")
    press_send(pane)
    expect_sent(pane)

    tom = profile()
    mailbox = tom.outlook(TOM)
    page = follow_notice(tom, mailbox, first)
    code = ask_code(page, pair, TOM)
    enter_code(page, code)
    expect_open(page, "The first letter.")
    known = codes(pair, TOM)
    again = follow_notice(tom, mailbox, second)
    expect(again.get_by_text("This browser is signed in as tom@client.example.")).to_be_visible()
    expect(again.get_by_role("button", name="Email me a code")).to_be_hidden()
    again.get_by_role("button", name="Open message").click()
    expect_open(again, "The second letter.")
    assert codes(pair, TOM) == known


def _only_the_notice_is_in_sent_items(outlook: Page, subject: str) -> None:
    outlook.get_by_role("button", name="Sent Items").click()
    mail(outlook, subject).click()
    notice = mail_text(outlook)
    expect(notice).to_contain_text("Ann Lee has written to you")
    expect(notice).not_to_contain_text("kiln")
    for fold in ("Text of this message", "Internet headers"):
        outlook.get_by_text(fold).click()
    expect(outlook.get_by_role("article")).to_contain_text("x-letterlock-delivery")
    expect(outlook.get_by_role("article")).not_to_contain_text("kiln")


def _code_in(mailbox: Page, pair: Pair, known: set[str]) -> str:
    """The code as Maya finds it: in the subject of the newest mail, and once more in its text."""
    eventually(lambda: codes(pair, MAYA) - known)
    fresh = next(iter(codes(pair, MAYA) - known))
    line = mail(mailbox, re.compile(f"Code {fresh}"))
    line.click()
    expect(mail_text(mailbox)).to_contain_text(fresh)
    found = CODE.search(line.inner_text())
    assert found is not None
    return found[1]


def _reach(page: Page, place: Page | FrameLocator, role: Role, name: str, key: str = "Tab") -> None:
    """Press Tab until the control has focus, as somebody without a mouse does."""
    control = place.get_by_role(role, name=name).first
    control.wait_for()
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        if _has_focus(control):
            return
    raise AssertionError(f"{key} does not reach {role} {name}")


def _has_focus(control: Locator) -> bool:
    try:
        expect(control).to_be_focused(timeout=GLANCE_MS)
    except AssertionError:
        return False
    return True


def _press(page: Page, place: Page | FrameLocator, role: Role, name: str, key: str = "Tab") -> None:
    _reach(page, place, role, name, key)
    page.keyboard.press("Enter")
