"""The canary over take-over, Word and Excel: where a text remains, and that the pane says so there."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e import places
from tests.e2e.canary import new_word
from tests.e2e.pair import Pair
from tests.e2e.panes import rows
from tests.e2e.people import MAYA, Profile, expect_sent, letter_id, new_subject, press_send, write
from tests.e2e.places import BROWSERS, ON_DISK, PRIVATE, SANDBOX
from tests.e2e.test_documents import open_document, press
from tests.e2e.test_take_over import begin, folder, left, take, tenant
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
HELD = "recoverableitemsversions"
SEEN = ("drafts", "deleteditems", "sentitems", "inbox")


def found(pair: Pair, profile: Profile, *words: str) -> dict[str, Any]:
    """In which of all places on disk and in the browser each word is now."""
    where = places.on_disk(pair.data, pair.log) | places.in_browsers(ann=profile.context)
    assert set(where) == {*ON_DISK, BROWSERS, PRIVATE}
    return {word: set(kinds) for word, kinds in places.search_all(where, words).items()}


def held_by_outlook(pair: Pair, word: str, *folders: str) -> list[str]:
    """The folders of Ann's mailbox in which something says a word."""
    return [one for one in folders if any(word in str(item) for item in folder(pair, one))]


def _is_second(draft: dict[str, Any], word: str) -> bool:
    """Whether Outlook has stored what was typed after the first time."""
    return word in draft["text"] and "So" in draft["text"]


@pytest.mark.parametrize("hold", [False, True], ids=["no hold", "hold"])
def test_of_a_message_that_was_taken_over_only_what_the_pane_names_remains(
    pair: Pair, profile: Profiles, *, hold: bool
) -> None:
    ann, subject, word = profile(), new_subject("Canary"), new_word()
    tenant(pair, held=["ann@hart.example"] if hold else None)
    try:
        outlook, pane = begin(ann, subject, f"Dear Maya, {word}.")
        outlook.get_by_role("textbox", name="Message body").press_sequentially("So ")
        eventually(lambda: [one for one in folder(pair, "drafts") if _is_second(one, word)])
        take(pane)
        expect(pane.get_by_text("It stands in this letter now.")).to_be_visible()
        press_send(pane)
        expect_sent(pane)
        expect(left(pane)).to_contain_text("Recoverable Items may keep what Outlook stored before")
        if hold:
            expect(left(pane)).to_contain_text("keeps earlier versions")
    finally:
        tenant(pair, held=None)
    assert letter_id(pair, MAYA, subject)
    assert held_by_outlook(pair, word, *SEEN) == []
    assert bool(held_by_outlook(pair, word, HELD)) is hold
    # The sandbox's file may hold what was overwritten, as a server's disk does: ours holds none.
    assert found(pair, ann, word)[word] <= {SANDBOX}


@pytest.mark.parametrize("app", ["Word", "Excel"])
def test_what_a_document_says_is_nowhere_and_the_search_finds_the_public_subject(
    pair: Pair, profile: Profiles, app: str
) -> None:
    ann, subject, word, note = profile(), new_subject("Canary"), new_word(), new_word()
    window, pane = open_document(ann, app)
    document = window.get_by_role("textbox", name="Document")
    document.evaluate("(node, word) => { (node.querySelector('td') ?? node).append(word) }", word)
    write(pane, to=(MAYA,), subject=subject, text=f"Dear Maya, {note}")
    press(pane, "This document")
    expect(rows(pane)).to_contain_text("Accounts 2026")
    document.evaluate("node => getSelection().selectAllChildren(node)")
    press(pane, "The selection")
    expect(pane.get_by_role("textbox", name="Message")).to_contain_text(word)
    press_send(pane)
    expect_sent(pane)
    assert letter_id(pair, MAYA, subject)
    seen = found(pair, ann, word, note, subject)
    assert seen == {word: set(), note: set(), subject: {SANDBOX}}
