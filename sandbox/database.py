"""The sandbox's own SQLite file: mailboxes, the post on its way, keys, grants, faults."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.people import PEOPLE

FOLDERS = (
    ("inbox", "Inbox"),
    ("sentitems", "Sent Items"),
    ("drafts", "Drafts"),
    ("deleteditems", "Deleted Items"),
    # Recoverable Items: no mail client lists them.
    ("recoverableitemsdeletions", "Deletions"),
    ("recoverableitemspurges", "Purges"),
    ("recoverableitemsversions", "Versions"),
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS mailbox (
  address TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE IF NOT EXISTS folder (
  id TEXT PRIMARY KEY, mailbox TEXT NOT NULL REFERENCES mailbox, well_known TEXT NOT NULL,
  name TEXT NOT NULL, position INTEGER NOT NULL, UNIQUE (mailbox, well_known)) STRICT;
CREATE TABLE IF NOT EXISTS message (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, immutable_id TEXT NOT NULL UNIQUE,
  mailbox TEXT NOT NULL REFERENCES mailbox, folder TEXT NOT NULL REFERENCES folder,
  internet_message_id TEXT NOT NULL, conversation_id TEXT NOT NULL,
  is_read INTEGER NOT NULL, is_draft INTEGER NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, sent TEXT NOT NULL, received TEXT NOT NULL,
  change INTEGER NOT NULL DEFAULT 1, letter TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS message_folder ON message (mailbox, folder, received DESC, seq DESC);
CREATE INDEX IF NOT EXISTS message_name ON message (mailbox, internet_message_id);
CREATE TABLE IF NOT EXISTS pending (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, mailbox TEXT NOT NULL,
  save INTEGER NOT NULL, letter TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS auth_code (
  hash TEXT PRIMARY KEY, expires REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0,
  request TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refresh_token (
  hash TEXT PRIMARY KEY, expires REAL NOT NULL, successor TEXT, retired INTEGER NOT NULL DEFAULT 0,
  grant_ TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS fault (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class Database:
    """One SQLite file; a short connection per transaction, so any thread may use it."""

    def __init__(self, folder: Path) -> None:
        """Open or make `folder/sandbox.db` and seed the demo's mailboxes; safe to repeat."""
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "sandbox.db"
        connection = self._connect()
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_SCHEMA)
        finally:
            connection.close()
        with self.writing() as connection:
            _seed(connection)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give one consistent snapshot."""
        connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give one transaction: all of it on a normal end, none of it on an exception."""
        connection = self._connect()
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()


def _seed(connection: sqlite3.Connection) -> None:
    for person in PEOPLE:
        connection.execute(
            "INSERT OR IGNORE INTO mailbox (address, name) VALUES (?, ?)",
            (person.address, person.name),
        )
        for position, (well_known, name) in enumerate(FOLDERS):
            connection.execute(
                "INSERT OR IGNORE INTO folder VALUES (?, ?, ?, ?, ?)",
                (f"{person.address}-{well_known}", person.address, well_known, name, position),
            )
