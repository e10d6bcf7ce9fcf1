"""Read a whole log from outside, and hold it against what was seen of it before.

Source: docs/spec/log.md section 11.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from server.crypto.log.checkpoint import Checkpoint, Trust, open_checkpoint
from server.crypto.log.event import KeyEvent, check_successor, parse_event
from server.crypto.log.note import NoteKey
from server.crypto.log.refusals import Code, LogRefused, refusing
from server.crypto.log.tiles import WIDTH, bundle_path, read_bundle
from server.crypto.log.tree import Tree, leaf_hash, root

CHECKPOINT = "checkpoint"
Fetch = Callable[[str], bytes]


class Contradiction(Exception):
    """The log contradicts itself, or what was seen of it; `note` is the evidence, `index` the entry."""

    def __init__(self, code: Code, note: str, index: int | None = None) -> None:
        super().__init__(str(LogRefused(code)))
        self.code = code
        self.note = note
        self.index = index


@dataclass(frozen=True, slots=True)
class Followed:
    """The checkpoint to keep, how many persons the log is about, and the entries since last time."""

    note: str
    size: int
    persons: int
    fresh: tuple[tuple[int, KeyEvent], ...]


def follow(fetch: Fetch, key: NoteKey, kept: str | None = None) -> Followed:
    """Read every entry of a log.

    Args:
        fetch: Gives what stands at a path below the log's prefix.
        key: The log's verifier key.
        kept: The checkpoint of last time, a signed note; none at first.

    Raises:
        Contradiction: The first thing that is wrong.
        LogRefused: `kept` is no checkpoint of this log.
    """
    before = open_checkpoint(kept, Trust(key)) if kept is not None else None
    note = fetch(CHECKPOINT).decode("utf-8", "replace")
    point = _opened(note, key)
    if before is not None and point.size < before.size:
        raise Contradiction("log-rolled-back", note)
    tree, persons = Tree(), dict[str, KeyEvent]()
    fresh: list[tuple[int, KeyEvent]] = []
    for entry in _entries(fetch, point.size, note):
        index = tree.size
        event = _event(entry, persons, note, index)
        persons[event.person] = event
        tree.append(leaf_hash(entry))
        if before is None or index >= before.size:
            fresh.append((index, event))
    if root(tree.node, point.size) != point.root:
        raise Contradiction("inclusion-wrong", note)
    if before is not None and root(tree.node, before.size) != before.root:
        code: Code = "log-split" if before.size == point.size else "consistency-wrong"
        raise Contradiction(code, note)
    return Followed(note, point.size, len(persons), tuple(fresh))


def _opened(note: str, key: NoteKey) -> Checkpoint:
    try:
        return open_checkpoint(note, Trust(key))
    except LogRefused as error:
        raise Contradiction(error.code, note) from error


def _entries(fetch: Fetch, size: int, note: str) -> Iterator[bytes]:
    for first in range(0, size, WIDTH):
        width = min(WIDTH, size - first)
        data = fetch(bundle_path(first // WIDTH, width))
        try:
            yield from read_bundle(data, width)
        except LogRefused as error:
            raise Contradiction(error.code, note, first) from error


def _event(entry: bytes, persons: dict[str, KeyEvent], note: str, index: int) -> KeyEvent:
    try:
        with refusing("event-malformed"):
            text = entry.decode("utf-8")
        event = parse_event(text)
        check_successor(persons.get(event.person), event)
    except LogRefused as error:
        raise Contradiction(error.code, note, index) from error
    return event
