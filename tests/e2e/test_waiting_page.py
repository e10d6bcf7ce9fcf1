"""The reader's page of a letter that waits: her key is made and she comes back, it is given, it waits no more."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.drafts import Draft
from tests.e2e.accessibility import Inspector
from tests.e2e.lying import beside
from tests.e2e.own_key import PASSWORD, enrol
from tests.e2e.pair import Pair
from tests.e2e.people import (
    ANN,
    MAYA,
    PATIENCE_MS,
    Profile,
    ask_code,
    enter_code,
    expect_open,
    new_subject,
)
from tests.e2e.wire import begin, staff
from tests.house import Pane
from tests.messages.waiting import PENDING, Giver
from tests.self_held import make_self_held

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
TEXT = "The loan is paid back."
LOOKED_AT = os.environ.get("LETTERLOCK_PICTURES")  # a folder, for who looks at the screens


def expect_stage(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible(timeout=PATIENCE_MS)


def seen(inspector: Inspector, name: str, page: Page) -> None:
    """Have it judged; and keep a picture of each screen, where somebody wants to look."""
    inspector.look(name, page)
    for width in (320, 390, 1280) if LOOKED_AT else ():
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            path = Path(str(LOOKED_AT)) / f"{name} {width} {scheme}.png"
            page.screenshot(path=path, full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light")


def waits(ann: Pane) -> Draft:
    """A letter of Ann's that waits for Maya's key."""
    letter = begin(ann, [MAYA], TEXT, subject=new_subject("Waits"))
    letter.readers = [one | PENDING for one in letter.readers]
    assert letter.sign().status_code == 200, letter.signature
    assert letter.send().status_code == 202
    return letter


def test_she_makes_her_key_comes_back_and_reads_the_letter_when_it_was_given(
    pair: Pair, profile: Profiles
) -> None:
    inspector, maya = Inspector((320, 390, 1280)), profile()
    ann = staff(pair, ANN)
    with beside(pair) as parts:
        ann.own = make_self_held(parts, ANN)
    ann.me = ann.put("/me", {}).json
    letter, other = waits(ann), waits(ann)

    page = maya.link(letter.id)
    with maya.refusal(409):
        enter_code(page, ask_code(page, pair, MAYA))
        expect_stage(page, "This letter waits for your key")
    expect(page.get_by_text(re.compile(r"^It waits until \d+ \w+"))).to_be_visible()
    assert TEXT not in page.content()
    seen(inspector, "waits", page)

    page.get_by_role("link", name="Make your key").click()
    enrol(page, maya, MAYA, password=PASSWORD)
    page.get_by_role("link", name="Back to your letter").click()
    with maya.refusal(409):
        page.get_by_role("button", name="Open message").click()
        expect_stage(page, "You have your key")
    expect(page.get_by_text("was told. Only who can open this letter")).to_be_visible()
    seen(inspector, "ready", page)

    hand = Giver(ann, letter, ann)
    assert hand.give(hand.made()).status_code == 202
    page.get_by_role("button", name="Look again").click()
    expect_open(page, TEXT)

    answer = ann.call("DELETE", f"/messages/{other.id}/waiting", {"address": MAYA})
    assert answer.status_code == 204
    with maya.refusal(410):
        page.goto(f"{pair.url}/m/{other.id}")
        page.get_by_role("button", name="Open message").click()
        expect_stage(page, "This letter waits no more")
    expect(page.get_by_text("has stopped waiting for your key")).to_be_visible()
    expect(page.get_by_text("It waited thirty days")).to_be_hidden()
    seen(inspector, "over", page)
    assert inspector.found == []
