"""The key log of a firm: grown in the transaction that changes a key, and read with proofs.

Entries stand in the order in which their transactions had the firm's log to themselves; the
checkpoint is signed in the same transaction, so there is no size without one.
Source: docs/spec/log.md.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import NotFound
from server.base.vault import Vault
from server.crypto import signing
from server.crypto.encoding import b64u
from server.crypto.log.answer import DOMAIN, Answer
from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.event import SALT_SIZE, KeyEvent, Keys, commit, parse_event
from server.crypto.log.note import ED25519, NoteKey, sign_note, write_note
from server.crypto.log.tiles import WIDTH, Tile, write_bundle
from server.crypto.log.tree import (
    HASH_SIZE,
    Nodes,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root,
)
from server.crypto.signing import Signature
from server.firms import service as firms
from server.keys import store as key_store
from server.keys.custody import service as custody
from server.keys.log import store
from server.people import service as people
from server.people.service import Person

FIRST: Final = "first"
REVOKED: Final = "revoked"
TILE_HEIGHT: Final = 8  # levels of the tree in one tile


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed answer about the log; `text` and `history` as in log.md section 8."""

    text: str
    signature: Signature
    history: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As it stands in answers."""
        signature = self.signature.to_json()
        return {"text": self.text, "signature": signature, "history": list(self.history)}


@dataclass(frozen=True, slots=True, repr=False)
class Present:
    """A firm's log as it is now, for one asker, and what signs answers about it. No repr: `seed`.

    `since` is the size of the checkpoint that the asker has kept, 0 for none.
    """

    seed: bytes
    checkpoint: str
    size: int
    since: int
    consistency: tuple[bytes, ...]


def hold(connection: Connection, firm_id: str) -> None:
    """Have the firm's log to oneself until the transaction ends.

    `append_key_event` does so by itself. Who changes keys of several persons holds the log before
    the first of them is locked: two such transactions could wait for each other otherwise.
    """
    serialise(connection, f"log {firm_id}")


def append_key_event(connection: Connection, vault: Vault, person: Person, reason: str) -> int:
    """Write into the log what a person's present keys are, and sign the new checkpoint.

    To be called at the end of the transaction that made, replaced or revoked a key, once for all
    that it changed: until it ends, nobody else of the firm changes a key. `reason` is as in log.md
    section 1; a person's first event is `first`, whatever is given. Returns the event's index.

    Raises:
        NotFound: The person has no key, and `reason` is not `revoked`.
    """
    firm_id = person.firm_id
    hold(connection, firm_id)
    last = store.last_entry(connection, firm_id, person.id)
    before = parse_event(last["text"]) if last else None
    now = now_ms(connection) // 1000
    event = KeyEvent(
        person=commit(person.address, _salt(connection, vault, person)),
        version=before.version + 1 if before else 1,
        previous=b64u(before.hash) if before else None,
        keys=None if reason == REVOKED else _keys(connection, person),
        reason=reason if before else FIRST,
        time=max(now, before.time) if before else now,
    )
    return _append(connection, vault, person, event)


def log_key(connection: Connection, firm_id: str) -> NoteKey:
    """The key that signs the firm's checkpoints.

    Raises:
        NotFound: The log has not begun.
    """
    log, key = (
        _log(connection, firm_id),
        key_store.current_key(connection, firm_id, firm_id, custody.LOG),
    )
    if key is None:
        raise NotFound
    return NoteKey(log["origin"], ED25519, bytes(key["public"]))


def checkpoint(connection: Connection, firm_id: str) -> str:
    """The present checkpoint, a signed note.

    Raises:
        NotFound: The log has not begun.
    """
    return str(_log(connection, firm_id)["checkpoint"])


def present(connection: Connection, vault: Vault, firm_id: str, *, since: int) -> Present:
    """What all answers to one asker have in common; good until the log grows.

    Raises:
        NotFound: The log has not begun.
    """
    log = _log(connection, firm_id)
    size = int(log["size"])
    return Present(
        seed=custody.secret_of(connection, vault, firm_id, firm_id, custody.DIRECTORY),
        checkpoint=str(log["checkpoint"]),
        size=size,
        since=since,
        consistency=tuple(consistency(connection, firm_id, since, size)),
    )


def answer(
    connection: Connection, vault: Vault, person: Person, log: Present, *, signing_key: str | None
) -> Signed:
    """What the log says of a person's keys, with proofs, signed by the firm's directory.

    `signing_key` is the public key that the look-up names, base64url: the history begins with the
    last event with it.

    Raises:
        NotFound: There is no such event.
    """
    firm_id = person.firm_id
    row, history = _entries(connection, person, signing_key)
    index = int(row["position"])
    sealed = store.salt(connection, firm_id, person.id)
    if sealed is None:
        raise NotFound
    said = Answer(
        address=person.address,
        asked=now_ms(connection) // 1000,
        checkpoint=log.checkpoint,
        since=log.since,
        consistency=log.consistency,
        event=row["text"],
        index=index,
        proof=tuple(
            _with_nodes(connection, firm_id, lambda nodes: inclusion_proof(nodes, index, log.size))
        ),
        salt=vault.unseal(_place(person), sealed),
    )
    return Signed(said.text, signing.sign(log.seed, DOMAIN, said.text), history)


def consistency(connection: Connection, firm_id: str, old: int, new: int) -> list[bytes]:
    """A consistency proof; empty where `old` is larger, which no proof could mend."""
    if old > new:
        return []
    return _with_nodes(connection, firm_id, lambda nodes: consistency_proof(nodes, old, new))


def append_missing(connection: Connection, vault: Vault, firm_id: str) -> int:
    """Give everybody a first event who has keys from before there was a log. Returns how many."""
    hold(connection, firm_id)
    missing = store.without_entry(connection, firm_id)
    for person_id in missing:
        append_key_event(connection, vault, people.get(connection, vault, person_id), FIRST)
    return len(missing)


def count_missing(connection: Connection, firm_id: str) -> int:
    """How many have keys and no event."""
    return len(store.without_entry(connection, firm_id))


def tile(connection: Connection, firm_id: str, wanted: Tile) -> bytes:
    """The hashes of a tile.

    Raises:
        NotFound: The log is not as long yet.
    """
    level, first = wanted.level * TILE_HEIGHT, wanted.number * WIDTH
    found = store.row_of_hashes(connection, firm_id, level, first, wanted.width)
    if len(found) != wanted.width:
        raise NotFound
    return b"".join(found.values())


def bundle(connection: Connection, firm_id: str, number: int, width: int) -> bytes:
    """The entries of a tile of level 0, as log.md section 4 has them.

    Raises:
        NotFound: The log is not as long yet.
    """
    found = store.texts(connection, firm_id, number * WIDTH, width)
    if len(found) != width:
        raise NotFound
    return write_bundle([text.encode() for text in found])


def forget(connection: Connection, person: Person) -> None:
    """Destroy a person's salt: from then on her entries are about nobody, and stay."""
    store.delete_salt(connection, person.firm_id, person.id)


