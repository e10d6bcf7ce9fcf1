"""Somebody who holds her own key, made in the tables: what her browser keeps, and what it does with it."""

import base64
import contextlib
import time
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.ids import new_id
from server.base.vault import Vault
from server.crypto import signing
from server.crypto.envelope import open_draft_envelope, open_envelope
from server.crypto.errors import Refusal
from server.crypto.identity import Identity, fingerprint
from server.keys.custody import service as custody
from server.keys.log import service as log
from server.keys.models import keys, wrapping_keys
from server.keys.service import SELF_HELD
from server.people import service as people
from server.people.service import Person

Opened = dict[str, Any]


@dataclass
class OwnKey:
    """What her browser holds. `identities` are all she ever had, by fingerprint."""

    seed: bytes
    identities: dict[str, Identity]

    @property
    def signing_key(self) -> str:
        """Fingerprint of the key that signs for her."""
        return fingerprint(signing.public_key(self.seed))

    def sign(self, domain: str, text: str) -> dict[str, str]:
        """Sign as her browser does."""
        return signing.sign(self.seed, domain, text).to_json()

    def open(self, answer: Opened) -> Opened:
        """The members of the envelope that an answer to "open" holds."""
        identity = self.identities[answer["envelope_key"]]
        return dict(open_envelope(identity, base64.b64decode(answer["envelope"])).to_json())

    def open_draft(self, answer: Opened) -> str:
        """The draft key out of an answer to "open the draft"."""
        file = base64.b64decode(answer["envelope"])
        for identity in self.identities.values():
            with contextlib.suppress(Refusal):
                return open_draft_envelope(identity, file)
        raise AssertionError("none of her keys opens it")


class Parts(Protocol):
    """Of a firm's Letterlock: where keys are, and what opens those in custody."""

    @property
    def database(self) -> Database:
        """The one of keys."""

    @property
    def vault(self) -> Vault:
        """Under its master key."""


@dataclass(frozen=True)
class Beside:
    """A running Letterlock's database, from another process."""

    database: Database
    vault: Vault


def make_self_held(parts: Parts, address: str) -> OwnKey:
    """Put a key of her own in place of her managed ones, which are retired and destroyed."""
    seed, identity = signing.new_seed(), Identity.new()
    own = OwnKey(seed, {identity.recipient.fingerprint: identity})
    vault = parts.vault
    with parts.database.write() as connection:
        (firm_id,) = (
            connection.execute(keys.select().with_only_columns(keys.c.firm_id)).first() or ()
        )
        person = people.find(connection, vault, firm_id=firm_id, address=address)
        assert person is not None
        now = now_ms(connection)
        for row in connection.execute(keys.select().where(keys.c.owner_id == person.id)).mappings():
            if row["purpose"] == custody.ENCRYPTION and row["secret_sealed"] is not None:
                old = Identity(custody.unwrap(connection, vault, dict(row)))
                own.identities[row["fingerprint"]] = old
        gone = {"secret_sealed": None, "retired": now}
        hers = (keys.c.owner_id == person.id) & keys.c.retired.is_(None)
        connection.execute(keys.update().where(hers).values(gone))
        connection.execute(wrapping_keys.delete().where(wrapping_keys.c.owner_id == person.id))
        _insert(connection, person, custody.ENCRYPTION, identity.recipient.raw, now)
        _insert(connection, person, custody.SIGNING, signing.public_key(seed), now)
        log.append_key_event(connection, vault, person, SELF_HELD)
    return own


def as_if_replaced(parts: Parts, key: str, *, seconds_ago: int) -> None:
    """Let a signing key, and what was in use with it, have been replaced so long ago."""
    at = (int(time.time()) - seconds_ago) * 1000
    with parts.database.write() as connection:
        row = connection.execute(keys.select().where(keys.c.fingerprint == key)).mappings().one()
        hers = keys.c.owner_id == row["owner_id"]
        retired = hers & keys.c.retired.is_not(None)
        connection.execute(keys.update().where(retired).values(retired=at, created=at - 1))


def _insert(connection: Connection, person: Person, purpose: str, public: bytes, now: int) -> None:
    values = {
        "id": new_id(), "firm_id": person.firm_id, "owner_id": person.id, "purpose": purpose,
        "custody": SELF_HELD, "fingerprint": fingerprint(public), "public": public,
        "secret_sealed": None, "created": now,
    }  # fmt: skip
    connection.execute(keys.insert().values(**values))
