"""Ann holds her own key: her panes get it by pairing, keep it or forget it, and do all they did before."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium
from tests.e2e.canary import find, new_word
from tests.e2e.own_key import become_self_held
from tests.e2e.own_pane import (
    PARTITIONED,
    become_holder,
    drafts_of,
    expect_asked,
    expect_here,
    fresh_pane,
    give_key,
    hold,
    pair_pane,
)
from tests.e2e.pair import Pair
from tests.e2e.panes import (
    NOTES,
    add_files,
    expect_text,
    hide_from_others,
    kept,
    read_in_pane,
    rows,
    sheets,
)
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    expect_open,
    expect_said,
    expect_sent,
    letter_id,
    new_subject,
    open_known,
    open_pane,
    pane_of,
    press_send,
    sheet_text,
    sign_in,
    write,
)
from tests.e2e.people import sheets as sheets_of
from tests.e2e.robbery import haul, rob
from tests.e2e.test_after_sending import row
from tests.e2e.test_people_and_record import begin as begin_filing
from tests.e2e.test_people_and_record import come
from tests.e2e.test_self_held import text_of as shown
from tests.e2e.wire import post, staff
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan is paid back."
BEFORE = new_subject("Of before")
END_TO_END = re.compile("end-to-end", re.IGNORECASE)
NO_STORAGE = "Object.defineProperty(window, 'indexedDB', {get() { throw new Error('closed') }})"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(PARTITIONED) as running:
        yield running


@pytest.fixture(scope="module")
def ann(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Ann's browser: she holds her key, is signed in at the portal, and one pane is paired."""
    made = Profile.open(browser, pair)
    post(pair, BEN, (ANN,), TEXT, subject=BEFORE)
    become_holder(made, ANN)
    outlook = made.outlook(ANN)
    pane = open_pane(outlook)
    expect_asked(pane)
    pair_pane(made, pane)
    outlook.close()
    yield made
    made.close()
    assert made.complaints == []


@pytest.fixture(scope="module")
def maya(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Maya's browser: she holds her key, and it is open there."""
    made = Profile.open(browser, pair)
    sign_in(made, MAYA, post(pair, BEN, (MAYA,), "Of before.")).close()
    become_self_held(made, MAYA)
    yield made
    made.close()
    assert made.complaints == []


def test_a_thief_of_everything_opens_no_letter_between_two_such_keys_and_opens_a_managed_senders(
    ann: Profile, maya: Profile, pair: Pair, profile: Profiles
) -> None:
    closed, open_one, enclosed = new_word(), new_word(), new_word()
    subject, managed = new_subject("Between two keys"), new_subject("Of a managed sender")
    outlook, pane = fresh_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=closed)
    add_files(pane, NOTES | {"buffer": enclosed.encode() * 20_000})
    expect(pane.locator("#level")).to_have_text("End-to-end")
    press_send(pane)
    expect_sent(pane)
    outlook.close()
    page = open_known(maya, letter_id(pair, MAYA, subject))
    expect_open(page, closed)
    expect(page.locator("[data-part=level]").first).to_have_text("End-to-end")
    page.close()

    outlook = profile().outlook(BEN)
    pane = open_pane(outlook)
    write(pane, to=(MAYA,), subject=managed, text=open_one)
    expect(pane.get_by_role("list", name="In To")).to_contain_text("Holds the only key")
    assert not END_TO_END.search(shown(pane))
    press_send(pane)
    expect_sent(pane)
    assert not END_TO_END.search(shown(pane))
    letter = letter_id(pair, MAYA, managed)
    page = open_known(maya, letter)
    expect_open(page, open_one)
    page.get_by_text("what does this mean").first.click()
    assert not END_TO_END.search(shown(page))
    page.close()
    pane = read_in_pane(outlook, "Sent", re.compile(re.escape(managed)))
    expect_text(sheets(pane).first, open_one)
    pane.get_by_text("what does this mean").first.click()
    assert not END_TO_END.search(shown(pane))
    desk: Any = staff(pair, BEN)
    listed = desk.call("GET", f"/messages/{letter}/thread").json["messages"]
    assert [one["level"] for one in listed] == ["managed"]
    assert not END_TO_END.search(str([pair.sandbox.inbox(one, managed) for one in (MAYA, BEN)]))

    thief = rob(pair)
    assert thief.read(open_one)
    assert (thief.read(closed), thief.read(enclosed)) == ([], [])
    lying = haul(pair)
    for word in (closed, open_one, enclosed):
        assert not [name for name, content in lying.items() if find(content, word)]


