"""Blobs in a folder, Azure Blob or S3. Implements messages.ports.Blobs.

Every failure of the store is BlobsAway within bounded time, and counted. In a folder a blob
survives a power cut once `put` returns: obstore writes it under another name (`key#1`) and
renames it, and does not promise fsync, so we do that. What a killed process left half-written
is taken away by `tidy`.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from server.base import metrics
from server.base.errors import DiskFull
from server.messages.ports import BlobsAway

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PIECE: Final = 1024 * 1024
FAR_PIECE: Final = 5 * 1024 * 1024  # S3 takes no smaller ones
LISTED: Final = 500
NO_ROOM: Final = 16 * 1024 * 1024
# A megabyte that takes longer is a store that does not answer; put and get go by the megabyte.
CLIENT: "Final[ClientConfig]" = {
    "connect_timeout": timedelta(seconds=2),
    "read_timeout": timedelta(seconds=8),
    "timeout": timedelta(seconds=60),
}
RETRY: "Final[RetryConfig]" = {"max_retries": 2, "retry_timeout": timedelta(seconds=8)}
_HALF: Final = re.compile(r"#[0-9]+$")


class ObstoreBlobs:
    """Blobs under a URL that obstore knows (`file:///…`, `az://…`, `s3://…`)."""

    def __init__(self, url: str, **config: Any) -> None:
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(self._folder)
            self._piece = PIECE
        else:
            self._piece = FAR_PIECE
            self._store = from_url(url, client_options=CLIENT, retry_config=RETRY, **config)

    def put(self, key: str, file: BinaryIO) -> None:
        """Keep the whole of `file` under `key`, durably.

        Keys end in the content's hash or in a random name, so what is there already is the same.

        Raises:
            BlobsAway: Nothing was kept.
            DiskFull: There is no room in the folder.
        """
        with self._told("put"):
            obstore.put(self._store, key, file, chunk_size=self._piece, max_concurrency=4)
            if self._folder is not None:
                _sync(self._folder / key, self._folder)

    def get(self, key: str) -> Iterator[bytes]:
        """What is kept under `key`, in pieces.

        Raises:
            FileNotFoundError: Nothing is.
            BlobsAway: The store does not answer; in the middle, too.
        """
        try:
            with self._told("get"):
                stream = obstore.get(self._store, key).stream(min_chunk_size=PIECE)
        except FileNotFoundError:
            metrics.blob_error("missing")
            raise
        return self._pieces(stream)

    def has(self, key: str) -> bool:
        """Whether something is kept under `key`."""
        try:
            with self._told("head"):
                obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def delete(self, keys: Sequence[str]) -> None:
        """Forget these. What is not there is forgotten already; what stays is swept later."""
        for key in keys:
            with suppress(FileNotFoundError, BlobsAway), self._told("delete"):
                obstore.delete(self._store, key)

    def older(self, prefix: str, *, than_s: float) -> Iterator[Sequence[str]]:
        """Keys under a prefix that were put longer ago, some at a time.

        Raises:
            BlobsAway: The store does not answer; in the middle, too.
        """
        limit = datetime.now(UTC) - timedelta(seconds=than_s)
        with self._told("list"):
            for found in obstore.list(self._store, prefix, chunk_size=LISTED):
                yield [item["path"] for item in found if item["last_modified"] < limit]

    def tidy(self, prefix: str, *, than_s: float) -> int:
        """Take away what was half-written longer ago in a folder; other stores do that themselves.

        Returns how many.
        """
        if self._folder is None:
            return 0
        limit, count = time.time() - than_s, 0
        for folder, _, names in os.walk(self._folder / prefix):
            for path in (Path(folder, name) for name in names if _HALF.search(name)):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < limit:
                        path.unlink()
                        count += 1
        return count

    def _pieces(self, stream: Any) -> Iterator[bytes]:
        with self._told("get"):
            for piece in stream:
                yield bytes(piece)

    @contextmanager
    def _told(self, operation: str) -> Iterator[None]:
        """Turn what the store says into what a caller can act on."""
        try:
            yield
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            metrics.blob_error(operation)
            if operation == "put" and self._is_full():
                raise DiskFull from error
            raise BlobsAway from error

    def _is_full(self) -> bool:
        if self._folder is None:
            return False
        room = os.statvfs(self._folder)
        return room.f_bavail * room.f_frsize < NO_ROOM


def _sync(path: Path, root: Path) -> None:
    """Make a file and its name survive a power cut, and the names of the folders around it."""
    for target in (path, *path.parents):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if target == root:
            return
