"""Every place where a letter's text could come to rest, and what is there now."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.contract.recorder import Recorder
from tests.e2e.canary import find

DATABASE, BLOBS, LOG, SANDBOX = "database", "blobs", "log", "sandbox's mailboxes"
OTHERS, GRAPH, BROWSERS = "other files", "Graph traffic", "browsers' storage"
Pieces = dict[str, bytes]
Places = dict[str, Pieces]


def on_disk(data: Path, log: Path) -> Places:
    """All files of a data folder, databases row by row too, and the log."""
    places: Places = {DATABASE: {}, BLOBS: {}, SANDBOX: {}, OTHERS: {}, LOG: _file(log)}
    for path in sorted(data.rglob("*")):
        if path.is_file():
            places[_place(path.relative_to(data))] |= _file(path)
    places[DATABASE] |= _rows(data / "letterlock.db")
    places[SANDBOX] |= _rows(data / "sandbox" / "sandbox.db")
    return places


def on_the_wire(recorder: Recorder) -> Places:
    """What went to Graph and came back."""
    return {GRAPH: recorder.traffic}


def in_browsers(**contexts: BrowserContext) -> Places:
    """Cookies, local storage and indexed databases, by whose browser it is."""
    kept = {name: one.storage_state(indexed_db=True) for name, one in contexts.items()}
    return {BROWSERS: {name: json.dumps(state).encode() for name, state in kept.items()}}


def search(places: Places, word: str) -> dict[str, set[str]]:
    """The forms in which a word was found, by the names of the places; none without a find."""
    found = {
        place: {form for piece in pieces.values() for form in find(piece, word)}
        for place, pieces in places.items()
    }
    return {place: forms for place, forms in found.items() if forms}


def _place(path: Path) -> str:
    if path.name.startswith("letterlock.db"):
        return DATABASE
    return {"blobs": BLOBS, "sandbox": SANDBOX}.get(path.parts[0], OTHERS)


def _file(path: Path) -> Pieces:
    return {str(path): path.read_bytes()}


def _rows(path: Path) -> Pieces:
    """Each table's cells: a text of several pages does not lie in one piece in the file."""
    pieces: Pieces = {}
    with closing(sqlite3.connect(path)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            rows = connection.execute(f'SELECT * FROM "{table}"')
            pieces[f"{path}: {table}"] = b"\n".join(_bytes(cell) for row in rows for cell in row)
    return pieces


def _bytes(cell: object) -> bytes:
    return cell if isinstance(cell, bytes) else str(cell).encode()
