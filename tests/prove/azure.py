"""Letters on Azure Blob: `python -m tests.prove.azure`, against Azurite, Microsoft's own stand-in."""

import base64
import hashlib
import hmac
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import requests

from server import migrations, worker
from server.app import create_app
from server.base import housekeeping
from server.base.ids import new_token
from server.messages.uploading import tasks
from server.storage import blobs as storage
from server.storage.blobs import ObstoreBlobs
from tests.house import House, furnished
from tests.prove.report import section, table
from tests.sandbox.running import eventually, free_port, running

AZURITE = Path(__file__).with_name("azurite") / "node_modules" / ".bin" / "azurite-blob"
ACCOUNT = "devstoreaccount1"
# Azurite's account and its key are the same everywhere, as Microsoft's documentation prints them.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
CONTAINER, VERSION = "letters", "2023-11-03"
OCTETS, PARTIAL = "application/octet-stream", "application/partial-upload"
PART = 4 * 1024 * 1024
SIZES = (300_000, 4_000_000, 26_000_000)


@dataclass
class Azurite:
    """Azurite on a port and a folder of its own; it can stop and come back."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        command = [
            str(AZURITE), "--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--location",
            str(self.folder), "--skipApiVersionCheck", "--disableTelemetry", "--silent",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        eventually(self._answers, within=30)

    def stop(self) -> None:
        """SIGTERM: it keeps its index in memory and writes it at its end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()

    def make_container(self) -> None:
        """PUT a container, signed with the account's key."""
        date = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        headers = {"x-ms-date": date, "x-ms-version": VERSION}
        place = f"/{ACCOUNT}/{ACCOUNT}/{CONTAINER}\nrestype:container"
        text = "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{VERSION}\n{place}"
        signed = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signed).decode()}"
        url = f"http://127.0.0.1:{self.port}/{ACCOUNT}/{CONTAINER}?restype=container"
        requests.put(url, headers=headers, timeout=10).raise_for_status()

    def _answers(self) -> bool:
        try:
            requests.get(f"http://127.0.0.1:{self.port}/", timeout=2)
        except requests.ConnectionError:
            return False
        return True


@contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    """A running Azurite, and the environment by which obstore finds it."""
    store = Azurite(folder)
    store.start()
    store.make_container()
    os.environ["AZURE_STORAGE_ACCOUNT_NAME"] = ACCOUNT
    os.environ["AZURE_STORAGE_ACCOUNT_KEY"] = KEY
    os.environ["AZURE_STORAGE_ENDPOINT"] = f"http://127.0.0.1:{store.port}/{ACCOUNT}"
    storage.CLIENT["allow_http"] = True  # a firm's store is reached by https only
    try:
        yield store
    finally:
        store.stop()


@contextmanager
def house_on(url: str, folder: Path) -> Iterator[House]:
    """The demo firm with its files at `url`."""
    database = f"sqlite:///{folder / 'letterlock.db'}"
    migrations.upgrade(database)
    (folder / "microsoft").mkdir()
    with running(folder / "microsoft") as microsoft:
        for built in furnished(database, microsoft, folder, graph_url=f"{microsoft.url}/v1.0"):
            settings = replace(built.parts.settings, blob_url=url)
            parts = replace(built.parts, settings=settings, blobs=ObstoreBlobs(url))
            built.handlers.close()
            handlers = worker.build_handlers(settings, parts.database, parts.vault)
            yield replace(built, parts=parts, app=create_app(parts), handlers=handlers)


def main() -> int:
    """Write the section; 1 if a byte was not as it was put."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "azurite").mkdir()
        with azurite(folder / "azurite") as store:
            url = f"az://{CONTAINER}"
            rows = [_timed(ObstoreBlobs(url), size) for size in SIZES]
            with house_on(url, folder) as house:
                found = _story(house, store)
    facts = table(["what", "found"], [[what, "yes" if is_so else "NO"] for what, is_so in found])
    times = table(["bytes", "put, ms", "get, ms"], rows)
    section("azure", "Files of letters on Azure Blob", f"{INTRODUCTION}\n\n{facts}\n\n{times}\n")
    return 0 if all(is_so for _, is_so in found) else 1


INTRODUCTION = """Against Azurite 3.35.0 on the same machine (the container by hand, the account by
environment variables that obstore reads): a letter's file of 25 MB put whole and one in parts, read
back through the server; then Azurite stops in the middle of an upload and comes back. The
control is a blob whose last byte was changed behind the server's back. Times are medians of five."""


