"""The pane and Outlook's own window: what is in the one, and what becomes of it in the other."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import FrameLocator, Page, Route, expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    TOM,
    Profile,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    write,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The lease ends in March."
REFUSED: dict[str, Any] = {
    "status": 422,
    "content_type": "application/problem+json",
    "body": '{"type": "urn:letterlock:problem:statement-refused", "detail": "Not this time."}',
}
PASTE = """
(field, text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""


def test_nobody_gets_a_letter_who_left_outlook_while_a_try_failed(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Left meanwhile")
    ann = profile()
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    _put(outlook, "To", f"{MAYA}; {TOM}")
    expect(_in_to(pane)).to_contain_text(TOM)
    write(pane, to=(), subject=subject, text=TEXT)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    outlook.route("**/signature", hold, times=1)
    press_send(pane)
    expect(pane.get_by_role("status")).to_contain_text("Having it signed")
    _put(outlook, "To", MAYA)
    with ann.refusal(422):
        eventually(lambda: _waiting(outlook, held)).fulfill(**REFUSED)
        expect(pane.get_by_role("alert")).to_contain_text("Not this time.")
    expect(_in_to(pane)).not_to_contain_text(TOM)
    press_send(pane)
    expect_sent(pane)
    letter_id(pair, MAYA, subject)
    assert pair.sandbox.inbox(TOM, subject) is None


def test_a_send_asks_outlook_whom_its_fields_name(pair: Pair, profile: Profiles) -> None:
    subject = new_subject()
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    # No news of it comes to the pane: only who asks learns that he is there.
    outlook.get_by_role("textbox", name="Bcc").fill("mäya@client.example")
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("Nothing has gone out")
    expect(pane.get_by_text("“mäya@client.example” cannot take mail here")).to_be_visible()
    outlook.get_by_role("textbox", name="Bcc").fill(BEN)
    press_send(pane)
    expect_sent(pane)
    assert eventually(lambda: pair.sandbox.inbox(BEN, subject))


def test_a_group_stops_the_letter(profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=new_subject(), text=TEXT)
    # The stand-in's Outlook has no groups: here it takes everybody outside the firm for one.
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    frame.evaluate("Office.MailboxEnums.RecipientType.DistributionList = 'externalUser'")
    _put(outlook, "Cc", f"Tax team <{TOM}>")
    expect(pane.get_by_text("“Tax team” is a group.")).to_be_visible()
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("Nothing has gone out")
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)


def test_the_next_letter_sees_what_stands_in_outlook(profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=new_subject(), text=TEXT)
    press_send(pane)
    expect_sent(pane)
    expect(pane.get_by_text("This pane has emptied To")).to_be_visible()
    _put(outlook, "Bcc", BEN)
    pane.get_by_role("button", name="Write another").click()
    expect(pane.get_by_role("list", name="In Bcc")).to_contain_text(BEN)


def test_a_letter_that_went_leaves_nobody_in_outlooks_fields(profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    _put(outlook, "To", MAYA)
    _put(outlook, "Cc", TOM)
    _put(outlook, "Subject", new_subject())
    pane.get_by_role("textbox", name="Message").fill(TEXT)
    expect(pane.get_by_role("list", name="Cc")).to_contain_text(TOM)
    press_send(pane)
    expect_sent(pane)
    for field in ("To", "Cc", "Bcc", "Subject"):
        expect(outlook.get_by_role("textbox", name=field, exact=True)).to_have_value("")


def test_closing_the_window_keeps_what_was_typed_in_outlook(pair: Pair, profile: Profiles) -> None:
    own = f"Not in the letter {new_subject()}"
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    outlook.get_by_role("textbox", name="Message body").fill(own)
    write(pane, to=(MAYA,), subject=new_subject(), text=TEXT)
    press_send(pane)
    expect_sent(pane)
    expect(pane.get_by_text("own message is not in the letter")).to_be_visible()
    pane.get_by_role("button", name="Close this window").click()
    expect(outlook.get_by_role("textbox", name="Message body")).to_be_hidden()
    eventually(lambda: own in _drafts(pair) or None)


def test_closing_a_window_without_own_text_leaves_no_draft(pair: Pair, profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    before = _drafts(pair)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=new_subject(), text=TEXT)
    press_send(pane)
    expect_sent(pane)
    expect(pane.get_by_text("own message is not in the letter")).to_be_hidden()
    pane.get_by_role("button", name="Close this window").click()
    expect(outlook.get_by_role("textbox", name="Message body")).to_be_hidden()
    assert _drafts(pair) == before


def test_pressing_send_twice_sends_once(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Pressed twice")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    made: list[str] = []
    outlook.on("request", lambda one: made.append(one.url))
    expect(pane.get_by_role("button", name="Send securely")).to_be_enabled()
    pane.get_by_role("button", name="Send securely").evaluate("one => { one.click(); one.click() }")
    expect_sent(pane)
    letter_id(pair, MAYA, subject)
    assert [url.endswith("/send") for url in made].count(True) == 1
    assert [url.endswith("/messages") for url in made].count(True) == 1


def test_a_pasted_list_with_a_line_for_each_is_taken_whole(profile: Profiles) -> None:
    pane = open_pane(profile().outlook(ANN))
    field = pane.get_by_role("combobox", name="To")
    expect(field).to_be_editable()
    _paste(field, f"{MAYA}\r\nTom Birchall <{TOM}>\r\nnobody@\r\n")
    for address in (MAYA, TOM):
        expect(_in_to(pane)).to_contain_text(address)
    expect(field).to_have_value("nobody@")
    expect(pane.get_by_text("“nobody@” is not a whole address.")).to_be_visible()
    expect(pane.get_by_text("nobody was added")).to_have_count(0)


def test_too_many_readers_stay_in_the_field(profile: Profiles) -> None:
    pane = open_pane(profile().outlook(ANN))
    field = pane.get_by_role("combobox", name="To")
    expect(field).to_be_editable()
    everybody = [f"person-{n}@client.example" for n in range(200)]
    _paste(field, "\n".join(everybody))
    expect(pane.get_by_text("A letter has 200 readers at most")).to_be_visible()
    expect(field).to_have_value("; ".join(everybody))
    expect(_in_to(pane).get_by_role("listitem")).to_have_count(0)


def _put(outlook: Page, field: str, text: str) -> None:
    """Type into a field of Outlook's own, and leave it."""
    box = outlook.get_by_role("textbox", name=field, exact=True)
    box.fill(text)
    box.blur()


def _paste(field: Any, text: str) -> None:
    field.evaluate(PASTE, text)


def _in_to(pane: FrameLocator) -> Any:
    return pane.get_by_role("list", name="In To")


def _waiting(page: Page, held: list[Route]) -> Route | None:
    """The request that was caught; a glance at the page lets Playwright hear of it."""
    page.title()
    return held[0] if held else None


def _drafts(pair: Pair) -> str:
    """What stands in Ann's Drafts."""
    query = {"as": ANN, "folder": "drafts"}
    answer = requests.get(f"{pair.sandbox.url}/outlook/api/mailbox", params=query, timeout=5)
    return str([one["preview"] for one in answer.json()["messages"]])
