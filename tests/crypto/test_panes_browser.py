"""What a pane keeps, in a real browser: its IndexedDB, two workers, and a key of two halves."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
SOURCES = {
    "worker.js": ROOT / "web/crypto/src/worker.ts",
    "page.js": ROOT / "web/kit/test/own/page.ts",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with the kit's storage, and the worker as browsers get it; nothing is served."""
    folder = tmp_path_factory.mktemp("panes")
    for name, source in SOURCES.items():
        command = [ROOT / "node_modules/.bin/esbuild", source, "--bundle", "--format=esm",
                   "--target=es2023", "--log-level=warning", f"--outfile={folder / name}"]  # fmt: skip
        subprocess.run(list(map(str, command)), check=True, cwd=ROOT)

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[1]
        if name in SOURCES:
            route.fulfill(path=folder / name, content_type="text/javascript")
        else:
            script = "<!doctype html><script type=module src=/page.js></script>"
            route.fulfill(body=script, content_type="text/html")

    with chromium() as browser:
        context = browser.new_context()
        context.route("**/*", answer)
        yield context.new_page()


def start(page: Page) -> None:
    page.goto("http://localhost/")
    page.wait_for_function("globalThis.panes !== undefined")


def ask(page: Page, name: str, *args: object) -> Any:
    return page.evaluate(f"(args) => panes.{name}(...args)", list(args))


def test_a_pane_opens_its_key_after_a_new_start_with_the_servers_share_alone(page: Page) -> None:
    start(page)
    share, other = ask(page, "newShare"), ask(page, "newShare")
    paired = ask(page, "pair", share)
    lookup = {"key": paired["key"], "signing_key": paired["signing_key"]}
    assert paired["sealed"] == 64 + 16
    start(page)
    assert ask(page, "reopen", other, lookup) == {"state": "damaged", "key": None}
    assert ask(page, "reopen", share, lookup) == {"state": "open", "key": paired["key"]}
    assert ask(page, "half") == {"comesOut": False, "usages": ["deriveKey"]}


def test_a_browser_says_truly_whether_it_can_keep_a_key(page: Page) -> None:
    start(page)
    assert ask(page, "cabinet") == {"works": True, "put": True, "get": ["text", None]}
    ask(page, "refuseKeys")
    assert ask(page, "cabinet") == {"works": False, "put": True, "get": ["text", None]}
    ask(page, "refuseAll")
    assert ask(page, "cabinet") == {"works": False, "put": False, "get": [None, None]}
