"""`letterlock restore`: a backup into an empty place, every row and file compared."""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from server.base.settings import BadSetting, Settings, from_environment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.base.rows import Shape, Tally
    from server.commands.archive import Member
    from server.crypto.identity import Identity
    from server.storage.blobs import ObstoreBlobs

_IN_MEMORY: Final = 4 * 1024 * 1024
_PIECE: Final = 64 * 1024
_CHANGED: Final = "the backup is not what was written: {}. Nothing was restored"


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("restore", help="a backup into an empty place")
    parser.add_argument("file", type=Path)
    parser.add_argument("--identity", type=Path, required=True, help="a file with its identity")
    parser.set_defaults(run=_restore)


@dataclass
class Restored:
    """What was restored. `lost` are large files that the backup itself says it lacks.

    `asked` are letters of which nobody knows whether their notice went out after the backup.
    """

    head: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, "Tally"] = field(default_factory=dict)
    blobs: int = 0
    blob_bytes: int = 0
    lost: list[str] = field(default_factory=list)
    asked: int = 0


def _restore(options: argparse.Namespace) -> int:
    from server.commands import canary, keyfiles  # noqa: PLC0415 a command loads what it runs

    settings = from_environment()
    done = restore(settings, options.file, keyfiles.identity(options.identity))
    say = sys.stdout.write
    say(f"Restored the state of {done.head['made']}:\n")
    for name, tally in done.tables.items():
        say(f"{name:20} {tally.rows:>9} rows  sha256 {tally.sha256}\n")
    say(f"{done.blobs} large files of {done.blob_bytes} bytes, each with the hash of its row.\n")
    say("Everybody signs in again. ")
    say(
        f"{done.asked} notices may have gone out since: their senders are asked, and the "
        "administrator where a client answered.\n"
    )
    for key in done.lost:
        sys.stderr.write(f"letterlock: the backup lacks {key}\n")
    verdict = canary.say(settings)
    return 1 if done.lost else verdict


def restore(settings: Settings, file: Path, identity: "Identity") -> Restored:
    """Read a backup to its end and compare everything; only then is it kept.

    Raises:
        BadSetting: The place is not empty, the file is no backup of this or an older version, or
            it is not whole. The database is then empty, and no large file is left; files are
            left, which do no harm, only where the last commit itself failed.
    """
    from server.commands import archive, keyfiles  # noqa: PLC0415 a command loads what it runs
    from server.crypto.age import decrypt_stream  # noqa: PLC0415 a command loads what it runs
    from server.crypto.errors import SealRefused  # noqa: PLC0415 a command loads what it runs
    from server.storage.blobs import ObstoreBlobs  # noqa: PLC0415 a command loads what it runs

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = _Work(settings, ObstoreBlobs(settings.blob_url))
    try:
        members = archive.read(decrypt_stream(identity, keyfiles.pieces_of(file)))
        return work.run(members)
    except SealRefused as error:
        work.undo()
        raise BadSetting(_CHANGED.format(f"it does not open ({error.reason})")) from error
    except Exception:
        work.undo()
        raise


