"""Maya answers on the reader's page: to whom, with what, what is kept, and what survives a failure."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    TOM,
    Profile,
    ask_code,
    enter_code,
    expect_said,
    open_known,
    press_open,
    sheet_text,
    sheets,
    sign_in,
    unfold,
)
from tests.e2e.wire import post, read, staff
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "Thank you Ann, that is a relief."
NOTES = {"name": "Notes.txt", "mimeType": "text/plain", "buffer": b"The loan was 2,000.\n"}
EMPTY = {"name": "Empty.txt", "mimeType": "text/plain", "buffer": b""}
DROP = """
(place, names) => {
    const dataTransfer = new DataTransfer()
    for (const name of names) dataTransfer.items.add(new File(['dropped'], name))
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        place.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}))
    }
}
"""
PASTE = """
(field, name) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(['pasted'], name, {type: 'text/plain'}))
    field.focus()
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""


@pytest.fixture(scope="module")
def maya(browser: Browser, pair: Pair) -> Iterator[Profile]:
    """Maya's browser, signed in once; none of its pages may have complained."""
    profile = Profile.open(browser, pair)
    sign_in(profile, MAYA, post(pair, ANN, (MAYA,), "The first of all.")).close()
    yield profile
    complaints = list(profile.complaints)
    profile.close()
    assert complaints == []


def test_a_reply_goes_to_the_sender_alone_with_its_files_and_what_it_quotes(
    pair: Pair, maya: Profile
) -> None:
    letter = post(pair, ANN, (MAYA, TOM), "The kiln has paid for itself.", subject="Kilns")
    page = open_known(maya, letter)
    page.get_by_role("button", name="Reply", exact=True).click()
    expect(page.get_by_role("heading", name="Reply to Ann Lee", exact=True)).to_be_visible()
    expect(_field(page)).to_be_focused()
    _field(page).fill(TEXT)
    page.locator("input[type=file]").set_input_files([NOTES])
    expect(_attached(page)).to_contain_text("Text, ")
    page.get_by_role("button", name="Quote the letter").click()
    expect(_field(page).locator("blockquote")).to_contain_text("The kiln has paid for itself.")
    expect(page.get_by_text("Your reply: Ann Lee and you can read it.")).to_be_visible()
    _send(page)
    expect_said(page, "Sealed and sent. Ann Lee can read it now.")
    expect(sheets(page)).to_have_count(2)
    unfold(sheets(page).nth(1))
    expect(sheet_text(sheets(page).nth(1))).to_contain_text(TEXT)

    ann = staff(pair, ANN)
    got = read(ann, _newest(pair, letter))
    assert got.body["subject"] == "Re: Kilns"
    assert TEXT in got.body["text"]
    assert "> The kiln has paid for itself." in got.body["text"]
    assert "<blockquote><p>The kiln has paid for itself.</p></blockquote>" in got.body["html"]
    assert got.files == {"Notes.txt": NOTES["buffer"]}
    assert got.readers == {ANN: "to", MAYA: "sender"}
    assert len(got.parents) == 1


def test_reply_all_reaches_everybody_who_was_named(
    pair: Pair, maya: Profile, profile: Profiles
) -> None:
    letter = post(pair, ANN, (MAYA, TOM), "For you both.")
    page = open_known(maya, letter)
    page.get_by_role("button", name="Reply all").first.click()
    _field(page).fill("Tom and I agree.")
    page.get_by_role("button", name="Reply to the sender only").click()
    expect(page.get_by_role("heading", name="Reply to Ann Lee", exact=True)).to_be_visible()
    page.get_by_role("button", name="Reply all").last.click()
    expect(page.get_by_role("heading", name="Reply to Ann Lee and tom@")).to_be_visible()
    _send(page)
    expect_said(page, "Ann Lee and tom@client.example can read it now.")
    assert read(staff(pair, ANN), _newest(pair, letter)).readers == {
        ANN: "to", TOM: "to", MAYA: "sender",
    }  # fmt: skip
    tom = sign_in(profile(), TOM, letter)
    unfold(sheets(tom).nth(1))
    expect(sheet_text(sheets(tom).nth(1))).to_contain_text("Tom and I agree.")


