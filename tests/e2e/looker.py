"""Looks at one pane in one state: every rule of axe, its width, its focus, and what of it was shown."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Frame

from tests.e2e.accessibility import AXE, overhang
from tests.e2e.stage import Stage
from tests.sandbox.running import ROOT

Theme = Literal["light", "dark", "forced"]
THEMES: tuple[Theme, ...] = ("light", "dark", "forced")
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
RUN = """
tags => axe.run(document, {iframes: false, runOnly: tags, resultTypes: ['violations']}).then(({violations}) => violations.map(
    ({id, nodes}) => `${id}: ${nodes.map(({target}) => target.join(' ')).join(', ')}`))
"""
WIDEN = """
width => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(`.pane, .pane-frame { width: ${width}px !important }`)
    document.adoptedStyleSheets = [sheet]
}
"""
FOOT = "(where) => { for (const one of document.querySelectorAll('.send, #status')) one.style.position = where }"
# What takes focus, whether the ring is drawn, and whether something lies on top of it: asked once more
# when the browser has drawn, since what it has not drawn yet is nowhere.
FOCUS = """
async () => {
    const drawnOnce = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    const again = async (one) => {
        one.blur()
        await drawnOnce()
        one.focus()
        await drawnOnce()
    }
    await drawnOnce()
    const drawn = (one) => {
        const {outlineStyle, outlineWidth, outlineColor, boxShadow, borderBottomColor, borderBottomWidth} = getComputedStyle(one)
        return [outlineStyle === 'none' ? 'none' : `${outlineWidth} ${outlineColor}`, boxShadow, borderBottomColor, borderBottomWidth].join('|')
    }
    const name = (one) => one.id || one.dataset.part || one.getAttribute('aria-label') || one.textContent.trim().slice(0, 30)
    const at = (one, part) => {
        const {left, top, width, height} = one.getBoundingClientRect()
        return document.elementFromPoint(left + width / 2, top + height * part)
    }
    const atMiddle = (one) => at(one, .5)
    const seen = (one) => [.5, .1, .9].map((part) => at(one, part)).some((found) => found !== null && (one.contains(found) || found.contains(one)))
    const before = document.activeElement
    const wrong = []
    const modal = document.querySelector('dialog:modal') ?? document   // what is behind it is inert
    const all = 'a[href], button, input, select, textarea, summary, [tabindex="0"], [contenteditable="true"]'
    for (const one of modal.querySelectorAll(all)) {
        if (!one.checkVisibility({visibilityProperty: true}) || one.disabled || one.tabIndex < 0) continue
        one.blur()
        const plain = drawn(one)
        one.focus()
        if (document.activeElement !== one) wrong.push(`${name(one)} takes no focus`)
        else if (drawn(one) === plain) wrong.push(`focus on ${name(one)} is not seen`)
        else if (!seen(one) && (await again(one), !seen(one))) {
            wrong.push(`${name(one)} has focus and is hidden by ${name(atMiddle(one) ?? document.body)}`)
        }
    }
    if (before instanceof HTMLElement && before !== document.body) before.focus()
    else document.activeElement?.blur?.()
    return wrong
}
"""
# Ids, parts, states and classes that a person sees now.
SHOWN = """
() => {
    const marks = new Set()
    const says = (one) => one.textContent.trim() !== '' || one.matches('input, textarea, select, progress, iframe, svg') || one.querySelector('svg, input, progress, iframe') !== null
    for (const one of document.querySelectorAll('body *')) {
        if (!one.checkVisibility() || one.getClientRects().length === 0) continue
        for (const name of one.classList) marks.add(`.${name}`)
        if (!says(one)) continue
        if (one.id) marks.add(`#${one.id}`)
        if (one.dataset.part) marks.add(`part ${one.dataset.part}`)
        if (one.dataset.state) marks.add(`state ${one.dataset.state}`)
    }
    return [...marks]
}
"""


@dataclass
class Looker:
    """Looks at a pane in light, dark and forced colours; notes what is wrong and what it has seen.

    `in_turn` looks at each state in the next of the three, where there is no time for all.
    """

    stage: Stage
    width: int = 320
    pictures: bool = False
    in_turn: bool = False
    found: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    names: list[str] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Inspect the pane as it is now, and leave it as it was."""
        frame = self.stage.frame
        self.stage.outlook.evaluate(WIDEN, self.width)
        themes = (THEMES[len(self.names) % len(THEMES)],) if self.in_turn else THEMES
        self.names.append(name)
        self.seen.update(frame.evaluate(SHOWN))
        for theme in themes:
            self.wear(theme)
            where = f"{name}, {self.width} px, {theme}"
            self.found += [f"{where}: {one}" for one in wrong_in(frame)]
            if theme != "dark":
                self.found += [f"{where}: {one}" for one in self._focus(frame)]
            if self.pictures:
                self._picture(where)
        self.wear("light")

    def wear(self, theme: Theme) -> None:
        """Put a colour scheme on the window, and the pane to its width."""
        self.stage.outlook.emulate_media(
            color_scheme="dark" if theme == "dark" else "light",
            forced_colors="active" if theme == "forced" else "none",
        )

    def _focus(self, frame: Frame) -> list[str]:
        # Rings are drawn for those who use keys: the browser knows them by the last key pressed.
        self.stage.outlook.keyboard.press("Shift")
        return list(frame.evaluate(FOCUS))

    def _picture(self, where: str) -> None:
        name = re.sub(r"[^a-z0-9]+", "-", where.lower())
        path = ROOT / ".data" / "pictures" / f"state-{name}.png"
        self.stage.outlook.locator('iframe[title="Letterlock"]').screenshot(path=path)


def wrong_in(frame: Frame) -> list[str]:
    """The rules that a pane breaks, and by how much it is too wide."""
    if not frame.evaluate("'axe' in window"):
        frame.evaluate(AXE)
    # The foot lies in the flow meanwhile: axe takes what it half covers at this place of the page for
    # small. That it never covers what has focus is looked at apart.
    frame.evaluate(FOOT, "static")
    found = list(frame.evaluate(RUN, list(TAGS)))
    frame.evaluate(FOOT, "")
    frame.evaluate("dispatchEvent(new Event('resize'))")  # the pane measures its foot anew
    too_wide = overhang(frame)
    return [*found, *([f"{too_wide} px wider than the pane"] if too_wide else [])]


def ids_of(page: str) -> set[str]:
    """The ids and parts that a pane's page holds, as marks; drawings are none."""
    ids = re.findall(r'\sid="([^"]+)"', page)
    parts = re.findall(r'\sdata-part="([^"]+)"', page)
    return {f"#{one}" for one in ids if not one.startswith("i-")} | {f"part {one}" for one in parts}


def classes_of(*sheets: str) -> set[str]:
    """The classes that style sheets draw, as marks."""
    text = "".join((ROOT / "web/styles" / name).read_text() for name in sheets)
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}|@import[^;]*;", " ", text, flags=re.DOTALL)
    return {f".{one}" for one in re.findall(r"\.([a-z][\w-]*)", rules)}


def unseen(wanted: Iterable[str], lookers: Iterable[Looker]) -> list[str]:
    """Marks that no state has shown."""
    seen: set[str] = set().union(*(one.seen for one in lookers))
    return sorted(set(wanted) - seen)
