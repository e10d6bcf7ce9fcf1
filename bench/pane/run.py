"""How soon the panes are there, by a processor four times slower: part of `make bench`.

Starts the demo and a browser. In each run a fresh profile without a cache opens Outlook (or Word),
the processor is slowed by the browser's own switch, and the pane is opened beside it. All frames
share one process here, so the window's own work slows the pane too: the figures are not flattered.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from section import LIMIT, Conditions, Figures, write  # noqa: E402

from tests.browser import SWITCHES, find_outside  # noqa: E402
from tests.e2e.pair import Pair, standing, started  # noqa: E402
from tests.e2e.people import ANN, BEN, new_subject  # noqa: E402
from tests.e2e.wire import post  # noqa: E402
from tests.sandbox.running import eventually  # noqa: E402

#: How many times slower the processor is.
SLOWER = 4
# One process for all frames: the switch that slows it holds for a process.
ONE_PROCESS = "--disable-features=IsolateOrigins,site-per-process,SitePerProcess"
SUBJECT = new_subject("Measured")
# When the pane takes what one types, or a letter can be read: told by the page itself.
WATCH = """
(() => {
    if (!location.pathname.startsWith('/pane/')) return
    const isReady = () => {
        const frame = document.querySelector('.entry iframe')
        if (location.pathname === '/pane/read') return frame !== null && (frame.contentDocument?.body?.textContent ?? '').trim() !== ''
        return document.querySelector('#subject')?.readOnly === false
    }
    const look = () => {
        if (isReady()) requestAnimationFrame(() => setTimeout(() => { window.readyAfter = performance.now() }))
        else requestAnimationFrame(look)
    }
    look()
})()
"""
TIMES = """
() => {
    const paint = Object.fromEntries(performance.getEntriesByType('paint').map((one) => [one.name, one.startTime]))
    return [paint['first-paint'], paint['first-contentful-paint'], window.readyAfter]
}
"""


def compose(page: Page, pair: Pair) -> None:
    """A message is begun; the pane stands ready to be opened."""
    page.goto(f"{pair.sandbox.url}/outlook?as={ANN}")
    page.get_by_role("button", name="New message").click()


def read(page: Page, pair: Pair) -> None:
    """A notice is open."""
    page.goto(f"{pair.sandbox.url}/outlook?as={ANN}")
    page.get_by_role("button", name=SUBJECT).first.click()
    page.get_by_role("article").wait_for()


def document(page: Page, pair: Pair) -> None:
    """A document is open."""
    page.goto(f"{pair.sandbox.url}/word?as={ANN}")


PANES: dict[str, Callable[[Page, Pair], None]] = {
    "compose": compose,
    "read": read,
    "document": document,
}


def main() -> int:
    given = _arguments()
    before = os.getloadavg()[0]
    with _pair() as pair, sync_playwright() as playwright:
        post(pair, BEN, (ANN,), "The kiln has paid for itself.", subject=SUBJECT)
        eventually(lambda: pair.sandbox.inbox(ANN, SUBJECT))
        browser = playwright.chromium.launch(
            executable_path=find_outside(), args=[*SWITCHES, ONE_PROCESS]
        )
        figures = {name: _measure(browser, pair, name, given.runs) for name in PANES}
        version = browser.version
        browser.close()
    conditions = Conditions(f"Chromium {version}", given.runs, SLOWER, (before, os.getloadavg()[0]))
    write(given.report, figures, conditions)
    return 0 if all(one.first_paint.median < LIMIT for one in figures.values()) else 1


def _measure(browser: Browser, pair: Pair, name: str, runs: int) -> Figures:
    kept = [_once(browser, pair, name) for _ in range(runs + 1)][1:]  # the first warms the server
    made = Figures.of(kept)
    print(name, made, flush=True)
    return made


def _once(browser: Browser, pair: Pair, name: str) -> tuple[float, float, float]:
    """First paint, first contentful paint and readiness, in milliseconds from the frame's request."""
    context = browser.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    PANES[name](page, pair)
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.get_by_role("button", name="Letterlock").click()
    frame = eventually(page.locator('iframe[title="Letterlock"]').element_handle().content_frame)
    eventually(lambda: frame.evaluate("window.readyAfter"), within=60)
    first, contentful, ready = frame.evaluate(TIMES)
    if name != "read":  # it does take typing
        frame.locator("#subject").fill("x")
    context.close()
    return first, contentful, ready


@contextmanager
def _pair() -> Iterator[Pair]:
    if running := os.environ.get("LETTERLOCK_RUNNING"):
        yield standing(running)
        return
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as pair:
        yield pair


def _arguments() -> argparse.Namespace:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--runs", type=int, default=9, help="kept runs of each pane")
    arguments.add_argument("--report", type=Path, default=ROOT / "docs/bench.md")
    return arguments.parse_args()


if __name__ == "__main__":
    sys.exit(main())
