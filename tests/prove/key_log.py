"""The key log at 1,000, 10,000 and 100,000 entries: sizes of proofs, times of look-ups and appends.

    python -m tests.prove.key_log [--out FOLDER [--referee PROGRAM]]

`--out` keeps roots, proofs and notes for somebody else's implementation to check, and `--referee`
runs one on them: tests/prove/key_log_referee.go, built.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, update

from server import migrations
from server.base.database import Database
from server.base.ids import new_id
from server.base.settings import Settings
from server.base.tenancy import all_firms, for_firm
from server.base.vault import Vault
from server.commands.db import ensure_master_key
from server.commands.demo import add_demo_firm
from server.crypto.encoding import b64u, parse_canonical
from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.event import KeyEvent, Keys, commit
from server.crypto.log.note import sign_note, write_note
from server.crypto.log.tree import Tree, leaf_hash, root
from server.firms import service as firms
from server.keys import service as keys
from server.keys.custody import service as custody
from server.keys.log import service as log
from server.keys.log import store
from server.keys.log.models import key_log_entries, key_log_hashes, key_logs
from server.people import service as people
from server.people.service import Person
from tests.prove.report import section

SIZES: Final = (1_000, 10_000, 100_000)
TRIES: Final = 100
COMMAND: Final = "python -m tests.prove.key_log"


@dataclass
class Log:
    """A firm's log in a database of its own."""

    database: Database
    vault: Vault
    firm_id: str
    tree: Tree

    def person(self, connection: Connection, address: str) -> Person:
        """Somebody whose key is in the log."""
        found = people.find_or_make(
            connection, self.vault, firm_id=self.firm_id, address=address, name=""
        )
        size = _size(connection, self.firm_id)
        keys.ensure(connection, self.vault, found, signs=True)
        if _size(connection, self.firm_id) > size:
            text = store.texts(connection, self.firm_id, size, 1)[0]
            self.tree.append(leaf_hash(text.encode()))
        return found

    def fill(self, connection: Connection, size: int) -> None:
        """Grow to `size` by entries about nobody, written at once."""
        first = self.tree.size
        entries = [_entry(number) for number in range(first, size)]
        rows = [
            {"firm_id": self.firm_id, "position": first + n, "person_id": new_id(), "text": text}
            for n, text in enumerate(entries)
        ]
        connection.execute(key_log_entries.insert(), rows)
        nodes = []
        for text in entries:
            self.tree.append(leaf_hash(text.encode()))
            level, at = 0, self.tree.size - 1
            nodes.append((level, at))
            while at % 2:
                level, at = level + 1, at >> 1
                nodes.append((level, at))
        connection.execute(
            key_log_hashes.insert(),
            [
                {
                    "firm_id": self.firm_id,
                    "level": level,
                    "position": at,
                    "hash": self.tree.node(level, at),
                }
                for level, at in nodes
            ],
        )
        self._sign(connection)

    def _sign(self, connection: Connection) -> None:
        origin = log.log_key(connection, self.firm_id).name
        point = Checkpoint(origin, self.tree.size, root(self.tree.node, self.tree.size))
        seed = custody.secret_of(connection, self.vault, self.firm_id, self.firm_id, custody.LOG)
        note = write_note(point.text, [sign_note(point.text, origin, seed)])
        where = key_logs.c.firm_id == self.firm_id
        connection.execute(update(key_logs).where(where).values(size=point.size, checkpoint=note))


def measured(known: Log, size: int, out: Path | None) -> list[str]:
    """One row of the table."""
    with known.database.write() as connection:
        maya = known.person(connection, "maya@client.example")
        known.fill(connection, size)
        since = size // 2 + 1
        said = log.answer(
            connection,
            known.vault,
            maya,
            log.present(connection, known.vault, known.firm_id, since=since),
            signing_key=b64u(keys.signing_key(connection, maya).public),
        )
        answer: Any = parse_canonical(said.text)
        if out is not None:
            (out / f"{size}.json").write_text(json.dumps(_referee(known, connection, answer)))
        look = _times(lambda: keys.look_up(connection, known.vault, maya, since=since))
        grow = _times(lambda: log.append_key_event(connection, known.vault, maya, "rotated"))
        connection.rollback()
    proof = 32 * len(answer["proof"]), 32 * len(answer["consistency"])
    bytes_of = len(json.dumps(said.to_json()).encode())
    return [f"{size:,}", str(proof[0]), str(proof[1]), f"{bytes_of:,}", look, grow]


