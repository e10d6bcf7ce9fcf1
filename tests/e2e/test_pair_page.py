"""The link of a pane at the portal: who asks, unlock, the pane's code, done; and each way it can end otherwise."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from server.crypto.encoding import b64u
from tests.e2e.own_key import Authenticator, OwnKey
from tests.e2e.pair import FirstDay, Pair
from tests.e2e.people import ANN, BEN, PATIENCE_MS, Profile, expect_said
from tests.e2e.staff_key import (
    CODE,
    AskingPane,
    Looks,
    become_holder,
    pair_page,
    sign_in,
    staff_key,
)
from tests.e2e.stage import problem
from tests.e2e.wire import staff

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
GONE = 404


@pytest.fixture(scope="module")
def pair(first_day: FirstDay) -> Pair:
    first_day.begin_anew()
    return first_day.pair


@dataclass
class Holder:
    """Ann in her browser, with a key of her own; `page` has her passkey, `seen` all that was sent."""

    profile: Profile
    page: Page
    own: OwnKey
    seen: list[str] = field(default_factory=list)

    def note(self, request: Request) -> None:
        """Keep what leaves the browser."""
        self.seen.append(f"{request.url} {request.post_data or ''} {request.headers}")


@pytest.fixture(scope="module")
def ann(pair: Pair, browser: Browser) -> Iterator[Holder]:
    """Enrolled once: a pairing changes nothing of hers, and ten an hour are enough for all."""
    staff(pair, ANN)  # she has written before: her old key goes along
    mine = Profile.open(browser, pair)
    page = staff_key(mine)
    Authenticator.add(page)
    holder = Holder(mine, page, become_holder(page))
    mine.context.on("request", holder.note)
    yield holder
    mine.close()
    assert mine.complaints == []


@pytest.fixture
def looks() -> Iterator[Looks]:
    """At the end nothing may have been found."""
    made = Looks()
    yield made
    assert made.inspector.found == []


def heading(page: Page, words: str) -> None:
    """Wait for a state of the page; it has focus, so that it is read out."""
    found = page.get_by_role("heading", name=words, level=1)
    expect(found).to_be_visible(timeout=PATIENCE_MS)


def type_code(page: Page, code: str) -> None:
    """What somebody types for the pane's code, and presses."""
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Give this pane my key").click()


def test_a_pane_gets_her_key_past_the_server(pair: Pair, ann: Holder, looks: Looks) -> None:
    page = ann.page
    page.goto(f"{pair.url}/staff")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
    asking = AskingPane.begin(pair)
    page.goto(f"{pair.url}{asking.link}")
    heading(page, "Pair a pane")
    assert page.url == f"{pair.url}/staff/pair"
    looks.at("signed out", page)
    sign_in(page)
    heading(page, "Was that you?")
    assert page.evaluate("sessionStorage.length") == 0
    page.evaluate("location.hash = '#main'")  # what the link above every page does
    for words in ("Outlook on the web", "Edge on Windows", "A moment ago", "Ann Lee, ann@hart"):
        expect(page.locator(".facts")).to_contain_text(words)
    looks.at("who asks", page)
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_role("heading", name="Unlock your key").wait_for()
    looks.at("unlock", page)
    page.get_by_role("button", name="Unlock with your passkey").click()
    heading(page, "Type the code that the pane shows")
    expect(page.get_by_role("textbox", name="Code")).to_be_focused()
    looks.at("code", page)
    type_code(page, "7KQ2")
    expect_said(page, "The pane shows eight characters")
    type_code(page, "AAAA-AAAA")
    expect_said(page, "4 tries left.")
    looks.at("wrong code", page)
    assert asking.state().json["state"] == "waiting"
    page.get_by_role("textbox", name="Code").fill(CODE.lower())
    expect(page.get_by_role("textbox", name="Code")).to_have_value("7KQ2-M8XF")
    page.keyboard.press("Enter")
    heading(page, "Go back to Outlook")
    looks.at("done", page)
    brought = asking.taken()
    me = json.loads(asking.desk.put("/me", {}).json["lookup"]["text"])
    assert (brought.key, brought.signing_key) == (me["key"], me["signing_key"])
    assert len(brought.old) == 1
    assert not any(b64u(asking.k) in sent for sent in ann.seen)
    assert b64u(asking.k) not in pair.log.read_text()


def test_she_sees_the_panes_that_have_her_key_and_removes_one(
    pair: Pair, ann: Holder, looks: Looks
) -> None:
    page = ann.page
    made = {}
    for program, kept in (("outlook", True), ("word", False)):
        asking = AskingPane.begin(pair, program=program)
        page.goto(f"{pair.url}{asking.link}")
        page.get_by_role("button", name="Yes, go on").click()
        type_code(page, CODE)
        heading(page, f"Go back to {program.capitalize()}")
        made[program] = (asking, asking.complete(kept=kept))
    page.get_by_role("link", name="See all paired panes").click()
    names = page.locator("#panes b")
    expect(names).to_have_text(["Word on the web", "Outlook on the web"])
    lines = page.locator("#panes li")
    expect(lines.first).to_contain_text("Edge on Windows. Paired")
    expect(lines.first).to_contain_text("It forgets the key when it is closed.")
    expect(lines.last).not_to_contain_text("It forgets the key")
    looks.at("panes", page)
    lines.last.get_by_role("button", name="Remove Outlook on the web").click()
    expect(lines.last.get_by_role("button", name="Leave it")).to_be_focused()
    looks.at("removing a pane", page)
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("#yours-said")).to_contain_text("Outlook on the web is removed.")
    expect(names).to_have_text(["Word on the web"])
    status = {
        program: asking.desk.post(f"/panes/{pane}/share", {}).status_code
        for program, (asking, pane) in made.items()
    }
    assert status == {"outlook": 404, "word": 200}


