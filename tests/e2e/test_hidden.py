"""Hidden copies: Tom reads, Maya never learns of it, and Ann sees both."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import (
    ACCOUNTS,
    NOTES,
    add_files,
    expect_text,
    hide_from_others,
    put,
    read_in_pane,
)
from tests.e2e.panes import sheets as sheets_in_pane
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    TOM,
    Profile,
    expect_open,
    expect_sent,
    letter_id,
    new_subject,
    open_pane,
    press_send,
    sign_in,
    write,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The partners meet on Thursday."


def test_a_hidden_reader_reads_and_the_others_see_nothing_of_him(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Between us")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA, BEN), subject=subject, text=TEXT)
    hide_from_others(pane, TOM)
    add_files(pane, NOTES, ACCOUNTS)
    pane.get_by_text("Who can read this:").click()
    readers = pane.get_by_role("list", name="Who can read this")
    expect(readers.get_by_role("listitem").filter(has_text=TOM)).to_contain_text(
        "hidden from the others"
    )
    press_send(pane)
    expect_sent(pane)
    letter = letter_id(pair, MAYA, subject)
    for address in (MAYA, BEN, TOM):
        assert TOM not in str(eventually(lambda who=address: pair.sandbox.inbox(who, subject)))

    maya = profile()
    heard = _listen(maya)
    page = sign_in(maya, MAYA, letter)
    expect_open(page, TEXT)
    expect(page.get_by_role("button", name="Save Notes.txt")).to_be_visible()
    page.get_by_role("button", name="Verify").click()
    # As a word: a random id may well spell his name.
    assert not re.search(r"\btom\b", page.content(), re.IGNORECASE)
    assert not [text for text in heard if "tom@" in text]
    expect(page.get_by_role("button", name="Reply all")).to_be_visible()

    page = sign_in(profile(), TOM, letter)
    expect_open(page, TEXT)
    expect(page.get_by_text("You are a hidden reader").first).to_be_visible()
    expect(page.get_by_role("button", name="Reply", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Reply all")).to_be_hidden()

    shown = read_in_pane(outlook, "Sent Items", subject)
    expect_text(sheets_in_pane(shown).first, TEXT)
    expect(shown.get_by_text(f"{TOM}, hidden from the others")).to_be_visible()


def test_outlooks_own_bcc_is_taken_and_emptied(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Outlook's Bcc")
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    # No news of it comes to the pane: only who asks learns that Ben is there.
    outlook.get_by_role("textbox", name="Bcc").fill(BEN)
    press_send(pane)
    expect_sent(pane)
    expect(outlook.get_by_role("textbox", name="Bcc")).to_have_value("")
    letter_id(pair, MAYA, subject)
    assert eventually(lambda: pair.sandbox.inbox(BEN, subject))
    shown = read_in_pane(profile().outlook(BEN), "Inbox", subject)
    expect_text(sheets_in_pane(shown).first, TEXT)
    expect(shown.get_by_text("You are a hidden reader").first).to_be_visible()
    expect(shown.get_by_role("button", name="Reply all")).to_be_hidden()


def test_who_stands_in_to_as_well_is_not_hidden(profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    hide_from_others(pane, TOM)
    put(outlook, "To", TOM)
    expect(pane.get_by_role("list", name="In To")).to_contain_text(TOM)
    expect(pane.get_by_role("list", name="In Bcc")).to_be_hidden()


def _listen(profile: Profile) -> list[str]:
    """All that the portal says to a person's browser."""
    heard: list[str] = []

    def listen(page: Page) -> None:
        page.on("response", lambda one: heard.append(_text(one)) if "/api/" in one.url else None)

    def _text(answer: object) -> str:
        body = answer.text()  # type: ignore[attr-defined]
        return re.sub(r"\s+", " ", str(body)).lower()

    profile.context.on("page", listen)
    return heard
