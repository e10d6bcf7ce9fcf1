"""WebKitGTK's small browser, by WebKitWebDriver. Source: https://www.w3.org/TR/webdriver2/."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.browser import SORRY_WEBKIT, find_webkit
from tests.prove.browsers.driver import said, wrapped
from tests.sandbox.running import eventually, free_port

STARTUP_S = 90
ANSWER_S = 120
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the specification's name of a reference
SCREEN = "1280x900x24"


class WebDriverError(AssertionError):
    """The browser refused a command."""


class WebKit:
    """See driver.Browser."""

    name = "WebKitGTK"

    def __init__(self, driver: str, browser: str, downloads: Path) -> None:
        self.downloads = downloads
        wants = {
            "acceptInsecureCerts": True,
            "strictFileInteractability": False,
            "timeouts": {"script": ANSWER_S * 1000, "pageLoad": ANSWER_S * 1000},
            "webkitgtk:browserOptions": {"binary": browser, "args": ["--automation"]},
        }
        self._url = f"{driver}/session"
        made = self._ask("POST", "", {"capabilities": {"alwaysMatch": wants}})
        self.version = made["capabilities"]["browserVersion"]
        self._url += f"/{made['sessionId']}"
        self._ask("POST", "/window/rect", {"x": 0, "y": 0, "width": 1280, "height": 900})

    def open(self, url: str) -> None:
        self._ask("POST", "/url", {"url": url})

    def call(self, function: str, *arguments: object) -> Any:
        script = f"""const done = arguments[1];
            ({wrapped(function)})(arguments[0]).then(done, (error) => done(`!${{error}}`))"""
        answer = self._run("async", script, arguments)
        if answer.startswith("!"):
            raise WebDriverError(answer)
        return json.loads(answer)

    def press(self, function: str, *arguments: object) -> bool:
        script = f"return ({function})(...JSON.parse(arguments[0]))"
        found = self._run("sync", script, arguments)
        if found is None:
            return False
        self._ask("POST", f"/element/{found[ELEMENT]}/click", {})
        return True

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": one} for one in text for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "key", "actions": keys}
        self._ask("POST", "/actions", {"actions": [source]})

    def choose(self, selector: str, file: Path) -> None:
        script = "return document.querySelector(JSON.parse(arguments[0])[0])"
        field = self._run("sync", script, (selector,))
        self._ask("POST", f"/element/{field[ELEMENT]}/value", {"text": str(file)})

    def screenshot(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._ask("GET", "/screenshot")))

    def close(self) -> None:
        self._ask("DELETE", "")

    def _run(self, kind: str, script: str, arguments: tuple[object, ...]) -> Any:
        return self._ask("POST", f"/execute/{kind}", {"script": script, "args": [said(arguments)]})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        answer = requests.request(method, self._url + path, json=body, timeout=ANSWER_S)
        value = answer.json()["value"]
        if not answer.ok:
            raise WebDriverError(f"{method} {path}: {value['error']}: {value['message']}")
        return value


@contextmanager
def started(folder: Path) -> Iterator[WebKit]:
    """A running MiniBrowser, on a screen of its own, that trusts any certificate."""
    found = find_webkit()
    if found is None:
        raise AssertionError(SORRY_WEBKIT)
    downloads = folder / "downloads"
    downloads.mkdir(parents=True)
    (folder / ".config").mkdir()
    places = f'XDG_DOWNLOAD_DIR="{downloads}"\n'
    (folder / ".config" / "user-dirs.dirs").write_text(places)
    port = free_port()
    with _screen(folder) as display, (folder / "log").open("wb") as log:
        own = os.environ | {
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "HOME": str(folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # root has no namespaces of its own
        }
        command = [found.driver, f"--port={port}", "--host=127.0.0.1"]
        child = subprocess.Popen(command, env=own, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: _answers(url), within=STARTUP_S)
            webkit = WebKit(url, found.browser, downloads)
            yield webkit
            webkit.close()
        finally:
            child.terminate()
            child.wait(30)


@contextmanager
def _screen(folder: Path) -> Iterator[str]:
    """An X server without a screen; it picks a free number and says which."""
    end, start = os.pipe()
    with (folder / "screen").open("wb") as log:
        command = ["Xvfb", "-displayfd", str(start), "-screen", "0", SCREEN, "-nolisten", "tcp"]
        child = subprocess.Popen(command, pass_fds=[start], stdout=log, stderr=subprocess.STDOUT)
    os.close(start)
    try:
        with os.fdopen(end) as said_number:
            yield f":{said_number.readline().strip()}"
    finally:
        child.terminate()
        child.wait(30)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/status", timeout=2).ok
    except (requests.ConnectionError, requests.Timeout):
        return False
