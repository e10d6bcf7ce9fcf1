"""Processes that `up` starts: they live and end together."""

import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

STARTUP_S: Final = 60


class ChildEnded(Exception):
    """A process that should be running is not."""


class Family:
    """Child processes that live and end together."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.stop = threading.Event()
        self._environment = environment
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        """Start a child; its log goes where ours goes."""
        self._children[name] = subprocess.Popen(command, env=dict(self._environment))  # noqa: S603 our own commands

    def wait_for(self, url: str) -> None:
        """Wait until a child answers at `url`.

        Raises:
            ChildEnded: It ended, or did not answer in time.
        """
        deadline = time.monotonic() + STARTUP_S
        while time.monotonic() < deadline and not self.stop.is_set():
            self._check()
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 our own http address
                    return
            except (urllib.error.URLError, OSError):
                self.stop.wait(0.1)
        if not self.stop.is_set():
            raise ChildEnded(f"{url} did not answer within {STARTUP_S} seconds")

    def watch(self) -> int:
        """Wait for a signal, or for the first child to end. Returns the exit status."""
        while not self.stop.wait(0.5):
            self._check()
        return 0

    def end(self) -> None:
        """Ask every child to end, newest first, and wait."""
        for child in reversed(self._children.values()):
            child.terminate()
        for child in self._children.values():
            try:
                child.wait(timeout=35)
            except subprocess.TimeoutExpired:
                child.kill()

    def _check(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ChildEnded(f"{name} ended with status {child.returncode}; see above why")
