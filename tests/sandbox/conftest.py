"""One sandbox for all tests of the folder; each test writes under subjects of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.sandbox.addin_host import AddIn, addin_host, bundle
from tests.sandbox.running import ROOT, Sandbox, running

BROWSERS = ("chromium", "google-chrome", "chrome", "microsoft-edge", "chromium-browser")
QUIET = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-sandbox"]  # fmt: skip


@pytest.fixture(scope="session")
def addin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AddIn]:
    """The tests' own add-in, with the unmodified msal-browser."""
    built = tmp_path_factory.mktemp("page")
    bundle(built, Path(__file__).parent / "addin_page.ts", form="esm")
    with addin_host((built / "addin_page.js").read_bytes()) as host:
        yield host


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, addin: AddIn) -> Iterator[Sandbox]:
    """A running sandbox whose window shows the tests' add-in."""
    dist = tmp_path_factory.mktemp("dist")
    source = ROOT / "sandbox/office/src"
    bundle(dist, source / "office.ts", source / "outlook.ts", form="iife")
    data = tmp_path_factory.mktemp("sandbox")
    with running(data, "--addin-url", addin.url, "--dist", str(dist)) as started:
        addin.sandbox = started
        yield started


@pytest.fixture
def faulty(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The same sandbox; what a test sets to fail is mended after it."""
    yield sandbox
    sandbox.faults(obo=None, entra=None, graph=None, delivery=None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Any Chromium that is installed, else Playwright's own."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 800})
    made.set_default_timeout(8000)
    yield made
    made.close()


def _watched(context: BrowserContext, kinds: tuple[str, ...]) -> Iterator[Page]:
    made = context.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on("console", lambda line: errors.append(line.text) if line.type in kinds else None)
    yield made
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that must not log an error."""
    yield from _watched(context, ("error",))


@pytest.fixture
def rough(context: BrowserContext) -> Iterator[Page]:
    """A page on which something is refused, which browsers log as an error."""
    yield from _watched(context, ())