def test_a_conversation_goes_on_and_each_answer_follows_the_last(pair: Pair, maya: Profile) -> None:
    letter = post(pair, ANN, (MAYA,), "One.")
    second = post(pair, ANN, (MAYA,), "Two.", reply_to=letter)
    page = open_known(maya, letter)
    unfold(sheets(page).nth(1))
    expect(sheet_text(sheets(page).nth(1))).to_contain_text("Two.")
    sheets(page).nth(1).get_by_role("button", name="Reply", exact=True).click()
    _field(page).fill("Three.")
    _field(page).press("Control+Enter")
    expect_said(page, "Sealed and sent.")
    newest = _newest(pair, second)
    assert len(read(staff(pair, ANN), newest).parents) == 2, "neither letter named the other"
    page.get_by_role("button", name="Reply", exact=True).first.click()
    expect(_field(page)).to_have_text("")


def test_a_draft_comes_back_after_a_reload_and_can_be_thrown_away(
    pair: Pair, maya: Profile
) -> None:
    page = open_known(maya, post(pair, ANN, (MAYA, TOM), "Do answer."))
    page.get_by_role("button", name="Reply all").first.click()
    _field(page).fill("Not finished")
    page.locator("input[type=file]").set_input_files([NOTES])
    expect(_attached(page)).to_contain_text("Text, ")
    expect_said(page, "sealed to you.")
    eventually(lambda: not page.evaluate(_UNSAVED))
    page.reload()
    press_open(page)
    expect(_field(page)).to_have_text("Not finished")
    expect_said(page, "Here is the reply that you began.")
    expect(_attached(page)).to_contain_text("Notes.txt")
    expect(page.get_by_role("heading", name="Reply to Ann Lee and tom@")).to_be_visible()
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("button", name="Throw it away").click()
    expect(_field(page)).to_be_hidden()
    page.reload()
    press_open(page)
    expect(page.get_by_role("button", name="Reply all")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(_field(page)).to_be_hidden()


def test_a_send_that_fails_loses_nothing_and_the_next_one_goes_once(
    pair: Pair, maya: Profile
) -> None:
    letter = post(pair, ANN, (MAYA,), "Please answer.")
    page = open_known(maya, letter)
    page.get_by_role("button", name="Reply", exact=True).click()
    _field(page).fill(TEXT)
    sends = re.compile("/send$")
    page.route(sends, lambda route: route.fulfill(status=500, body="{}"))
    with maya.refusal(500):
        _send(page)
        expect(page.get_by_role("alert")).to_contain_text("Your text is still here")
    expect(_field(page)).to_have_text(TEXT)
    page.unroute(sends)
    _send(page)
    expect_said(page, "Sealed and sent.")
    assert len(_thread(pair, letter)) == 2


def test_a_session_that_ends_while_one_writes_costs_a_code_and_not_the_text(
    pair: Pair, browser: Browser
) -> None:
    maya = Profile.open(browser, pair)
    letter = post(pair, ANN, (MAYA,), "Take your time.")
    page = sign_in(maya, MAYA, letter)
    page.get_by_role("button", name="Reply", exact=True).click()
    _field(page).fill(TEXT)
    expect_said(page, "sealed to you.")
    maya.context.clear_cookies(name="__Host-session")
    with maya.refusal(401):
        _field(page).press_sequentially(" And more.")
        _send(page)
        expect(page.get_by_role("alert")).to_contain_text("Your reply is still in this window")
        page.get_by_role("button", name="Have a new code sent").click()
        expect(page.get_by_role("button", name="Email me a code")).to_be_enabled()
        assert "Take your time." not in page.content()
        expect(_field(page)).to_be_hidden()
    page.get_by_role("radio", name="m···@client.example").check()
    enter_code(page, ask_code(page, pair, MAYA))
    expect(_field(page)).to_have_text(f"{TEXT} And more.", timeout=PATIENCE_MS)
    _send(page)
    expect_said(page, "Sealed and sent.")
    assert len(_thread(pair, letter)) == 2
    assert maya.complaints == []
    maya.close()


def test_who_closes_the_letter_is_told_of_a_reply_that_is_not_saved(
    pair: Pair, browser: Browser
) -> None:
    tom = Profile.open(browser, pair)
    page = sign_in(tom, TOM, post(pair, ANN, (TOM,), "Answer me."))
    page.get_by_role("button", name="Reply", exact=True).click()
    page.route(re.compile("/draft$"), lambda route: route.fulfill(status=500, body="{}"))
    with tom.refusal(500):
        _field(page).fill(TEXT)
        expect_said(page, "Not saved, and we go on trying.")
        page.get_by_role("button", name="Close the letter").click()
        expect_said(page, "Your reply could not be saved.")
        assert page.evaluate(_UNSAVED)
        page.get_by_role("button", name="Close it all the same").click()
        expect_said(page, "You have closed the letter.")
    assert TEXT not in page.content()
    assert not page.evaluate(_UNSAVED)
    assert tom.complaints == []
    tom.close()


def test_files_are_dropped_and_pasted_and_an_empty_one_is_not_taken(
    pair: Pair, maya: Profile
) -> None:
    letter = post(pair, ANN, (MAYA,), "Send me everything.")
    page = open_known(maya, letter)
    page.get_by_role("button", name="Reply", exact=True).click()
    page.locator("input[type=file]").set_input_files([NOTES, EMPTY])
    expect(_attached(page)).to_contain_text("Empty.txt is empty. It was not added.")
    page.get_by_role("button", name="Take the line about Empty.txt away").click()
    page.get_by_role("region", name="Reply to").evaluate(DROP, ["Dropped.txt", "notes.TXT"])
    _field(page).evaluate(PASTE, "Pasted.txt")
    expect(_attached(page).get_by_role("listitem")).to_have_count(4)
    page.get_by_role("button", name="Remove Notes.txt").click()
    _send(page)
    expect_said(page, "Sealed and sent.")
    files = read(staff(pair, ANN), _newest(pair, letter)).files
    assert files == {
        "Dropped.txt": b"dropped", "notes (2).TXT": b"dropped", "Pasted.txt": b"pasted",
    }  # fmt: skip


def test_an_empty_reply_is_not_sent(pair: Pair, maya: Profile) -> None:
    page = open_known(maya, post(pair, ANN, (MAYA,), "Anything?"))
    page.get_by_role("button", name="Reply", exact=True).click()
    _send(page)
    expect(page.get_by_role("alert")).to_contain_text("The reply is still empty.")
    expect(_field(page)).to_be_focused()


def test_a_reply_needs_no_mouse(pair: Pair, maya: Profile) -> None:
    letter = post(pair, ANN, (MAYA,), "By keys.")
    page = open_known(maya, letter)
    page.get_by_role("button", name="Reply", exact=True).focus()
    page.keyboard.press("Enter")
    expect(_field(page)).to_be_focused()
    page.keyboard.type("Typed.")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.get_by_role("button", name="Send securely").evaluate(
            "one => one.matches(':focus')"
        ):
            break
    page.keyboard.press("Enter")
    expect_said(page, "Sealed and sent.")
    assert read(staff(pair, ANN), _newest(pair, letter)).body["text"] == "Typed."


def test_a_reply_is_accessible_at_320_and_1280_px(pair: Pair, maya: Profile) -> None:
    inspector = Inspector((320, 1280))
    page = open_known(maya, post(pair, ANN, (MAYA, TOM), "To look at."))
    page.get_by_role("button", name="Reply all").first.click()
    _field(page).fill("A line that is rather long and " * 6)
    page.locator("input[type=file]").set_input_files([NOTES, EMPTY])
    expect(_attached(page)).to_contain_text("Empty.txt is empty.")
    page.get_by_role("button", name="Quote the letter").click()
    page.get_by_role("button", name="Throw away").click()
    page.get_by_text("Your reply: ").click()
    inspector.look("reply", page)
    page.get_by_role("button", name="Keep it").click()
    _send(page)
    expect_said(page, "Sealed and sent.")
    inspector.look("sent", page)
    assert inspector.found == []


_UNSAVED = """
() => {
    const leaving = new Event('beforeunload', {cancelable: true})
    window.dispatchEvent(leaving)
    return leaving.defaultPrevented
}
"""


def _field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your reply")


def _attached(page: Page) -> Locator:
    return page.get_by_role("list", name="Files of your reply")


def _send(page: Page) -> None:
    page.get_by_role("button", name="Send securely").click()


def _thread(pair: Pair, letter: str) -> list[str]:
    answer = staff(pair, ANN).api("GET", f"/messages/{letter}/thread").json
    return [one["id"] for one in answer["messages"]]


def _newest(pair: Pair, letter: str) -> str:
    return _thread(pair, letter)[-1]
