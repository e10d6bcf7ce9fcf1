"""A full disk: 64 MB that are given up so that the house can still read, mark and delete.

On a disk without a free byte SQLite cannot even delete. The ballast is freed once; what grows the
house is refused from then on (access.py), until there is room for the ballast and as much again.
Processes share this through two files beside the database.
"""

import os
import shutil
from pathlib import Path
from typing import Final

BALLAST: Final = 64 * 1024 * 1024


class Disk:
    """The ballast of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ballast = folder / "ballast"
        self._mark = folder / "disk-full"

    @property
    def is_full(self) -> bool:
        """Whether the ballast was given up and has not been put back."""
        return self._mark.exists()

    @property
    def has_ballast(self) -> bool:
        """Whether there is something to give up."""
        return self._ballast.exists()

    def prepare(self) -> None:
        """Lay the ballast in, where there is none and room for it."""
        if not self.has_ballast and not self.is_full and self._room() >= 2 * BALLAST:
            self._lay()

    def give_way(self) -> None:
        """The disk is full: free the ballast, and let everybody know."""
        self._ballast.unlink(missing_ok=True)
        self._mark.touch()

    def recovered(self) -> bool:
        """Whether what grows may go on: if there is room again, the ballast is put back first."""
        if not self.is_full:
            return True
        if self._room() < 2 * BALLAST:
            return False
        if not self.has_ballast:
            self._lay()
        self._mark.unlink(missing_ok=True)
        return True

    def _room(self) -> int:
        return shutil.disk_usage(self._folder).free

    def _lay(self) -> None:
        # Of its own name for each process, so that two of them leave one whole ballast.
        part = self._folder / f"ballast.{os.getpid()}"
        with part.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST)
        part.replace(self._ballast)
