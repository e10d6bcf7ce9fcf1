"""A disk without a free byte, for real: `python -m tests.prove.full_disk`. Mounts a tmpfs: needs root."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import migrations
from server.base.disk import BALLAST
from tests.house import House, Pane, Visitor, furnished
from tests.prove.report import section, table
from tests.sandbox.running import Sandbox, running

SIZE: Final = BALLAST + 128 * 1024 * 1024
IN_ROW, IN_STORE = 200 * 1024, 600 * 1024


@dataclass
class Seen:
    """Statuses of calls on a full disk, and what came of the database."""

    uploads: int = 0
    refused: set[int] | None = None
    large: int = 0
    read: bool = False
    deleted: int = 0
    healthy: int = 0
    integrity: str = ""
    left: int = 0
    recovered: int = 0
    ballast: bool = False


def main() -> int:
    """Write the section; 1 if reading or deleting failed, or the control passed."""
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as microsoft:
        seen = _try(microsoft, ballast=True)
        bare = _try(microsoft, ballast=False)
    rows: list[list[object]] = [
        [
            "with ballast" if with_it is seen else "without (control)",
            with_it.uploads, str(sorted(with_it.refused or ())), with_it.large,
            "yes" if with_it.read else "no", with_it.deleted, with_it.healthy, with_it.integrity,
            with_it.left, with_it.recovered,
        ]
        for with_it in (seen, bare)
    ]  # fmt: skip
    head = [
        "", "uploads kept", "then", "large upload", "letter read", "draft deleted", "health",
        "integrity check", "half-written files", "upload when there is room",
    ]  # fmt: skip
    section("disk", "A disk without a free byte", f"{SAID}\n\n{table(head, rows)}\n\n{CONTROL}")
    whole = seen.read and seen.deleted == 204 and seen.recovered == 201 and seen.ballast
    clean = seen.refused == {507} and seen.large == 507 and seen.integrity == "ok" == bare.integrity
    return 0 if whole and clean and not seen.left and not (bare.read and bare.deleted == 204) else 1


SAID: Final = """Data folder, SQLite and files on a small disk of their own (tmpfs), which another program filled;
files were uploaded until one was refused. Then a client signed in and read a letter, a draft was
thrown away, and the other program's file removed."""
CONTROL: Final = """Control: the same without the ballast, where the house can neither read (an event is written when a
letter is opened) nor delete."""


def _try(microsoft: Sandbox, *, ballast: bool) -> Seen:
    seen = Seen()
    with _small_disk() as folder:
        url = f"sqlite:///{folder / 'letterlock.db'}"
        migrations.upgrade(url)
        for house in _house(url, microsoft, folder):
            _fill(house, seen, folder, ballast=ballast)
            _use(house, seen, folder)
    return seen


def _fill(house: House, seen: Seen, folder: Path, *, ballast: bool) -> None:
    disk = house.parts.database.disk
    assert disk is not None
    if ballast:
        disk.prepare()
    seen.ballast = disk.has_ballast
    with (folder / "filler").open("wb") as filler:
        free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
        filler.write(bytes(max(0, free - 12 * 1024 * 1024)))


def _use(house: House, seen: Seen, folder: Path) -> None:
    pane = house.pane()
    message, thrown = pane.send(text="Dear Maya"), pane.draft().id
    house.work()
    maya = house.visitor()
    code = maya.ask_code(message)
    draft = pane.draft()
    seen.refused, seen.uploads = set(), 0
    while not seen.refused:
        status = _upload(pane, draft.id, IN_ROW)
        seen.uploads += status == 201
        seen.refused |= set() if status == 201 else {status}
    seen.large = _upload(pane, draft.id, IN_STORE)
    seen.read = _read(maya, message, code)
    seen.deleted = pane.call("DELETE", f"/messages/{thrown}").status_code
    seen.healthy = maya.call("GET", "/healthz").status_code
    with house.parts.database.read() as connection:
        seen.integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
    seen.left = sum("#" in path.name for path in (folder / "blobs").rglob("*"))
    (folder / "filler").unlink()
    seen.recovered = _upload(pane, draft.id, IN_ROW)
    disk = house.parts.database.disk
    seen.ballast = disk is not None and disk.has_ballast and not disk.is_full


def _upload(pane: Pane, message_id: str, size: int) -> int:
    from server.base.ids import new_token
    from server.crypto.age import encrypt
    from server.crypto.identity import Identity

    file = encrypt(Identity(b"\x07" * 32).recipient, bytes(size))
    path = f"/messages/{message_id}/objects/{new_token()}"
    answer = pane.call("PUT", path, data=file, content_type="application/octet-stream")
    status: int = answer.status_code
    return status


def _read(maya: Visitor, message: str, code: str) -> bool:
    if maya.post("/sessions", {"code": code}).status_code != 201:
        return False
    with suppress(KeyError, AttributeError):
        return "Dear Maya" in str(maya.read(message))
    return False


def _house(url: str, microsoft: Sandbox, folder: Path) -> Iterator[House]:
    yield from furnished(url, microsoft, folder, graph_url=f"{microsoft.url}/v1.0")


@contextmanager
def _small_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", name]
        if subprocess.run(mount, check=False).returncode:
            sys.exit("tests.prove.full_disk needs root, to mount a small disk")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


if __name__ == "__main__":
    sys.exit(main())
