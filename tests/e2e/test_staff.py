"""Staff sign in at the portal, in a browser, by the sandbox's page of Microsoft."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import Inspector
from tests.e2e.pair import FirstDay, Pair
from tests.e2e.people import Profile

pytestmark = pytest.mark.timeout(120)
Profiles = Callable[..., Profile]


@pytest.fixture
def pair(first_day: FirstDay) -> Pair:
    first_day.begin_anew()
    return first_day.pair


def staff_page(profile: Profile) -> Page:
    """The page of staff, of nobody yet."""
    page = profile.context.new_page()
    page.goto(f"{profile.pair.url}/staff")
    return page


def sign_in(page: Page, name: str) -> None:
    """By the page of Microsoft."""
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name=name).click()


def test_ben_signs_in_and_out(pair: Pair, profile: Profiles) -> None:
    ben = profile()
    page = staff_page(ben)
    sign_in(page, "Ben Carey")
    expect(page.get_by_text("You are signed in as Ben Carey")).to_be_visible()
    assert page.url == f"{pair.url}/staff"
    held = {one["name"]: one for one in ben.context.cookies(pair.url)}
    assert (held["__Host-staff"]["httpOnly"], held["__Host-staff"]["secure"]) == (True, True)
    assert "__Host-session" not in held
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with Microsoft")).to_be_visible()
    assert "__Host-staff" not in {one["name"] for one in ben.context.cookies(pair.url)}


def test_who_breaks_off_at_microsoft_is_told_and_may_try_again(
    pair: Pair, profile: Profiles
) -> None:
    page = staff_page(profile())
    page.get_by_role("button", name="Sign in with Microsoft").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#trouble")).to_contain_text("You were not signed in")
    assert "state=" not in page.url
    sign_in(page, "Ben Carey")
    expect(page.get_by_text("You are signed in as Ben Carey")).to_be_visible()


def test_a_link_that_somebody_else_made_signs_nobody_in(pair: Pair, profile: Profiles) -> None:
    mine = profile()
    page = mine.context.new_page()
    with mine.refusal(403):
        page.goto(f"{pair.url}/staff/signed-in#code=theirs&state=theirs")
        expect(page.locator("#trouble")).to_contain_text("begun in another browser")
    assert "theirs" not in page.url
    assert "__Host-staff" not in {one["name"] for one in mine.context.cookies(pair.url)}


def test_the_pages_of_staff_can_be_used_by_everybody(
    pair: Pair, profile: Profiles, tmp_path: Path
) -> None:
    inspector = Inspector((320, 390, 1280))
    page = staff_page(profile())
    inspector.look("staff, signed out", page)
    page.goto(f"{pair.url}/staff/signed-in#error=access_denied&state=x")
    expect(page.locator("#trouble")).to_be_visible()
    inspector.look("staff, broken off", page)
    sign_in(page, "Ben Carey")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    inspector.look("staff, signed in", page)
    assert inspector.found == []
