"""The master key and what hangs on it: sealed fields, keyed indexes, derived secrets.

While `letterlock keys rotate` re-seals what the old key sealed, two keys stand side by side: the
new one in the key file, the old one beside it under `.old`. Every sealed value names its key, so
running processes go on; they see the change of the file at their next use.
"""

import hashlib
import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.base.settings import BadSetting
from server.crypto import custody
from server.crypto.errors import MalformedKey, SealRefused

_FIRST: Final = b"\x01"  # sealed before keys had names
_NAMED: Final = b"\x02"
_NAME: Final = 4


@dataclass(frozen=True, slots=True, repr=False)
class _Key:
    """What is derived from one master key."""

    name: bytes
    fields: bytes
    indexes: bytes
    secrets: bytes

    @classmethod
    def of(cls, master_key: bytes) -> "_Key":
        return cls(
            name=custody.derive(master_key, "letterlock/name/v1")[:_NAME],
            fields=custody.derive(master_key, "letterlock/fields/v1"),
            indexes=custody.derive(master_key, "letterlock/indexes/v1"),
            secrets=custody.derive(master_key, "letterlock/secrets/v1"),
        )


class Vault:
    """Seals fields at rest and indexes values. Every sealed value begins with its key's name."""

    def __init__(self, master_key: bytes, *older: bytes, path: Path | None = None) -> None:
        self._keys = tuple(_Key.of(key) for key in (master_key, *older))
        self._path = path
        self._seen = _stamp(path)
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """Read the key file, and the old one beside it while there is one.

        Raises:
            BadSetting: There is none. It is never made anew over data that another one sealed.
        """
        if not path.exists():
            raise BadSetting(
                "the master key file is missing: restore it from its backup, or check "
                "LETTERLOCK_MASTER_KEY. Nothing was changed"
            )
        try:
            return cls(*read_keys(path), path=path)
        except MalformedKey as error:
            raise BadSetting(
                "the master key file is damaged: restore it from its backup. Nothing was changed"
            ) from error

    @classmethod
    def make(cls, path: Path) -> None:
        """Make the key file (mode 0600), whole or not at all; one that is there stays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        name = _written(path.parent, os.urandom(custody.KEY))
        with suppress(FileExistsError):
            os.link(name, path)
        name.unlink()
        _sync(path.parent)

    @classmethod
    def begin_rotation(cls, path: Path) -> None:
        """Put a new key in the old one's place, and the old one beside it. Again: nothing."""
        old = old_path(path)
        if old.exists() and old.read_bytes() != path.read_bytes():
            return
        with suppress(FileExistsError):
            os.link(path, old)
        _sync(path.parent)
        _written(path.parent, os.urandom(custody.KEY)).replace(path)
        _sync(path.parent)

    @classmethod
    def end_rotation(cls, path: Path) -> None:
        """Forget the old key: nothing is sealed under it any more."""
        old_path(path).unlink(missing_ok=True)
        _sync(path.parent)

    @property
    def is_rotating(self) -> bool:
        """Whether there is an old key beside the present one."""
        return len(self._ring()) > 1

    def is_present(self, sealed: bytes) -> bool:
        """Whether a value is sealed under the present key, as far as its name says."""
        return sealed[: 1 + _NAME] == _NAMED + self._ring()[0].name

    def seal(self, place: tuple[str, ...], content: bytes) -> bytes:
        """Seal for a place: firm, table, row, column."""
        key = self._ring()[0]
        return _NAMED + key.name + custody.seal(key.fields, place, content)

    def unseal(self, place: tuple[str, ...], sealed: bytes) -> bytes:
        """Open what `seal` made for this place.

        Raises:
            SealRefused: Another master key, another place, or changed.
        """
        ring = self._ring()
        if sealed[:1] == _NAMED:
            name, body = sealed[1 : 1 + _NAME], sealed[1 + _NAME :]
            for key in ring:
                if key.name == name:
                    return custody.unseal(key.fields, place, body)
        elif sealed[:1] == _FIRST:
            for key in reversed(ring[1:]):
                with suppress(SealRefused):
                    return custody.unseal(key.fields, place, sealed[1:])
            return custody.unseal(ring[0].fields, place, sealed[1:])
        raise SealRefused("sealed under a master key that is not here")

    def seal_text(self, place: tuple[str, ...], text: str) -> bytes:
        """Seal text for a place."""
        return self.seal(place, text.encode())

    def unseal_text(self, place: tuple[str, ...], sealed: bytes) -> str:
        """Open sealed text."""
        return self.unseal(place, sealed).decode()

    def index(self, *parts: str) -> str:
        """A keyed index, so that a value can be found and not read."""
        return custody.index(self._ring()[0].indexes, *parts)

    def indexes(self, *parts: str) -> list[str]:
        """The indexes under which a value may stand: more than one while keys are rotated."""
        return [custody.index(key.indexes, *parts) for key in self._ring()]

    def secret(self, *parts: str) -> str:
        """A secret that follows from its parts: 43 characters, the same at every call."""
        return custody.index(self._ring()[0].secrets, *parts)

    def _ring(self) -> tuple[_Key, ...]:
        """The keys, the present one first; read again when their file has changed."""
        if self._path is not None and _stamp(self._path) != self._seen:
            # A file that is gone changes nothing for who has read it.
            with self._lock, suppress(FileNotFoundError):
                self._seen = _stamp(self._path)
                self._keys = tuple(_Key.of(key) for key in read_keys(self._path))
        return self._keys


def old_path(path: Path) -> Path:
    """Where the old key stands while keys are rotated."""
    return path.with_name(f"{path.name}.old")


def read_keys(path: Path) -> list[bytes]:
    """The master keys of a key file: the present one, then the old one if there is one.

    Raises:
        OSError: It cannot be read.
    """
    files = [path.read_bytes()]
    with suppress(FileNotFoundError):
        files.append(old_path(path).read_bytes())
    return list(dict.fromkeys(files))


def name_of(master_key: bytes) -> str:
    """The first 16 hexadecimal digits of its SHA-256: tells one master key from another."""
    return hashlib.sha256(master_key).hexdigest()[:16]


def _written(folder: Path, content: bytes) -> Path:
    """A new file of mode 0600 with this content, safe on the disk."""
    handle, name = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _stamp(path: Path | None) -> tuple[int, ...]:
    """Changes when a key file does: inode and time of the key, and of the old one."""
    if path is None:
        return ()
    found: list[int] = []
    for file in (path, old_path(path)):
        try:
            state = file.stat()
        except FileNotFoundError:
            found.append(0)
        else:
            found += [state.st_ino, state.st_mtime_ns]
    return tuple(found)
