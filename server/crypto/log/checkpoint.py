"""Checkpoints: what a log says of its whole self. Source: docs/spec/log.md sections 6 and 7."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.crypto.log.note import COSIGNATURE, NoteKey, parse_note, verify_note
from server.crypto.log.refusals import LogRefused
from server.crypto.log.tree import EMPTY_ROOT, check_consistency

MAX_SIZE: Final = 2**53 - 1
_LINES: Final = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log's origin, how many entries it has, and the root over them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that log and witnesses sign."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom a reader believes: the log's key, the witnesses', and how many of these must have signed."""

    log: NoteKey
    witnesses: tuple[NoteKey, ...] = ()
    quorum: int = 0


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint; extension lines are refused.

    Raises:
        LogRefused: checkpoint-malformed.
    """
    found = _LINES.fullmatch(text)
    if found is None:
        raise LogRefused("checkpoint-malformed")
    origin, size, root = found[1], int(found[2]), base64.b64decode(found[3])
    point = Checkpoint(origin, size, root)
    if size > MAX_SIZE or point.text != text or (size == 0 and root != EMPTY_ROOT):
        raise LogRefused("checkpoint-malformed")
    return point


def open_checkpoint(source: str, trust: Trust) -> Checkpoint:
    """Read and verify a signed checkpoint.

    Raises:
        LogRefused: note-malformed, note-signature, checkpoint-malformed, checkpoint-origin or
            witness-missing.
    """
    note = parse_note(source)
    signed = verify_note(note, [trust.log, *trust.witnesses])
    if trust.log not in [each.key for each in signed]:
        raise LogRefused("note-signature")
    point = parse_checkpoint(note.text)
    if point.origin != trust.log.name:
        raise LogRefused("checkpoint-origin")
    if len({each.key.public for each in signed if each.key.kind == COSIGNATURE}) < trust.quorum:
        raise LogRefused("witness-missing")
    return point


def check_growth(kept: Checkpoint | None, new: Checkpoint, proof: Sequence[bytes]) -> Checkpoint:
    """Decide whether `new` may take the place of the checkpoint kept, and give back which to keep.

    Args:
        kept: The last one that was believed; none at the first visit.
        new: A verified one.
        proof: Consistency from `kept`; empty at the first visit.

    Raises:
        LogRefused: checkpoint-origin, log-rolled-back, log-split or consistency-wrong.
    """
    before = kept or Checkpoint(new.origin, 0, EMPTY_ROOT)
    if before.origin != new.origin:
        raise LogRefused("checkpoint-origin")
    if new.size < before.size:
        raise LogRefused("log-rolled-back")
    if new.size == before.size and new.root != before.root:
        raise LogRefused("log-split")
    check_consistency(before.size, new.size, before.root, new.root, proof)
    return new
