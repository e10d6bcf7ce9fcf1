"""A thread with files, and the copy of it that Maya makes in her browser."""

import json
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from server.crypto import age
from server.crypto.identity import Identity
from tests.e2e.pair import Pair
from tests.e2e.people import ANN, MAYA, PATIENCE_MS, Profile, ask_code, enter_code, expect_open
from tests.e2e.pictures import address, png
from tests.e2e.wire import Enclosed, post

LARGE = 1_300_000  # bytes: some chunks of age's


def new_word() -> str:
    """A word that is nowhere else."""
    return f"canary{secrets.token_hex(8)}"


@dataclass
class Thread:
    """Two letters by Ann to Maya, the first with files."""

    first: str
    second: str
    texts: tuple[str, str]
    subjects: tuple[str, str]
    files: dict[str, bytes]
    words: list[str]

    @classmethod
    def write(cls, pair: Pair) -> "Thread":
        """Written over HTTP, with a word of its own in every text, name and file."""
        words = [new_word() for _ in range(5)]
        texts = (f"Dear Maya, {words[0]} is deep.", f"Dear Maya, {words[1]} is new.")
        subjects = (f"About {words[2]}", f"Re: {words[2]}")
        files = {
            f"Übersicht {words[3]} 🏗.txt": f"Dig at {words[4]}.\n".encode(),
            "Plan.bin": b"\x00\x01" + words[4].encode() + secrets.token_bytes(LARGE),
            "Page.html": b"<!doctype html><script>top.hostile = 1</script>",
        }
        types = ("text/plain", "application/octet-stream", "text/html")
        enclosed = {
            name: Enclosed(content, kind)
            for (name, content), kind in zip(files.items(), types, strict=True)
        }
        first = post(pair, ANN, (MAYA,), texts[0], subject=subjects[0], files=enclosed)
        shown = f'<p>{texts[1]}</p><table><tr><th>Sum</th></tr></table><img src="{address(png())}" alt="Hall">'
        second = post(pair, ANN, (MAYA,), texts[1], subject=subjects[1], html=shown, reply_to=first)
        return cls(first, second, texts, subjects, files, words)


@dataclass
class Copy:
    """A zip as the browser saved it."""

    path: Path
    _parts: dict[str, bytes] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, bytes]:
        """Contents by path below the top folder."""
        if not self._parts:
            with zipfile.ZipFile(self.path) as zipped:
                assert zipped.testzip() is None
                for one in zipped.infolist():
                    self._parts[one.filename.split("/", 1)[1]] = zipped.read(one)
        return self._parts

    @property
    def folders(self) -> list[str]:
        """The letters' folders, oldest first."""
        return sorted({path.split("/")[0] for path in self.parts if "/" in path})

    def identity(self, folder: str) -> str:
        """The identity of a letter's folder."""
        return self.parts[f"{folder}/identity.txt"].decode().strip()

    def open(
        self, folder: str, name: str, decrypt: Callable[[str, bytes], bytes] | None = None
    ) -> bytes:
        """The content of a sealed file, by our own reader or another."""
        open_file = decrypt or (lambda text, file: age.decrypt(Identity.parse(text), file))
        return open_file(self.identity(folder), self.parts[f"{folder}/{name}"])

    def body(self, folder: str, decrypt: Callable[[str, bytes], bytes] | None = None) -> Any:
        """What a letter's message.age says."""
        return json.loads(self.open(folder, "message.age", decrypt))


def sign_in(maya: Profile, thread: Thread) -> Page:
    """Open the second letter with a code; her session is what the export page needs."""
    page = maya.link(thread.second)
    enter_code(page, ask_code(page, maya.pair, MAYA))
    expect_open(page, thread.texts[1])
    return page


def export_page(maya: Profile, message_id: str) -> Page:
    """The export page, with its letters listed."""
    page = maya.context.new_page()
    page.goto(f"{maya.pair.url}/m/{message_id}/export")
    expect(page.get_by_role("checkbox").first).to_be_visible(timeout=PATIENCE_MS)
    return page


def make_copy(page: Page, folder: Path) -> Copy:
    """Press "Make the copy" and keep what the browser saves."""
    with page.expect_download(timeout=PATIENCE_MS * 2) as saved:
        page.get_by_role("button", name="Make the copy").click()
    path = folder / saved.value.suggested_filename
    saved.value.save_as(path)
    return Copy(path)
