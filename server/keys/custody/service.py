"""Keys in managed custody: kept, and their secrets taken out again.

Each secret is sealed under its owner's wrapping key, in a table of its own, which is sealed under
the master key. Destroying one row of that table destroys the owner's managed keys.
Source: docs/spec/statement.md sections 6 and 7, docs/spec/envelope.md section 1.
"""

import os
from typing import Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import Conflict, NotFound
from server.base.events import append_event
from server.base.ids import new_id
from server.base.vault import Vault
from server.crypto import custody, signing
from server.crypto.identity import fingerprint
from server.keys import store

ENCRYPTION: Final = "encryption"
SIGNING: Final = "signing"
DIRECTORY: Final = "directory"
LOG: Final = "log"
MANAGED: Final = "managed"


class LeftCustody(Conflict):
    """A key whose owner has just taken it to herself."""

    code = "left-custody"
    detail = "This key has just become its owner's alone. Nothing was lost; load the page again."


def keep(
    connection: Connection,
    vault: Vault,
    *,
    firm_id: str,
    owner_id: str,
    purpose: str,
    public: bytes,
    secret: bytes,
) -> None:
    """Keep a new key in custody, and write the Event."""
    key_id = new_id()
    wrapping = _wrapping_key(connection, vault, firm_id, owner_id)
    place = (firm_id, owner_id, key_id, purpose)
    store.insert_key(
        connection,
        {
            "id": key_id,
            "firm_id": firm_id,
            "owner_id": owner_id,
            "purpose": purpose,
            "custody": MANAGED,
            "fingerprint": fingerprint(public),
            "public": public,
            "secret_sealed": custody.seal(wrapping, place, secret),
            "created": now_ms(connection),
        },
    )
    person_id = None if owner_id == firm_id else owner_id
    append_event(connection, firm_id=firm_id, kind="key.made", person_id=person_id, about=key_id)


def ensure_firm_key(connection: Connection, vault: Vault, firm_id: str, purpose: str) -> bytes:
    """The firm's own signing key for a purpose (32-byte public half), made if there is none.

    The caller sees to it that two do not make one at once.
    """
    if row := store.current_key(connection, firm_id, firm_id, purpose):
        return bytes(row["public"])
    seed = signing.new_seed()
    public = signing.public_key(seed)
    keep(
        connection,
        vault,
        firm_id=firm_id,
        owner_id=firm_id,
        purpose=purpose,
        public=public,
        secret=seed,
    )
    return public


def secret_of(
    connection: Connection, vault: Vault, firm_id: str, owner_id: str, purpose: str
) -> bytes:
    """The secret of an owner's present key.

    Raises:
        NotFound: There is none, or it is not in custody.
    """
    row = store.current_key(connection, firm_id, owner_id, purpose)
    if row is None or row["secret_sealed"] is None:
        raise NotFound
    return unwrap(connection, vault, row)


def unwrap(connection: Connection, vault: Vault, row: store.Row) -> bytes:
    """The secret of a key in custody, from its row.

    Raises:
        LeftCustody: Its owner's wrapping key was destroyed since the row was read.
    """
    kept = store.wrapping_key(connection, row["owner_id"])
    if kept is None:
        raise LeftCustody
    wrapping = vault.unseal(_wrapping_place(row["firm_id"], row["owner_id"]), kept["sealed"])
    place = (row["firm_id"], row["owner_id"], row["id"], row["purpose"])
    return custody.unseal(wrapping, place, row["secret_sealed"])


def _wrapping_key(connection: Connection, vault: Vault, firm_id: str, owner_id: str) -> bytes:
    place = _wrapping_place(firm_id, owner_id)
    if row := store.wrapping_key(connection, owner_id):
        return vault.unseal(place, row["sealed"])
    fresh = os.urandom(custody.KEY)
    sealed = vault.seal(place, fresh)
    values = {"owner_id": owner_id, "firm_id": firm_id, "sealed": sealed}
    store.insert_wrapping_key(connection, values)
    return fresh


def _wrapping_place(firm_id: str, owner_id: str) -> tuple[str, ...]:
    return (firm_id, "wrapping_keys", owner_id, "sealed")