def _timed(blobs: ObstoreBlobs, size: int) -> list[object]:
    content = os.urandom(size)
    keys = [f"timing/{size}/{n}" for n in range(5)]
    puts = [_ms(lambda key=key: blobs.put(key, io.BytesIO(content))) for key in keys]  # type: ignore[misc]
    gets = [_ms(lambda key=key: b"".join(blobs.get(key))) for key in keys]  # type: ignore[misc]
    blobs.delete(keys)
    return [size, round(median(puts)), round(median(gets))]


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _story(house: House, store: Azurite) -> list[tuple[str, bool]]:
    blobs = house.parts.blobs
    pane = house.pane()
    draft = pane.draft(files={"whole.bin": os.urandom(25 * 1024 * 1024)})
    ((object_id, file),) = draft.uploads.items()
    found = [("a file put whole has the hash that was signed", draft.sign().status_code == 200)]
    half = _patch(draft, file, 0) and _patch(draft, file, PART)
    store.stop()
    began = time.monotonic()
    refused = _patch(draft, file, 2 * PART, status=503)
    seconds = time.monotonic() - began
    store.start()
    rest = all(_patch(draft, file, start) for start in range(2 * PART, len(file), PART))
    found += [
        ("parts are kept", half),
        (
            f"a store that stopped is a 503 within 20 s ({seconds:.1f} s), and nothing half done",
            refused,
        ),
        ("the upload goes on when the store is back", rest),
        ("the letter is sent", draft.sign().status_code == 200 and draft.send().status_code == 202),
    ]
    read = pane.api("GET", f"/messages/{draft.id}/objects/{object_id}").data
    found.append(("what is read is what was put, byte for byte", read == file))
    found += _sweep(house, draft.id)
    firm = pane.me["firm"]["id"]
    (kept,) = [key for keys in blobs.older(firm, than_s=-60) for key in keys]
    blobs.put(kept, io.BytesIO(file[:-1] + bytes([file[-1] ^ 1])))
    changed = pane.api("GET", f"/messages/{draft.id}/objects/{object_id}").data
    found.append(("control: a changed byte is seen by comparing hashes", changed != file))
    return found


def _patch(draft: object, file: bytes, start: int, *, status: int = 0) -> bool:
    """Put one part of the same bytes under another id."""
    part = file[start : start + PART]
    is_last = start + len(part) == len(file)
    headers = {
        "Upload-Offset": str(start), "Upload-Length": str(len(file)),
        "Upload-Complete": "?1" if is_last else "?0",
    }  # fmt: skip
    path = f"/messages/{draft.id}/uploads/{'p' * 22}"  # type: ignore[attr-defined]
    answer = draft.desk.api("PATCH", path, data=part, content_type=PARTIAL, headers=headers)  # type: ignore[attr-defined]
    return bool(answer.status_code == (status or (201 if is_last else 204)))


def _sweep(house: House, message_id: str) -> list[tuple[str, bool]]:
    """An orphan is put beside the letter's file, and everything counts as old."""
    blobs, firm = house.parts.blobs, house.pane().me["firm"]["id"]
    orphan = f"{firm}/{message_id}/{new_token()}"
    blobs.put(orphan, io.BytesIO(b"orphan"))
    tasks.DAY_S = -60.0  # type: ignore[misc]
    housekeeping.plant(house.parts.database, [firm], {"sweep-blobs": 0})
    house.work()
    left = [key for keys in blobs.older(firm, than_s=-60) for key in keys]
    return [
        ("a blob without a row is swept, the letter's stays", len(left) == 1 and orphan not in left)
    ]


if __name__ == "__main__":
    sys.exit(main())