def test_a_link_that_is_not_whole_gives_nothing(pair: Pair, ann: Holder, looks: Looks) -> None:
    page, asking = ann.page, AskingPane.begin(pair)
    page.goto(f"{pair.url}{asking.link[:-1]}")
    heading(page, "This link is not whole")
    assert page.url == f"{pair.url}/staff/pair"
    looks.at("not whole", page)
    page.goto(f"{pair.url}{asking.link}")  # in the same window: no page is loaded for it
    heading(page, "Was that you?")
    page.reload()
    heading(page, "This link is not whole")
    assert asking.state().json["state"] == "waiting"


def test_it_was_not_she(pair: Pair, ann: Holder, looks: Looks) -> None:
    asking, page = AskingPane.begin(pair), ann.page
    page.goto(f"{pair.url}{asking.link}")
    heading(page, "Was that you?")
    calls = re.compile("/api/v1/keys/pairings/[^/]+$")
    page.route(calls, lambda route: route.fulfill(**problem(GONE, "pairing-gone", "")))
    with ann.profile.refusal(GONE):
        page.get_by_role("button", name="No, that was not me").click()
        heading(page, "This question is over already")  # answered in another window, say
    expect(page.get_by_role("link", name="To your own key")).to_be_visible()
    looks.at("no, too late", page)
    page.unroute(calls)
    page.goto(f"{pair.url}{asking.link}")
    page.get_by_role("button", name="No, that was not me").click()
    heading(page, "That pane gets nothing")
    looks.at("refused", page)
    assert asking.state().status_code == GONE


def test_five_wrong_codes_end_it(pair: Pair, ann: Holder, looks: Looks) -> None:
    asking, page = AskingPane.begin(pair), ann.page
    page.goto(f"{pair.url}{asking.link}")
    page.get_by_role("button", name="Yes, go on").click()
    for left in ("4 tries left.", "3 tries left.", "2 tries left.", "1 try left."):
        type_code(page, "AAAA-AAAA")
        expect_said(page, left)
    type_code(page, "AAAA-AAAA")
    heading(page, "Five wrong tries")
    looks.at("five wrong tries", page)
    assert asking.state().status_code == GONE


def test_a_question_that_is_over_or_somebody_elses_says_so(
    pair: Pair, ann: Holder, profile: Profiles, looks: Looks
) -> None:
    first, page = AskingPane.begin(pair), ann.page
    page.goto(f"{pair.url}{first.link}")
    page.get_by_role("button", name="Yes, go on").click()
    second = AskingPane.begin(pair)  # takes the first one's place
    with ann.profile.refusal(404):
        type_code(page, CODE)
        heading(page, "This question is over")
        expect(page.get_by_text("you are signed in as Ann Lee").last).to_be_visible()
        looks.at("over", page)
    ben = profile()
    other = pair_page(ben, second)
    sign_in(other, BEN)
    heading(other, "You do not hold your key yet")
    expect(other.get_by_text("You are signed in as Ben Carey").last).to_be_visible()
    expect(other.get_by_role("link", name="To your own key")).to_be_visible()
    looks.at("no key of his own", other)
    assert second.state().json["state"] == "waiting"


def test_away_and_signed_out_lose_nothing(pair: Pair, ann: Holder, looks: Looks) -> None:
    asking, page = AskingPane.begin(pair), ann.page
    calls = re.compile("/api/v1/keys/pairings/[^/]+$")
    page.route(calls, lambda route: route.fulfill(status=500, body="{}"))
    with ann.profile.refusal(500):
        page.goto(f"{pair.url}{asking.link}")
        heading(page, "We cannot look at this just now")
    looks.at("away", page)
    page.unroute(calls)
    page.get_by_role("button", name="Try again").click()
    heading(page, "Was that you?")
    page.get_by_role("button", name="Yes, go on").click()
    ann.profile.context.clear_cookies(name="__Host-staff")
    with ann.profile.refusal(401):
        type_code(page, CODE)
        expect_said(page, "You were away for a while, so this page closed.")
    looks.at("signed out meanwhile", page)
    assert page.get_by_role("textbox", name="Code").count() == 0
    sign_in(page)
    heading(page, "Was that you?")
    page.get_by_role("button", name="Yes, go on").click()
    page.get_by_role("button", name="Unlock with your passkey").click()
    type_code(page, CODE)
    heading(page, "Go back to Outlook")
    assert asking.state().json["state"] == "answered"
