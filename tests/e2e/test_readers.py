"""Who may open a letter in a browser, and with which code."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    BEN,
    MAYA,
    TOM,
    Profile,
    ask_code,
    codes,
    enter_code,
    expect_closed,
    expect_open,
    expect_said,
    follow_notice,
    new_subject,
    send,
    try_code,
)
from tests.sandbox.running import eventually

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The heron is back on the weir."
NOT_A_CODE = "AAAA-AAAA"


def test_somebody_types_an_address_and_gets_the_code_there(pair: Pair, profile: Profiles) -> None:
    letter = send(profile(), (TOM,), TEXT)
    page = profile().link(letter)
    _say_who(page, "Tom@Client.Example")
    enter_code(page, ask_code(page, pair, TOM))
    expect_open(page, TEXT)


def test_each_of_two_readers_opens_the_letter(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("To both")
    send(profile(), (MAYA, TOM), TEXT, subject)
    tom = profile()
    page = follow_notice(tom, tom.outlook(TOM), subject)
    who = page.get_by_role("radiogroup", name="Who are you?")
    expect(who.get_by_role("radio", checked=True)).to_have_count(0)
    who.get_by_role("radio", name="t···@client.example").check()
    enter_code(page, ask_code(page, pair, TOM))
    expect_open(page, TEXT)
    readers = page.get_by_role("list", name="Who can read this")
    for address in (MAYA, TOM, ANN):
        expect(readers).to_contain_text(address)


def test_who_chooses_nobody_is_told_and_gets_no_code(pair: Pair, profile: Profiles) -> None:
    page = profile().link(send(profile(), (MAYA, TOM), TEXT))
    page.get_by_role("button", name="Email me a code").click()
    expect_said(page, "Choose your address first.")
    page.get_by_role("radio", name="Another address").check()
    page.get_by_role("button", name="Email me a code").click()
    expect(page.get_by_role("textbox", name="Your address")).to_be_focused()
    expect_said(page, "Type the address that our mail came to.")
    expect(page.get_by_role("textbox", name="Code")).to_be_hidden()


def test_a_wrong_code_costs_a_try_and_the_right_one_still_opens(
    pair: Pair, profile: Profiles
) -> None:
    maya = profile()
    page = maya.link(send(profile(), (MAYA,), TEXT))
    code = ask_code(page, pair, MAYA)
    with maya.refusal(403):
        assert try_code(page, NOT_A_CODE).status == 403
        expect_said(page, "4 tries left")
    expect_closed(page, TEXT)
    enter_code(page, code)
    expect_open(page, TEXT)


def test_after_five_wrong_codes_the_right_one_is_refused_too(pair: Pair, profile: Profiles) -> None:
    ann = profile()
    page = ann.link(send(profile(), (BEN,), TEXT))
    _say_who(page, ANN)
    code = ask_code(page, pair, ANN)
    with ann.refusal(403):
        for _ in range(5):
            try_code(page, NOT_A_CODE)
        assert try_code(page, code).status == 403
        expect_said(page, "That code no longer works")
    expect_closed(page, TEXT)
    expect(page.get_by_role("button", name="Send another code")).to_be_visible()


def test_the_sixth_code_of_an_hour_is_not_sent_and_nobody_can_tell(
    pair: Pair, profile: Profiles
) -> None:
    letter = send(profile(), (BEN,), TEXT)
    page = profile().link(letter)
    for _ in range(5):
        ask_code(page, pair, BEN)
        told = _told(page)
        page.get_by_role("button", name="Use another address").click()
    sent = codes(pair, BEN)
    page.get_by_role("button", name="Email me a code").click()
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    assert _told(page) == told
    # Codes leave one after the other: when a later one is there, the sixth would be too.
    other = profile().link(letter)
    _say_who(other, ANN)
    ask_code(other, pair, ANN)
    assert codes(pair, BEN) == sent


def test_a_code_opens_only_in_the_browser_that_asked_for_it(pair: Pair, profile: Profiles) -> None:
    letter = send(profile(), (TOM,), TEXT)
    own = profile().link(letter)
    code = ask_code(own, pair, TOM)
    thief = profile()
    page = thief.link(letter)
    _say_who(page, "nobody@elsewhere.example")
    page.get_by_role("button", name="Email me a code").click()
    expect_said(page, "If nobody@elsewhere.example reads this letter")
    with thief.refusal(403):
        assert try_code(page, code).status == 403
        expect_said(page, "That is not the code we sent.")
    expect_closed(page, TEXT)
    enter_code(own, code)
    expect_open(own, TEXT)


def test_a_letter_that_is_closed_leaves_nothing_and_asks_for_a_new_code(
    pair: Pair, profile: Profiles
) -> None:
    page = profile().link(send(profile(), (MAYA,), TEXT))
    enter_code(page, ask_code(page, pair, MAYA))
    expect_open(page, TEXT)
    with page.expect_response(re.compile("/sessions/current$")) as ended:
        page.get_by_role("button", name="Close the letter").click()
    assert ended.value.ok
    expect_said(page, "You have closed the letter.")
    expect_closed(page, TEXT)
    page.reload()
    expect(page.get_by_role("button", name="Email me a code")).to_be_enabled()
    expect_closed(page, TEXT)


def test_one_unknown_letter_looks_like_another(pair: Pair, profile: Profiles) -> None:
    ids = ("A" * 22, "zzzzzzzzzzzzzzzzzzzzzz")
    answers = [requests.get(f"{pair.url}/m/{one}", timeout=10) for one in ids]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    visitor = profile()
    with visitor.refusal(404):
        page = visitor.link(ids[0])
        words = page.get_by_role("heading", name="There is no letter here for you")
        expect(words).to_be_visible()


def _say_who(page: Page, address: str) -> None:
    page.get_by_role("radio", name="Another address").check()
    page.get_by_role("textbox", name="Your address").fill(address)


def _told(page: Page) -> str:
    """What the page says of the code that was asked for."""
    sentence = page.get_by_text(re.compile("eight characters are on their way")).first
    sentence.wait_for()
    return eventually(sentence.inner_text)
