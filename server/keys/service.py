"""The directory (whose key is whose) and what is done with keys that the firm's server keeps.

Source: docs/spec/statement.md sections 6 and 7, docs/spec/envelope.md section 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import NotFound
from server.base.vault import Vault
from server.crypto import signing
from server.crypto.encoding import b64u
from server.crypto.envelope import Envelope, open_draft_envelope, open_envelope
from server.crypto.errors import Refusal
from server.crypto.identity import Identity, Recipient
from server.crypto.signing import Signature
from server.crypto.statement import lookup_text
from server.keys import store
from server.keys.custody import service as custody
from server.keys.custody.service import DIRECTORY, ENCRYPTION, SIGNING
from server.keys.log import service as log
from server.people.service import Person

MANAGED: Final = custody.MANAGED
SELF_HELD: Final = "self-held"
ROTATED: Final = "rotated"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that the directory holds. `level` is the key's custody, as levels go at this step."""

    owner_id: str
    fingerprint: str
    public: bytes
    level: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """A signed answer of the directory; `text` as in statement.md section 7."""

    text: str
    signature: Signature
    log: log.Signed

    def to_json(self) -> dict[str, Any]:
        """As it stands in answers."""
        signature = self.signature.to_json()
        return {"text": self.text, "signature": signature, "log": self.log.to_json()}


def ensure(connection: Connection, vault: Vault, person: Person, *, signs: bool) -> None:
    """Give a person managed keys where there are none: for reading, and for signing if `signs`."""
    if not _missing(connection, person, signs=signs):
        return
    log.hold(connection, person.firm_id)
    serialise(connection, f"keys {person.id}")
    missing = _missing(connection, person, signs=signs)
    for purpose in missing:
        _make(connection, vault, person, purpose)
    if missing:
        log.append_key_event(connection, vault, person, ROTATED)


def ensure_directory_key(connection: Connection, vault: Vault, firm_id: str) -> bytes:
    """The firm's directory key (32-byte public half), made if there is none."""
    serialise(connection, f"keys {firm_id}")
    return custody.ensure_firm_key(connection, vault, firm_id, DIRECTORY)


def directory_key(connection: Connection, firm_id: str) -> bytes:
    """The public half of the firm's directory key: 32 bytes.

    Raises:
        NotFound: The firm has none yet.
    """
    row = store.current_key(connection, firm_id, firm_id, DIRECTORY)
    if row is None:
        raise NotFound
    return bytes(row["public"])


def log_key(connection: Connection, firm_id: str) -> str:
    """The key that signs the log's checkpoints, as a verifier key (log.md section 5).

    Raises:
        NotFound: Nobody of the firm has a key yet.
    """
    return log.log_key(connection, firm_id).text


def look_up(
    connection: Connection,
    vault: Vault,
    person: Person,
    *,
    signing: str | None = None,
    since: int = 0,
) -> Lookup:
    """What the directory holds for a person, signed by the firm's directory key.

    `signing` asks for the signing key of this fingerprint, which may have been replaced, with the
    key to which envelopes were sealed then. `since` is the size of the log that the asker knows.

    Raises:
        NotFound: The person has no key (`ensure` makes one), or never had that one.
    """
    known = log.present(connection, vault, person.firm_id, since=since)
    return _look_up(connection, person, signing, vault=vault, known=known)


def look_ups(
    connection: Connection, vault: Vault, persons: Sequence[Person], *, since: int
) -> list[Lookup]:
    """The same for several persons of one firm, in their order: what they share is read once.

    Raises:
        NotFound: One of them has no key.
    """
    if not persons:
        return []
    known = log.present(connection, vault, persons[0].firm_id, since=since)
    return [_look_up(connection, person, None, vault=vault, known=known) for person in persons]


def _look_up(
    connection: Connection,
    person: Person,
    signing: str | None,
    *,
    vault: Vault,
    known: log.Present,
) -> Lookup:
    reading, signs = _keys_at(connection, person, signing)
    if reading is None:
        raise NotFound
    until = signs["retired"] if signs else None
    signing_key = b64u(signs["public"]) if signs else None
    text = lookup_text(
        address=person.address,
        asked=now_ms(connection) // 1000,
        custody=(signs or reading)["custody"],
        key=reading["fingerprint"],
        level=reading["custody"],
        recipient=Recipient(reading["public"]).text,
        signing_key=signing_key,
        until=None if until is None else until // 1000,
    )
    logged = log.answer(connection, vault, person, known, signing_key=signing_key)
    return Lookup(text=text, signature=_sign_lookup(known.seed, text), log=logged)


def reading_key(connection: Connection, person: Person) -> PublicKey:
    """The key to which this person's envelopes are sealed now.

    Raises:
        NotFound: There is none.
    """
    return _public(store.current_key(connection, person.firm_id, person.id, ENCRYPTION))


def signing_key(connection: Connection, person: Person) -> PublicKey:
    """The key that signs for this person now.

    Raises:
        NotFound: There is none.
    """
    return _public(store.current_key(connection, person.firm_id, person.id, SIGNING))


def signs_with(connection: Connection, firm_id: str, person_id: str) -> str | None:
    """Fingerprint of the key that signs for a person now; None: there is none."""
    row = store.current_key(connection, firm_id, person_id, SIGNING)
    return row["fingerprint"] if row else None


def hold(connection: Connection, person_ids: Sequence[str]) -> None:
    """Let nobody become the holder of her key until the caller's transaction ends."""
    for person_id in sorted(set(person_ids)):
        serialise(connection, f"keys {person_id}")


