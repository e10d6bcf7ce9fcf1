"""axe as a referee of pages, and whether a page is wider than its screen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Frame, Page

from tests.sandbox.running import ROOT

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
RUN = """
off => axe.run(document, {iframes: false, rules: off}).then(({violations}) => violations.map(
    ({id, nodes}) => `${id}: ${nodes.map(({target}) => target.join(' ')).join(', ')}`))
"""
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# Rules for a whole page, which axe itself leaves out in a frame.
PAGE_ONLY = ("landmark-one-main", "page-has-heading-one", "region")


@dataclass
class Inspector:
    """Looks at pages in light and dark at each width, and notes what is wrong, by page."""

    widths: tuple[int, ...]
    found: list[str] = field(default_factory=list)

    def look(
        self, name: str, page: Page, frame: Frame | None = None, *, part: bool = False
    ) -> None:
        """Inspect a page, or the document of one of its frames; `part` is no page of its own."""
        size = page.viewport_size
        assert size is not None
        for width, scheme in self._screens(page):
            where = f"{name}, {width} px, {scheme}"
            self.found += [f"{where}: {one}" for one in violations(frame or page, part=part)]
            if too_wide := overhang(frame or page):
                self.found.append(f"{where}: {too_wide} px wider than the screen")
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")

    def _screens(self, page: Page) -> Iterator[tuple[int, Scheme]]:
        for width in self.widths:
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                yield width, scheme


def violations(place: Page | Frame, *, part: bool = False) -> list[str]:
    """The rules of accessibility that a document breaks, each with the places."""
    if not place.evaluate("'axe' in window"):
        place.evaluate(AXE)
    off = {rule: {"enabled": False} for rule in PAGE_ONLY} if part else {}
    return list(place.evaluate(RUN, off))


def overhang(place: Page | Frame) -> int:
    """By how many pixels a document is wider than what shows it."""
    root = "document.documentElement"
    return max(0, int(place.evaluate(f"{root}.scrollWidth - {root}.clientWidth")))
