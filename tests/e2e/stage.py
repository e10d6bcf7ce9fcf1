"""Where the states of a pane are brought about: its window, and a server whose answers can be held or exchanged."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, Route, expect

from tests.e2e.people import PATIENCE_MS, Profile, pane_of
from tests.sandbox.running import eventually

PASTE = """
(field, [type, text]) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData(type, text)
    field.dispatchEvent(new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}))
}
"""


@dataclass
class Stage:
    """One person's window with one pane; `facts` is what one state leaves for a later one."""

    profile: Profile
    outlook: Page
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def pane(self) -> FrameLocator:
        """The pane that is open."""
        return pane_of(self.outlook)

    @property
    def frame(self) -> Frame:
        """The pane's own document, whichever page of ours it shows."""
        frame = self.outlook.locator('iframe[title="Letterlock"]').element_handle().content_frame()
        assert frame is not None
        return frame

    def press(self, name: str) -> None:
        """Press the pane's first button of this name."""
        self.pane.get_by_role("button", name=name).first.click()

    def press_window(self, name: str) -> None:
        """Press a button of the window itself."""
        self.outlook.get_by_role("button", name=name).first.click()

    def one(self, selector: str) -> Locator:
        """A part of the pane by its id or part."""
        return self.pane.locator(selector)

    def says(self, words: str, selector: str = "body") -> None:
        """Wait until the pane shows a sentence."""
        expect(self.one(selector).get_by_text(words).filter(visible=True).first).to_be_visible(
            timeout=PATIENCE_MS
        )

    def hold(self, path: str) -> Callable[..., None]:
        """Keep the next request waiting; the answer lets it go on, or with `fulfil` answers it."""
        held: list[Route] = []

        def keep(route: Route) -> None:
            held.append(route)

        self.outlook.route(path, keep)

        def release(**answer: Any) -> None:
            eventually(lambda: self._idle() or held)
            for route in held:
                if answer:
                    route.fulfill(**answer)
                else:
                    route.continue_()
            self.outlook.unroute(path, keep)

        return release

    def answer(self, path: str, **answer: Any) -> Callable[[], None]:
        """Answer every such request ourselves, until what is returned is called."""

        def fulfil(route: Route) -> None:
            route.fulfill(**answer)

        self.outlook.route(path, fulfil)
        return lambda: self.outlook.unroute(path, fulfil)

    def paste(self, field: Locator, text: str, kind: str = "text/plain") -> None:
        """Paste into a field."""
        field.evaluate(PASTE, [kind, text])

    def _idle(self) -> None:
        """Let the browser tell what it has."""
        self.outlook.evaluate("0")


@dataclass(frozen=True)
class State:
    """A row of the table: its name, and what brings the pane there from the row before."""

    name: str
    bring: Callable[[Stage], None]


@dataclass
class Table:
    """The rows of one pane, in the order in which they are walked."""

    rows: list[State] = field(default_factory=list)

    def state(self, name: str) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
        """Make a function a row."""

        def add(bring: Callable[[Stage], None]) -> Callable[[Stage], None]:
            self.rows.append(State(name, bring))
            return bring

        return add


def problem(status: int, code: str, detail: str) -> dict[str, Any]:
    """An answer as the server refuses."""
    return {
        "status": status,
        "content_type": "application/problem+json",
        "json": {
            "type": f"urn:letterlock:problem:{code}",
            "status": status,
            "title": code,
            "detail": detail,
        },
    }


def exactly(words: str) -> re.Pattern[str]:
    """A name and nothing else."""
    return re.compile(f"^{re.escape(words)}$")
