"""Every page as somebody sees it on a small screen, in the dark, or not at all."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    ask_code,
    enter_code,
    expect_open,
    expect_said,
    expect_sent,
    follow_notice,
    mail,
    new_subject,
    open_pane,
    press_send,
    send,
    try_code,
    write,
)

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "Figures https://hart.example/a/very/long/address/that/does/not/break/anywhere/at/all/2026"


def test_the_pane_is_accessible_at_320_px(pair: Pair, profile: Profiles) -> None:
    inspector = Inspector((1280, 320))
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    frame = _frame(outlook, "**/pane/compose")
    assert frame.evaluate("innerWidth") == 320
    inspector.look("pane, empty", outlook, frame)
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("add somebody in To")
    inspector.look("pane, stopped", outlook, frame)
    long = f"{'a-person-with-a-long-address-' * 2}@client.example"
    write(pane, to=(MAYA, long), subject=new_subject(), text=TEXT)
    expect(pane.get_by_role("list", name="In To")).to_contain_text("Protected")
    pane.get_by_text("Who can read this:").click()
    inspector.look("pane, written", outlook, frame)
    pane.get_by_role("button", name=f"Remove {long}").click()
    press_send(pane)
    expect_sent(pane)
    inspector.look("pane, sent", outlook, frame)
    assert inspector.found == []


def test_the_readers_page_is_accessible_at_320_and_390_px(pair: Pair, profile: Profiles) -> None:
    inspector = Inspector((320, 390))
    maya = profile()
    page = maya.link(send(profile(), (MAYA,), TEXT))
    expect(page.get_by_role("button", name="Email me a code")).to_be_enabled()
    inspector.look("who are you", page)
    page.get_by_role("radio", name="Another address").check()
    page.get_by_role("button", name="Email me a code").click()
    expect_said(page, "Type the address that our mail came to.")
    inspector.look("another address", page)
    page.get_by_role("radio", name="m···@client.example").check()
    code = ask_code(page, pair, MAYA)
    inspector.look("code", page)
    with maya.refusal(403):
        try_code(page, "AAAA-AAAA")
        expect_said(page, "4 tries left")
    inspector.look("wrong code", page)
    enter_code(page, code)
    expect_open(page, TEXT)
    inspector.look("opened", page)
    inspector.look("message", _message_alone(maya, page), part=True)
    page.get_by_role("button", name="Close the letter").click()
    expect_said(page, "You have closed the letter.")
    inspector.look("closed", page)
    assert inspector.found == []


@pytest.mark.parametrize(
    ("path", "heading", "status"),
    [
        ("/", "Letters from Hart & Co", 200),
        ("/mails", "Mails we send", 200),
        (f"/m/{'A' * 22}", "There is no letter here for you", 404),
        ("/nothing/here", "There is no letter here for you", 404),
    ],
)
def test_the_portals_other_pages_are_accessible(
    pair: Pair, profile: Profiles, path: str, heading: str, status: int
) -> None:
    inspector = Inspector((320, 1280))
    visitor = profile()
    page = visitor.context.new_page()
    with visitor.refusal(status):
        page.goto(f"{pair.url}{path}")
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()
    inspector.look(path, page)
    assert inspector.found == []


def test_the_sandboxs_pages_are_accessible(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("A notice to look at")
    send(profile(), (MAYA,), TEXT, subject)
    inspector = Inspector((320, 1280))
    maya = profile()
    page = maya.context.new_page()
    page.goto(pair.sandbox.url)
    expect(page.get_by_role("link", name=re.compile("Maya"))).to_be_visible()
    inspector.look("sandbox", page)
    mailbox = maya.outlook(MAYA)
    mail(mailbox, subject).wait_for()
    inspector.look("mailbox", mailbox)
    follow_notice(maya, mailbox, subject)
    inspector.look("mail", mailbox)
    ann = profile().outlook(ANN)
    ann.get_by_role("button", name="New message").click()
    inspector.look("new message", ann)
    assert inspector.found == []


def test_the_addin_host_says_what_it_is(pair: Pair, profile: Profiles) -> None:
    inspector = Inspector((320,))
    page = profile().context.new_page()
    page.goto(pair.url.replace("localhost", "127.0.0.1"))
    expect(page.get_by_text("This address serves the Letterlock pane")).to_be_visible()
    inspector.look("add-in host", page)
    page.goto(f"{pair.url.replace('localhost', '127.0.0.1')}/pane/compose")
    expect(page.get_by_text("This page works inside Outlook.")).to_be_visible()
    inspector.look("pane in a plain tab", page)
    assert inspector.found == []


def test_what_the_policy_refuses_does_not_go_unnoticed(profile: Profiles, pair: Pair) -> None:
    visitor = profile()
    page = visitor.context.new_page()
    page.goto(pair.url)
    with page.expect_console_message(lambda line: line.text.startswith("policy: img-src")):
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://[::1]:1/'}))")
    assert any(line.startswith("policy: img-src") for line in visitor.complaints)
    visitor.complaints.clear()


def _message_alone(reader: Profile, page: Page) -> Page:
    """The message's document in a tab of its own: no script, so no axe, runs in its frame."""
    body = _frame(page, "**/frame").locator("body").inner_html()
    alone = reader.context.new_page()
    alone.goto(f"{reader.pair.url}/frame")
    alone.evaluate("html => { document.body.innerHTML = html }", body)
    return alone


def _frame(page: Page, url: str) -> Frame:
    found = page.frame(url=url)
    assert found is not None
    return found
