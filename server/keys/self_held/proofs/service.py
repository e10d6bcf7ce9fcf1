"""Challenges: an age file to a key, whose bytes only its holder can give back.

Source: docs/spec/enrolment.md sections 4 and 5.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, NotAllowed
from server.base.ids import new_token
from server.crypto import age
from server.crypto.encoding import b64u, unb64u
from server.crypto.identity import Recipient
from server.keys import store as keys
from server.keys.custody.service import ENCRYPTION
from server.keys.self_held import store
from server.people.service import Person

SELF_HELD: Final = "self-held"
MOST_CHALLENGES: Final = 20
CHALLENGE_BYTES: Final = 32
CHALLENGE_MS: Final = 10 * 60_000


class NotSelfHeld(Conflict):
    """Her key is kept by the firm's server."""

    code = "not-self-held"
    detail = "Your key is still kept by the firm's server, so there is nothing to prove or change."


class KeyNotProved(NotAllowed):
    """The challenge was not opened, or is not there any more."""

    code = "key-not-proved"
    title = "Your key is needed for that"
    detail = (
        "This needs your key: open it with your passkey, password or recovery code and try again. "
        "Nothing was changed."
    )


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """What a challenge gave: its id, and its bytes as base64url."""

    id: str
    bytes: str


def challenge(connection: Connection, person: Person) -> dict[str, Any]:
    """A challenge to a person's present key: its id, and an age file (base64) with 32 bytes.

    Raises:
        NotSelfHeld: Her key is not hers alone.
    """
    serialise(connection, f"keys {person.id}")
    row = own_key(connection, person)
    if store.count_challenges(connection, person.id) >= MOST_CHALLENGES:
        store.forget_challenges(connection, person.id)
    secret, challenge_id = os.urandom(CHALLENGE_BYTES), new_token()
    values = {
        "id": challenge_id,
        "firm_id": person.firm_id,
        "person_id": person.id,
        "fingerprint": row["fingerprint"],
        "answer": digest(secret),
        "expires": now_ms(connection) + CHALLENGE_MS,
    }
    store.insert_challenge(connection, values)
    file = age.encrypt(Recipient(row["public"]), secret)
    return {"id": challenge_id, "challenge": base64_of(file)}


def own_key(connection: Connection, person: Person) -> store.Row:
    """The row of a person's present encryption key, which she holds herself.

    Raises:
        NotSelfHeld: The server keeps it, or there is none.
    """
    row = keys.current_key(connection, person.firm_id, person.id, ENCRYPTION)
    if row is None or row["custody"] != SELF_HELD:
        raise NotSelfHeld
    return row


def prove(connection: Connection, person: Person, fingerprint: str, proof: Proof) -> None:
    """Take the challenge that a proof answers: it answers once. A wrong one takes nothing.

    Raises:
        KeyNotProved: Wrong bytes, another key or person, ten minutes over, or used.
    """
    row = store.take_challenge(connection, person.id, proof.id)
    if row is None or row["expires"] < now_ms(connection) or row["fingerprint"] != fingerprint:
        raise KeyNotProved
    if not is_answer(row["answer"], proof.bytes):
        raise KeyNotProved


def digest(secret: bytes) -> str:
    """What is kept of a challenge's bytes: base64url SHA-256."""
    return b64u(hashlib.sha256(secret).digest())


def is_answer(expected: str, given: str) -> bool:
    """Whether these (base64url) are the bytes that `digest` was made of."""
    try:
        return hmac.compare_digest(expected, digest(unb64u(given)))
    except ValueError:
        return False


def base64_of(file: bytes) -> str:
    """An age file as it stands in answers."""
    return base64.b64encode(file).decode("ascii")
