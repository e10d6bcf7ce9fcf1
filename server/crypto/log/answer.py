"""What the directory answers about one address, made and checked. Source: docs/spec/log.md section 8."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from server.crypto.encoding import Json, b64u, canonical, parse_canonical, unb64u
from server.crypto.log.checkpoint import Checkpoint, Trust, check_growth, open_checkpoint
from server.crypto.log.event import SALT_SIZE, KeyEvent, Keys, check_successor, commit, parse_event
from server.crypto.log.refusals import LogRefused, refusing
from server.crypto.log.tree import HASH_SIZE, check_inclusion
from server.crypto.shape import Shape
from server.crypto.signing import Signature, verify

DOMAIN: Final = "letterlock/log-answer/v1"
_IS: Final = Shape("answer-malformed")
_MEMBERS: Final = {
    "address", "asked", "checkpoint", "consistency", "event", "index", "proof", "salt", "since", "v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Members as in log.md section 8; hashes and salt as bytes."""

    address: str
    asked: int
    checkpoint: str
    since: int
    consistency: tuple[bytes, ...]
    event: str
    index: int
    proof: tuple[bytes, ...]
    salt: bytes

    @property
    def text(self) -> str:
        """The canonical text that the directory key signs under `DOMAIN`."""
        return canonical({
            "v": 1, "address": self.address, "asked": self.asked, "checkpoint": self.checkpoint,
            "since": self.since, "consistency": [b64u(each) for each in self.consistency],
            "event": self.event, "index": self.index, "proof": [b64u(each) for each in self.proof],
            "salt": b64u(self.salt),
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that a reader believed, and where it stands in the log."""

    index: int
    event: KeyEvent


@dataclass(frozen=True, slots=True)
class Asking:
    """What the reader knows: who was asked about, the keys named, whom to believe, what was kept."""

    address: str
    keys: Keys
    directory_key: bytes
    trust: Trust
    kept: Checkpoint | None = None
    known: Seen | None = None


@dataclass(frozen=True, slots=True)
class Believed:
    """What to keep from now on: the checkpoint for the log, the event for the address."""

    checkpoint: Checkpoint
    seen: Seen


def parse_answer(text: str) -> Answer:
    """Read an answer.

    Raises:
        LogRefused: answer-malformed.
    """
    with refusing("answer-malformed"):
        record = _IS.record(parse_canonical(text), _MEMBERS)
        _IS.one(record["v"])
        return Answer(
            address=_IS.address(record["address"]),
            asked=_IS.time(record["asked"]),
            checkpoint=_IS.text(record["checkpoint"]),
            since=_IS.count(record["since"]),
            consistency=_hashes(record["consistency"]),
            event=_IS.text(record["event"]),
            index=_IS.count(record["index"]),
            proof=_hashes(record["proof"]),
            salt=_bytes(record["salt"], SALT_SIZE),
        )


def check_answer(text: str, signature: Signature, asking: Asking) -> Believed:
    """Check an answer in the order of log.md section 8.

    Raises:
        LogRefused: With the code of the first check that fails.
    """
    with refusing("answer-signature"):
        verify(asking.directory_key, DOMAIN, text, signature)
    answer = parse_answer(text)
    if answer.address != asking.address:
        raise LogRefused("answer-address")
    point = open_checkpoint(answer.checkpoint, asking.trust)
    if answer.since != (asking.kept.size if asking.kept else 0):
        raise LogRefused("consistency-wrong")
    kept = check_growth(asking.kept, point, answer.consistency)
    event = parse_event(answer.event)
    check_inclusion(event.hash, answer.index, point.size, point.root, answer.proof)
    if event.person != commit(answer.address, answer.salt):
        raise LogRefused("commitment-wrong")
    seen = Seen(answer.index, event)
    _check_newer(asking.known, seen)
    if event.keys != asking.keys:
        raise LogRefused("key-not-logged")
    return Believed(kept, seen)


def _check_newer(known: Seen | None, seen: Seen) -> None:
    if known is None or known == seen:
        return
    if seen.index <= known.index or seen.event.version <= known.event.version:
        raise LogRefused("event-rolled-back")
    if seen.event.person != known.event.person:
        raise LogRefused("event-chain")
    if seen.event.version == known.event.version + 1:
        check_successor(known.event, seen.event)


def _hashes(value: Json) -> tuple[bytes, ...]:
    found: Sequence[Json] = _IS.items(value)
    return tuple(_bytes(each, HASH_SIZE) for each in found)


def _bytes(value: Json, size: int) -> bytes:
    data = unb64u(_IS.text(value))
    _IS.must(len(data) == size)
    return data
