"""Word and Excel: the document, a PDF of it or what is selected goes sealed, with a note."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import rows
from tests.e2e.people import (
    ANN,
    MAYA,
    Profile,
    expect_open,
    expect_sent,
    letter_id,
    new_subject,
    pane_of,
    press_send,
    sign_in,
    write,
)
from tests.e2e.pictures import address, png
from tests.e2e.test_pane_looks import looking

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
CHART = "(node, src) => node.append(Object.assign(new Image(), {src, alt: 'A chart.'}))"
SELECT = "node => getSelection().selectAllChildren(node)"


def open_document(profile: Profile, app: str, more: str = "") -> tuple[Page, FrameLocator]:
    """Ann's document, and the pane beside it, signed in."""
    window = profile.context.new_page()
    window.goto(f"{profile.pair.sandbox.url}/{app.lower()}?as={ANN}{more}")
    window.get_by_role("button", name="Letterlock").click()
    pane = pane_of(window)
    expect(pane.get_by_role("button", name="Add files")).to_be_enabled()
    return window, pane


def press(pane: FrameLocator, name: str) -> None:
    pane.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("app", "end", "part"),
    [("Word", "docx", "word/document.xml"), ("Excel", "xlsx", "xl/worksheets/sheet1.xml")],
    ids=["Word", "Excel"],
)
def test_the_document_and_the_selection_go_sealed_with_a_note(
    pair: Pair, profile: Profiles, app: str, end: str, part: str
) -> None:
    subject = new_subject(f"From {app}")
    window, pane = open_document(profile(), app)
    write(pane, to=(MAYA,), subject=subject, text="See what is enclosed.")
    press(pane, "This document")
    expect(pane.get_by_text("The document is in the letter")).to_be_visible()
    expect(rows(pane)).to_contain_text(f"Accounts 2026.{end}")
    document = window.get_by_role("textbox", name="Document")
    if app == "Word":
        document.evaluate(CHART, address(png()))
    document.evaluate(SELECT)
    press(pane, "The selection")
    expect(pane.get_by_text("What you selected stands in the letter.")).to_be_visible()
    if app == "Word":
        expect(pane.get_by_text("A picture beside the words was left out.")).to_be_visible()
        expect(pane.get_by_role("textbox", name="Message")).to_contain_text("A chart.")
        expect(pane.locator('img[src^="data:"]')).to_have_count(0)
    with looking(window, "**/pane/document") as looks:
        looks.look(f"a document of {app}")
    press_send(pane)
    expect_sent(pane)
    expect(pane.get_by_text("You can close this pane.")).to_be_visible()
    expect(pane.get_by_role("button", name="Close this window")).to_be_hidden()
    maya = sign_in(profile(), MAYA, letter_id(pair, MAYA, subject))
    expect_open(maya, "See what is enclosed.")
    said = "The loan was 2,000." if app == "Word" else "November | 1,250"
    expect(maya.frame_locator('iframe[title="Message"]').locator("body")).to_contain_text(said)
    with maya.expect_download() as saved:
        maya.get_by_role("button", name=re.compile(f"^Save Accounts 2026.{end}")).click()
    with zipfile.ZipFile(io.BytesIO(saved.value.path().read_bytes())) as package:
        assert b"1,250" in package.read(part) or b"2,000" in package.read(part)


@pytest.mark.wide
def test_word_gives_a_pdf(profile: Profiles) -> None:
    _, pane = open_document(profile(), "Word", "&unsaved")
    press(pane, "A PDF of it")
    expect(rows(pane)).to_contain_text("Document.pdf")
    expect(rows(pane)).to_contain_text("PDF, ")


@pytest.mark.wide
@pytest.mark.parametrize(
    ("app", "more", "button", "words"),
    [
        ("Excel", "&host=web", "A PDF of it", "Office gave an empty file"),
        ("Word", "&fail=file.get:5001", "This document", "Office did not give it"),
        ("Word", "&fail=file.slice:5001", "This document", "Office did not give it"),
        ("Word", "&fail=selection.get:5001", "The selection", "Office did not give it"),
        ("Excel", "", "The selection", "Nothing is selected"),
    ],
    ids=["empty PDF on the web", "no file", "no slice", "no selection", "nothing selected"],
)
def test_what_office_does_not_give_is_said_and_nothing_is_added(
    profile: Profiles, app: str, more: str, button: str, words: str
) -> None:
    _, pane = open_document(profile(), app, more)
    for _ in range(3):  # each time Office's own copy was closed: else the third would fail
        press(pane, button)
        expect(pane.locator("#document-said")).to_contain_text(words)
    expect(rows(pane)).to_have_count(0)
    expect(pane.get_by_role("textbox", name="Message")).to_have_text("")


@pytest.mark.wide
def test_an_office_too_old_to_sign_in_says_so(pair: Pair, profile: Profiles) -> None:
    window = profile().context.new_page()
    window.goto(f"{pair.sandbox.url}/word?as={ANN}&host=ltsc2021")
    window.get_by_role("button", name="Letterlock").click()
    expect(pane_of(window).get_by_role("alert")).to_contain_text("too old to sign you in")


def test_the_document_goes_by_keys_alone(profile: Profiles) -> None:
    window, pane = open_document(profile(), "Word")
    pane.get_by_role("combobox", name="To").focus()
    window.keyboard.type(MAYA)
    window.keyboard.press("Enter")
    _tab_to(window, pane, "This document", back=True)
    window.keyboard.press("Enter")
    expect(rows(pane)).to_contain_text("Accounts 2026.docx")
    pane.get_by_role("textbox", name="Message").focus()
    window.keyboard.type("See the accounts.")
    _tab_to(window, pane, "Send securely")
    window.keyboard.press("Enter")
    expect_sent(pane)


def _tab_to(window: Page, pane: FrameLocator, name: str, *, back: bool = False) -> None:
    button: Any = pane.get_by_role("button", name=name, exact=True)
    for _ in range(15):
        window.keyboard.press("Shift+Tab" if back else "Tab")
        if button.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {name}")
