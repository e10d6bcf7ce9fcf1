"""Keyslots: checked as far as the server can see, and kept sealed.

Source: docs/spec/keyslots.md section 5, docs/spec/enrolment.md section 4.
"""

from collections.abc import Collection
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import Invalid
from server.base.ids import new_id
from server.base.vault import Vault
from server.crypto.errors import KeyslotRefused
from server.crypto.keyslots import Keyslot, check_owner, parse_keyslot
from server.firms.service import Firm
from server.keys.self_held import store
from server.keys.self_held.proofs.service import digest
from server.people.passkeys import service as passkeys
from server.people.service import Person

CODE: Final = "recovery-code"
PASSKEY: Final = "passkey"
KINDS: Final = {PASSKEY: "a passkey", "password": "a password", CODE: "a recovery code"}
MOST_SLOTS: Final = 20


def rp_of(firm: Firm) -> str:
    """The RP ID of a firm's passkeys: the portal's host name."""
    return urlsplit(firm.origin).hostname or ""


def checked(connection: Connection, text: str, *, firm: Firm, person: Person, key: str) -> Keyslot:
    """A keyslot for this person, key and site; if it is under a passkey, under one of hers.

    Raises:
        KeyslotRefused: It is none.
    """
    slot = parse_keyslot(text)
    check_owner(slot, person=person.id, key=key, rp=rp_of(firm))
    if slot.kind not in KINDS:
        raise KeyslotRefused("keyslot-foreign")
    if slot.kind == PASSKEY and not passkeys.belongs(
        connection, person.id, str(slot.kdf["credential"])
    ):
        raise KeyslotRefused("keyslot-foreign")
    return slot


def is_enough(kinds: Collection[str]) -> bool:
    """Whether such keyslots open a key for good: a recovery code, and another way."""
    return CODE in kinds and any(kind != CODE for kind in kinds)


def keep(
    connection: Connection,
    vault: Vault,
    person: Person,
    slot: Keyslot,
    *,
    name: str,
    enrolment_id: str | None = None,
) -> store.Row:
    """Keep a checked keyslot: live, or until its enrolment is completed. Returns its row."""
    row: dict[str, Any] = {
        "id": new_id(),
        "firm_id": person.firm_id,
        "person_id": person.id,
        "slot": slot.slot,
        "enrolment_id": enrolment_id,
        "kind": slot.kind,
        "credential": credential_index(str(slot.kdf["credential"]))
        if slot.kind == PASSKEY
        else None,
        "created": now_ms(connection),
        "used": None,
    }
    row["text_sealed"] = vault.seal_text(_place(row, "text"), slot.text)
    row["name_sealed"] = vault.seal_text(_place(row, "name"), tidy(name))
    store.insert_slot(connection, row)
    return row


def rename(connection: Connection, vault: Vault, row: store.Row, *, name: str) -> store.Row:
    """Give a keyslot another name. Returns its row."""
    sealed = vault.seal_text(_place(row, "name"), tidy(name))
    store.update_slot(connection, row["id"], {"name_sealed": sealed})
    return {**row, "name_sealed": sealed}


def is_under(connection: Connection, person: Person, credential: str) -> bool:
    """Whether a keyslot of hers, live or about to be, is sealed under this credential."""
    return store.is_under(connection, person.id, credential_index(credential))


def slot_json(vault: Vault, row: store.Row) -> dict[str, Any]:
    """A keyslot as it stands in answers, without its text."""
    return {
        "slot": row["slot"],
        "kind": row["kind"],
        "name": vault.unseal_text(_place(row, "name"), row["name_sealed"]),
        "created": row["created"] // 1000,
        "used": row["used"] // 1000 if row["used"] else None,
    }


def text_of(vault: Vault, row: store.Row) -> str:
    """A keyslot's text, as the browser sealed it."""
    return vault.unseal_text(_place(row, "text"), row["text_sealed"])


def tidy(name: str) -> str:
    """A name on one line.

    Raises:
        Invalid: Nothing is left of it.
    """
    plain = " ".join(name.split())
    if not plain:
        raise Invalid("It needs a name, so that you know it again. Nothing was changed.")
    return plain


def credential_index(credential: str) -> str:
    """Under which a passkey's slots are found: base64url SHA-256 of its id as base64url."""
    return digest(credential.encode("ascii"))


def _place(row: store.Row, column: str) -> tuple[str, ...]:
    return (row["firm_id"], "keyslots", row["id"], column)
