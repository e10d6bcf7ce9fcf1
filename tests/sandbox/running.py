"""A running sandbox, and the doors a test uses: Entra by MSAL, Graph by plain HTTP."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msal
import requests

TENANT = "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"
CLIENT = "3d9b6c1e-8a54-4e0e-b6a5-0e6f8f1c2b22"
SECRET = "demo-secret-not-for-use"
API = f"api://{CLIENT}/access_as_user"
GRAPH = "https://graph.microsoft.com"
REDIRECT = "http://localhost:1/back"
ROOT = Path(__file__).parents[2]


T = TypeVar("T")


class Unchanged(AssertionError):
    """What was waited for did not come."""


def eventually(ask: Callable[[], T | None], within: float = 10) -> T:
    """The first answer of `ask` that is not empty."""
    pause, end = threading.Event(), time.monotonic() + within
    while time.monotonic() < end:
        if answer := ask():
            return answer
        pause.wait(0.03)
    raise Unchanged


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Loopback:
    """Carries MSAL's https://localhost to the http the sandbox speaks."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def get(self, url: str, **more: Any) -> requests.Response:
        return self._session.get(_mapped(url), **more)

    def post(self, url: str, **more: Any) -> requests.Response:
        return self._session.post(_mapped(url), **more)

    def close(self) -> None:
        self._session.close()


def _mapped(url: str) -> str:
    assert url.startswith("https://localhost:")
    return "http" + url.removeprefix("https")


@dataclass(frozen=True)
class Sandbox:
    """Where a running sandbox is, and its data folder."""

    port: int
    data: Path

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def authority(self) -> str:
        return f"https://localhost:{self.port}/{TENANT}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/{TENANT}/oauth2/v2.0/token"

    def app(self, **more: Any) -> msal.ConfidentialClientApplication:
        """The firm's server as MSAL sees it."""
        return msal.ConfidentialClientApplication(
            CLIENT,
            **{"client_credential": SECRET, "authority": self.authority, **more},
            instance_discovery=False,
            http_client=Loopback(),
        )

    def sign_in(self, address: str, scopes: list[str], **more: Any) -> dict[str, Any]:
        """Authorization code with PKCE, pressing the person's name; MSAL's result."""
        app = more.pop("app", None) or self.app()
        flow = app.initiate_auth_code_flow(
            scopes, redirect_uri=REDIRECT, response_mode="form_post", **more
        )
        answer = self.choose(flow["auth_uri"], address)
        result: dict[str, Any] = app.acquire_token_by_auth_code_flow(flow, answer)
        return result

    def choose(self, auth_uri: str, address: str) -> dict[str, str]:
        """What is posted back to the app after the person was chosen."""
        page = requests.post(_mapped(auth_uri), data={"person": address}, timeout=5)
        assert page.status_code == 200, page.text
        return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))

    def graph_token(self, address: str, *permissions: str) -> str:
        """A delegated Graph token of a person."""
        scopes = [f"{GRAPH}/{name}" for name in permissions]
        token: str = self.sign_in(address, scopes)["access_token"]
        return token

    def app_token(self) -> str:
        """Graph for the app alone."""
        token: str = self.app().acquire_token_for_client([f"{GRAPH}/.default"])["access_token"]
        return token

    def graph(self, method: str, path: str, token: str | None, **more: Any) -> requests.Response:
        """One Graph request."""
        headers = {**({"Authorization": f"Bearer {token}"} if token else {}),
                   **more.pop("headers", {})}  # fmt: skip
        url = path if path.startswith("http") else f"{self.url}/v1.0{path}"
        return requests.request(method, url, headers=headers, timeout=5, **more)

    def faults(self, **faults: Any) -> None:
        """Set the failure switch."""
        answer = requests.post(f"{self.url}/sandbox/faults", json=faults, timeout=5)
        assert answer.ok, answer.text

    def begin_anew(self) -> None:
        """Empty its mailboxes and end its faults, so that no test reads through another's post."""
        answer = requests.post(f"{self.url}/sandbox/anew", timeout=5)
        assert answer.ok, answer.text

    def inbox(self, address: str, subject: str) -> dict[str, Any] | None:
        """A message of the Inbox as the Outlook window gets it."""
        return self.message(address, "inbox", subject)

    def message(self, address: str, folder: str, subject: str) -> dict[str, Any] | None:
        """The newest message with this subject in a folder, through the Outlook window's API."""
        query = {"as": address, "folder": folder}
        view = requests.get(f"{self.url}/outlook/api/mailbox", params=query, timeout=5).json()
        found = next((m for m in view["messages"] if m["subject"] == subject), None)
        if found is None:
            return None
        url = f"{self.url}/outlook/api/messages/{found['id']}"
        message: dict[str, Any] = requests.get(url, params={"as": address}, timeout=5).json()
        return message


@contextmanager
def running(data: Path, *options: str, port: int | None = None) -> Iterator[Sandbox]:
    """Start `python -m sandbox`, wait until it is healthy, and end it with SIGTERM."""
    port = port or free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(data), *options]
    child = subprocess.Popen(command, cwd=ROOT)
    sandbox = Sandbox(port, data)
    try:
        eventually(lambda: _is_healthy(sandbox, child), within=60)
        yield sandbox
    finally:
        child.terminate()
        child.wait(10)
    assert child.returncode == 0


def _is_healthy(sandbox: Sandbox, child: subprocess.Popen[bytes]) -> bool:
    assert child.poll() is None, "the sandbox did not start"
    try:
        return requests.get(f"{sandbox.url}/healthz", timeout=1).json() == {"status": "ok"}
    except (requests.ConnectionError, requests.Timeout):
        return False
