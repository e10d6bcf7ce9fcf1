"""What a story asks of a browser, and the one way in which it finds things on a page.

Three browsers, three protocols: Playwright for Chromium, WebDriver BiDi for Firefox, WebDriver for
WebKitGTK. Each presses and types as a hand does; what is found is decided by the same script.
"""

import json
import zipfile
from pathlib import Path
from typing import Any, Protocol

from tests.sandbox.running import Unchanged, eventually

PATIENCE_S = 60
# (kind, name) => the element that a person calls so, and that can be seen.
FIND = """(kind, name) => {
    const kinds = {
        button: 'button, summary', link: 'a[href]', radio: 'input[type=radio]',
        field: 'input:not([type=radio], [type=file]), textarea, [role=textbox], [contenteditable=true]',
        heading: 'h1, h2', region: '[role=group], section',
    }
    const words = (text) => text.replace(/\\s+/g, ' ').trim()
    const called = (one) => words(one.getAttribute('aria-label')
        ?? (one.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '))
        || words([...(one.labels ?? [])].map(({ textContent }) => textContent).join(' ')) || words(one.textContent)
    const seen = (one) => kind === 'radio' || one.checkVisibility({ visibilityProperty: true })
    const all = [...document.querySelectorAll(kinds[kind])].filter((one) => seen(one) && one.ariaDisabled !== 'true' && !one.disabled)
    const found = all.find((one) => called(one) === name) ?? all.find((one) => called(one).startsWith(name)) ?? null
    found?.scrollIntoView({ block: 'center' })
    return kind === 'radio' ? found?.labels[0] ?? null : found
}"""
TEXT = """() => {
    const frames = [...document.querySelectorAll('iframe')].filter((one) => one.checkVisibility())
    return [document.body, ...frames.map(({ contentDocument }) => contentDocument?.body)]
        .map((body) => body?.innerText ?? '').join('\\n')
}"""


class Browser(Protocol):
    """A running browser with one page. Functions are JavaScript's, arguments and answers JSON's."""

    name: str
    version: str
    downloads: Path

    def open(self, url: str) -> None:
        """Go to an address; resolves when the page has loaded."""

    def call(self, function: str, *arguments: object) -> Any:
        """What a function says in the page; a promise is waited for."""

    def press(self, function: str, *arguments: object) -> bool:
        """Press the element that a function finds, with the pointer; false if it finds none."""

    def type(self, text: str) -> None:
        """Type where the focus is."""

    def choose(self, selector: str, file: Path) -> None:
        """Give a file to a field for files."""

    def screenshot(self, path: Path) -> None:
        """What is to be seen, as PNG."""

    def close(self) -> None:
        """End it."""


class Hand:
    """A person at a browser, who finds things by what they are called."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def press(self, kind: str, name: str) -> None:
        """Press it, as soon as it can be pressed."""
        self._until(lambda: self.browser.press(FIND, kind, name), f"no {kind} named {name!r}")

    def fill(self, name: str, text: str) -> None:
        """Type into the field of that name."""
        self.press("field", name)
        self.browser.type(text)

    def read(self) -> str:
        """Every text that can be seen, that of frames too."""
        return str(self.browser.call(TEXT))

    def sees(self, text: str) -> None:
        """Wait until it can be read."""
        self._until(lambda: text in self.read(), f"{text!r} is not to be seen")

    def saved(self, name: str, size: int) -> bytes:
        """Wait until a download is there, with as many bytes; some browsers write as they go."""
        file = self.browser.downloads / name
        self._until(lambda: file.exists() and file.stat().st_size == size, f"no whole {name}")
        return file.read_bytes()

    def saved_zip(self, name: str) -> Path:
        """Wait until a zip is there, whole: its directory stands at its end."""
        file = self.browser.downloads / name
        self._until(lambda: zipfile.is_zipfile(file), f"no whole {name}")
        return file

    def _until(self, ask: Any, otherwise: str) -> None:
        try:
            eventually(ask, within=PATIENCE_S)
        except Unchanged:
            shown = f"{otherwise}; the page says:\n{self.read()}"
            raise AssertionError(f"{self.browser.name}: {shown}") from None


def wrapped(function: str) -> str:
    """A function from one JSON text to another, whose answer no protocol can misread."""
    return f"async (said) => JSON.stringify(await ({function})(...JSON.parse(said)) ?? null)"


def said(arguments: tuple[object, ...]) -> str:
    """The text that `wrapped` takes."""
    return json.dumps(arguments)
