"""Somebody of the firm becomes the only holder of her key, at the portal, by her sign-in at Microsoft."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.own_key import PASSWORD, Authenticator, choose, type_back
from tests.e2e.pair import DATABASE, FirstDay, Pair
from tests.e2e.people import ANN, BEN, PATIENCE_MS, Profile, expect_said
from tests.e2e.staff_key import (
    AskingPane,
    Looks,
    become_holder,
    expect_holder,
    sign_in,
    staff_key,
    take_code,
)
from tests.e2e.wire import staff

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]


@pytest.fixture
def pair(first_day: FirstDay) -> Pair:
    """A key changes hands once: each story has a first day of its own."""
    first_day.begin_anew()
    return first_day.pair


@pytest.fixture
def looks() -> Iterator[Looks]:
    """At the end nothing may have been found."""
    made = Looks()
    yield made
    assert made.inspector.found == []


def age_sessions(pair: Pair) -> None:
    """As if eleven minutes had gone by since Microsoft asked."""
    with closing(sqlite3.connect(pair.data / DATABASE)) as database, database:
        database.execute("UPDATE sessions SET proved = proved - 660000")


def is_it_you(page: Page) -> None:
    """Wait for the question."""
    found = page.get_by_role("heading", name="Is it you?")
    expect(found).to_be_visible(timeout=PATIENCE_MS)


def test_ann_becomes_the_holder_of_her_key_and_sees_what_opens_it(
    pair: Pair, profile: Profiles, looks: Looks
) -> None:
    assert _custody(pair) == "managed"
    ann = profile()
    page = ann.context.new_page()
    page.goto(f"{pair.url}/staff")
    sign_in(page)
    page.get_by_role("link", name="Your own key").click()
    expect(page.get_by_role("heading", name="Hold your own key")).to_be_visible()
    expect(page.get_by_text("What the firm can no longer do")).to_be_visible()
    looks.at("what changes", page)
    Authenticator.add(page)
    become_holder(page)
    expect(page.get_by_text("Pair your panes")).to_be_visible()
    expect(page.get_by_text("the last backup that holds it is gone by")).to_be_visible()
    looks.at("done", page)
    assert _custody(pair) == "self-held"
    page.get_by_role("link", name="See what opens your key").click()
    expect(page.locator("#slots b")).to_have_text(["Linux computer", "Recovery code"])
    expect(page.get_by_text("None yet. Open Letterlock in Outlook")).to_be_visible()
    looks.at("your key", page)
    page.get_by_role("button", name="Add a password").click()
    page.get_by_label("Another password").fill(PASSWORD)
    page.get_by_label("The same once more").fill(PASSWORD)
    page.get_by_role("button", name="Add this password").click()
    expect(page.locator("#yours-said")).to_contain_text("Password opens your letters from now on.")
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with Microsoft").wait_for()
    page.goto(f"{pair.url}/staff/key")
    expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
    assert page.evaluate(_KEPT) == 0
    looks.at("signed out", page)


def test_microsoft_asks_before_anything_is_made_and_in_mid_step_in_another_window(
    pair: Pair, profile: Profiles, looks: Looks
) -> None:
    ann = profile()
    page = staff_key(ann)
    age_sessions(pair)
    page.reload()
    is_it_you(page)
    expect(page.get_by_role("button", name="Make a passkey")).to_be_hidden()
    expect(page.get_by_label("Password", exact=True)).to_be_hidden()
    looks.at("is it you, first", page)
    page.get_by_role("button", name="Sign in again with Microsoft").click()
    page.get_by_role("button", name="Ann Lee").click()
    page.wait_for_url(f"{pair.url}/staff/key")
    choose(page, PASSWORD)
    code = take_code(page)
    type_back(page, code, PASSWORD)
    page.evaluate("location.hash = '#main'")  # what the link above every page does
    age_sessions(pair)
    with ann.refusal(403):
        page.get_by_role("button", name="Finish").click()
        is_it_you(page)
    again = page.get_by_role("link", name="Sign in again, in a window of its own")
    expect(again).to_have_attribute("href", re.compile("^http"))
    looks.at("is it you, meanwhile", page)
    page.get_by_role("button", name="I have: go on").click()
    expect_said(page, "We do not see a new sign-in of yours yet.")
    with ann.context.expect_page() as opened:
        again.click()
    other = opened.value
    other.get_by_role("button", name="Ann Lee").click()
    expect_said(other, "Go back to the window where your key waits")
    looks.at("the other window", other)
    other.close()
    expect(page.locator("#fresh-why")).to_have_text(re.compile("^You have signed in again"))
    assert "-".join(page.locator("#slip-code li").all_inner_texts()) == code
    page.get_by_role("button", name="I have: go on").click()
    expect_holder(page)


def test_a_lost_key_is_given_up_for_a_new_one_and_her_panes_with_it(
    pair: Pair, profile: Profiles, looks: Looks
) -> None:
    ann = profile()
    page = staff_key(ann)
    Authenticator.add(page)
    become_holder(page)
    asking = AskingPane.begin(pair)
    page.goto(f"{pair.url}{asking.link}")
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_role("textbox", name="Code").fill(asking.code)
    page.get_by_role("button", name="Give this pane my key").click()
    page.get_by_role("link", name="See all paired panes").wait_for()
    pane = asking.complete()
    age_sessions(pair)
    page.goto(f"{pair.url}/staff/key")
    page.get_by_role("link", name="Lost everything that opens your key?").click()
    expect(page.get_by_text("A pane that is paired still opens your letters.")).to_be_visible()
    is_it_you(page)
    expect(page.get_by_role("button", name="Make a new key")).to_be_hidden()
    looks.at("lost, is it you", page)
    page.get_by_role("button", name="Sign in again with Microsoft").click()
    page.get_by_role("button", name="Ann Lee").click()
    page.get_by_role("checkbox", name=re.compile("I have looked everywhere")).check()
    looks.at("lost", page)
    page.get_by_role("button", name="Make a new key").click()
    expect(page.get_by_role("heading", name="Your new key", exact=True)).to_be_visible()
    page.get_by_role("button", name="Use your passkey “Linux computer”").click()
    type_back(page, take_code(page), None)
    page.get_by_role("button", name="Finish").click()
    expect_holder(page)
    expect(page.get_by_text("Panes that were paired with the lost key")).to_be_visible()
    page.get_by_role("link", name="See what opens your key").click()
    expect(page.get_by_text("None yet. Open Letterlock in Outlook")).to_be_visible()
    assert asking.desk.post(f"/panes/{pane}/share", {}).status_code == 404


def test_where_microsoft_does_not_say_that_it_asked_nothing_begins(
    pair: Pair, profile: Profiles, looks: Looks
) -> None:
    page = staff_key(profile(), BEN)
    silent = {"address": BEN, "name": "Ben Carey", "fresh_until": 0}
    page.route("**/staff/sessions/current", lambda route: route.fulfill(json=silent))
    page.reload()
    is_it_you(page)
    page.get_by_role("button", name="Sign in again with Microsoft").click()
    page.get_by_role("button", name="Ben Carey").click()
    expect_said(page, "does not say that it asked who you are")
    expect(page.get_by_role("button", name="Make a passkey")).to_be_hidden()
    looks.at("is it you, silent", page)


def test_a_session_that_has_ended_leads_back_to_the_page(pair: Pair, profile: Profiles) -> None:
    ben = profile()
    page = staff_key(ben, BEN)
    choose(page, PASSWORD)
    code = take_code(page)
    type_back(page, code, PASSWORD)
    ben.context.clear_cookies(name="__Host-staff")
    with ben.refusal(401):
        page.get_by_role("button", name="Finish").click()
        expect_said(page, "Sign in again, and you are back here.")
    assert code not in page.content()
    sign_in(page, BEN)
    expect(page.get_by_role("heading", name="Hold your own key")).to_be_visible()


def _custody(pair: Pair) -> str:
    """Of Ann's key, as her look-up says."""
    text = staff(pair, ANN).me["lookup"]["text"]
    return "self-held" if '"custody":"self-held"' in text else "managed"


# How many keys this browser keeps.
_KEPT = """
() => new Promise((resolve, reject) => {
    const open = indexedDB.open("letterlock-own", 1)
    open.onerror = () => { reject(open.error) }
    open.onupgradeneeded = () => { open.result.createObjectStore("key") }
    open.onsuccess = () => {
        const count = open.result.transaction("key").objectStore("key").count()
        count.onsuccess = () => { resolve(count.result) }
    }
})
"""
