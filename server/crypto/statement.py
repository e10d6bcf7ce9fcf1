"""The signed statement, parsed once into values that cannot be wrong.

Source: docs/spec/statement.md sections 3, 4 and 7.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from server.crypto.encoding import Json, b64u, canonical, parse_canonical, utf16
from server.crypto.shape import CUSTODIES, HASH, ID, LEVELS, Fingerprint, Shape

ROLES: Final = frozenset({"to", "cc", "sender", "archive"})
PENDING: Final = "pending"
MAX_READERS: Final = 200
MAX_FILES: Final = 100
CLOCK_S: Final = 3600  # by which a writer's clock may be off
READERS_GRANT: Final[Json] = {"grants": "readers"}

_IS: Final = Shape("statement-malformed")
_FIRM: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MEMBERS: Final = {
    "checkpoint", "created", "expires", "level", "message_id", "message_key", "objects",
    "parents", "policy", "readers", "sender", "thread_id", "v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: address, firm, fingerprint of the signing key, custody of that key."""

    address: str
    firm: str
    key: Fingerprint
    custody: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who may read: address, role, level and the recipient's fingerprint or `pending`."""

    address: str
    role: str
    level: str
    key: Fingerprint


@dataclass(frozen=True, slots=True)
class SealedObject:
    """An object: id, role, size in bytes before padding, SHA-256 of the age file."""

    id: str
    role: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sender signed."""

    text: str
    message_id: str
    thread_id: str
    parents: tuple[str, ...]
    sender: Sender
    readers: tuple[Reader, ...]
    level: str
    created: int
    expires: int | None
    message_key: Fingerprint
    objects: tuple[SealedObject, ...]
    readers_grant: bool

    @property
    def hash(self) -> str:
        """Base64url SHA-256 of the canonical text."""
        return b64u(hashlib.sha256(self.text.encode()).digest())


def parse_statement(text: str) -> Statement:
    """Parse and check every member.

    Raises:
        Refusal: statement-malformed.
    """
    value = _IS.record(parse_canonical(text), _MEMBERS)
    _IS.one(value["v"])
    _IS.must(value["policy"] in ({}, READERS_GRANT) and value["checkpoint"] is None)
    readers = tuple(_reader(item) for item in _IS.items(value["readers"]))
    parents = tuple(_IS.match(HASH, item) for item in _IS.items(value["parents"]))
    _IS.must(list(parents) == sorted(set(parents)))
    level, sender = _IS.one_of(LEVELS, value["level"]), _sender(value["sender"])
    _check_readers(readers, sender, level)
    return Statement(
        text=text,
        message_id=_IS.match(ID, value["message_id"]),
        thread_id=_IS.match(ID, value["thread_id"]),
        parents=parents,
        sender=sender,
        readers=readers,
        level=level,
        created=_IS.time(value["created"]),
        expires=None if value["expires"] is None else _IS.time(value["expires"]),
        message_key=_IS.match(HASH, value["message_key"]),
        objects=_objects(value["objects"]),
        readers_grant=value["policy"] == READERS_GRANT,
    )


def lookup_text(
    *,
    address: str,
    asked: int,
    custody: str,
    key: str,
    level: str,
    recipient: str,
    signing_key: str | None,
    until: int | None,
) -> str:
    """Canonical text of a look-up (statement.md section 7); `asked` and `until` in seconds."""
    return canonical(
        {
            "address": address, "asked": asked, "checkpoint": None, "custody": custody,
            "key": key, "level": level, "recipient": recipient, "signing_key": signing_key,
            "until": until, "v": 1,
        }
    )  # fmt: skip


def is_in_time(until: int | None, created: int) -> bool:
    """Whether a key replaced at `until` may have signed at `created`, in seconds.

    The writer's clock may be an hour off, as the firm's server allows (statement.md section 6).
    """
    return until is None or created <= until + CLOCK_S


def _check_readers(readers: tuple[Reader, ...], sender: Sender, level: str) -> None:
    order = [(utf16(r.address), r.role) for r in readers]
    _IS.must(order == sorted(set(order)) and len(readers) <= MAX_READERS)
    own = [r for r in readers if r.role == "sender"]
    _IS.must([r.address for r in own] == [sender.address])
    _IS.must(sender.custody != "managed" or own[0].level != "self-held")
    _IS.must(all(LEVELS.index(level) <= LEVELS.index(r.level) for r in readers))


def _sender(value: Json) -> Sender:
    item = _IS.record(value, {"address", "firm", "key", "custody"})
    return Sender(
        address=_IS.address(item["address"]),
        firm=_IS.match(_FIRM, item["firm"]),
        key=_IS.match(HASH, item["key"]),
        custody=_IS.one_of(CUSTODIES, item["custody"]),
    )


def _reader(value: Json) -> Reader:
    item = _IS.record(value, {"address", "role", "level", "key"})
    return Reader(
        address=_IS.address(item["address"]),
        role=_IS.one_of(ROLES, item["role"]),
        level=_IS.one_of(LEVELS, item["level"]),
        key=PENDING if item["key"] == PENDING else _IS.match(HASH, item["key"]),
    )


def _objects(value: Json) -> tuple[SealedObject, ...]:
    objects = tuple(_object(item) for item in _IS.items(value))
    _IS.must([o.role for o in objects][:1] == ["body"] and len(objects) <= 1 + MAX_FILES)
    _IS.must(all(o.role == "file" for o in objects[1:]))
    _IS.must(len({o.id for o in objects}) == len(objects))
    return objects


def _object(value: Json) -> SealedObject:
    item = _IS.record(value, {"id", "role", "size", "sha256"})
    return SealedObject(
        id=_IS.match(ID, item["id"]),
        role=_IS.one_of({"body", "file"}, item["role"]),
        size=_IS.count(item["size"], least=1),
        sha256=_IS.match(HASH, item["sha256"]),
    )
