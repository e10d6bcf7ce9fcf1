"""Templates, their fields, signature and the firm's line, in the pane and by keys."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, Request, expect

from tests.e2e import places
from tests.e2e import test_take_over as take_over
from tests.e2e.canary import find_all, new_word
from tests.e2e.pair import Pair
from tests.e2e.panes import read_in_pane, sheets
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
from tests.e2e.places import DATABASE, SANDBOX
from tests.e2e.states_paper import NOTHING, clear
from tests.e2e.test_documents import open_document, press
from tests.e2e.wire import post, staff

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
SHELF = "Kept, not sent"
LOADED = "performance.getEntriesByType('resource').some(({name}) => name.includes('/stationery-'))"


@pytest.fixture
def cleared(pair: Pair) -> Iterator[None]:
    """The firm's paper is as it was, for the stories of others."""
    yield
    clear(pair)


def keep(pair: Pair, name: str, body: str) -> None:
    """A template of Ann's own."""
    made = staff(pair, ANN).post(
        "/templates", {"name": name, "language": "en", "body": body, "firm": False}
    )
    assert made.status_code == 201, made.json


def message(pane: FrameLocator) -> Any:
    return pane.get_by_role("textbox", name="Message")


def begin(profile: Profile, *to: str, subject: str = "") -> tuple[Page, FrameLocator]:
    """A letter to somebody with nothing in it, and focus in its text."""
    outlook = profile.outlook(ANN)
    pane = open_pane(outlook)
    expect(pane.get_by_role("button", name="Templates", exact=True)).to_be_enabled()
    write(pane, to=to, subject=subject or new_subject("Paper"), text="")
    message(pane).click()
    return outlook, pane


@pytest.mark.usefixtures("cleared")
def test_an_administrator_makes_changes_and_deletes_what_everybody_uses(profile: Profiles) -> None:
    outlook, pane = begin(profile(), MAYA)
    pane.get_by_role("button", name="Templates", exact=True).click()
    expect(pane.get_by_text("No templates yet.")).to_be_visible()
    pane.get_by_role("button", name="Templates and signature").click()
    expect(pane.get_by_text("Your firm has no line of its own.")).to_be_visible()
    pane.get_by_role("button", name="New template for the firm").click()
    pane.get_by_role("textbox", name="Name").fill("Accounts are ready")
    text = pane.get_by_role("textbox", name="Text of the template")
    text.press_sequentially("Dear {{First}}")
    pane.get_by_role("button", name="Keep").click()
    expect(pane.get_by_role("alert").filter(has_text="{{First}} is not a field")).to_be_visible()
    text.fill("Dear ")
    pane.get_by_role("button", name="First name of the reader").click()
    expect(text).to_have_text("Dear {{first_name}}")
    pane.get_by_role("button", name="Keep").click()
    expect(pane.get_by_text("Kept: Accounts are ready.")).to_be_visible()
    pane.get_by_role("button", name="Change the firm's line").click()
    pane.get_by_role("textbox", name="The firm's line").fill("Hart & Co, with care")
    pane.get_by_role("button", name="Keep").click()
    expect(pane.get_by_text("Hart & Co, with care")).to_be_visible()
    pane.get_by_role("button", name="Change: Accounts are ready").click()
    expect(pane.get_by_role("textbox", name="Name")).to_have_value("Accounts are ready")
    outlook.keyboard.press("Escape")
    pane.get_by_role("button", name="Delete: Accounts are ready").click()
    pane.get_by_role("button", name="Delete it").click()
    expect(pane.get_by_text("Deleted: Accounts are ready.")).to_be_visible()
    pane.get_by_role("button", name="Back to the letter").click()
    expect(pane.get_by_role("combobox", name="Template, by its name")).to_be_focused()


