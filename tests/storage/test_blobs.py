"""Where large ciphertext is kept: durable in a folder, bounded in time anywhere, whole or not at all."""

import io
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.base.errors import DiskFull
from server.messages.ports import BlobsAway
from server.storage import blobs as storage
from server.storage.blobs import ObstoreBlobs
from tests.sandbox.running import free_port
from tests.storage.far_store import FarStore, far_store

CONTENT = os.urandom(3_000_000)
KEY = "firm/message/hash"


@pytest.fixture
def near(tmp_path: Path) -> ObstoreBlobs:
    return ObstoreBlobs((tmp_path / "blobs").as_uri())


@pytest.fixture
def far() -> Iterator[FarStore]:
    with far_store() as store:
        yield store


def at(store: FarStore, monkeypatch: pytest.MonkeyPatch) -> ObstoreBlobs:
    """A client of the store with less patience than usual."""
    brief = {name: timedelta(seconds=0.3) for name in storage.CLIENT} | {"allow_http": True}
    monkeypatch.setattr(storage, "CLIENT", brief)
    retry = {"max_retries": 2, "retry_timeout": timedelta(seconds=1),
             "backoff": {"init_backoff": timedelta(milliseconds=10)}}  # fmt: skip
    monkeypatch.setattr(storage, "RETRY", retry)
    return ObstoreBlobs("s3://letters", **store.config())


def test_what_was_put_is_there_whole(near: ObstoreBlobs) -> None:
    near.put(KEY, io.BytesIO(CONTENT))
    assert b"".join(near.get(KEY)) == CONTENT
    assert near.has(KEY)
    near.delete([KEY, "firm/message/other"])
    assert not near.has(KEY)
    with pytest.raises(FileNotFoundError):
        near.get(KEY)


def test_a_put_survives_a_power_cut(
    near: ObstoreBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file and the name of each folder above it are forced to the disk, the file first."""
    synced: list[str] = []
    real = os.fsync

    def remember(handle: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", remember)
    near.put(KEY, io.BytesIO(CONTENT))
    folder = tmp_path / "blobs"
    assert synced == [str(folder / part) for part in (KEY, "firm/message", "firm", "")]


def test_nobody_sees_what_is_half_written_and_tidying_knows_its_name(
    near: ObstoreBlobs, tmp_path: Path
) -> None:
    found: list[str] = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            found.extend(path.name for path in tmp_path.rglob("*") if path.is_file())
            return super().read(size)

    near.put(KEY, Slow(CONTENT))
    assert found
    assert set(found) == {"hash#1"}
    half = tmp_path / "blobs" / "firm" / "message" / "other#1"
    half.write_bytes(b"half")
    assert near.tidy("firm", than_s=60) == 0
    assert near.tidy("firm", than_s=-60) == 1
    assert b"".join(near.get(KEY)) == CONTENT


def test_a_source_that_fails_leaves_nothing(near: ObstoreBlobs, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 1_000_000:
                raise OSError
            return super().read(size)

    with pytest.raises(BlobsAway):
        near.put(KEY, Broken(CONTENT))
    assert not near.has(KEY)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_full_disk_is_said_as_such(near: ObstoreBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("server.storage.blobs.obstore.put", full)
    with pytest.raises(BlobsAway):
        near.put(KEY, io.BytesIO(CONTENT))
    monkeypatch.setattr(storage, "NO_ROOM", 1 << 60)
    with pytest.raises(DiskFull):
        near.put(KEY, io.BytesIO(CONTENT))


def test_only_what_is_old_is_listed_as_old(near: ObstoreBlobs, tmp_path: Path) -> None:
    for name in ("old", "new"):
        near.put(f"firm/message/{name}", io.BytesIO(b"x"))
    near.put("other/message/old", io.BytesIO(b"x"))
    before = time.time() - 100
    for path in (tmp_path / "blobs").rglob("old"):
        os.utime(path, (before, before))
    assert [key for keys in near.older("firm", than_s=50) for key in keys] == ["firm/message/old"]


def test_a_store_that_is_not_there_is_away_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = at(FarStore(port=free_port()), monkeypatch)
    began = time.monotonic()
    for call in (
        lambda: gone.put(KEY, io.BytesIO(CONTENT)),
        lambda: gone.get(KEY),
        lambda: gone.has(KEY),
    ):
        with pytest.raises(BlobsAway):
            call()
    gone.delete([KEY])
    assert time.monotonic() - began < 8


def test_a_store_that_does_not_answer_is_away_within_seconds(
    far: FarStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stalled = at(far, monkeypatch)
    far.stalls = True
    began = time.monotonic()
    with pytest.raises(BlobsAway):
        stalled.put(KEY, io.BytesIO(CONTENT))
    with pytest.raises(BlobsAway):
        stalled.get(KEY)
    assert time.monotonic() - began < 8


def test_an_error_that_passes_is_tried_again_and_one_that_stays_is_away(
    far: FarStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(far, monkeypatch)
    far.statuses = [500, 503]
    store.put(KEY, io.BytesIO(CONTENT))
    far.statuses = [500]
    assert b"".join(store.get(KEY)) == CONTENT
    far.statuses = [500] * 9
    with pytest.raises(BlobsAway):
        store.put(KEY, io.BytesIO(CONTENT))
    far.statuses = [403]
    with pytest.raises(BlobsAway):
        store.get(KEY)


def test_an_answer_that_breaks_off_is_never_taken_for_whole(
    far: FarStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = at(far, monkeypatch)
    store.put(KEY, io.BytesIO(CONTENT))
    far.break_off = True
    with pytest.raises(BlobsAway):
        b"".join(store.get(KEY))


def test_the_real_patience_is_short_of_a_callers() -> None:
    """A browser waits 30 s for a sign of life; the retries of one call end before."""
    tries = 1 + storage.RETRY["max_retries"]
    assert storage.RETRY["retry_timeout"] + storage.CLIENT["read_timeout"] < timedelta(seconds=20)  # type: ignore[operator]
    assert tries * storage.CLIENT["connect_timeout"] < timedelta(seconds=10)  # type: ignore[operator]
