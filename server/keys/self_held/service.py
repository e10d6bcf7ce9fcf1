"""A person's own key: what holds it, the proof that she has it, and her keyslots.

The server can open no keyslot. It checks what it can see, keeps them, and lets nobody change them
who only has the session. Source: docs/spec/enrolment.md sections 3 and 5, keyslots.md section 5.
"""

from typing import Any

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, NotAllowed, NotFound
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.crypto.errors import KeyslotRefused
from server.firms.service import Firm
from server.keys import store as keys
from server.keys.custody.service import ENCRYPTION, MANAGED, SIGNING
from server.keys.self_held import store
from server.keys.self_held.proofs.service import Proof, base64_of, own_key, prove
from server.keys.self_held.slots import service as slots
from server.keys.self_held.slots.service import KINDS, MOST_SLOTS
from server.people.news import service as news
from server.people.news.ports import ADDED, REMOVED
from server.people.passkeys import service as passkeys
from server.people.service import Person


class ClientsOnly(NotAllowed):
    """Somebody of the firm, who reads here by code."""

    code = "clients-only"
    detail = "People of the firm hold their keys on /staff/key of this portal. Nothing was changed."


class SlotNeeded(Conflict):
    """The last keyslot, recovery code, or way that is not a recovery code."""

    code = "slot-needed"
    title = "This one is still needed"
    detail = (
        "You need a recovery code and one other way to open your letters. Add another first; "
        "nothing was removed."
    )


class SlotTaken(Conflict):
    """There is another keyslot of this id."""

    code = "slot-taken"
    detail = "There is another one of this id already. Make a new one; nothing was changed."


class PasskeyNeeded(Conflict):
    """A keyslot is sealed under this passkey."""

    code = "passkey-needed"
    title = "This passkey still opens your letters"
    detail = (
        "This passkey is one of the ways to open your letters. Remove it there first; nothing was "
        "changed."
    )


class TooManySlots(Conflict):
    """Twenty keyslots."""

    code = "too-many-slots"
    detail = "Twenty ways to open your letters are the most. Remove one first; nothing was changed."


def require_holder(firm: Firm, person: Person, *, at_mailbox: bool) -> None:
    """Clients by their mailbox (a code, a passkey); somebody of the firm by her sign-in at Entra.

    Raises:
        ClientsOnly: It is somebody of the firm, by her mailbox.
    """
    if at_mailbox and is_of_firm(firm, person):
        raise ClientsOnly


def is_of_firm(firm: Firm, person: Person) -> bool:
    """Whether a person writes in the pane, or will: her address is the firm's."""
    return person.kind != "client" or firm.has_address(person.address)


def own(connection: Connection, vault: Vault, firm: Firm, person: Person) -> dict[str, Any]:
    """What holds a person's key, as enrolment.md section 3 has it; null where she has none yet."""
    reading = keys.current_key(connection, firm.id, person.id, ENCRYPTION)
    signs = keys.current_key(connection, firm.id, person.id, SIGNING)
    rows = store.live_slots(connection, person.id)
    return {
        "person": person.id,
        "rp": slots.rp_of(firm),
        "custody": reading["custody"] if reading else MANAGED,
        "key": reading["fingerprint"] if reading else None,
        "signing_key": b64u(signs["public"]) if signs else None,
        "slots": [slots.slot_json(vault, row) for row in rows],
    }


def own_slots(connection: Connection, vault: Vault, firm: Firm, person: Person) -> dict[str, Any]:
    """The same with each slot's text, and the identities she had before, as age files in base64."""
    found = own(connection, vault, firm, person)
    rows = store.live_slots(connection, person.id)
    texts = {row["slot"]: slots.text_of(vault, row) for row in rows}
    with_texts = [{**slot, "text": texts[slot["slot"]]} for slot in found["slots"]]
    before = store.wrapped_keys(connection, person.id, found["key"] or "")
    old = [{"key": row["fingerprint"], "age": base64_of(row["wrapped"])} for row in before]
    return {**found, "slots": with_texts, "old": old}


