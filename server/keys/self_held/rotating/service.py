"""What her browser hands on to a new key: every identity that she has, sealed by itself.

The server can open none of it. It sees that nothing is missing and nothing is there too much, and
that she who asks has the key. Source: docs/spec/enrolment.md section 9.
"""

from base64 import b64decode
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from server.crypto.envelope import looks_like_envelope
from server.keys.self_held import store
from server.keys.self_held.proofs.service import KeyNotProved, Proof, prove
from server.people.service import Person

MAX_KEPT: Final = 4096  # an identity in an age file is half of that, in base64
MOST_KEPT: Final = 50


def known(connection: Connection, person: Person, present: str) -> set[str]:
    """Fingerprints of every identity that she has: the present one, and those sealed to it."""
    rows = store.wrapped_keys(connection, person.id, present)
    return {present, *(row["fingerprint"] for row in rows)}


def is_whole(
    connection: Connection, person: Person, present: str, kept: Sequence[tuple[str, str]]
) -> bool:
    """Whether these (fingerprint, age file in base64) are her identities, each of them once."""
    keys = [key for key, _ in kept]
    if len(set(keys)) != len(keys) or set(keys) != known(connection, person, present):
        return False
    return all(_is_file(text) for _, text in kept)


def require_proof(
    connection: Connection, person: Person, present: str, proof: Proof | None
) -> None:
    """Take the proof that she who asks has her present key.

    Raises:
        KeyNotProved: There is none, or it is another's, another key's, or used.
    """
    if proof is None:
        raise KeyNotProved
    prove(connection, person, present, proof)


def take_place(connection: Connection, person: Person) -> None:
    """Delete the keyslots of the key that goes: what they open, the new ones open too."""
    store.delete_live(connection, person.id)


def _is_file(text: str) -> bool:
    try:
        file = b64decode(text, validate=True)
    except ValueError:
        return False
    head = file.partition(b"\n---")[0]
    return looks_like_envelope(file) and head.count(b"\n-> ") == 1
