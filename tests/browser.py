"""The browsers of the tests: any Chrome, Edge or Chromium, or one that is installed for them.

`python tests/browser.py` is a step of the set-up: it finds one or installs one. With `all` it finds
or installs Firefox and WebKitGTK too, in which only `make prove` looks.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
# Chromium takes the last list alone, so that of Playwright is said again; and no window has a page
# behind its address bar, which nobody sees and which takes a tenth of the processor.
NOT_IN_TESTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess",
)  # fmt: skip
# No traffic of its own: what a test sees on the wire is what the page asked for.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",
    f"--disable-features={','.join(NOT_IN_TESTS)}",
]
SORRY = (
    "No Chrome, Edge or Chromium was found, and none could be installed. Install one, or set "
    "LETTERLOCK_BROWSER to the path of one, and run make again.\n"
)
FIREFOXES = ("firefox-esr", "firefox")
MINI_BROWSERS = (
    "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
    "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
    "/usr/libexec/webkitgtk-6.0/MiniBrowser",
    "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
)
OTHERS = ["firefox-esr", "webkit2gtk-driver", "xvfb"]  # Debian's names
SORRY_FIREFOX = (
    "Firefox was not found, and could not be installed. Install it (Debian: firefox-esr), or set "
    "LETTERLOCK_FIREFOX to its path, and run make again.\n"
)
SORRY_WEBKIT = (
    "WebKitGTK's driver was not found, and could not be installed. Install WebKitWebDriver, its "
    "MiniBrowser and Xvfb (Debian: webkit2gtk-driver, xvfb), and run make again.\n"
)


@dataclass(frozen=True)
class WebKitParts:
    """Paths of the driver and of the browser that it drives."""

    driver: str
    browser: str


def find() -> str | None:
    """The path of a browser: LETTERLOCK_BROWSER, the PATH, usual places, Playwright's own."""
    return find_outside() or _own()


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """A running headless browser, with more switches than ours; closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_outside(), args=[*SWITCHES, *switches]
        )
        yield browser
        browser.close()


def find_outside() -> str | None:
    """Like `find`, but leaves Playwright's own to Playwright, which is running already."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    in_place = next((place for place in PLACES if Path(place).exists()), None)
    return os.environ.get("LETTERLOCK_BROWSER") or on_path or in_place


def find_firefox() -> str | None:
    """The path of a Firefox."""
    on_path = next((found for name in FIREFOXES if (found := shutil.which(name))), None)
    return os.environ.get("LETTERLOCK_FIREFOX") or on_path


def find_webkit() -> WebKitParts | None:
    """WebKitGTK's driver and browser; None unless there is a screen for them too."""
    driver = shutil.which("WebKitWebDriver")
    browsers = (str(path) for place in MINI_BROWSERS for path in Path("/").glob(place[1:]))
    browser = next(browsers, None)
    if driver is None or browser is None or shutil.which("Xvfb") is None:
        return None
    return WebKitParts(driver, browser)


def install_others() -> int:
    """Install Firefox and WebKitGTK from Debian's packages, where we are root."""
    if not (find_firefox() and find_webkit()) and _is_debians_root():
        _install(*OTHERS)
    missing = [
        sorry
        for found, sorry in ((find_firefox(), SORRY_FIREFOX), (find_webkit(), SORRY_WEBKIT))
        if not found
    ]
    sys.stderr.write("".join(missing))
    return 1 if missing else 0


def install() -> int:
    """Install Chromium: from Debian's packages where we are root, else Playwright's download."""
    if find():
        return 0
    if _is_debians_root():
        _install("chromium")
    else:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, check=False)
    if find():
        return 0
    sys.stderr.write(SORRY)
    return 1


def _is_debians_root() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(*packages: str) -> None:
    own = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["apt-get", "-qq", "-y"]
    subprocess.run([*quiet, "update"], check=False, env=own)
    command = [*quiet, "install", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, env=own, stdout=subprocess.DEVNULL)


def _own() -> str | None:
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


if __name__ == "__main__":
    sys.exit(install() or (install_others() if sys.argv[1:] == ["all"] else 0))
