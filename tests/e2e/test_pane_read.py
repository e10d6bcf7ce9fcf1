"""The pane beside a notice: the letters of the thread, their files, answers, and a copy."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import (
    ACCOUNTS,
    NOTES,
    add_files,
    expect_kept,
    expect_text,
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
    expect_said,
    new_subject,
    press_send,
    sign_in,
)
from tests.e2e.wire import Enclosed, post, read, staff
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The kiln has paid for itself."
FILES = {"Notes.txt": Enclosed(b"The loan was 2,000.\n" * 9, "text/plain")}


def test_a_letter_is_read_beside_its_notice_with_files_and_checks(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("Beside its notice")
    post(pair, BEN, (ANN, MAYA), TEXT, subject=subject, files=FILES)
    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", subject)
    expect_text(sheets(pane).first, TEXT)
    expect(pane.get_by_role("heading", name=subject)).to_be_visible()
    with outlook.expect_download() as saved:
        pane.get_by_role("button", name="Save Notes.txt").click()
    assert saved.value.suggested_filename == "Notes.txt"
    assert Path(saved.value.path()).read_bytes() == FILES["Notes.txt"].content
    pane.get_by_role("button", name="Verify").click()
    expect(pane.get_by_text("Ben Carey (ben@hart.example) wrote this letter").last).to_be_visible()
    with outlook.expect_download() as copied:
        pane.get_by_role("button", name="Keep a copy").click()
    names = zipfile.ZipFile(io.BytesIO(Path(copied.value.path()).read_bytes())).namelist()
    assert any(name.endswith("/file-1.age") for name in names)
    expect(pane.get_by_text("Your copy of 1 letter is made")).to_be_visible()


def test_an_answer_of_maya_stands_in_the_thread_and_ann_answers_it(
    pair: Pair, profile: Profiles
) -> None:
    subject = new_subject("A thread")
    first = post(pair, ANN, (MAYA,), TEXT, subject=subject)
    page = sign_in(profile(), MAYA, first)
    page.get_by_role("button", name="Reply", exact=True).click()
    page.get_by_role("textbox", name="Your reply").fill("Then we buy a second one.")
    page.get_by_role("button", name="Send securely").click()
    expect_said(page, "Sealed and sent.")
    notice = eventually(lambda: pair.sandbox.inbox(ANN, f"Re: {subject}"))
    assert notice["from"]["address"] == "portal@hart.example"

    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", f"Re: {subject}")
    expect(sheets(pane)).to_have_count(2)
    expect_text(sheets(pane).nth(1), "Then we buy a second one.")
    expect(sheets(pane).nth(0).locator("iframe")).to_be_hidden()
    sheets(pane).nth(0).get_by_role("button").first.click()
    expect_text(sheets(pane).nth(0), TEXT)

    sheets(pane).nth(1).get_by_role("button", name="Reply", exact=True).click()
    expect(pane.get_by_role("heading", name=f"Reply to {MAYA}")).to_be_visible()
    pane.get_by_role("button", name="Quote the letter").click()
    field = pane.get_by_role("textbox", name="Message")
    expect(field.locator("blockquote")).to_contain_text("Then we buy a second one.")
    field.press_sequentially("Agreed.")
    pane.get_by_role("textbox", name="Subject").fill(f"{subject}, continued")
    add_files(pane, ACCOUNTS)
    expect(rows(pane)).to_contain_text("PDF, ")
    press_send(pane)
    expect(
        pane.get_by_text("Sent. The notice to maya@client.example is on its way.")
    ).to_be_visible(timeout=PATIENCE_MS)
    expect(sheets(pane)).to_have_count(3)
    sheets(pane).nth(2).get_by_role("button").first.click()
    expect_text(sheets(pane).nth(2), "Agreed.")
    expect(sheets(pane).nth(2).get_by_role("button", name="Save Accounts 2026.pdf")).to_be_visible()
    answer = eventually(lambda: pair.sandbox.inbox(MAYA, f"{subject}, continued"))
    opened = read(staff(pair, ANN), _letter_in(pair, answer["html"]))
    assert opened.readers == {ANN: "sender", MAYA: "to"}
    assert len(opened.parents) == 1
    assert "> Then we buy a second one." in opened.body["text"]


def test_reply_all_reaches_all_and_can_be_narrowed(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("For all")
    post(pair, BEN, (ANN, MAYA, TOM), TEXT, subject=subject)
    pane = read_in_pane(profile().outlook(ANN), "Inbox", subject)
    pane.get_by_role("button", name="Reply all").click()
    readers = pane.get_by_role("list", name="Who can read your reply")
    pane.get_by_text("Who can read this:").click()
    for address in (BEN, MAYA, TOM):
        expect(readers).to_contain_text(address)
    pane.get_by_role("button", name="Reply to the sender only").click()
    expect(readers).not_to_contain_text(TOM)
    expect(readers).to_contain_text(BEN)
    pane.get_by_role("button", name="Throw away").click()
    expect(pane.get_by_role("textbox", name="Message")).to_be_hidden()


def test_a_reply_that_was_begun_comes_back_under_its_letter(pair: Pair, profile: Profiles) -> None:
    subject, other = new_subject("Begun"), new_subject("Another mail")
    post(pair, BEN, (ANN,), TEXT, subject=subject)
    post(pair, BEN, (ANN,), "Something else.", subject=other)
    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", subject)
    pane.get_by_role("button", name="Reply", exact=True).click()
    pane.get_by_role("textbox", name="Message").fill("I shall see to it.")
    add_files(pane, NOTES)
    expect_kept(pane)
    # The pane stays beside the next mail, as if pinned.
    read_in_pane(outlook, "Inbox", other)
    expect_text(sheets(pane).first, "Something else.")
    expect(pane.get_by_role("textbox", name="Message")).to_be_hidden()
    read_in_pane(outlook, "Inbox", subject)
    _expect_begun(pane)
    elsewhere = read_in_pane(profile().outlook(ANN), "Inbox", subject)
    _expect_begun(elsewhere)
    press_send(elsewhere)
    expect(elsewhere.get_by_text("Sent. Ben's notice is on its way.")).to_be_visible(
        timeout=PATIENCE_MS
    )
    answer = eventually(lambda: pair.sandbox.inbox(BEN, f"Re: {subject}"))
    assert read(staff(pair, BEN), _letter_in(pair, answer["html"])).files == {
        "Notes.txt": NOTES["buffer"]
    }


def test_a_failed_answer_says_so_and_goes_at_the_next_press(
    pair: Pair, profile: Profiles, mended: None
) -> None:
    subject = new_subject("Blocked")
    post(pair, BEN, (ANN,), TEXT, subject=subject)
    ann = profile()
    pane = read_in_pane(ann.outlook(ANN), "Inbox", subject)
    pane.get_by_role("button", name="Reply", exact=True).click()
    press_send(pane)
    expect(pane.get_by_role("alert")).to_contain_text("The letter is still empty.")
    pane.get_by_role("textbox", name="Message").fill("I shall see to it.")
    pair.sandbox.faults(obo="blocked")
    with ann.refusal(401):
        press_send(pane)
        expect(pane.get_by_role("alert")).to_contain_text("text is still here")
    pair.sandbox.faults(obo=None)
    press_send(pane)
    expect(pane.get_by_text("Sent. Ben's notice is on its way.")).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_no_notice_and_what_is_for_somebody_else_is_said(
    pair: Pair, profile: Profiles
) -> None:
    others, plain = new_subject("Not for Ann"), new_subject("Plain")
    letter = post(pair, BEN, (MAYA,), TEXT)
    _mail(pair, others, f'<p>See <a href="{pair.url}/m/{letter}">this</a></p>')
    _mail(pair, plain, f'<p>See <a href="http://portal.example/m/{letter}">this</a></p>')
    ann = profile()
    outlook = ann.outlook(ANN)
    with ann.refusal(404):
        pane = read_in_pane(outlook, "Inbox", others)
        expect(pane.get_by_text("This letter is not for you, or no longer here.")).to_be_visible()
        read_in_pane(outlook, "Inbox", plain)
        expect(pane.get_by_text("This mail is not a notice of ours.")).to_be_visible()
        expect(sheets(pane)).to_have_count(0)


def _expect_begun(pane: FrameLocator) -> None:
    expect(pane.get_by_role("textbox", name="Message")).to_have_text("I shall see to it.")
    expect(rows(pane)).to_contain_text("Notes.txt")


def _letter_in(pair: Pair, html: str) -> str:
    found = re.search(rf"{re.escape(pair.url)}/m/([\w-]{{22}})", html)
    assert found is not None
    return found[1]


def _mail(pair: Pair, subject: str, html: str) -> None:
    """An ordinary mail to Ann."""
    message = {
        "subject": subject,
        "body": {"contentType": "html", "content": html},
        "toRecipients": [{"emailAddress": {"address": ANN}}],
    }
    answer = pair.sandbox.graph(
        "POST", "/users/portal@hart.example/sendMail", pair.sandbox.app_token(),
        json={"message": message, "saveToSentItems": False},
    )  # fmt: skip
    assert answer.status_code == 202
    eventually(lambda: pair.sandbox.inbox(ANN, subject))
