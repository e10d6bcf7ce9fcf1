"""The content of a backup: a tar file of rows as JSON lines and of large files, written as a stream.

    letterlock.json                 format, version, revision of the tables, time, shapes
    tables/NAME/000001.jsonl …      rows, in the order of shapes
    blobs/FIRM/MESSAGE/SHA256       large files
    sums.json                       rows and hash of each table; count, bytes and losses of files

It is encrypted as an age file around this. Specified in docs/spec/backup.md.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, Final

from server.base.rows import Row, Shape, Tally, lines
from server.base.settings import BadSetting
from server.crypto.encoding import b64u

if TYPE_CHECKING:
    from sqlalchemy import Connection

FORMAT: Final = 1
HEAD: Final = "letterlock.json"
SUMS: Final = "sums.json"
TABLES: Final = "tables"
BLOBS: Final = "blobs"
MEMBER: Final = 1024 * 1024
LEFT_OUT: Final = frozenset({"upload_parts"})  # parts of uploads that were not finished
_BLOCK: Final = 512
_IN_MEMORY: Final = 4 * 1024 * 1024
_PIECE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """A large file that a row names; `sha256` as in the row, base64url."""

    key: str
    message_id: str
    size: int
    sha256: str


@dataclass
class Sums:
    """What a backup holds; `lost` are keys of files that were not there, or not whole."""

    tables: dict[str, Tally] = field(default_factory=dict)
    blobs: int = 0
    blob_bytes: int = 0
    lost: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As it stands at a backup's end."""
        tables = {name: [tally.rows, tally.sha256] for name, tally in self.tables.items()}
        blobs = {"count": self.blobs, "bytes": self.blob_bytes, "lost": self.lost}
        return {"tables": tables, "blobs": blobs}


def write(
    connection: "Connection",
    *,
    head: dict[str, Any],
    shapes: list[Shape],
    blobs: Iterable[Blob],
    get: Callable[[str], Iterator[bytes]],
    sums: Sums,
) -> Iterator[bytes]:
    """The tar file in pieces; fills `sums` as it goes.

    Args:
        connection: A transaction that sees one state of the database until the end.
        head: What HEAD says beside format and shapes.
        shapes: The tables, those that others refer to first.
        blobs: The large files of that state.
        get: The bytes of a file by its key; FileNotFoundError where it is gone.
        sums: Empty.
    """
    about = {"format": FORMAT, **head, "shapes": [shape.to_json() for shape in shapes]}
    yield from _member(HEAD, json.dumps(about).encode())
    for shape in shapes:
        yield from _table(connection, shape, sums)
    for blob in blobs:
        yield from _blob(blob, get, sums)
    yield from _member(SUMS, json.dumps(sums.to_json()).encode())
    yield b"\0" * (2 * _BLOCK)


def _table(connection: "Connection", shape: Shape, sums: Sums) -> Iterator[bytes]:
    tally = sums.tables[shape.name] = Tally()
    number, held = 1, io.BytesIO()
    for _, line in lines(connection, shape):
        tally.add(line)
        held.write(line)
        if held.tell() >= MEMBER:
            yield from _member(f"{TABLES}/{shape.name}/{number:06}.jsonl", held.getvalue())
            number, held = number + 1, io.BytesIO()
    if held.tell():
        yield from _member(f"{TABLES}/{shape.name}/{number:06}.jsonl", held.getvalue())


def _blob(blob: Blob, get: Callable[[str], Iterator[bytes]], sums: Sums) -> Iterator[bytes]:
    """A file, once it has been seen whole: what is not is named, and the rest goes on."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        digest = hashlib.sha256()
        try:
            for piece in get(blob.key):
                digest.update(piece)
                file.write(piece)
        except FileNotFoundError:
            sums.lost.append(blob.key)
            return
        if file.tell() != blob.size or b64u(digest.digest()) != blob.sha256:
            sums.lost.append(blob.key)
            return
        sums.blobs += 1
        sums.blob_bytes += blob.size
        yield _header(f"{BLOBS}/{blob.key}", blob.size)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
        yield b"\0" * (-blob.size % _BLOCK)


def _member(name: str, content: bytes) -> Iterator[bytes]:
    yield _header(name, len(content))
    yield content
    yield b"\0" * (-len(content) % _BLOCK)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


@dataclass(frozen=True, slots=True)
class Member:
    """One member as it is read; `file` is good until the next is asked for."""

    name: str
    size: int
    file: IO[bytes]

    def content(self) -> bytes:
        """The whole of a small one."""
        return self.file.read()

    def rows(self, shape: Shape) -> Iterator[tuple[Row, bytes]]:
        """The rows of a table's member, with their lines."""
        for line in self.file:
            yield shape.parse(line), line


def read(pieces: Iterable[bytes]) -> Iterator[Member]:
    """The members of a tar file that comes in pieces.

    Raises:
        BadSetting: It is no tar file.
    """
    try:
        with tarfile.open(fileobj=_Reader(iter(pieces)), mode="r|") as tar:
            for info in tar:
                file = tar.extractfile(info)
                if file is not None:
                    yield Member(info.name, info.size, file)
    except tarfile.TarError as error:
        raise BadSetting("the file holds no backup of Letterlock") from error


class _Reader(io.RawIOBase):
    """Pieces of any size as a file that is read from the start to its end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = bytearray()

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, or fewer at the end."""
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        taken = bytes(self._held) if size < 0 else bytes(self._held[:size])
        del self._held[: len(taken)]
        return taken
