"""Files of a message in a real browser: its worker, its streams, its private disk."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser import chromium

ROOT = Path(__file__).parents[2]
CRYPTO = ROOT / "web/crypto"
SOURCES = {"worker.js": CRYPTO / "src/worker.ts", "page.js": CRYPTO / "test/files/page.ts"}
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with the client, and the worker as browsers get it; nothing is served."""
    folder = tmp_path_factory.mktemp("files")
    for name, source in SOURCES.items():
        command = [ROOT / "node_modules/.bin/esbuild", source, "--bundle", "--format=esm",
                   "--target=es2023", "--log-level=warning", f"--outfile={folder / name}"]  # fmt: skip
        subprocess.run(list(map(str, command)), check=True, cwd=ROOT)

    def answer(route: Route) -> None:
        if route.request.url.endswith("/worker.js"):
            route.fulfill(path=folder / "worker.js", content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    with chromium() as browser:
        context = browser.new_context()
        context.route("**/*", answer)
        opened = context.new_page()
        opened.goto("http://localhost/")
        opened.add_script_tag(path=folder / "page.js", type="module")
        opened.wait_for_function("globalThis.files !== undefined")
        yield opened


def ask(page: Page, name: str, *args: object) -> Any:
    return page.evaluate(f"(args) => files.{name}(...args)", list(args))


@pytest.mark.parametrize("size", [1, 64 * 1024, 25 * MIB])
def test_a_file_comes_back_from_disk_as_it_was(page: Page, size: int) -> None:
    found = ask(page, "roundTrip", size)
    assert found["same"]
    assert found["disk"] == 1


def test_nothing_is_left_of_a_file_that_was_changed(page: Page) -> None:
    assert ask(page, "refused") == {"code": "object-changed", "left": []}


@pytest.mark.parametrize("op", ["openFile", "resealFile", "sealFile", "sealPlain"])
def test_a_cancelled_file_leaves_nothing_and_is_not_read_to_its_end(page: Page, op: str) -> None:
    found = ask(page, "cancelled", op)
    assert found["code"] == "AbortError"
    assert found["left"] == []
    assert found["read"] < 10 * MIB


def test_a_worker_that_is_busy_lets_a_cancellation_in(page: Page) -> None:
    assert ask(page, "notesAfterStop") < 20


def test_files_of_another_window_are_kept_until_it_is_closed(page: Page) -> None:
    assert ask(page, "another") == {"kept": 1, "gone": 0}