def test_a_paired_pane_sends_and_answers_end_to_end_and_opens_without_being_paired_again(
    ann: Profile, maya: Profile, pair: Pair
) -> None:
    subject = new_subject("The loan")
    outlook, pane = fresh_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    add_files(pane, NOTES)
    expect(pane.locator("#level")).to_have_text("End-to-end")
    expect(pane.locator("#level-own")).to_be_empty()
    expect(pane.get_by_text("Kept sealed to you; only your own key opens it.")).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    outlook.close()

    page = open_known(maya, letter_id(pair, MAYA, subject))
    expect_open(page, TEXT)
    expect(page.locator("[data-part=level]").first).to_have_text("End-to-end")
    expect(page.get_by_text("Signed by Ann Lee's device.").first).to_be_attached()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save Notes.txt").click()
    assert saved.value.path().read_bytes() == NOTES["buffer"]
    page.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_role("textbox", name="Your reply").fill("Thank you, Ann.")
    page.get_by_role("button", name="Send securely").click()
    expect_said(page, "Sealed and sent. Ann Lee can read it now.")
    page.close()

    outlook = ann.outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", re.compile(re.escape(subject)))
    expect_text(sheets(pane).last, "Thank you, Ann.")
    expect(pane.get_by_text("Signed by maya@client.example's device.").first).to_be_visible()
    expect(pane.locator("[data-part=level]").last).to_have_text("End-to-end")
    sheets(pane).first.get_by_role("heading").get_by_role("button").click()
    expect_text(sheets(pane).first, TEXT)
    expect(pane.get_by_text("Signed by your device.").first).to_be_visible()
    sheets(pane).last.get_by_role("button", name="Reply", exact=True).click()
    pane.get_by_role("textbox", name="Message").fill("Until Friday, Maya.")
    expect(pane.locator("#level")).to_have_text("End-to-end")
    press_send(pane)
    expect(sheets(pane)).to_have_count(3, timeout=PATIENCE_MS)
    outlook.close()


@pytest.mark.wide
def test_one_reader_whose_key_the_server_keeps_and_it_is_protected_with_a_hidden_copy_too(
    ann: Profile, maya: Profile, pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("To both")
    outlook, pane = fresh_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    expect(pane.locator("#level")).to_have_text("End-to-end")
    hide_from_others(pane, TOM)
    expect(pane.locator("#level")).to_have_text("Protected")
    press_send(pane)
    expect_sent(pane)
    outlook.close()
    letter = letter_id(pair, MAYA, subject)
    page = open_known(maya, letter)
    expect_open(page, TEXT)
    assert not END_TO_END.search(shown(page))
    page.close()
    tom = sign_in(profile(), TOM, letter)
    expect(sheet_text(sheets_of(tom).first)).to_contain_text(TEXT)


def test_a_letter_is_kept_for_her_key_alone_and_goes_on_with_its_files_in_another_window(
    ann: Profile, maya: Profile, pair: Pair
) -> None:
    subject = new_subject("Kept")
    outlook, pane = fresh_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    add_files(pane, NOTES)
    expect(rows(pane).first).to_contain_text("Text")
    expect(pane.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible()
    expect(pane.get_by_text("Kept sealed to you; only your own key opens it.")).to_be_visible()
    outlook.close()

    outlook, pane = fresh_pane(ann)
    expect(kept(pane)).to_have_count(1)
    pane.get_by_role("button", name=re.compile(f"^Continue: .*{subject}")).click()
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)
    expect(rows(pane)).to_have_count(1)
    expect(rows(pane).first).to_contain_text("Text")
    press_send(pane)
    expect_sent(pane)
    outlook.close()
    page = open_known(maya, letter_id(pair, MAYA, subject))
    expect_open(page, TEXT)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save Notes.txt").click()
    assert saved.value.path().read_bytes() == NOTES["buffer"]
    page.close()

    outlook, pane = fresh_pane(ann)
    eventually(lambda: drafts_of(pair) == [])
    outlook.close()


@pytest.mark.usefixtures("maya")
def test_a_reader_is_added_and_a_letter_recalled_and_a_mail_sealed_by_her_own_key(
    ann: Profile, pair: Pair
) -> None:
    subject, filed = new_subject("Too early"), new_subject("For the record")
    outlook, pane = fresh_pane(ann)
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    press_send(pane)
    expect_sent(pane)
    pane = read_in_pane(outlook, "Sent", re.compile(re.escape(subject)))
    expect(pane.locator("[data-part=level]").first).to_have_text("End-to-end")
    pane.get_by_role("button", name="Add a reader").click()
    field = pane.get_by_role("textbox", name="Who else may read it? One address.")
    field.fill(TOM)
    field.press("Enter")
    expect(row(pane, TOM)).to_contain_text("added later")
    expect(pane.locator("[data-part=level]").first).to_have_text("Protected")
    pane.get_by_role("button", name="Recall", exact=True).click()
    pane.get_by_role("button", name="Recall the letter").click()
    expect(pane.get_by_text("Ann Lee recalled this letter on").last).to_be_visible()

    come(pair, filed, "About the kiln.")
    outlook.get_by_role("button", name=re.compile("^Inbox")).click()
    pane = begin_filing(outlook, filed)
    pane.get_by_role("button", name="Seal it").click()
    expect(pane.get_by_text("Sealed into the record.")).to_be_visible()
    pane.get_by_role("button", name="Open it").click()
    expect_text(sheets(pane).first, "About the kiln.")
    expect(pane.get_by_text("Signed by your device.").first).to_be_visible()
    outlook.close()


@pytest.mark.wide
@pytest.mark.usefixtures("maya")
def test_a_document_goes_from_word_by_her_own_key(ann: Profile, pair: Pair) -> None:
    subject = new_subject("A document")
    word = ann.context.new_page()
    word.goto(f"{pair.sandbox.url}/word?as={ANN}")
    word.get_by_role("button", name="Letterlock").click()
    pane = pane_of(word)
    expect_here(pane)
    pane.get_by_role("button", name="This document").click()
    expect(pane.get_by_text("The document is in the letter")).to_be_visible()
    write(pane, to=(MAYA,), subject=subject, text=TEXT)
    expect(pane.locator("#level")).to_have_text("End-to-end")
    press_send(pane)
    expect_sent(pane)
    word.close()


def test_what_is_forgotten_is_asked_for_when_it_is_needed_and_then_she_goes_on(
    ann: Profile, pair: Pair
) -> None:
    subject = new_subject("Forgotten")
    outlook, pane = fresh_pane(ann)
    pane.get_by_text("Your key is in this pane").click()
    expect(pane.get_by_text(re.compile(f"^{ANN}. Paired "))).to_be_visible()
    pane.get_by_role("button", name="Forget my key here").click()
    heading = "This pane has forgotten your key"
    expect_asked(pane, heading)
    write(pane, to=(BEN,), subject=subject, text=TEXT)
    expect(pane.get_by_text("Not saved yet: your key is not here.")).to_be_visible()
    press_send(pane)
    expect(pane.get_by_role("heading", name=heading)).to_be_focused()
    assert drafts_of(pair) == []
    pair_pane(ann, pane)
    expect(pane.get_by_role("button", name="Send securely")).to_be_focused()
    expect(pane.get_by_text(re.compile(r"^Saved \d\d:\d\d"))).to_be_visible()
    press_send(pane)
    expect_sent(pane)
    outlook.close()


def test_a_pane_that_was_removed_at_the_portal_opens_nothing_before_it_is_paired_anew(
    ann: Profile, pair: Pair
) -> None:
    outlook = ann.outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", re.compile(re.escape(BEFORE)))
    expect_text(sheets(pane).first, TEXT)  # by the key that the server kept then
    outlook.close()

    page = ann.context.new_page()
    page.goto(f"{pair.url}/staff/key")
    page.get_by_role("button", name=re.compile("^Remove Outlook on the web")).first.click()
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("Outlook on the web is removed.").last).to_be_visible()
    page.close()

    outlook = ann.outlook(ANN)
    with ann.refusal(404):
        pane = read_in_pane(outlook, "Inbox", re.compile(re.escape(BEFORE)))
        expect_asked(pane, "This pane was removed")
        expect(
            pane.get_by_text("sealed to a key of your own, which is not open").last
        ).to_be_visible()
    pair_pane(ann, pane)
    expect_text(sheets(pane).first, TEXT)
    outlook.close()


