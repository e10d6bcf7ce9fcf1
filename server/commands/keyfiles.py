"""Files of keys on the command line: recipients, identities, and files for their owner only."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from server.base.settings import BadSetting
from server.crypto.errors import MalformedKey
from server.crypto.identity import Identity, Recipient

PIECE: Final = 1024 * 1024
_PREFIX: Final = "age1pq1"


def recipient(text: str) -> Recipient:
    """A recipient, `age1pq1…`, or the first one in a file.

    Raises:
        BadSetting: There is none.
    """
    found = text if text.startswith(_PREFIX) else _first(Path(text), _PREFIX)
    try:
        made = Recipient.parse(found)
        made.public_key()
    except MalformedKey as error:
        raise BadSetting("that is no post-quantum age recipient (age1pq1…)") from error
    return made


def identity(path: Path) -> Identity:
    """The first identity in a file, as `letterlock keys new` or `age-keygen -pq` writes it.

    Raises:
        BadSetting: There is none.
    """
    try:
        return Identity.parse(_first(path, "AGE-SECRET-KEY-PQ-1"))
    except MalformedKey as error:
        raise BadSetting(f"the identity in {path} is damaged") from error


def write_new(path: Path, pieces: Iterable[bytes]) -> int:
    """Write a new file, whole or not at all, for its owner only. Returns its length in bytes.

    Raises:
        BadSetting: There is a file of this name.
    """
    if path.exists():
        raise BadSetting(f"{path} is there already: it was not touched. Choose another name")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    size = 0
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)  # unlike a rename, never over a file that came meanwhile
    finally:
        Path(name).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return size


def pieces_of(path: Path) -> Iterator[bytes]:
    """A file in pieces.

    Raises:
        BadSetting: It is not there.
    """
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except FileNotFoundError as error:
        raise BadSetting(f"there is no file {path}") from error


def _first(path: Path, prefix: str) -> str:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} cannot be read") from error
    found = next((line.strip() for line in lines if line.startswith(prefix)), None)
    if found is None:
        raise BadSetting(f"{path} holds no line that begins with {prefix}")
    return found