@pytest.mark.usefixtures("cleared")
def test_a_template_goes_in_by_keys_and_what_fills_it_is_nowhere_but_in_the_sealed_letter(
    pair: Pair, profile: Profiles
) -> None:
    matter, words, subject = new_word(), new_word(), new_subject("Canary")
    keep(pair, "Accounts", f"<p>Dear {{{{first_name}}}},</p><p>{words} {{{{matter}}}}</p>")
    keep(pair, "Other", "<p>Other</p>")
    ann = profile()
    outlook, pane = begin(ann, f"Maya Okafor <{MAYA}>", subject=subject)
    asked: list[Request] = []
    outlook.on("request", lambda one: asked.append(one))  # noqa: PLW0108 a built-in cannot listen
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    assert not frame.evaluate(LOADED)
    outlook.keyboard.press("/")
    search = pane.get_by_role("combobox", name="Template, by its name")
    expect(search).to_be_focused()
    outlook.keyboard.type("acc")
    expect(pane.get_by_role("option", selected=True)).to_have_text(re.compile("^Accounts"))
    expect(pane.get_by_role("option")).to_have_count(1)
    search.fill("")
    expect(pane.get_by_role("option")).to_have_count(2)
    outlook.keyboard.press("Enter")
    expect(pane.get_by_role("textbox", name="Matter")).to_be_focused()
    outlook.keyboard.press("Enter")
    expect(message(pane)).to_have_text(f"Dear Maya,{words} {{{{matter}}}}")
    press_send(pane)
    expect(
        pane.get_by_role("alert").filter(has_text="Still to fill in: {{matter}}.")
    ).to_be_visible()
    assert frame.evaluate(LOADED)
    assert frame.evaluate("getSelection().toString()") == "{{matter}}"
    expect(pane.get_by_role("button", name="It is meant so")).to_be_hidden()
    outlook.keyboard.type(matter)
    press_send(pane)
    expect_sent(pane)
    assert letter_id(pair, MAYA, subject)
    own = [one for one in asked if urlsplit(one.url).hostname == "127.0.0.1"]
    wire = b"\n".join(one.url.encode() + (one.post_data_buffer or b"") for one in own)
    assert find_all(wire, [matter])[matter] == set()
    where = places.on_disk(pair.data, pair.log)
    found = places.search_all(where, [matter, words])
    assert set(found[matter]) == set()
    assert set(found[words]) == {DATABASE}  # the template itself: kept in clear, and said so
    assert SANDBOX in where


def test_the_search_of_the_wire_finds_a_word_that_is_sent(profile: Profiles) -> None:
    word = new_word()
    outlook, _ = begin(profile(), MAYA)
    asked: list[Request] = []
    outlook.on("request", lambda one: asked.append(one))  # noqa: PLW0108 a built-in cannot listen
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    frame.evaluate(f"fetch('/healthz?{word}')")
    assert any(find_all(one.url.encode(), [word])[word] for one in asked)


@pytest.mark.usefixtures("cleared")
def test_several_readers_are_asked_about_and_braces_may_be_meant(
    pair: Pair, profile: Profiles
) -> None:
    keep(pair, "Hello", "<p>Dear {{first_name}},</p>")
    outlook, pane = begin(profile(), MAYA, TOM)
    outlook.keyboard.press("/")
    outlook.keyboard.press("Escape")
    expect(message(pane)).to_have_text("/")
    outlook.keyboard.press("Backspace")
    outlook.keyboard.press("/")
    expect(pane.get_by_role("option")).to_have_count(1)
    outlook.keyboard.press("Enter")
    expect(pane.get_by_text("This letter goes to 2 people")).to_be_visible()
    pane.get_by_role("textbox", name="First name of the reader").fill("Maya and Tom")
    outlook.keyboard.press("Enter")
    expect(message(pane)).to_have_text("Dear Maya and Tom,")
    outlook.keyboard.press("Enter")
    outlook.keyboard.insert_text("In Jinja it is written {{ name }}.")
    press_send(pane)
    expect(pane.get_by_role("alert").filter(has_text="Still to fill in: {{name}}.")).to_be_visible()
    pane.get_by_role("button", name="It is meant so: send").click()
    expect_sent(pane)


