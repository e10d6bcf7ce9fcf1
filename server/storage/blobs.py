"""Blobs in a folder, Azure Blob or S3. Implements messages.ports.Blobs."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, from_url

PIECE: Final = 1024 * 1024


class ObstoreBlobs:
    """Blobs under a URL that obstore knows (`file:///…`, `az://…`, `s3://…`)."""

    def __init__(self, url: str) -> None:
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(self._folder)
        else:
            self._store = from_url(url)

    def put(self, key: str, file: BinaryIO) -> None:
        """Keep the whole of `file` under `key`, durably.

        Keys end in the content's hash, so what is there already is the same bytes.
        """
        obstore.put(self._store, key, file, use_multipart=True, chunk_size=PIECE)
        if self._folder is not None:
            _sync(self._folder / key)

    def get(self, key: str) -> Iterator[bytes]:
        """What is kept under `key`, in pieces.

        Raises:
            FileNotFoundError: Nothing is.
        """
        stream = obstore.get(self._store, key).stream(min_chunk_size=PIECE)
        return (bytes(piece) for piece in stream)

    def delete(self, keys: Sequence[str]) -> None:
        """Forget these. What is not there is forgotten already."""
        for key in keys:
            with suppress(FileNotFoundError):
                obstore.delete(self._store, key)


def _sync(path: Path) -> None:
    """Make a file and its name survive a power cut: obstore's local store does not promise it."""
    for target in (path, path.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
