"""The pane in each of its states, at the widths that Outlook gives it, and by keys alone."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.accessibility import overhang, violations
from tests.e2e.pair import Pair
from tests.e2e.panes import (
    ACCOUNTS,
    COLON,
    EMPTY,
    NOTES,
    add_files,
    expect_kept,
    expect_text,
    hide_from_others,
    kept,
    read_in_pane,
    rows,
    sheets,
)
from tests.e2e.people import ANN, BEN, MAYA, TOM, Profile, new_subject, open_pane, write
from tests.e2e.wire import Enclosed, post

pytestmark = pytest.mark.timeout(300)
Profiles = Callable[..., Profile]
LONG = "A name that goes on and on, as those of scanners do, 2026-11-22 final (2).txt"
FILES = {LONG: Enclosed(b"The loan was 2,000.\n" * 9, "text/plain")}
SCREENS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "light"), (420, "dark"), (320, "dark"), (420, "light"),
)  # fmt: skip
WIDEN = """
width => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`.pane, .pane-frame { width: ${width}px !important }`)
    document.adoptedStyleSheets = [sheet]
}
"""


class Looks:
    """Looks at a pane on its way through a story, in light and dark at each width.

    Pictures, and forced colours, are test_pane_states' business.
    """

    def __init__(self, outlook: Page, path: str) -> None:
        self._outlook, self._path = outlook, path
        self.found: list[str] = []

    def look(self, name: str) -> None:
        """Inspect the pane as it is now."""
        frame = self._outlook.frame(url=self._path)
        assert frame is not None
        for width, scheme in SCREENS:
            self._outlook.evaluate(WIDEN, width)
            self._outlook.emulate_media(color_scheme=scheme)
            where = f"{name}, {width} px, {scheme}"
            self.found += [f"{where}: {one}" for one in violations(frame)]
            if too_wide := overhang(frame):
                self.found.append(f"{where}: {too_wide} px wider than the pane")
        self._outlook.evaluate(WIDEN, 320)
        self._outlook.emulate_media(color_scheme="light")


@contextmanager
def looking(outlook: Page, path: str) -> Iterator[Looks]:
    looks = Looks(outlook, path)
    yield looks
    assert looks.found == []


def test_writing_with_files_hidden_copies_and_kept_letters(profile: Profiles) -> None:
    ann = profile(viewport={"width": 1280, "height": 1000})
    outlook = ann.outlook(ANN)
    pane = open_pane(outlook)
    with looking(outlook, "**/pane/compose") as looks:
        write(pane, to=(MAYA, BEN), subject=new_subject("Looks"), text="See what is enclosed.")
        hide_from_others(pane, TOM)
        add_files(pane, NOTES, ACCOUNTS, COLON, EMPTY)
        expect(pane.get_by_text("3 files, ")).to_be_visible()
        expect_kept(pane)
        pane.get_by_text("Who can read this:").click()
        looks.look("writing")
        outlook.route("**/objects/*", lambda route: route.abort())
        add_files(pane, NOTES | {"name": "Cut off.txt"})
        expect(rows(pane).last).to_contain_text("no connection", timeout=30_000)
        looks.look("cut off")
        outlook.unroute("**/objects/*")
        outlook.reload()
        pane = open_pane(outlook)
        expect(kept(pane).first).to_contain_text("Letter to")
        looks.look("kept")
        kept(pane).first.get_by_role("button", name=re.compile("^Throw away")).click()
    ann.complaints[:] = [line for line in ann.complaints if "ERR_FAILED" not in line]


def test_reading_and_answering(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("Looks of a letter")
    first = post(pair, BEN, (ANN, MAYA), "The first.", subject=subject)
    post(pair, BEN, (ANN, MAYA), "The second.", subject=f"{subject} 2", files=FILES, reply_to=first)
    outlook = profile(viewport={"width": 1280, "height": 1000}).outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", f"{subject} 2")
    with looking(outlook, "**/pane/read") as looks:
        expect(sheets(pane)).to_have_count(2)
        expect_text(sheets(pane).nth(1), "The second.")
        pane.get_by_role("button", name="Verify").last.click()
        looks.look("reading")
        pane.get_by_role("button", name="Reply all").last.click()
        pane.get_by_role("textbox", name="Message").fill("I agree.")
        add_files(pane, NOTES)
        expect_kept(pane)
        pane.get_by_text("Who can read this:").click()
        looks.look("answering")
        pane.get_by_role("button", name="Throw away").click()


def test_a_letter_with_a_file_is_answered_by_keys_alone(pair: Pair, profile: Profiles) -> None:
    subject = new_subject("By keys")
    post(pair, BEN, (ANN, MAYA), "The first.", subject=subject, files=FILES)
    outlook = profile().outlook(ANN)
    pane = read_in_pane(outlook, "Inbox", subject)
    expect_text(sheets(pane).first, "The first.")
    with outlook.expect_download():
        _press(outlook, pane, f"Save {LONG}")
    _press(outlook, pane, "Reply")
    expect(pane.get_by_role("textbox", name="Message")).to_be_focused()
    outlook.keyboard.type("I agree.")
    with outlook.expect_file_chooser() as chooser:
        _press(outlook, pane, "Add files")
    chooser.value.set_files([NOTES])
    expect(rows(pane)).to_contain_text("Text, ")
    _press(outlook, pane, "Remove Notes.txt")
    expect(pane.get_by_role("button", name="Add files")).to_be_focused()
    pane.get_by_role("textbox", name="Message").focus()
    outlook.keyboard.press("Control+Enter")
    expect(pane.get_by_text(re.compile("^Sent. .*is on its way"))).to_be_visible(timeout=30_000)


def _press(page: Page, pane: FrameLocator, name: str) -> None:
    """Tab to a button and press Enter."""
    button = pane.get_by_role("button", name=name, exact=True)
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not reach {name}")
