"""A new master key while the house works on: everything that the old one sealed is sealed anew.

Killed at any point, it goes on where it stopped when it is run again. Running processes see the
new key file at their next use and open values of both (vault.py). The old key goes when a pass
over everything has found nothing of it.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select, tuple_

from server.base import canary
from server.base.database import Database, metadata
from server.base.outbox import outbox
from server.base.sealed import place_in_outbox, place_of, sealed_columns
from server.base.settings import BadSetting, Settings
from server.base.tenancy import all_firms
from server.base.vault import Vault
from server.crypto.encoding import b64u, unb64u
from server.crypto.errors import SealRefused
from server.messages.service import mail_index
from server.migrations import tables as _tables  # noqa: F401 fills metadata

BATCH: Final = 200
SETTLE_S: Final = 40.0  # longer than a transaction that began under the old key may take
_PASSES: Final = 10


@dataclass
class Rotated:
    """How many values were sealed anew, and how many addresses indexed anew."""

    sealed: int = 0
    indexed: int = 0


def rotate(settings: Settings, *, settle_s: float = SETTLE_S) -> Rotated:
    """Put a new master key in the old one's place and re-seal everything, in batches.

    Raises:
        BadSetting: There is no master key, it is not this database's, or values stay closed.
    """
    vault = Vault.load(settings.master_key)
    database, done = Database(settings.database_url, patience_s=None), Rotated()
    try:
        with all_firms("the master key is rotated"):
            _must_open(database, vault)
            Vault.begin_rotation(settings.master_key)
            # Running processes follow the key file within this; then none seals by the old key.
            time.sleep(settle_s)
            for _ in range(_PASSES):
                if not _pass(database, vault, done):
                    break
            else:
                raise BadSetting("values of the old key keep coming: run it again. Both keys stay")
        Vault.end_rotation(settings.master_key)
    finally:
        database.close()
    return done


def _must_open(database: Database, vault: Vault) -> None:
    with database.read() as connection:
        for firm_id in canary.firms(connection):
            if canary.opens(connection, vault, firm_id) is False:
                raise BadSetting(
                    "the master key is not the one that sealed this database. Nothing was changed"
                )


def _pass(database: Database, vault: Vault, done: Rotated) -> int:
    """Go over everything once. Returns how many values were not sealed under the new key."""
    found = 0
    for column in sealed_columns(metadata):
        for keys in _batches(database, column):
            with database.write() as connection:
                found += _reseal(connection, vault, column, keys, done)
    for keys in _batches(database, outbox.c.payload):
        with database.write() as connection:
            found += _reseal_mail(connection, vault, keys, done)
    return found


def _batches(database: Database, column: Column[Any]) -> Iterator[Sequence[Any]]:
    """Primary keys of all rows with a value, some at a time."""
    primary = list(column.table.primary_key.columns)
    after: Any = None
    while True:
        statement = select(*primary).where(column.is_not(None)).order_by(*primary).limit(BATCH)
        if after is not None:
            statement = statement.where(tuple_(*primary) > tuple_(*after))
        with database.read() as connection:
            keys = connection.execute(statement).all()
        if not keys:
            return
        yield keys
        after = keys[-1]


def _reseal(
    connection: Connection, vault: Vault, column: Column[Any], keys: Sequence[Any], done: Rotated
) -> int:
    """Seal the values of these rows anew, those that are not yet. Returns how many."""
    table: Table = column.table
    primary = list(table.primary_key.columns)
    rows = select(table).where(tuple_(*primary).in_([tuple(key) for key in keys])).with_for_update()
    count = 0
    for row in connection.execute(rows).mappings().all():
        sealed = row[column.name]
        if sealed is None or vault.is_present(sealed):
            continue
        content = vault.unseal(place_of(column, row), sealed)
        values: dict[str, Any] = {column.name: vault.seal(place_of(column, row), content)}
        if table.name == "persons" and column.name == "address_sealed":
            values["address_index"] = vault.index("address", row["firm_id"], content.decode())
            done.indexed += 1
        if table.name == "entries" and column.name == "mail_sealed":
            owner = row["firm_id"], row["sender_id"]
            values["mail_index"] = mail_index(vault, *owner, content.decode())
            done.indexed += 1
        own = [item == row[item.name] for item in primary]
        connection.execute(table.update().where(*own).values(**values))
        done.sealed += 1
        count += 1
    return count


def _reseal_mail(connection: Connection, vault: Vault, keys: Sequence[Any], done: Rotated) -> int:
    """Seal anew what waits sealed in the outbox: the codes of mails. Returns how many."""
    ids = [key[0] for key in keys]
    where = outbox.c.id.in_(ids) & outbox.c.payload.contains('"sealed"')
    count = 0
    for row in connection.execute(select(outbox).where(where).with_for_update()).mappings().all():
        payload = json.loads(row["payload"])
        sealed, place = unb64u(payload["sealed"]), place_in_outbox(row["firm_id"], payload)
        if vault.is_present(sealed):
            continue
        try:
            payload["sealed"] = b64u(vault.seal(place, vault.unseal(place, sealed)))
        except SealRefused:  # of a key that went before: its code is long too late
            continue
        own = (outbox.c.firm_id == row["firm_id"]) & (outbox.c.id == row["id"])
        connection.execute(outbox.update().where(own).values(payload=json.dumps(payload)))
        done.sealed += 1
        count += 1
    return count
