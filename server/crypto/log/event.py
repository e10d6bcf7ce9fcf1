"""Key events, the leaves of the log, and whom they are about. Source: docs/spec/log.md section 1."""

import hashlib
import hmac
from dataclasses import asdict, dataclass
from typing import Final

from server.crypto.encoding import Json, b64u, canonical, parse_canonical, unb64u
from server.crypto.log.refusals import LogRefused, refusing
from server.crypto.log.tree import leaf_hash
from server.crypto.shape import CUSTODIES, HASH, LEVELS, Fingerprint, Shape

REASONS: Final = ("first", "self-held", "rotated", "recovered", "revoked")
SALT_SIZE: Final = 32
_PERSON: Final = b"letterlock/person/v1\x00"
_IS: Final = Shape("event-malformed")
_KEYS: Final = ("key", "signing_key", "level", "custody")
_MEMBERS: Final = {"person", "previous", "reason", "time", "v", "version", *_KEYS}


@dataclass(frozen=True, slots=True)
class Keys:
    """Fingerprint of a recipient, Ed25519 public key in base64url or none, level and custody."""

    key: Fingerprint
    signing_key: str | None
    level: str
    custody: str


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """One change of one person's keys; `keys` is none where they were revoked."""

    person: str
    version: int
    previous: str | None
    keys: Keys | None
    reason: str
    time: int

    @property
    def text(self) -> str:
        """The canonical text, which is the entry of the log."""
        keys: dict[str, Json] = dict.fromkeys(_KEYS)
        if self.keys is not None:
            keys |= asdict(self.keys)
        return canonical({
            "v": 1, "person": self.person, "version": self.version, "previous": self.previous,
            "reason": self.reason, "time": self.time, **keys,
        })  # fmt: skip

    @property
    def hash(self) -> bytes:
        """The RFC 6962 leaf hash of the text, 32 bytes."""
        return leaf_hash(self.text.encode())


def commit(address: str, salt: bytes) -> str:
    """The commitment under which a person stands in the log: HMAC-SHA256, base64url.

    Args:
        address: In lower case and ASCII.
        salt: 32 random bytes, the same for all events of this person.
    """
    return b64u(hmac.digest(salt, _PERSON + address.encode("ascii"), hashlib.sha256))


def parse_event(text: str) -> KeyEvent:
    """Read an entry.

    Raises:
        LogRefused: event-malformed.
    """
    with refusing("event-malformed"):
        record = _IS.record(parse_canonical(text), _MEMBERS)
        _IS.one(record["v"])
        event = KeyEvent(
            person=_digest(record["person"]),
            version=_IS.count(record["version"], least=1),
            previous=None if record["previous"] is None else _digest(record["previous"]),
            keys=_keys(record),
            reason=_IS.one_of(REASONS, record["reason"]),
            time=_IS.time(record["time"]),
        )
        first = event.version == 1
        _IS.must(first == (event.previous is None) and first == (event.reason == "first"))
        _IS.must((event.keys is None) == (event.reason == "revoked"))
        return event


def check_successor(before: KeyEvent | None, event: KeyEvent) -> None:
    """Check that an event is the next of its person; `before` is none for the first.

    Raises:
        LogRefused: event-chain.
    """
    if before is None:
        holds = event.version == 1
    else:
        holds = (
            event.person == before.person
            and event.version == before.version + 1
            and event.previous == b64u(before.hash)
            and event.time >= before.time
        )
    if not holds:
        raise LogRefused("event-chain")


def _keys(record: dict[str, Json]) -> Keys | None:
    if record["reason"] == "revoked":
        _IS.must(all(record[name] is None for name in _KEYS))
        return None
    signing_key = record["signing_key"]
    return Keys(
        key=_digest(record["key"]),
        signing_key=None if signing_key is None else _digest(signing_key),
        level=_IS.one_of(LEVELS, record["level"]),
        custody=_IS.one_of(CUSTODIES, record["custody"]),
    )


def _digest(value: Json) -> str:
    """32 bytes in their one base64url form."""
    text = _IS.match(HASH, value)
    unb64u(text)
    return text
