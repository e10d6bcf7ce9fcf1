"""Finds a Chrome, Edge or Chromium, or installs one: `python tests/e2e/browser.py --install`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
SORRY = (
    "No Chrome, Edge or Chromium was found, and none could be installed. Install one, or set "
    "LETTERLOCK_BROWSER to the path of one, and run make again."
)


def find_browser() -> str | None:
    """The path of a browser: LETTERLOCK_BROWSER, the PATH, usual places, Playwright's own."""
    if named := os.environ.get("LETTERLOCK_BROWSER"):
        return named
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or next((place for place in PLACES if Path(place).exists()), None) or _own()


def _own() -> str | None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 slow to import

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> int:
    """Install Chromium: from Debian's packages where we are root, else Playwright's download."""
    if find_browser():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = ["apt-get", "-qq", "-y"]
        subprocess.run([*quiet, "update"], check=False)
        subprocess.run([*quiet, "install", "chromium"], check=False, stdout=subprocess.DEVNULL)
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False)
    if find_browser():
        return 0
    sys.stderr.write(SORRY + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(install() if "--install" in sys.argv else 0)