class _Work:
    """One restore: a transaction over all tables, and the files that were put meanwhile."""

    def __init__(self, settings: Settings, store: "ObstoreBlobs") -> None:
        self._settings = settings
        self._store = store
        self._put: list[str] = []
        self._expected: dict[str, str] = {}
        self._shapes: dict[str, Shape] = {}
        self._done = Restored()

    def run(self, members: Iterator["Member"]) -> Restored:
        """Everything, or nothing."""
        from server import migrations  # noqa: PLC0415 a command loads what it runs
        from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
        from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
        from server.commands import aftermath  # noqa: PLC0415 a command loads what it runs

        url = self._settings.database_url
        self._read_head(next(members, None))
        migrations.upgrade(url, self._done.head["revision"])
        database = Database(url, patience_s=None)
        try:
            with all_firms("a backup is restored"):
                with database.write() as connection:
                    self._fill(connection, members)
                    self._done.asked = aftermath.settle(connection)
                    self._put.clear()  # from here on rows may be kept that name these files
                migrations.upgrade(url)
        finally:
            database.close()
        return self._done

    def undo(self) -> None:
        """Take the files away that were put: their rows were not kept."""
        self._store.delete(self._put)

    def _read_head(self, member: "Member | None") -> None:
        from server import migrations  # noqa: PLC0415 a command loads what it runs
        from server.base.rows import Shape  # noqa: PLC0415 a command loads what it runs
        from server.commands import archive  # noqa: PLC0415 a command loads what it runs

        if member is None or member.name != archive.HEAD:
            raise BadSetting("the file holds no backup of Letterlock")
        head = json.loads(member.content())
        if head["format"] != archive.FORMAT or not migrations.knows(head["revision"]):
            raise BadSetting(
                f"the backup was made by version {head['version']}: restore it with that one or a "
                "newer. Nothing was restored"
            )
        self._done.head = head
        self._shapes = {data["name"]: Shape.from_json(data) for data in head["shapes"]}

    def _fill(self, connection: "Connection", members: Iterator["Member"]) -> None:
        from server.base import rows  # noqa: PLC0415 a command loads what it runs
        from server.commands import archive  # noqa: PLC0415 a command loads what it runs

        if there := rows.filled(connection, self._shapes.values()):
            raise BadSetting(
                f"the place is not empty: there are rows in {', '.join(there)}. Restore into a "
                "new data folder or a new database. Nothing was changed"
            )
        sums: dict[str, Any] | None = None
        for member in members:
            kind, _, rest = member.name.partition("/")
            if kind == archive.TABLES:
                self._fill_table(connection, self._shapes[rest.partition("/")[0]], member)
            elif kind == archive.BLOBS:
                self._put_blob(connection, rest, member)
            elif member.name == archive.SUMS:
                sums = json.loads(member.content())
        if sums is None:
            raise BadSetting(_CHANGED.format("its end is missing"))
        self._compare(connection, sums)

    def _fill_table(self, connection: "Connection", shape: "Shape", member: "Member") -> None:
        from server.base import rows  # noqa: PLC0415 a command loads what it runs

        found = member.rows(shape)
        while batch := list(islice(found, rows.BATCH)):
            rows.insert(connection, shape, [row for row, _ in batch])

    def _put_blob(self, connection: "Connection", key: str, member: "Member") -> None:
        """Keep a large file whose hash is that of a restored row."""
        from server.crypto.encoding import b64u  # noqa: PLC0415 a command loads what it runs

        if not self._expected:
            self._expected = _hashes(connection)
        digest = hashlib.sha256()
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            while piece := member.file.read(_PIECE):
                digest.update(piece)
                file.write(piece)
            if self._expected.get(key) != b64u(digest.digest()):
                raise BadSetting(_CHANGED.format(f"a large file is another ({key})"))
            file.seek(0)
            self._put.append(key)
            self._store.put(key, cast("BinaryIO", file))
        self._done.blobs += 1
        self._done.blob_bytes += member.size

    def _compare(self, connection: "Connection", sums: dict[str, Any]) -> None:
        """Read everything again, from the database, against the backup's own sums."""
        from server.base import rows  # noqa: PLC0415 a command loads what it runs

        for name, shape in self._shapes.items():
            counted = self._done.tables[name] = rows.tally(connection, shape)
            if [counted.rows, counted.sha256] != sums["tables"][name]:
                raise BadSetting(_CHANGED.format(f"the table {name} has another hash"))
        blobs = sums["blobs"]
        if (self._done.blobs, self._done.blob_bytes) != (blobs["count"], blobs["bytes"]):
            raise BadSetting(_CHANGED.format("large files are missing"))
        self._done.lost = blobs["lost"]
        _compare_objects(connection)


def _hashes(connection: "Connection") -> dict[str, str]:
    """Keys of large files to their hashes."""
    from sqlalchemy import column, select, table  # noqa: PLC0415 a command loads what it runs

    from server.messages.service import blob_key  # noqa: PLC0415 a command loads what it runs

    names = ("firm_id", "entry_id", "sha256", "file")
    objects = table("objects", *(column(name) for name in names)).c
    statement = select(objects.firm_id, objects.entry_id, objects.sha256)
    return {
        blob_key(firm_id, entry_id, sha256): sha256
        for firm_id, entry_id, sha256 in connection.execute(statement.where(objects.file.is_(None)))
    }


def _compare_objects(connection: "Connection") -> None:
    """The hash of each small file, too, is that of its row."""
    from sqlalchemy import column, select, table  # noqa: PLC0415 a command loads what it runs

    from server.crypto.encoding import b64u  # noqa: PLC0415 a command loads what it runs

    objects = table("objects", column("sha256"), column("file")).c
    small = select(objects.sha256, objects.file).where(objects.file.is_not(None))
    for sha256, file in connection.execute(small, execution_options={"yield_per": 50}):
        if b64u(hashlib.sha256(file).digest()) != sha256:
            raise BadSetting(_CHANGED.format("a file has another hash than its row"))
