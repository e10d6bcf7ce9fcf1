"""Advice in the pane: it comes after a pause, asks nobody, is overruled with one click, and holds only what the firm says."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, Page, Request, expect

from tests.e2e.pair import Pair
from tests.e2e.panes import expect_text, read_in_pane, sheets
from tests.e2e.people import ANN, BEN, MAYA, Profile, new_subject, open_pane, press_send, write
from tests.e2e.test_pane_looks import looking
from tests.e2e.wire import post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
LINES = ("Dear Mara,", "", "please pay to GB82 WEST 1234 5698 7654 32.")
# Writing looks readers up and keeps the letter, sealed; the rest of the pane asks nothing meanwhile.
WRITING = (
    "/api/v1/messages", "/api/v1/lookups", "/api/v1/drafts", "/api/v1/people", "/static/contacts-",
)  # fmt: skip
STOP = {
    "domains": ["hart.example"], "glossary": [], "blame": [], "urgency": [], "greetings": [],
    "hours": {"from": 0, "to": 24, "days": [0, 1, 2, 3, 4, 5, 6]}, "off": [], "stop": ["greeting"],
}  # fmt: skip


def pane_with_advice(outlook: Page) -> FrameLocator:
    """A pane that has everything it needs for advice, before a word is written; any hour is a good one."""
    rules = STOP | {"stop": []}
    outlook.route("**/api/v1/advice-rules", lambda route: route.fulfill(json=rules))
    with outlook.expect_response("**/api/v1/advice-rules"):
        return open_pane(outlook)


def type_letter(outlook: Page, pane: FrameLocator, lines: tuple[str, ...] = LINES) -> None:
    write(pane, to=(f"Maya Okafor <{MAYA}>",), subject=new_subject("Advice"), text="")
    pane.get_by_role("textbox", name="Message").click()
    for line in lines:
        outlook.keyboard.insert_text(line)
        outlook.keyboard.press("Enter")


def beyond_writing(asked: list[Request]) -> list[str]:
    """Paths of what the pane asked beyond what writing asks for."""
    own = [urlsplit(one.url) for one in asked]
    paths = [one.path for one in own if one.hostname == "127.0.0.1"]
    return [path for path in paths if not path.startswith(WRITING)]


def test_advice_asks_nobody_and_one_click_overrules_it(profile: Profiles) -> None:
    ann = profile(viewport={"width": 1280, "height": 1000})
    outlook = ann.outlook(ANN)
    pane = pane_with_advice(outlook)
    asked: list[Request] = []
    outlook.on("request", lambda one: asked.append(one))  # noqa: PLW0108 a built-in cannot listen
    type_letter(outlook, pane)
    thoughts = pane.locator("#advice-list > li")
    summary = pane.get_by_text("2 thoughts on this letter")
    expect(summary.first).to_be_visible()
    assert beyond_writing(asked) == []
    sent = [one.post_data_buffer or b"" for one in asked]
    assert not any(b"Mara" in body or b"WEST" in body for body in sent)
    with looking(outlook, "**/pane/compose") as looks:
        pane.locator("#advice > summary").click()
        expect(pane.get_by_text("A sealed letter is right: it holds numbers")).to_be_visible()
        looks.look("advice")
    pane.get_by_role("button", name="Write “Maya”").click()
    expect(pane.get_by_role("textbox", name="Message")).to_contain_text("Dear Maya,")
    expect(thoughts).to_have_count(1)
    pane.get_by_role("button", name="Show: An account number").click()
    assert frame_selection(outlook) == "GB82 WEST 1234 5698 7654 32"
    pane.get_by_role("button", name="Leave it: An account number").click()
    expect(pane.locator("#advice")).to_be_hidden()
    expect(pane.get_by_role("textbox", name="Message")).to_be_focused()
    pane.get_by_role("button", name="Leave it: A sealed letter").click()
    expect(pane.locator("#channel")).to_be_hidden()


def frame_selection(outlook: Page) -> str:
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    return str(frame.evaluate("getSelection().toString()"))


def test_a_listener_of_requests_hears_what_would_be_asked(profile: Profiles) -> None:
    outlook = profile().outlook(ANN)
    pane_with_advice(outlook)
    asked: list[Request] = []
    outlook.on("request", lambda one: asked.append(one))  # noqa: PLW0108 a built-in cannot listen
    frame = outlook.frame(url="**/pane/compose")
    assert frame is not None
    frame.evaluate("fetch('/healthz?Mara')")
    assert beyond_writing(asked) == ["/healthz"]


@pytest.mark.wide
def test_never_for_me_holds_while_the_pane_is_open_where_nothing_can_be_kept(
    profile: Profiles,
) -> None:
    outlook = profile().outlook(ANN)
    pane = pane_with_advice(outlook)
    type_letter(outlook, pane)
    pane.locator("#advice > summary").click()
    pane.get_by_role("button", name="Never for me: An account number").click()
    expect(pane.locator("#advice-list > li")).to_have_count(1)
    expect(pane.get_by_role("button", name="Show: You greet")).to_be_focused()
    expect(pane.get_by_role("status").filter(has_text="Not again while")).to_be_visible()
    outlook.keyboard.press("Shift+Tab")
    pane.get_by_role("textbox", name="Message").click()
    outlook.keyboard.insert_text("Or to GB82 WEST 1234 5698 7654 32, as before. THIS IS NOT ALL!!")
    expect(pane.locator("#advice-list > li")).to_have_count(2)


def test_a_letter_goes_in_spite_of_advice_but_not_past_what_the_firm_wants_decided(
    profile: Profiles,
) -> None:
    ann = profile()
    outlook = ann.outlook(ANN)
    outlook.route("**/api/v1/advice-rules", lambda route: route.fulfill(json=STOP))
    with outlook.expect_response("**/api/v1/advice-rules"):
        pane = open_pane(outlook)
    type_letter(outlook, pane)
    press_send(pane)
    expect(pane.get_by_role("alert").filter(has_text="Your firm asks you to look")).to_be_visible()
    expect(pane.get_by_role("button", name="Never for me: You greet “Mara”")).to_have_count(0)
    pane.get_by_role("button", name="Leave it: You greet “Mara”").press("Enter")
    press_send(pane)
    expect(pane.get_by_role("button", name="Write another")).to_be_visible()
    expect(pane.locator("#advice")).to_be_hidden()


def test_an_answer_is_told_which_question_is_still_open(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Two questions")
    post(
        pair,
        BEN,
        (ANN, MAYA),
        "When is the deposit due? Does the loan have to be repaid this year?",
        subject=subject,
    )
    outlook = profile(viewport={"width": 1280, "height": 1000}).outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", subject)
    expect_text(sheets(pane).first, "When is the deposit due?")
    pane.get_by_role("button", name="Reply", exact=True).last.click()
    pane.get_by_role("textbox", name="Message").fill("The deposit is due on 30 June.")
    pane.locator("#advice > summary").click()
    expect(pane.get_by_text("Still open from the last letter: “Does the loan")).to_be_visible()
    with looking(outlook, "**/pane/read") as looks:
        looks.look("advice on an answer")