@pytest.mark.usefixtures("cleared")
def test_a_letter_that_goes_to_somebody_else_by_now_greets_him(
    pair: Pair, profile: Profiles
) -> None:
    keep(pair, "Accounts", "<p>Dear {{first_name}}, {{matter}}</p>")
    outlook, pane = begin(profile(), f"Maya Okafor <{MAYA}>")
    outlook.keyboard.press("/")
    expect(pane.get_by_role("option")).to_have_count(1)
    outlook.keyboard.press("Enter")
    matter = pane.get_by_role("textbox", name="Matter")
    expect(matter).to_be_focused()
    pane.get_by_role("button", name="Remove Maya").click()
    to = pane.get_by_role("combobox", name="To")
    to.fill(f"Tom Baker <{TOM}>")
    to.press("Enter")
    matter.fill("the loan")
    matter.press("Enter")
    expect(message(pane)).to_have_text("Dear Tom, the loan")


@pytest.mark.usefixtures("cleared")
def test_a_signature_stands_once_under_what_is_begun_and_alone_is_no_letter(
    pair: Pair, profile: Profiles
) -> None:
    ann = staff(pair, ANN)
    ann.put("/ending/signature", {"body": "<p>Ann Lee</p>", "letters": True, "replies": True})
    ann.put("/ending/tagline", NOTHING | {"text": "Hart & Co, with care"})
    subject = new_subject("Signed")
    post(pair, BEN, (ANN, MAYA), "The first.", subject=subject)
    outlook = profile().outlook(ANN)
    pane = open_pane(outlook)
    expect(message(pane)).to_have_text("Ann LeeHart & Co, with care")
    pane.get_by_role("combobox", name="To").fill(MAYA)
    press_send(pane)
    expect(pane.get_by_role("alert").filter(has_text="The letter is still empty.")).to_be_visible()
    message(pane).focus()
    outlook.keyboard.press("Control+Home")
    outlook.keyboard.type("Dear Maya")
    expect(message(pane)).to_have_text("Dear MayaAnn LeeHart & Co, with care")
    expect(pane.get_by_text(re.compile("^Saved"))).to_be_visible()
    outlook.reload()
    pane = open_pane(outlook)
    pane.get_by_role("list", name=re.compile(f"^{SHELF}")).get_by_role("button").first.click()
    expect(message(pane)).to_have_text("Dear MayaAnn LeeHart & Co, with care")
    press_send(pane)
    expect_sent(pane)
    outlook.reload()
    pane = read_in_pane(outlook, "Inbox", subject)
    expect(sheets(pane)).to_have_count(1)
    pane.get_by_role("button", name="Reply", exact=True).last.click()
    expect(message(pane)).to_have_text("Ann Lee")


@pytest.mark.usefixtures("cleared")
def test_what_comes_from_word_stands_over_the_signature_and_outlooks_own_message_brings_its_own(
    pair: Pair, profile: Profiles
) -> None:
    own = {"body": "<p>Ann Lee</p>", "letters": True, "replies": False}
    staff(pair, ANN).put("/ending/signature", own)
    ann = profile()
    window, pane = open_document(ann, "Word")
    expect(message(pane)).to_have_text("Ann Lee")
    window.get_by_role("textbox", name="Document").evaluate(
        "node => { node.textContent = 'From Word'; getSelection().selectAllChildren(node) }"
    )
    press(pane, "The selection")
    expect(message(pane)).to_have_text("From WordAnn Lee")
    _, pane = take_over.begin(ann, new_subject("Signed"), "Dear Maya. Yours, Ann")
    expect(message(pane)).to_have_text("Ann Lee")
    take_over.take(pane)
    expect(message(pane)).to_have_text("Dear Maya. Yours, Ann")
