"""The master key and what hangs on it: sealed fields, keyed indexes, derived secrets."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from server.base.settings import BadSetting
from server.crypto import custody
from server.crypto.errors import SealRefused

_VERSION: Final = b"\x01"


class Vault:
    """Seals fields at rest and indexes values. Every sealed value begins with the key's version."""

    def __init__(self, master_key: bytes) -> None:
        self._fields = custody.derive(master_key, "letterlock/fields/v1")
        self._indexes = custody.derive(master_key, "letterlock/indexes/v1")
        self._secrets = custody.derive(master_key, "letterlock/secrets/v1")

    @classmethod
    def load(cls, path: Path) -> "Vault":
        """Read the key file.

        Raises:
            BadSetting: There is none. It is never made anew over data that another one sealed.
        """
        if not path.exists():
            raise BadSetting(
                "the master key file is missing: restore it from its backup, or check "
                "LETTERLOCK_MASTER_KEY. Nothing was changed"
            )
        return cls(path.read_bytes())

    @classmethod
    def make(cls, path: Path) -> None:
        """Make the key file (mode 0600), whole or not at all; one that is there stays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(custody.KEY))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
        Path(name).unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def seal(self, place: tuple[str, ...], content: bytes) -> bytes:
        """Seal for a place: firm, table, row, column."""
        return _VERSION + custody.seal(self._fields, place, content)

    def unseal(self, place: tuple[str, ...], sealed: bytes) -> bytes:
        """Open what `seal` made for this place.

        Raises:
            SealRefused: Another master key, another place, or changed.
        """
        if sealed[:1] != _VERSION:
            raise SealRefused("sealed under a master key that is not here")
        return custody.unseal(self._fields, place, sealed[1:])

    def seal_text(self, place: tuple[str, ...], text: str) -> bytes:
        """Seal text for a place."""
        return self.seal(place, text.encode())

    def unseal_text(self, place: tuple[str, ...], sealed: bytes) -> str:
        """Open sealed text."""
        return self.unseal(place, sealed).decode()

    def index(self, *parts: str) -> str:
        """A keyed index, so that a value can be found and not read."""
        return custody.index(self._indexes, *parts)

    def secret(self, *parts: str) -> str:
        """A secret that follows from its parts: 43 characters, the same at every call."""
        return custody.index(self._secrets, *parts)
