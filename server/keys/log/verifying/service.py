"""Read a firm's whole log again and compare: entries, chains, hashes, checkpoint, present keys.

Needs no secret and changes nothing. What it cannot see: entries that were replaced together with
everything after them by somebody who has the log's signing key. That shows against a checkpoint
which was kept elsewhere. Source: docs/spec/log.md sections 1, 2, 6 and 10.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection

from server.base.errors import NotFound
from server.crypto.encoding import b64u
from server.crypto.log.checkpoint import Checkpoint, Trust, open_checkpoint
from server.crypto.log.event import KeyEvent, Keys, check_successor, parse_event
from server.crypto.log.refusals import LogRefused
from server.crypto.log.tiles import WIDTH
from server.crypto.log.tree import Tree, leaf_hash, root
from server.keys.log import service as log
from server.keys.log import store


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong first; `index` is the entry's, none where it cannot be told."""

    words: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """How many entries were read, of how many persons, and the faults: none is as it should be."""

    entries: int
    persons: int
    faults: tuple[Fault, ...]


@dataclass
class _Reading:
    """The log as its entries make it."""

    tree: Tree = field(default_factory=Tree)
    last: dict[str, KeyEvent] = field(default_factory=dict)  # by commitment
    persons: dict[str, tuple[int, KeyEvent]] = field(default_factory=dict)  # by the row's person


def verify(connection: Connection, firm_id: str, *, kept: str | None = None) -> Report:
    """Verify a firm's log; `kept` is a checkpoint of it, a signed note, from elsewhere."""
    reading = _Reading()
    faults = [_entries(connection, firm_id, reading)]
    if faults == [None]:
        faults = [
            _hashes(connection, firm_id, reading.tree),
            _checkpoint(connection, firm_id, reading.tree),
            _kept(connection, firm_id, reading.tree, kept),
            *_present(connection, firm_id, reading),
        ]
    found = tuple(fault for fault in faults if fault is not None)
    return Report(reading.tree.size, len(reading.last), found)


def _entries(connection: Connection, firm_id: str, reading: _Reading) -> Fault | None:
    """The first entry that is missing, unlike its hash, malformed or out of its person's chain."""
    for first in range(0, store.end(connection, firm_id), WIDTH):
        leaves = store.row_of_hashes(connection, firm_id, 0, first, WIDTH)
        for row in store.entries(connection, firm_id, first, WIDTH):
            index = reading.tree.size
            if row["position"] != index:
                return Fault("the entry is missing", index)
            if words := _wrong(row, leaves.get(index), reading):
                return Fault(words, index)
        if reading.tree.size < min(first + WIDTH, store.end(connection, firm_id)):
            return Fault("the entry is missing", reading.tree.size)
    return None


def _wrong(row: store.Row, hashed: bytes | None, reading: _Reading) -> str | None:
    """What is wrong with the next entry; else it is read."""
    leaf = leaf_hash(row["text"].encode())
    if hashed != leaf:
        return "the entry is not the one that was hashed"
    try:
        event = parse_event(row["text"])
        check_successor(reading.last.get(event.person), event)
    except LogRefused as error:
        return f"{error.code}: {error}"
    before = reading.persons.get(row["person_id"])
    if before is not None and before[1].person != event.person:
        return "the entry is about another person than its row"
    reading.last[event.person] = event
    reading.persons[row["person_id"]] = (reading.tree.size, event)
    reading.tree.append(leaf)
    return None


def _hashes(connection: Connection, firm_id: str, tree: Tree) -> Fault | None:
    """The first entry below a hash that is not the one of its entries."""
    count, wrong = 0, []
    for (level, at), value in store.all_hashes(connection, firm_id):
        count += 1
        if (at + 1) << level > tree.size:
            wrong.append((level, tree.size))
        elif tree.node(level, at) != value:
            wrong.append((level, at << level))
    if wrong:
        level, first = min(wrong)
        return Fault(f"the hash over {1 << level} entries from here on is not theirs", first)
    if count != sum(tree.size >> level for level in range(tree.size.bit_length())):
        return Fault("hashes are missing")
    return None


def _checkpoint(connection: Connection, firm_id: str, tree: Tree) -> Fault | None:
    if not tree.size:
        return None
    try:
        point = _opened(connection, firm_id, log.checkpoint(connection, firm_id))
    except NotFound:
        return Fault("there is no checkpoint")
    except LogRefused as error:
        return Fault(f"the checkpoint: {error.code}: {error}")
    if point.size != tree.size:
        return Fault(f"the checkpoint is about {point.size} entries", min(point.size, tree.size))
    if point.root != root(tree.node, tree.size):
        return Fault("the checkpoint was signed over other entries")
    return None


def _kept(connection: Connection, firm_id: str, tree: Tree, kept: str | None) -> Fault | None:
    if kept is None:
        return None
    try:
        point = _opened(connection, firm_id, kept)
    except (LogRefused, NotFound) as error:
        return Fault(f"the checkpoint that was kept is none of this log ({error})")
    if point.size > tree.size:
        return Fault(f"the log had {point.size} entries once, and was shortened", tree.size)
    if point.root != root(tree.node, point.size):
        return Fault(f"the first {point.size} entries are not those of the checkpoint kept")
    return None


def _opened(connection: Connection, firm_id: str, note: str) -> Checkpoint:
    return open_checkpoint(note, Trust(log.log_key(connection, firm_id)))


def _present(connection: Connection, firm_id: str, reading: _Reading) -> Iterator[Fault | None]:
    """Those whose keys in use are not those of their last entry."""
    for person_id, reads, signs in store.present_keys(connection, firm_id):
        if person_id not in reading.persons:
            yield Fault("keys are in use that no entry names")
            continue
        index, event = reading.persons[person_id]
        keys = Keys(
            key=reads["fingerprint"],
            signing_key=b64u(signs["public"]) if signs else None,
            level=reads["custody"],
            custody=(signs or reads)["custody"],
        )
        if event.keys != keys:
            yield Fault("the keys in use are not those of their person's last entry", index)
