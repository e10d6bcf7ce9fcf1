"""The browser of the tests: any Chrome, Edge or Chromium, or one that is installed for them.

`python tests/browser.py` is a step of the set-up: it finds one or installs one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# No traffic of its own: what a test sees on the wire is what the page asked for.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SORRY = (
    "No Chrome, Edge or Chromium was found, and none could be installed. Install one, or set "
    "LETTERLOCK_BROWSER to the path of one, and run make again.\n"
)


def find() -> str | None:
    """The path of a browser: LETTERLOCK_BROWSER, the PATH, usual places, Playwright's own."""
    return find_outside() or _own()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running headless browser; closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_outside(), args=SWITCHES)
        yield browser
        browser.close()


def find_outside() -> str | None:
    """Like `find`, but leaves Playwright's own to Playwright, which is running already."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    in_place = next((place for place in PLACES if Path(place).exists()), None)
    return os.environ.get("LETTERLOCK_BROWSER") or on_path or in_place


def install() -> int:
    """Install Chromium: from Debian's packages where we are root, else Playwright's download."""
    if find():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-qq", "-y"]
        subprocess.run([*quiet, "update"], check=False)
        subprocess.run([*quiet, "install", "chromium"], check=False, stdout=subprocess.DEVNULL)
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False)
    if find():
        return 0
    sys.stderr.write(SORRY)
    return 1


def _own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(install())
