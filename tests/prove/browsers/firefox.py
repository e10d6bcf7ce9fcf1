"""Firefox, by the WebDriver BiDi that it speaks itself. Source: https://w3c.github.io/webdriver-bidi/."""

import base64
import itertools
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The WebSocket client of Python: typed, and released every few weeks.
from websockets.sync.client import ClientConnection, connect

from tests.browser import SORRY_FIREFOX, find_firefox
from tests.prove.browsers.driver import said, wrapped
from tests.sandbox.running import eventually

STARTUP_S = 90
ANSWER_S = 120
SIZE = {"width": 1280, "height": 900}
# A quiet profile: no traffic of its own, downloads into a folder without a question.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.download.folderList": 2,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "captivedetect.canonicalURL": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}


class BiDiError(AssertionError):
    """The browser refused a command."""


class Firefox:
    """See driver.Browser."""

    name = "Firefox"

    def __init__(self, socket: ClientConnection, downloads: Path) -> None:
        self._socket, self.downloads = socket, downloads
        self._numbers = itertools.count(1)
        wants = {"alwaysMatch": {"acceptInsecureCerts": True}}
        self.version = self._ask("session.new", capabilities=wants)["capabilities"][
            "browserVersion"
        ]
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]
        self._ask("browsingContext.setViewport", context=self._tab, viewport=SIZE)

    def open(self, url: str) -> None:
        self._ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def call(self, function: str, *arguments: object) -> Any:
        return json.loads(self._call(wrapped(function), arguments)["value"])

    def press(self, function: str, *arguments: object) -> bool:
        found = self._call(f"(said) => ({function})(...JSON.parse(said))", arguments)
        if found["type"] != "node":
            return False
        origin = {"type": "element", "element": {"sharedId": found["sharedId"]}}
        self._act(
            "pointer",
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        )
        return True

    def type(self, text: str) -> None:
        keys = [{"type": kind, "value": one} for one in text for kind in ("keyDown", "keyUp")]
        self._act("key", *keys)

    def choose(self, selector: str, file: Path) -> None:
        field = self._call("(said) => document.querySelector(JSON.parse(said)[0])", (selector,))
        element = {"sharedId": field["sharedId"]}
        self._ask("input.setFiles", context=self._tab, element=element, files=[str(file)])

    def screenshot(self, path: Path) -> None:
        shot = self._ask("browsingContext.captureScreenshot", context=self._tab)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        self._ask("browser.close")

    def _act(self, kind: str, *actions: dict[str, Any]) -> None:
        source = {"type": kind, "id": kind, "actions": list(actions)}
        self._ask("input.performActions", context=self._tab, actions=[source])

    def _call(self, function: str, arguments: tuple[object, ...]) -> dict[str, Any]:
        answer = self._ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": said(arguments)}],
            awaitPromise=True,
            target={"context": self._tab},
        )
        if answer["type"] == "exception":
            raise BiDiError(answer["exceptionDetails"]["text"])
        result: dict[str, Any] = answer["result"]
        return result

    def _ask(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=ANSWER_S))
            if answer.get("id") == number:
                break
        if answer["type"] == "error":
            raise BiDiError(f"{method}: {answer['error']}: {answer['message']}")
        result: dict[str, Any] = answer["result"]
        return result


@contextmanager
def _running(folder: Path, *arguments: str, **preferences: object) -> Iterator[Path]:
    """Firefox without a window, with a profile of its own, which is given back."""
    path = find_firefox()
    if path is None:
        raise AssertionError(SORRY_FIREFOX)
    profile = folder / "profile"
    profile.mkdir(parents=True)
    wanted = PREFERENCES | {"browser.download.dir": str(folder / "downloads")} | preferences
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in wanted.items()]
    (profile / "user.js").write_text("\n".join(lines))
    command = [path, "--headless", "--no-remote", "--profile", str(profile), *arguments]
    with (folder / "log").open("wb") as log:
        own = os.environ | {"HOME": str(folder), "MOZ_CRASHREPORTER_DISABLE": "1"}
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=own)
    try:
        yield profile
    finally:
        child.terminate()
        child.wait(30)


@contextmanager
def started(folder: Path, **preferences: object) -> Iterator[Firefox]:
    """A running Firefox that trusts any certificate."""
    (folder / "downloads").mkdir(parents=True)
    with _running(folder, "--remote-debugging-port", "0", **preferences) as profile:
        listening = profile / "WebDriverBiDiServer.json"
        eventually(lambda: listening.exists() and listening.read_text(), within=STARTUP_S)
        at = json.loads(listening.read_text())
        address = f"ws://{at['ws_host']}:{at['ws_port']}/session"
        with connect(address, max_size=None, open_timeout=STARTUP_S) as socket:
            firefox = Firefox(socket, folder / "downloads")
            yield firefox
            firefox.close()
