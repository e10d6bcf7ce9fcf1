"""Becoming the only holder of one's key, on one page, in a browser; and what holds it afterwards."""

import sqlite3
import statistics
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import own_key, wire
from tests.e2e.accessibility import Inspector
from tests.e2e.own_key import PASSWORD, Authenticator, become_self_held, enrol, key_page
from tests.e2e.pair import DATABASE, FirstDay, Pair
from tests.e2e.people import ANN, MAYA, PATIENCE_MS, Profile, expect_open, open_known

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "Dear Maya, the figures are enclosed."
SLIP = "Recovery code, in groups of four"
RUNS = 3
RETRIES = 5
WIDTHS = (320, 390, 1280)


@pytest.fixture
def pair(first_day: FirstDay) -> Pair:
    """A key changes hands once: each story has a first day of its own."""
    first_day.begin_anew()
    return first_day.pair


@pytest.fixture
def letter(pair: Pair) -> str:
    """A letter to Maya, sealed to the key that the server keeps for her."""
    return wire.post(pair, ANN, (MAYA,), TEXT)


@pytest.fixture
def maya(profile: Profiles, letter: str) -> Profile:
    """Maya's browser, signed in by a code a moment ago."""
    made = profile()
    own_key.sign_in_unseen(made, MAYA, letter)
    return made


