"""Grants: readers that the statement does not list with a key. Source: docs/spec/statement.md 4."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.crypto import signing
from server.crypto.encoding import Json, b64u, canonical, parse_canonical
from server.crypto.errors import Refusal
from server.crypto.identity import fingerprint
from server.crypto.shape import CUSTODIES, HASH, LEVELS, Fingerprint, Shape
from server.crypto.signing import Signature
from server.crypto.statement import PENDING, Statement, is_in_time

ROLES: Final = frozenset({"hidden", "late", "delegate", "bulk", "to", "cc"})
MAX_GRANTS: Final = 200

_IS: Final = Shape("grant-malformed")
_MEMBERS: Final = {
    "address", "created", "granted_by", "key", "level", "merge", "role", "statement", "v",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GrantedBy:
    """Who signed a grant."""

    address: str
    key: Fingerprint
    custody: str


@dataclass(frozen=True, slots=True)
class Grant:
    """One more reader, and who added him."""

    text: str
    statement: str
    address: str
    role: str
    level: str
    key: Fingerprint
    merge: str
    granted_by: GrantedBy
    created: int


@dataclass(frozen=True, slots=True)
class SignedGrant:
    """The exact text of a grant, and its signature."""

    text: str
    signature: Signature

    def to_json(self) -> dict[str, Json]:
        """As it stands in envelopes."""
        return {"text": self.text, "signature": dict(self.signature.to_json())}


def merge_hash(merge: Mapping[str, str]) -> str:
    """Base64url SHA-256 over the canonical JSON of merge values."""
    return b64u(hashlib.sha256(canonical(dict(merge)).encode()).digest())


def parse_grant(text: str) -> Grant:
    """Parse a grant and check every member.

    Raises:
        Refusal: grant-malformed.
    """
    try:
        parsed = parse_canonical(text)
    except Refusal as refusal:
        raise Refusal("grant-malformed") from refusal
    value = _IS.record(parsed, _MEMBERS)
    _IS.one(value["v"])
    by = _IS.record(value["granted_by"], {"address", "key", "custody"})
    return Grant(
        text=text,
        statement=_IS.match(HASH, value["statement"]),
        address=_IS.address(value["address"]),
        role=_IS.one_of(ROLES, value["role"]),
        level=_IS.one_of(LEVELS, value["level"]),
        key=_IS.match(HASH, value["key"]),
        merge=_IS.match(HASH, value["merge"]),
        granted_by=GrantedBy(
            address=_IS.address(by["address"]),
            key=_IS.match(HASH, by["key"]),
            custody=_IS.one_of(CUSTODIES, by["custody"]),
        ),
        created=_IS.time(value["created"]),
    )


def check_grant(grant: Grant, statement: Statement) -> None:
    """Check what a grant says against its statement; who may sign it is `check_granter`'s.

    Raises:
        Refusal: grant-malformed.
    """
    _IS.must(grant.statement == statement.hash and grant.created >= statement.created)
    listed = [reader for reader in statement.readers if reader.address == grant.address]
    if grant.role in {"to", "cc"}:
        waits = [r for r in listed if r.role == grant.role and r.key == PENDING]
        _IS.must(bool(waits) and LEVELS.index(grant.level) >= LEVELS.index(waits[0].level))
    _IS.must(all(reader.key != grant.key for reader in listed))


def check_granter(grant: Grant, statement: Statement) -> None:
    """Check that who signed may grant: the sender, or a listed reader where the policy allows.

    Raises:
        Refusal: granter-not-allowed.
    """
    by, sender = grant.granted_by, statement.sender
    if (by.address, by.key, by.custody) == (sender.address, sender.key, sender.custody):
        return
    listed = any(r.address == by.address and r.key != PENDING for r in statement.readers)
    if not (statement.readers_grant and listed and by.address != sender.address):
        raise Refusal("granter-not-allowed")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key that the directory holds: 32 bytes, its custody, when it was replaced (seconds)."""

    public: bytes
    custody: str = "managed"
    until: int | None = None


def verify_grants(
    signed: Sequence[SignedGrant], statement: Statement, signing_keys: Mapping[str, SigningKey]
) -> list[Grant]:
    """Check every grant of an envelope.

    Args:
        signed: As the envelope holds them.
        statement: The verified statement.
        signing_keys: What the directory holds, by address: the sender's and other granters'.

    Raises:
        Refusal: grant-malformed, granter-not-allowed, sender-key-unknown or grant-signature.
    """
    _IS.must(len(signed) <= MAX_GRANTS)
    grants: list[Grant] = []
    for item in signed:
        grant = parse_grant(item.text)
        check_grant(grant, statement)
        check_granter(grant, statement)
        held, by = signing_keys.get(grant.granted_by.address), grant.granted_by
        if held is None or {item.signature.key, by.key} != {fingerprint(held.public)}:
            raise Refusal("granter-not-allowed")
        if by.custody != held.custody and by.address != statement.sender.address:
            raise Refusal("granter-not-allowed")
        if not is_in_time(held.until, grant.created):
            raise Refusal("sender-key-unknown")
        signing.verify(
            held.public, signing.GRANT, item.text, item.signature, refusal="grant-signature"
        )
        grants.append(grant)
    return grants