def test_where_nothing_can_be_kept_it_says_so_and_asks_again_and_a_refusal_ends_the_pairing(
    ann: Profile, pair: Pair
) -> None:
    outlook = ann.context.new_page()
    outlook.add_init_script(NO_STORAGE)
    outlook.goto(f"{pair.sandbox.url}/outlook?as={ANN}")
    pane = open_pane(outlook)
    expect_asked(pane)
    expect(pane.get_by_text("forgets your key when it closes and asks again")).to_be_visible()
    pane.get_by_role("button", name="Pair this pane").click()
    with ann.context.expect_page() as opened:
        pane.get_by_role("link", name="Open the page").click()
    opened.value.get_by_role("button", name="No, that was not me").first.click()
    with ann.refusal(404):
        expect(pane.get_by_text("This pairing has ended")).to_be_visible()
    opened.value.close()
    pane.get_by_role("button", name="New characters").click()
    expect(pane.locator("#own-code")).to_have_text(re.compile(r"^[A-Z2-9]{4}-[A-Z2-9]{4}$"))
    with ann.context.expect_page() as opened:
        pane.get_by_role("link", name="Open the page").click()
    give_key(opened.value, pane.locator("#own-code").inner_text())
    opened.value.close()
    expect_here(pane)
    pane.get_by_text("Your key is in this pane").click()
    expect(pane.locator("#own-since")).to_contain_text("the pane forgets your key when it closes")
    outlook.reload()
    expect_asked(open_pane(outlook))
    outlook.close()


def test_a_key_that_was_replaced_meanwhile_sends_nothing_and_says_so(
    ann: Profile, pair: Pair
) -> None:
    """The last one: Ann has another key then."""
    outlook, pane = fresh_pane(ann)
    hold(pair, ANN)
    write(pane, to=(TOM,), subject=new_subject("Replaced"), text=TEXT)
    with ann.refusal(409):
        press_send(pane)
        expect_asked(pane, "Your key has changed")
    expect(pane.locator("#problem")).to_contain_text("nothing has gone out")
    expect(pane.get_by_role("textbox", name="Message")).to_have_text(TEXT)
    outlook.close()
    outlook = ann.outlook(ANN)
    with ann.refusal(404):
        expect_asked(open_pane(outlook), "Your key has changed")
    outlook.close()