def former(connection: Connection, vault: Vault, person: Person) -> dict[str, Any]:
    """What is left of the keys that she gave up: enrolment.md section 8."""
    found: dict[str, dict[str, Any]] = {}
    for row in store.slots_aside(connection, person.id):
        key = row["retired_key"]
        one = found.setdefault(key, {"key": key, "until": row["retired"] // 1000, "slots": []})
        one["slots"].append(slots.text_of(vault, row))
    old = [
        {"key": row["fingerprint"], "age": base64_of(row["wrapped"]), "to": row["wrapped_to"]}
        for row in store.wrapped_to_any(connection, person.id, list(found))
    ]
    return {"keys": list(found.values()), "old": old}


def add_slot(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    person: Person,
    text: str,
    name: str,
    proof: Proof,
    browser: str,
) -> dict[str, Any]:
    """Keep one more keyslot. The same text again is the same slot. The caller commits.

    Args:
        connection: An open write transaction.
        vault: Seals name and text.
        firm: Hers.
        person: Whose key it is.
        text: As the browser sealed it.
        name: What she calls it, 1 to 60 characters.
        proof: That she has the key.
        browser: In words, for the mail to her.

    Raises:
        KeyslotRefused: It is no slot for this key.
        KeyNotProved, NotSelfHeld, SlotTaken, TooManySlots: Nothing was changed.
    """
    serialise(connection, f"keys {person.id}")
    row = own_key(connection, person)
    slot = slots.checked(connection, text, firm=firm, person=person, key=row["fingerprint"])
    signs = keys.current_key(connection, firm.id, person.id, SIGNING)
    if signs is None or slot.signing_key != b64u(signs["public"]):
        raise KeyslotRefused("keyslot-foreign")
    live = store.live_slots(connection, person.id)
    if same := next((one for one in live if one["slot"] == slot.slot), None):
        if slots.text_of(vault, same) != text:
            raise SlotTaken
        return slots.slot_json(vault, same)
    if len(live) >= MOST_SLOTS:
        raise TooManySlots
    prove(connection, person, row["fingerprint"], proof)
    made = slots.keep(connection, vault, person, slot, name=name)
    _changed(connection, person, "keyslot.added", made)
    news.tell(connection, person, ADDED, browser=browser, thing=KINDS[slot.kind])
    return slots.slot_json(vault, made)


def rename_slot(
    connection: Connection, vault: Vault, *, person: Person, slot: str, name: str
) -> dict[str, Any]:
    """Give a keyslot another name.

    Raises:
        NotFound: She has none of this id.
    """
    row = _live(connection, person, slot)
    return slots.slot_json(vault, slots.rename(connection, vault, row, name=name))


def remove_slot(
    connection: Connection, *, person: Person, slot: str, proof: Proof, browser: str
) -> None:
    """Take a keyslot away. The caller commits.

    Raises:
        NotFound: She has none of this id.
        KeyNotProved, NotSelfHeld: Nothing was changed.
        SlotNeeded: It is the last recovery code, or the last that is none.
    """
    serialise(connection, f"keys {person.id}")
    key = own_key(connection, person)
    row = _live(connection, person, slot)
    prove(connection, person, key["fingerprint"], proof)
    rest = [one for one in store.live_slots(connection, person.id) if one["id"] != row["id"]]
    if not slots.is_enough([one["kind"] for one in rest]):
        raise SlotNeeded
    store.delete_slot(connection, row["id"])
    _changed(connection, person, "keyslot.removed", row)
    news.tell(connection, person, REMOVED, browser=browser, thing=KINDS[row["kind"]])


def remove_passkey(
    connection: Connection, *, person: Person, credential: str, browser: str
) -> None:
    """Forget a passkey that no keyslot needs. The caller commits.

    Raises:
        NotFound: It is not hers.
        PasskeyNeeded: A keyslot, live or about to be, is sealed under it.
    """
    serialise(connection, f"keys {person.id}")
    if not passkeys.belongs(connection, person.id, credential):
        raise NotFound
    if slots.is_under(connection, person, credential):
        raise PasskeyNeeded
    passkeys.remove(connection, person=person, credential=credential, browser=browser)


def note_use(connection: Connection, *, person: Person, slot: str) -> None:
    """Note that a keyslot opened, for her list alone.

    Raises:
        NotFound: She has none of this id.
    """
    row = _live(connection, person, slot)
    store.update_slot(connection, row["id"], {"used": now_ms(connection)})


def _live(connection: Connection, person: Person, slot: str) -> store.Row:
    for row in store.live_slots(connection, person.id):
        if row["slot"] == slot:
            return row
    raise NotFound


def _changed(connection: Connection, person: Person, kind: str, row: store.Row) -> None:
    append_event(
        connection, firm_id=person.firm_id, kind=kind, person_id=person.id, about=row["slot"]
    )
