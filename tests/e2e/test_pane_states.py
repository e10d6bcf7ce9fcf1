"""Every state of every pane at 320 px: accessible, not too wide, focus seen.

Each in the next of light, dark and forced colours; `make prove` looks at each in all three, and at
390 px. The states stand in the tables of states_*.py and are walked in one window each. What the pages and
style sheets of the panes can show must have been seen on the way, so a part that is new has a row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e import (
    states_compose,
    states_more,
    states_own,
    states_paper,
    states_read,
    states_rest,
    states_taking,
)
from tests.e2e.keys import Keys
from tests.e2e.looker import Looker, classes_of, ids_of, unseen, wrong_in
from tests.e2e.pair import Pair
from tests.e2e.panes import ACCOUNTS, NOTES
from tests.e2e.people import ANN, MAYA, PATIENCE_MS, Profile, new_subject
from tests.e2e.stage import Stage, Table

pytestmark = pytest.mark.timeout(600)
Start = Callable[[Profile], Page]
WALKS: dict[str, tuple[Table, Start]] = {
    "compose": (states_compose.COMPOSE, lambda profile: profile.outlook(ANN)),
    "paper": (states_paper.PAPER, states_paper.start),
    "take-over": (states_taking.TAKING, states_taking.start),
    "more": (states_more.MORE, lambda profile: profile.outlook(ANN)),
    "record": (states_more.FILING, states_more.start),
    "read": (states_read.READ, states_read.start),
    "document": (states_rest.DOCUMENT, states_rest.start),
    "administrator": (states_rest.ADMIN, lambda profile: profile.outlook(ANN)),
    "own key": (states_own.OWN, states_own.start),
}
# Never seen as they are: a template, where an answer's form is parked, the twin of #to-found; and
# marks that the editor's own library puts into a text while one selects.
PARKED = {
    "#letter-card", "#reply-home", "#bcc-found", ".selectedCell", ".ProseMirror-selectednode",
    ".ProseMirror-separator", ".ProseMirror-trailingBreak",
    ".scan",  # the portal's page alone has the camera
}  # fmt: skip
# A control for each thing that is looked for: what breaks a state, and what is found then.
BREAKS = {
    "a label is removed": (
        "document.querySelector('label[for=subject]').remove()",
        "label: #subject",
    ),
    "contrast is lowered": (
        "document.querySelector('#add-document').style.color = '#bbb'",
        "color-contrast: #add-document",
    ),
    "a target is too small": (
        "document.querySelectorAll('#add-document, #add-selection').forEach((one) => { one.style = 'width: 12px; min-height: 12px; height: 12px; padding: 0; margin: 0 -8px; font-size: 0' })",
        "target-size: ",
    ),
    "it scrolls sideways": (
        "document.querySelector('#pane').style.minWidth = '360px'",
        "px wider than the pane",
    ),
    "the ring is gone": (
        "document.querySelector('#attach').style.cssText = 'outline: 0 !important; transition: none'",
        "focus on attach is not seen",
    ),
    "something sticks over it": (
        "document.querySelector('#attach').parentElement.style = 'position: fixed; inset: 0; z-index: 9'",
        "has focus and is hidden by",
    ),
}
# Everything that a control touches stands in these attributes or in this part of the page.
KEEP = """
() => {
    const all = [document.documentElement, ...document.querySelectorAll('body, body *')]
    window.kept = all.map((one) => [one, one.getAttribute('style')])
    const label = document.querySelector('label[for=subject]')
    window.label = [label.parentElement, label]
}
"""
MEND = """
() => {
    for (const [one, style] of window.kept) style === null ? one.removeAttribute('style') : one.setAttribute('style', style)
    window.label[0].prepend(window.label[1])
}
"""


@dataclass
class Walks:
    """Walks each pane once, when it is first asked for."""

    browser: Browser
    pair: Pair
    width: int = 320
    thorough: bool = False
    lookers: dict[str, Looker] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    _profiles: list[Profile] = field(default_factory=list)

    def walk(self, name: str) -> Looker:
        """What was found on the way through all states of a pane."""
        if name not in self.lookers:
            table, start = WALKS[name]
            stage = self.person(start)
            self.lookers[name] = Looker(
                stage, self.width, pictures=self.thorough, in_turn=not self.thorough
            )
            for row in table.rows:
                row.bring(stage)
                self.lookers[name].look(row.name)
                self.marks |= ids_of(stage.frame.content())
        return self.lookers[name]

    def person(self, start: Start = lambda profile: profile.outlook(ANN)) -> Stage:
        """A fresh browser profile and its window."""
        profile = Profile.open(self.browser, self.pair)
        self._profiles.append(profile)
        return Stage(profile, start(profile))

    def close(self) -> None:
        """End all profiles."""
        for profile in self._profiles:
            profile.close()


@pytest.fixture(scope="module")
def walks(browser: Browser, pair: Pair) -> Iterator[Walks]:
    all_walks = Walks(browser, pair)
    yield all_walks
    all_walks.close()
    states_paper.clear(pair)
    states_taking.guard(pair, "off")


@pytest.mark.parametrize("name", WALKS)
def test_each_state_is_accessible_fits_and_shows_its_focus(walks: Walks, name: str) -> None:
    looker = walks.walk(name)
    assert looker.names == [row.name for row in WALKS[name][0].rows]
    assert looker.found == []


def test_whatever_the_panes_can_show_was_seen_in_some_state(walks: Walks) -> None:
    lookers = [walks.walk(name) for name in WALKS]
    drawn = classes_of(
        "pane.css", "advice.css", "stationery.css", "editing.css", "deployment.css", "safety.css"
    )
    assert unseen((walks.marks | drawn) - PARKED, lookers) == []


def test_a_part_that_no_state_shows_is_told_of(walks: Walks) -> None:
    page = '<p class="x" id="never">Seen by nobody</p>'
    assert unseen(ids_of(page), [walks.walk("compose")]) == ["#never"]


@pytest.mark.parametrize("broken", BREAKS)
def test_a_state_that_is_broken_on_purpose_is_found(walks: Walks, broken: str) -> None:
    stage = walks.walk("document").stage
    looker = Looker(stage)
    script, words = BREAKS[broken]
    assert wrong_in(stage.frame) == []
    stage.frame.evaluate(KEEP)
    stage.frame.evaluate(script)
    looker.look("broken")
    stage.frame.evaluate(MEND)
    assert any(words in one for one in looker.found), looker.found


def test_a_letter_with_a_file_is_written_advised_on_and_sent_by_keys_alone(walks: Walks) -> None:
    stage = walks.person()
    rules = states_compose.RULES | {"stop": []}
    stage.outlook.route("**/api/v1/advice-rules", lambda route: route.fulfill(json=rules))
    keys = Keys(stage)
    stage.outlook.get_by_role("button", name="New message").press("Enter")
    stage.outlook.get_by_role("button", name="Letterlock").press("Enter")
    expect(stage.pane.get_by_role("button", name="Send securely")).to_be_enabled()
    keys.to("To")
    keys.write(f"Maya Okafor <{MAYA}>")
    keys.press("Enter")
    expect(stage.one("#to-people")).to_contain_text("Protected")
    keys.settles("To")
    keys.to("Subject")
    keys.write(new_subject("By keys"))
    assert keys.to("Message") == ["Bold", "Message"]  # the toolbar is one stop
    keys.press("Shift+Tab", "ArrowRight", "Space")
    keys.settles("Message")
    for line in ("Dear Mara,", "please pay to GB82 WEST 1234 5698 7654 32."):
        keys.write(line)
        keys.press("Enter")
    expect(stage.one("#advice-sum")).to_contain_text("2 thoughts")
    with stage.outlook.expect_file_chooser() as chooser:
        keys.to("Add files")
        keys.press("Space")
    chooser.value.set_files([NOTES, ACCOUNTS])
    for name in ("Notes.txt", "Accounts 2026.pdf"):
        expect(stage.pane.get_by_role("button", name=f"Remove {name}")).to_be_visible()
    keys.to("Remove Notes.txt")
    keys.press("Enter")
    keys.settles("Remove Accounts 2026.pdf")
    keys.to("2 thoughts on this letter")
    keys.press("Enter")
    keys.to("Write “Maya”")
    keys.press("Enter")
    keys.settles("Message")
    keys.to("One thought on this letter")
    keys.to("Leave it: An account number")
    keys.press("Space")
    keys.settles("Message")
    assert keys.to("Send securely")[-2:] == [
        "Who can read this: Maya and you.",
        "Send securely",
    ]
    keys.press("Enter")
    expect(stage.one("#status")).to_contain_text("Sent", timeout=PATIENCE_MS)
    keys.settles("What happens now")
    keys.to("Write another")
    keys.press("Enter")
    keys.settles("To")


def test_a_lost_focus_is_told_of(walks: Walks) -> None:
    keys = Keys(walks.walk("document").stage)
    keys.to("To")
    keys.stage.frame.evaluate(
        "document.addEventListener('keydown', () => document.activeElement.blur())"
    )
    with pytest.raises(AssertionError, match="Shift lost focus"):
        keys.press("Shift")


@pytest.mark.wide
@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize("width", [320, 390])
def test_each_state_is_so_in_every_theme(
    browser: Browser, pair: Pair, width: int, name: str
) -> None:
    walks = Walks(browser, pair, width, thorough=True)
    assert walks.walk(name).found == []
    walks.close()