def _append(connection: Connection, vault: Vault, person: Person, event: KeyEvent) -> int:
    firm_id = person.firm_id
    custody.ensure_firm_key(connection, vault, firm_id, custody.LOG)
    log = store.log(connection, firm_id) or _begin(connection, firm_id)
    index, origin = int(log["size"]), str(log["origin"])
    known = store.hashes(connection, firm_id, _peaks(index))
    fresh = _grown(known, index, leaf_hash(event.text.encode()))
    both = known | fresh
    point = Checkpoint(origin, index + 1, root(lambda level, at: both[level, at], index + 1))
    seed = custody.secret_of(connection, vault, firm_id, firm_id, custody.LOG)
    note = write_note(point.text, [sign_note(point.text, origin, seed)])
    values = {"firm_id": firm_id, "position": index, "person_id": person.id, "text": event.text}
    store.insert_entry(connection, values)
    store.insert_hashes(connection, firm_id, fresh)
    store.update_log(connection, firm_id, size=point.size, checkpoint=note)
    return index


def _begin(connection: Connection, firm_id: str) -> store.Row:
    host = urlsplit(firms.get(connection, firm_id).origin).netloc
    values = {"firm_id": firm_id, "origin": f"{host}/keys", "size": 0, "checkpoint": ""}
    store.insert_log(connection, values)
    return values


def _grown(known: dict[store.Node, bytes], index: int, leaf: bytes) -> dict[store.Node, bytes]:
    """The hashes that a new leaf completes."""
    level, at, last = 0, index, leaf
    fresh = {(level, at): last}
    while at % 2:
        last = node_hash(known[level, at - 1], last)
        level, at = level + 1, at >> 1
        fresh[level, at] = last
    return fresh


def _peaks(size: int) -> set[store.Node]:
    """The full subtrees of which a tree of this size consists."""
    return {(bit, (size >> bit) - 1) for bit in range(size.bit_length()) if size >> bit & 1}


def _with_nodes(
    connection: Connection, firm_id: str, make: Callable[[Nodes], list[bytes]]
) -> list[bytes]:
    """A proof, its hashes fetched at once: made once to see which it takes, then with them."""
    wanted: set[store.Node] = set()

    def note(level: int, at: int) -> bytes:
        wanted.add((level, at))
        return bytes(HASH_SIZE)

    make(note)
    found = store.hashes(connection, firm_id, wanted)
    return make(lambda level, at: found[level, at])


def _entries(
    connection: Connection, person: Person, signing_key: str | None
) -> tuple[store.Row, tuple[str, ...]]:
    """The last entry, and those before it from the last one with this key on."""
    rows = store.entries_of(connection, person.firm_id, person.id)
    for number, row in enumerate(rows):
        keys = parse_event(row["text"]).keys
        if keys is not None and keys.signing_key == signing_key:
            return rows[0], tuple(each["text"] for each in rows[number:0:-1])
    raise NotFound


def _keys(connection: Connection, person: Person) -> Keys:
    reads = key_store.current_key(connection, person.firm_id, person.id, custody.ENCRYPTION)
    signs = key_store.current_key(connection, person.firm_id, person.id, custody.SIGNING)
    if reads is None:
        raise NotFound
    return Keys(
        key=reads["fingerprint"],
        signing_key=b64u(signs["public"]) if signs else None,
        level=reads["custody"],
        custody=(signs or reads)["custody"],
    )


def _salt(connection: Connection, vault: Vault, person: Person) -> bytes:
    if sealed := store.salt(connection, person.firm_id, person.id):
        return vault.unseal(_place(person), sealed)
    fresh = os.urandom(SALT_SIZE)
    sealed = vault.seal(_place(person), fresh)
    values = {"person_id": person.id, "firm_id": person.firm_id, "sealed": sealed}
    store.insert_salt(connection, values)
    return fresh


def _log(connection: Connection, firm_id: str) -> store.Row:
    log = store.log(connection, firm_id)
    if log is None:
        raise NotFound
    return log


def _place(person: Person) -> tuple[str, ...]:
    return (person.firm_id, "key_log_salts", person.id, "sealed")