def _referee(known: Log, connection: Connection, answer: Any) -> Any:
    """What another implementation needs to check inclusion and consistency."""
    since, size = answer["since"], known.tree.size
    log_key = keys.log_key(connection, known.firm_id)
    return answer | {
        "log_key": log_key,
        "size": size, "root": b64u(root(known.tree.node, size)),
        "old_root": b64u(root(known.tree.node, since)),
    }  # fmt: skip


def _times(work: Callable[[], Any]) -> str:
    spans = []
    for _ in range(TRIES):
        begun = time.perf_counter()
        work()
        spans.append(time.perf_counter() - begun)
    return f"{statistics.median(spans) * 1000:.1f}"


def _entry(number: int) -> str:
    address = f"c{number}@client.example"
    key = b64u(os.urandom(32))
    event = KeyEvent(
        person=commit(address, os.urandom(32)), version=1, previous=None,
        keys=Keys(key, None, "managed", "managed"), reason="first", time=1_795_348_800,
    )  # fmt: skip
    return event.text


def _size(connection: Connection, firm_id: str) -> int:
    found = store.log(connection, firm_id)
    return int(found["size"]) if found else 0


def _begin(folder: Path) -> Log:
    settings = Settings(
        data=folder, database_url=f"sqlite:///{folder / 'letterlock.db'}", blob_url=folder.as_uri(),
        master_key=folder / "master.key", origin="http://localhost:8399",
        addin_origin="http://127.0.0.1:8399", authority="http://localhost:1",
        graph_url="http://localhost:1", office_js="http://localhost:1/office.js", client_id="x",
        client_secret="x", demo=True,
    )  # fmt: skip
    migrations.upgrade(settings.database_url)
    ensure_master_key(settings)
    add_demo_firm(settings)
    database, vault = Database(settings.database_url), Vault.load(settings.master_key)
    with all_firms("a proof looks for its firm"), database.read() as connection:
        firm_id = firms.every(connection)[0].id
    return Log(database, vault, firm_id, Tree())


def _judged(out: Path | None, referee: Path | None) -> str:
    """What another implementation says of the roots, proofs and notes."""
    if out is None or referee is None:
        return " No other implementation was asked in this run."
    files = [str(out / f"{size}.json") for size in SIZES]
    said = subprocess.run([str(referee), *files], stdout=subprocess.PIPE, check=True, text=True)
    told = "; ".join(said.stdout.splitlines())
    return (
        f" The Go project's own code (golang.org/x/mod/sumdb) says of what was made here: {told}."
    )


def main() -> None:
    """Measure, print, and write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--referee", type=Path)
    options = parser.parse_args()
    out = options.out
    head = "| entries | inclusion, bytes | consistency, bytes | answer in JSON, bytes | look-up, ms | append, ms |"
    lines = [head, "|---:|---:|---:|---:|---:|---:|"]
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            known = _begin(Path(folder))
            with for_firm(known.firm_id):
                lines.append(f"| {' | '.join(measured(known, size, out))} |")
            known.database.close()
    words = (
        "One person's look-up with its answer, whose consistency proof begins at half the log, and one append with its "
        f"signed checkpoint: medians of {TRIES}, SQLite, one process. A proof grows by one hash of 32 bytes when the log doubles."
    )
    words += _judged(out, options.referee)
    section(
        "key-log", "The key log at three sizes", f"{words}\n\n" + "\n".join(lines), command=COMMAND
    )
    print("\n".join(lines))  # noqa: T201 a run at a terminal


if __name__ == "__main__":
    main()
