"""The signed statement, parsed once into values that cannot be wrong.

Source: docs/spec/statement.md sections 3, 4 and 7.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Final

from server.crypto.encoding import Json, b64u, canonical, parse_canonical, utf16
from server.crypto.errors import Refusal

LEVELS: Final = ("managed", "passphrase", "self-held")
ROLES: Final = frozenset({"to", "cc", "sender", "archive"})
CUSTODIES: Final = frozenset({"managed", "self-held"})
PENDING: Final = "pending"
MAX_READERS: Final = 200

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_HASH: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_FIRM: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MEMBERS: Final = {
    "checkpoint", "created", "expires", "level", "message_id", "message_key", "objects",
    "parents", "policy", "readers", "sender", "thread_id", "v",
}  # fmt: skip

Fingerprint = Annotated[str, "43 characters of base64url"]


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

    @property
    def hash(self) -> str:
        """Base64url SHA-256 of the canonical text."""
        return b64u(hashlib.sha256(self.text.encode()).digest())


def parse_statement(text: str) -> Statement:
    """Parse and check every member.

    Raises:
        Refusal: statement-malformed.
    """
    value = parse_canonical(text)
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise Refusal("statement-malformed")
    _must(value["v"] == 1 and value["v"] is not True)
    _must(value["policy"] == {} and value["checkpoint"] is None)
    readers = tuple(_reader(item) for item in _items(value["readers"]))
    objects = tuple(_object(item) for item in _items(value["objects"]))
    parents = tuple(_match(_HASH, item) for item in _items(value["parents"]))
    _must(list(parents) == sorted(set(parents)))
    level, sender = _one_of(LEVELS, value["level"]), _sender(value["sender"])
    _check_readers(readers, sender, level)
    _must([o.role for o in objects][:1] == ["body"])
    _must(all(o.role == "file" for o in objects[1:]))
    _must(len({o.id for o in objects}) == len(objects))
    return Statement(
        text=text,
        message_id=_match(_ID, value["message_id"]),
        thread_id=_match(_ID, value["thread_id"]),
        parents=parents,
        sender=sender,
        readers=readers,
        level=level,
        created=_count(value["created"]),
        expires=None if value["expires"] is None else _count(value["expires"]),
        message_key=_match(_HASH, value["message_key"]),
        objects=objects,
    )


def lookup_text(
    *, address: str, asked: int, key: str, recipient: str, signing_key: str | None
) -> str:
    """Canonical text of a look-up for a managed key (statement.md section 7)."""
    return canonical(
        {
            "address": address, "asked": asked, "checkpoint": None, "custody": "managed",
            "key": key, "level": "managed", "recipient": recipient, "signing_key": signing_key,
            "v": 1,
        }
    )  # fmt: skip


def _check_readers(readers: tuple[Reader, ...], sender: Sender, level: str) -> None:
    order = [(utf16(r.address), r.role) for r in readers]
    _must(order == sorted(set(order)) and len(readers) <= MAX_READERS)
    _must([r.address for r in readers if r.role == "sender"] == [sender.address])
    _must(all(LEVELS.index(level) <= LEVELS.index(r.level) for r in readers))


def _sender(value: Json) -> Sender:
    item = _object_with(value, {"address", "firm", "key", "custody"})
    return Sender(
        address=_address(item["address"]),
        firm=_match(_FIRM, item["firm"]),
        key=_match(_HASH, item["key"]),
        custody=_one_of(CUSTODIES, item["custody"]),
    )


def _reader(value: Json) -> Reader:
    item = _object_with(value, {"address", "role", "level", "key"})
    key = item["key"] if item["key"] == PENDING else _match(_HASH, item["key"])
    return Reader(
        address=_address(item["address"]),
        role=_one_of(ROLES, item["role"]),
        level=_one_of(LEVELS, item["level"]),
        key=str(key),
    )


def _object(value: Json) -> SealedObject:
    item = _object_with(value, {"id", "role", "size", "sha256"})
    return SealedObject(
        id=_match(_ID, item["id"]),
        role=_one_of({"body", "file"}, item["role"]),
        size=_count(item["size"]),
        sha256=_match(_HASH, item["sha256"]),
    )


def _must(holds: bool) -> None:  # noqa: FBT001 an assertion that survives -O
    if not holds:
        raise Refusal("statement-malformed")


def _items(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise Refusal("statement-malformed")
    return value


def _object_with(value: Json, members: set[str]) -> dict[str, Json]:
    if not isinstance(value, dict) or value.keys() != members:
        raise Refusal("statement-malformed")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str) or not value:
        raise Refusal("statement-malformed")
    return value


def _match(pattern: re.Pattern[str], value: Json) -> str:
    text = _text(value)
    _must(pattern.fullmatch(text) is not None)
    return text


def _address(value: Json) -> str:
    text = _match(_ADDRESS, value)
    _must(text == text.lower())
    return text


def _one_of(allowed: tuple[str, ...] | frozenset[str] | set[str], value: Json) -> str:
    text = _text(value)
    _must(text in allowed)
    return text


def _count(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Refusal("statement-malformed")
    return value