def test_who_is_not_signed_in_is_told_where_to(pair: Pair, profile: Profiles) -> None:
    page = profile().context.new_page()
    page.goto(f"{pair.url}/key")
    expect(page.get_by_text("Open any letter of ours from the link in its mail")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_password_holds_the_key_when_it_was_typed_twice_alike(maya: Profile) -> None:
    page = key_page(maya)
    own_key.choose(page, "short")
    own_key.expect_said(page, "Twelve characters at least.")
    own_key.choose(page, "Password12345")
    own_key.expect_said(page, "That is guessed quickly: common words, a pattern or a date.")
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    own_key.type_back(page, code, "correct otter bicycle harvset")
    page.get_by_role("button", name="Finish").click()
    own_key.expect_said(page, "That is not the password that you typed first.")
    page.get_by_label("Your password once more").fill(PASSWORD)
    page.get_by_role("button", name="Finish").click()
    own_key.expect_done(page, maya, MAYA)
    assert code not in page.content()
    expect(page.get_by_text("the last backup that holds it is gone by")).to_be_visible()
    _expect_ways(key_page(maya), ["Password", "Recovery code"])


def test_a_passkey_holds_the_key_and_how_long_that_takes(
    first_day: FirstDay, profile: Profiles, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = []
    for _ in range(RUNS):
        first_day.begin_anew()
        letter = wire.post(first_day.pair, ANN, (MAYA,), TEXT)
        maya = profile()
        own_key.sign_in_unseen(maya, MAYA, letter)
        page = key_page(maya)
        authenticator = Authenticator.add(page)
        seconds.append(enrol(page, maya, MAYA, password=None).seconds)
        assert len(authenticator.credentials()) == 1
    maya.context.clear_cookies(name="__Host-session")
    page.reload()
    page.get_by_role("button", name="Or sign in with your passkey").click()
    _expect_ways(page, ["Linux computer", "Recovery code"])
    with capsys.disabled():
        median = statistics.median(seconds)
        words = f"Own key, from “Make a passkey” to the end: median {median:.1f} s of {RUNS}"
        sys.stdout.write(f"\n{words}\n")


def test_where_a_passkey_cannot_hold_a_key_a_password_is_offered(maya: Profile) -> None:
    page = key_page(maya)
    Authenticator.add(page, prf=False)
    own_key.choose(page, None)
    own_key.expect_said(page, "it cannot hold your key")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    enrol(page, maya, MAYA, password=PASSWORD)
    _expect_ways(key_page(maya), ["Password", "Recovery code"], signs_in=["Linux computer"])


def test_a_passkey_window_that_is_closed_asks_again(maya: Profile) -> None:
    page = key_page(maya)
    authenticator = Authenticator.add(page, refuses=True)
    own_key.choose(page, None)
    own_key.expect_said(page, "Nothing happened: the passkey was not confirmed")
    authenticator.remove()
    Authenticator.add(page)
    enrol(page, maya, MAYA, password=None)


def test_groups_that_are_not_those_of_the_slip_do_not_finish(maya: Profile) -> None:
    page = key_page(maya)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    own_key.type_back(page, "-".join(["AAAA"] * 7), PASSWORD)
    finish = page.get_by_role("button", name="Finish")
    expect(finish).to_be_disabled()
    page.get_by_role("textbox", name="Group").first.press("Enter")
    own_key.expect_said(page, "Look at your paper once more.")
    own_key.type_back(page, code, PASSWORD)
    expect(finish).to_be_enabled()


def test_closed_at_the_recovery_code_nothing_has_changed_and_it_can_be_done_again(
    maya: Profile, letter: str
) -> None:
    page = key_page(maya)
    Authenticator.add(page)
    own_key.choose(page, None)
    first = own_key.take_code(page, maya, MAYA)
    page.reload()
    expect_open(open_known(maya, letter), TEXT)
    page.get_by_role("button", name="Use your passkey “Linux computer”").click()
    code = own_key.take_code(page, maya, MAYA)
    assert code != first
    own_key.type_back(page, code, None)
    page.get_by_role("button", name="Finish").click()
    own_key.expect_done(page, maya, MAYA)


def test_a_session_that_is_not_fresh_asks_for_a_code_in_its_place(
    maya: Profile, pair: Pair
) -> None:
    _age_sessions(pair)
    page = key_page(maya)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    own_key.type_back(page, code, PASSWORD)
    with maya.refusal(403):
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_role("heading", name="Is it you?")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("list", name=SLIP)).to_be_visible()
    own_key.prove_fresh(page, maya, MAYA)
    expect(page.get_by_role("heading", name="Your key is yours alone")).to_be_visible(
        timeout=PATIENCE_MS
    )


def test_a_second_window_says_that_it_was_done_in_the_first(maya: Profile) -> None:
    second = key_page(maya)
    become_self_held(maya, MAYA)
    own_key.choose(second, PASSWORD)
    code = own_key.take_code(second, maya, MAYA)
    own_key.type_back(second, code, PASSWORD)
    with maya.refusal(409):
        second.get_by_role("button", name="Finish").click()
        expect(second.locator("#step-way")).to_contain_text("finished in another window")


def test_a_connection_that_is_lost_at_the_end_is_waited_for_and_the_code_stays(
    maya: Profile,
) -> None:
    page = key_page(maya)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    own_key.type_back(page, code, PASSWORD)
    page.route("**/keys/enrolments", lambda route: route.fulfill(status=503, body="{}"))
    page.clock.install()
    with maya.refusal(503):
        page.get_by_role("button", name="Finish").click()
        for _ in range(RETRIES):
            page.clock.run_for(4000)
        own_key.expect_said(page, "Nothing was lost: keep this page open")
    page.unroute("**/keys/enrolments")
    page.get_by_role("button", name="Try again").click()
    own_key.expect_done(page, maya, MAYA)


def test_a_session_that_has_ended_shows_nothing_of_hers(maya: Profile) -> None:
    page = key_page(maya)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    own_key.type_back(page, code, PASSWORD)
    maya.context.clear_cookies(name="__Host-session")
    with maya.refusal(401):
        page.get_by_role("button", name="Finish").click()
        own_key.expect_said(page, "Nothing has changed.")
    assert code not in page.content()


def test_another_device_unlocks_by_the_code_and_adds_its_passkey(
    maya: Profile, profile: Profiles, letter: str
) -> None:
    own = become_self_held(maya, MAYA)
    other = profile()
    own_key.sign_in_unseen(other, MAYA, letter)
    page = key_page(other)
    Authenticator.add(page)
    page.get_by_role("button", name="Add a passkey on this device").click()
    page.get_by_text("Use your recovery code").click()
    page.get_by_label("Recovery code", exact=True).fill(own.code.replace("-", " ").lower())
    page.get_by_role("button", name="Unlock with this code").click()
    _expect_said(page, "Linux computer opens your letters from now on.")
    _expect_ways(page, ["Password", "Recovery code", "Linux computer"])
    _rename(page, "Linux computer", "Study")
    _renew(page, own.code)
    _remove(page, "Password")
    _expect_ways(page, ["Study", "Recovery code"])
    with other.refusal(409):
        _ask_to_remove(page, "Study")
        own_key.expect_said(page, "Add another first; nothing was removed.")


@dataclass
class Turns:
    """Looks at each state at the next of three widths, in the next of three themes."""

    inspector: Inspector = field(default_factory=lambda: Inspector(()))
    count: int = 0

    def look(self, name: str, page: Page) -> None:
        """axe, and no wider than the screen."""
        if self.count % 3 == 2:
            page.emulate_media(forced_colors="active")
        self.inspector.widths = (WIDTHS[self.count % 3],)
        self.inspector.look(name, page)
        page.emulate_media(forced_colors="none")
        self.count += 1


def test_each_state_is_accessible(maya: Profile, pair: Pair) -> None:
    turns = Turns()
    page = key_page(maya)
    authenticator = Authenticator.add(page, refuses=True)
    turns.look("begin", page)
    own_key.choose(page, None)
    own_key.expect_said(page, "Nothing happened")
    turns.look("closed window", page)
    authenticator.remove()
    own_key.choose(page, "short")
    own_key.expect_said(page, "Twelve characters at least.")
    turns.look("short password", page)
    _age_sessions(pair)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    turns.look("recovery code", page)
    own_key.type_back(page, "-".join(["AAAA"] * 7), PASSWORD)
    page.get_by_role("textbox", name="Group").first.press("Enter")
    own_key.expect_said(page, "Look at your paper once more.")
    turns.look("wrong groups", page)
    own_key.type_back(page, code, PASSWORD)
    with maya.refusal(403):
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_role("heading", name="Is it you?")).to_be_visible(timeout=PATIENCE_MS)
    turns.look("code by mail", page)
    own_key.prove_fresh(page, maya, MAYA)
    expect(page.get_by_role("heading", name="Your key is yours alone")).to_be_visible(
        timeout=PATIENCE_MS
    )
    turns.look("end", page)
    page = key_page(maya)
    turns.look("your key", page)
    page.get_by_role("button", name="Add a password").click()
    turns.look("another password", page)
    page.get_by_role("button", name="New recovery code").click()
    expect(page.get_by_role("list", name=SLIP)).to_be_visible()
    page.get_by_role("button", name="Rename Password").click()
    turns.look("new recovery code", page)
    assert turns.inspector.found == []


