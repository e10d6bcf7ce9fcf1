"""`letterlock backup`: everything but the master key, encrypted, while the house works on."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from server.base.settings import BadSetting, Settings, from_environment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.base.database import Database
    from server.commands.archive import Blob, Sums
    from server.crypto.identity import Recipient


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("backup", help="an encrypted copy of everything but the key")
    parser.add_argument("out", type=Path, help="a new file, or a folder that gets one")
    parser.add_argument(
        "--to", required=True, metavar="RECIPIENT", help="age1pq1…, or a file that holds it"
    )
    parser.set_defaults(run=_backup)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written: where, its size in bytes, and what it holds."""

    path: Path
    size: int
    sums: "Sums"


def _backup(options: argparse.Namespace) -> int:
    from server.commands import keyfiles  # noqa: PLC0415 a command loads what it runs

    done = backup(from_environment(), options.out, keyfiles.recipient(options.to))
    sums = done.sums
    rows = sum(tally.rows for tally in sums.tables.values())
    sys.stdout.write(
        f"{done.path}\n{done.size} bytes: {rows} rows of {len(sums.tables)} tables, "
        f"{sums.blobs} large files of {sums.blob_bytes} bytes. The master key is not in it.\n"
    )
    for key in sums.lost:
        sys.stderr.write(f"letterlock: NOT in the backup, for it is gone or damaged: {key}\n")
    return 1 if sums.lost else 0


def backup(settings: Settings, out: Path, to: "Recipient") -> BackedUp:
    """Write an age file of one state of the database, and of the large files of that state.

    Raises:
        BadSetting: `out` exists, or the tables are another version's.
    """
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.commands import keyfiles  # noqa: PLC0415 a command loads what it runs
    from server.commands.archive import Sums  # noqa: PLC0415 a command loads what it runs
    from server.crypto.age import encrypt_stream  # noqa: PLC0415 a command loads what it runs

    if not migrations.is_current(settings.database_url):
        raise BadSetting("run `letterlock db upgrade` first: the tables are another version's")
    made = datetime.now(UTC)
    path = out / f"letterlock-{made:%Y%m%d-%H%M%S}.age" if out.is_dir() else out
    database, sums = Database(settings.database_url, patience_s=None), Sums()
    try:
        with all_firms("a backup is made"):
            with database.read() as connection:
                if not database.is_sqlite:
                    level = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                    connection.execution_options(**level)
                content = _content(connection, settings, sums, made)
                size = keyfiles.write_new(path, encrypt_stream(to, content))
            sums.lost = _still_named(database, sums.lost)
    finally:
        database.close()
    return BackedUp(path, size, sums)


def _content(
    connection: "Connection", settings: Settings, sums: "Sums", made: datetime
) -> Iterator[bytes]:
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base import rows  # noqa: PLC0415 a command loads what it runs
    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import name_of, read_keys  # noqa: PLC0415 a command loads what it runs
    from server.commands import archive  # noqa: PLC0415 a command loads what it runs
    from server.migrations import tables  # noqa: F401, PLC0415 fills metadata
    from server.storage.blobs import ObstoreBlobs  # noqa: PLC0415 a command loads what it runs

    shapes = [item for item in rows.shapes(metadata) if item.name not in archive.LEFT_OUT]
    head = {
        "version": version("letterlock"),
        "revision": migrations.head(),
        "made": made.isoformat(timespec="seconds"),
        "engine": connection.dialect.name,
        "master_keys": [name_of(key) for key in read_keys(settings.master_key)],
    }
    store = ObstoreBlobs(settings.blob_url)
    blobs = _blobs(connection)
    yield from archive.write(
        connection, head=head, shapes=shapes, blobs=blobs, get=store.get, sums=sums
    )


def _blobs(connection: "Connection") -> Iterator["Blob"]:
    """The large files that this state of the database names, each once."""
    from sqlalchemy import select  # noqa: PLC0415 a command loads what it runs

    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs
    from server.commands.archive import Blob  # noqa: PLC0415 a command loads what it runs
    from server.messages.service import blob_key  # noqa: PLC0415 a command loads what it runs

    objects = metadata.tables["objects"].c
    columns = (objects.firm_id, objects.entry_id, objects.sha256, objects.size)
    statement = select(*columns).where(objects.file.is_(None)).distinct()
    order = statement.order_by(objects.firm_id, objects.entry_id, objects.sha256)
    for firm_id, entry_id, sha256, size in connection.execute(
        order, execution_options={"yield_per": 500}
    ):
        yield Blob(blob_key(firm_id, entry_id, sha256), entry_id, size, sha256)


def _still_named(database: "Database", lost: list[str]) -> list[str]:
    """Of the files that were not found, those that a row names now: the others were discarded."""
    if not lost:
        return []
    with database.read() as connection:
        named = {blob.key for blob in _blobs(connection)}
    return [key for key in lost if key in named]
