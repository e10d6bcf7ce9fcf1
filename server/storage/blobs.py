"""Blobs in a folder, Azure Blob or S3. Implements messages.ports.Blobs."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url


class ObstoreBlobs:
    """Blobs under a URL that obstore knows (`file:///…`, `az://…`, `s3://…`)."""

    def __init__(self, url: str) -> None:
        self._folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:") else None
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._store: ObjectStore = LocalStore(self._folder)
        else:
            self._store = from_url(url)

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, durably.

        Keys end in the content's hash, so what is there already is the same bytes.
        """
        with suppress(AlreadyExistsError):
            obstore.put(self._store, key, content, mode="create")
        if self._folder is not None:
            _sync(self._folder / key)

    def get(self, key: str) -> bytes:
        """What is kept under `key`.

        Raises:
            FileNotFoundError: Nothing is.
        """
        return bytes(obstore.get(self._store, key).bytes())


def _sync(path: Path) -> None:
    """Make a file and its name survive a power cut: obstore's local store does not promise it."""
    for target in (path, path.parent):
        handle = os.open(target, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