def test_only_the_slip_is_printed(maya: Profile) -> None:
    page = key_page(maya)
    own_key.choose(page, PASSWORD)
    code = own_key.take_code(page, maya, MAYA)
    page.emulate_media(media="print")
    printed = page.locator("body").inner_text()
    assert all(group in printed for group in code.split("-"))
    assert "maya@client.example, Hart & Co" in printed
    assert "Hold your own key" not in printed
    assert "Finish" not in printed


def test_a_letter_that_the_server_opened_offers_it_and_one_of_her_own_does_not(
    maya: Profile, letter: str
) -> None:
    page = open_known(maya, letter)
    expect_open(page, TEXT)
    page.get_by_role("link", name="See how it goes").click()
    expect(page.get_by_role("heading", name="Hold your own key", level=1)).to_be_visible()
    enrol(page, maya, MAYA, password=PASSWORD)
    page = open_known(maya, letter)
    expect_open(page, TEXT)
    expect(page.get_by_role("link", name="See how it goes")).to_be_hidden()
    expect(page.get_by_role("link", name="See what opens it")).to_be_visible()


def _rename(page: Page, name: str, other: str) -> None:
    page.get_by_role("button", name=f"Rename {name}").click()
    page.get_by_role("textbox", name="Name").fill(other)
    page.get_by_role("button", name="Keep this name").click()
    _expect_said(page, f"It is called {other} now.")


def _renew(page: Page, old: str) -> None:
    page.get_by_role("button", name="New recovery code").click()
    slip = page.get_by_role("list", name=SLIP)
    expect(slip).to_be_visible()
    code = "-".join(slip.get_by_role("listitem").all_inner_texts())
    assert code != old
    own_key.type_groups(page, code)
    page.get_by_role("button", name="I have it: use this one").click()
    _expect_said(page, "Your new recovery code works, and the old one does not any more.")
    assert code not in page.content()


def _ask_to_remove(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("button", name="Remove it").click()


def _remove(page: Page, name: str) -> None:
    _ask_to_remove(page, name)
    _expect_said(page, f"{name} is removed.")


def _expect_said(page: Page, words: str) -> None:
    expect(page.locator("#yours-said")).to_contain_text(words, timeout=PATIENCE_MS)


def _expect_ways(page: Page, names: list[str], signs_in: list[str] | None = None) -> None:
    expect(page.locator("#slots b")).to_have_text(names, timeout=PATIENCE_MS)
    expect(page.locator("#others b")).to_have_text(signs_in or [])


def _age_sessions(pair: Pair) -> None:
    """As if eleven minutes had gone by since the last code."""
    with closing(sqlite3.connect(pair.data / DATABASE)) as database, database:
        database.execute("UPDATE sessions SET proved = proved - 660000")
