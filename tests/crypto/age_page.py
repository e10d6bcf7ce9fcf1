"""A page in a real browser that holds the tests of web/crypto/test/age/page.ts."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "web/crypto/test/age/page.ts"


@contextmanager
def age_page(folder: Path) -> Iterator[Page]:
    """A page on an origin that has Web Crypto, with the bundle; nothing is served."""
    built = folder / "page.js"
    command = [ROOT / "node_modules/.bin/esbuild", SOURCE, "--bundle", "--format=iife",
               "--target=es2023", "--log-level=warning", f"--outfile={built}"]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True, cwd=ROOT)
    with chromium() as browser:
        page = browser.new_page()
        page.route("**/*", _blank)
        page.goto("http://localhost/")
        page.add_script_tag(path=built)
        yield page


def ask(page: Page, name: str, *args: object) -> Any:
    """What one of the page's functions gives."""
    return page.evaluate(f"(args) => age.{name}(...args)", list(args))


def _blank(route: Route) -> None:
    route.fulfill(body="<!doctype html>", content_type="text/html")
