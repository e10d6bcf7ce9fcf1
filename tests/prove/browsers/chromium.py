"""Chromium, by Playwright."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import chromium
from tests.prove.browsers.driver import said, wrapped

SIZE = {"width": 1280, "height": 900}


class Chromium:
    """See driver.Browser."""

    name = "Chromium"

    def __init__(self, page: Page, version: str, downloads: Path) -> None:
        self._page, self.version, self.downloads = page, version, downloads
        page.on("download", lambda one: one.save_as(downloads / one.suggested_filename))

    def open(self, url: str) -> None:
        self._page.goto(url)

    def call(self, function: str, *arguments: object) -> Any:
        return json.loads(self._page.evaluate(wrapped(function), said(arguments)))

    def press(self, function: str, *arguments: object) -> bool:
        found = self._page.evaluate_handle(
            f"(said) => ({function})(...JSON.parse(said))", said(arguments)
        ).as_element()
        if found is None:
            return False
        found.click()
        return True

    def type(self, text: str) -> None:
        self._page.keyboard.type(text)

    def choose(self, selector: str, file: Path) -> None:
        self._page.set_input_files(selector, file)

    def screenshot(self, path: Path) -> None:
        self._page.screenshot(path=path)

    def close(self) -> None:
        self._page.context.close()


@contextmanager
def started(folder: Path) -> Iterator[Chromium]:
    """A running Chromium that trusts any certificate."""
    downloads = folder / "downloads"
    downloads.mkdir(parents=True)
    with chromium() as running:
        context = running.new_context(ignore_https_errors=True, viewport=SIZE)  # type: ignore[arg-type]
        yield Chromium(context.new_page(), running.version, downloads)
        context.close()