def is_in_custody(connection: Connection, person: Person, key: str) -> bool:
    """Whether the firm's server keeps the secret of this key of hers, replaced or not.

    Raises:
        NotFound: It never was her key.
    """
    row = store.key_by_fingerprint(connection, person.firm_id, key)
    if row is None or row["owner_id"] != person.id:
        raise NotFound
    return row["secret_sealed"] is not None


def replaced(connection: Connection, person: Person, key: str) -> int | None:
    """When this key of hers was replaced, in seconds; None: it was not.

    Raises:
        NotFound: It never was her key.
    """
    row = store.key_by_fingerprint(connection, person.firm_id, key)
    if row is None or row["owner_id"] != person.id:
        raise NotFound
    return None if row["retired"] is None else int(row["retired"]) // 1000


def given_up(connection: Connection, person: Person, key: str) -> int | None:
    """Since when (milliseconds) this key of hers opens nothing any more: it was given up, or what it is sealed to was.

    None: it opens.

    Raises:
        NotFound: It never was her key.
    """
    row = store.key_by_fingerprint(connection, person.firm_id, key)
    if row is None or row["owner_id"] != person.id:
        raise NotFound
    while row is not None and row["retired"] is not None and row["secret_sealed"] is None:
        if row["wrapped_to"] is None:
            return int(row["retired"])
        row = store.key_by_fingerprint(connection, person.firm_id, row["wrapped_to"])
    return None


def signed_with(connection: Connection, person: Person, *, at: int) -> str | None:
    """Fingerprint of the key that signed for her at a time, in milliseconds; None: there was none."""
    row = store.key_at(connection, person.firm_id, person.id, SIGNING, at=at)
    return row["fingerprint"] if row else None


def sign_statement(connection: Connection, vault: Vault, person: Person, text: str) -> Signature:
    """Sign for a managed sender. The caller has checked the statement (statement.md 6).

    Raises:
        NotFound: The person has no managed signing key.
    """
    seed = custody.secret_of(connection, vault, person.firm_id, person.id, SIGNING)
    return signing.sign(seed, signing.STATEMENT, text)


def open_managed(
    connection: Connection, vault: Vault, person: Person, *, key: str, file: bytes
) -> Envelope:
    """Open one envelope for a person whose key is in managed custody.

    The caller has checked that this person may open this message now, and writes the Event.

    Raises:
        NotFound: The key is not this person's, or not in custody.
        Refusal: envelope-malformed.
    """
    row = store.key_by_fingerprint(connection, person.firm_id, key)
    if row is None or row["owner_id"] != person.id or row["secret_sealed"] is None:
        raise NotFound
    return open_envelope(Identity(custody.unwrap(connection, vault, row)), file)


def open_managed_draft(connection: Connection, vault: Vault, person: Person, *, file: bytes) -> str:
    """The draft key of a draft whose writer's key is in managed custody; the caller writes the Event.

    A draft may be older than the writer's present key, so each of her keys is tried.

    Raises:
        NotFound: The person has no key in custody.
        Refusal: envelope-malformed.
    """
    rows = store.keys_in_custody(connection, person.firm_id, person.id, ENCRYPTION)
    if not rows:
        raise NotFound
    *older, last = [Identity(custody.unwrap(connection, vault, row)) for row in rows]
    for identity in older:
        try:
            return open_draft_envelope(identity, file)
        except Refusal:
            continue
    return open_draft_envelope(last, file)


def sign_grant(connection: Connection, vault: Vault, person: Person, text: str) -> Signature:
    """Sign a grant for a managed sender. The caller has checked it (statement.md 6).

    Raises:
        NotFound: The person has no managed signing key.
    """
    seed = custody.secret_of(connection, vault, person.firm_id, person.id, SIGNING)
    return signing.sign(seed, signing.GRANT, text)


def _sign_lookup(seed: bytes, text: str) -> Signature:
    return signing.sign(seed, signing.LOOKUP, text)


def _missing(connection: Connection, person: Person, *, signs: bool) -> list[str]:
    return [
        purpose
        for purpose in (ENCRYPTION, *((SIGNING,) if signs else ()))
        if store.current_key(connection, person.firm_id, person.id, purpose) is None
    ]


def _make(connection: Connection, vault: Vault, person: Person, purpose: str) -> None:
    if purpose == ENCRYPTION:
        identity = Identity.new()
        public, secret = identity.recipient.raw, identity.seed
    else:
        secret = signing.new_seed()
        public = signing.public_key(secret)
    custody.keep(
        connection,
        vault,
        firm_id=person.firm_id,
        owner_id=person.id,
        purpose=purpose,
        public=public,
        secret=secret,
    )


def _keys_at(
    connection: Connection, person: Person, signing_key: str | None
) -> tuple[store.Row | None, store.Row | None]:
    """Reading and signing key, the present ones or those of a time."""
    firm_id, owner = person.firm_id, person.id
    if signing_key is None:
        reading = store.current_key(connection, firm_id, owner, ENCRYPTION)
        return reading, store.current_key(connection, firm_id, owner, SIGNING)
    signs = store.key_by_fingerprint(connection, firm_id, signing_key)
    if signs is None or signs["owner_id"] != owner or signs["purpose"] != SIGNING:
        raise NotFound
    reading = store.key_at(connection, firm_id, owner, ENCRYPTION, at=signs["retired"])
    return reading, signs


def _public(row: store.Row | None) -> PublicKey:
    if row is None:
        raise NotFound
    return PublicKey(
        owner_id=row["owner_id"],
        fingerprint=row["fingerprint"],
        public=bytes(row["public"]),
        level=row["custody"],
    )
