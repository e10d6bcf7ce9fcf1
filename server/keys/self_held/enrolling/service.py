"""Enrolment: a managed identity becomes one that its owner alone holds.

Until completion nothing about her keys has changed, and completion is one transaction: killed at
any point, the old or the new identity opens everything. No secret of hers travels in the open:
the server seals each old identity to the new recipient. Source: docs/spec/enrolment.md section 4.
"""

import os
from base64 import b64decode
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import Conflict, NotAllowed, NotFound
from server.base.events import append_event
from server.base.ids import new_id, new_token
from server.base.mailboxes import CHORES
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto import age
from server.crypto.encoding import canonical
from server.crypto.identity import Identity, Recipient, fingerprint
from server.firms.service import Firm
from server.keys import store as keys
from server.keys.custody import service as custody
from server.keys.custody.service import ENCRYPTION, SIGNING
from server.keys.log import service as log
from server.keys.self_held import store
from server.keys.self_held.enrolling.checking import service as checking
from server.keys.self_held.enrolling.checking.service import EnrolmentMalformed, Wanted
from server.keys.self_held.pairing import service as pairing
from server.keys.self_held.proofs.service import (
    CHALLENGE_BYTES,
    SELF_HELD,
    base64_of,
    digest,
    is_answer,
)
from server.keys.self_held.rotating import service as rotating
from server.keys.self_held.slots import service as slots
from server.people.news import ports as news_ports
from server.people.news import service as news
from server.people.service import Person

LIFE_MS: Final = 3_600_000
# What became of her present key, as the key log says it (log.md section 1); the Event beside it.
RECOVERED: Final = "recovered"
ROTATED: Final = "rotated"
_EVENTS: Final = {
    SELF_HELD: ("key.self-held", news_ports.SELF_HELD),
    RECOVERED: ("key.replaced", news_ports.REPLACED),
    ROTATED: ("key.rotated", news_ports.ROTATED),
}
KEPT_MS: Final = 24 * 3_600_000  # how long a completion may be repeated
BACKUPS_MS: Final = 7 * 24 * 3_600_000  # the longest that a backup may live: docs/guides/backup.md
ERASE: Final = "erase-keys"
KEY_MADE: Final = "key-made"  # for whoever has waited for it, above: payload person_id


class EnrolmentGone(NotFound):
    """It ran out, was replaced, is somebody else's, or never was."""

    detail = (
        "This change of your key has run out or was begun anew elsewhere. Nothing was lost; begin "
        "again."
    )


class EnrolmentNotProved(NotAllowed):
    """The challenge was not opened."""

    code = "enrolment-not-proved"
    title = "The new key did not open its test"
    detail = "The new key did not open its test, so your old one stays. Nothing was changed."


class EnrolmentOutdated(Conflict):
    """Her keys changed since it was begun."""

    code = "enrolment-outdated"
    detail = "Your key changed meanwhile, so your old one stays. Begin again; nothing was changed."


class AlreadySelfHeld(Conflict):
    """She holds her key herself."""

    code = "already-self-held"
    detail = "Your key is yours alone already. Nothing was changed."


def begin(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    person: Person,
    wanted: Wanted,
) -> dict[str, Any]:
    """Keep a new identity until it is proved; in place of one that was begun. The caller commits.

    Returns:
        Its id, the challenge and the old identities, the last two as age files (base64).

    Raises:
        EnrolmentMalformed, KeyslotRefused, AlreadySelfHeld, EnrolmentOutdated, KeyNotProved:
            Nothing was kept.
    """
    serialise(connection, f"keys {person.id}")
    present = _self_held(connection, person)
    if present is not None and wanted.replaces is None:
        raise AlreadySelfHeld
    if present != wanted.replaces:
        raise EnrolmentOutdated
    public, checked = checking.checked(connection, wanted, firm=firm, person=person)
    old = _handed_on(connection, vault, person, wanted, public.recipient)
    store.forget_unfinished(connection, person.id)
    secret, now = os.urandom(CHALLENGE_BYTES), now_ms(connection)
    row: dict[str, Any] = {
        "id": new_token(),
        "firm_id": firm.id,
        "person_id": person.id,
        "recipient": public.recipient.raw,
        "signing_key": public.signing_key,
        "challenge": age.encrypt(public.recipient, secret),
        "answer": digest(secret),
        "old": old,
        "replaces": wanted.replaces,
        "created": now,
        "expires": now + LIFE_MS,
        "completed": None,
    }
    store.insert_enrolment(connection, row)
    for slot, (_, name) in zip(checked, wanted.slots, strict=True):
        slots.keep(connection, vault, person, slot, name=name, enrolment_id=row["id"])
    append_event(
        connection, firm_id=firm.id, kind="enrolment.begun", person_id=person.id, about=row["id"]
    )
    return _begun(row)


def read_back(
    connection: Connection, vault: Vault, *, person: Person, enrolment_id: str
) -> dict[str, Any]:
    """What `begin` answered, and the keyslots as they were kept.

    Raises:
        EnrolmentGone: It is not open.
    """
    row = store.enrolment(connection, person.id, enrolment_id)
    if row is None or row["completed"] or row["expires"] < now_ms(connection):
        raise EnrolmentGone
    kept = store.slots_of_enrolment(connection, person.id, enrolment_id)
    texts = [{**slots.slot_json(vault, one), "text": slots.text_of(vault, one)} for one in kept]
    return {**_begun(row), "slots": texts}


def complete(
    connection: Connection,
    vault: Vault,
    *,
    person: Person,
    enrolment_id: str,
    answer: str,
    browser: str,
) -> dict[str, Any]:
    """Make the new identity hers alone, and destroy the firm's copy of the old. The caller commits.

    Args:
        connection: An open write transaction, in which all of it happens.
        vault: For the key log.
        person: Whose key it is.
        enrolment_id: What `begin` gave.
        answer: The challenge's bytes, base64url.
        browser: In words, for the mail to her.

    Raises:
        EnrolmentGone, EnrolmentNotProved, EnrolmentOutdated: Nothing was changed.
    """
    log.hold(connection, person.firm_id)
    serialise(connection, f"keys {person.id}")
    row = store.enrolment(connection, person.id, enrolment_id, lock=True)
    now = now_ms(connection)
    if row is None or (not row["completed"] and row["expires"] < now):
        raise EnrolmentGone
    if not is_answer(row["answer"], answer):
        raise EnrolmentNotProved
    if row["completed"]:
        return _completed(row, row["completed"])
    reason = _reason(row)
    if _self_held(connection, person) != row["replaces"] or {
        one["key"] for one in row["old"]
    } != _fingerprints(connection, person, row["replaces"], reason):
        raise EnrolmentOutdated
    if reason == RECOVERED:
        store.put_aside(connection, person.id, row["replaces"], now)
    if reason == ROTATED:
        rotating.take_place(connection, person)
    if reason != SELF_HELD:
        pairing.forget_all(connection, person)
    _replace_keys(connection, person, row, now)
    store.make_live(connection, person.id, enrolment_id)
    done = {"completed": now, "old": [], "challenge": b""}
    store.complete_enrolment(connection, enrolment_id, done)
    log.append_key_event(connection, vault, person, reason)
    _tell(connection, person, row, now=now, browser=browser)
    return _completed(row, now)


def _replace_keys(connection: Connection, person: Person, row: store.Row, now: int) -> None:
    """Retire the old keys, destroy what opens them here, and put the new ones in their place."""
    to = fingerprint(row["recipient"])
    store.retire_keys(connection, person.id, now)
    store.delete_wrapping_key(connection, person.id)
    for old in row["old"]:
        store.wrap_key(connection, person.id, old["key"], b64decode(old["age"]), to)
    for purpose, public in ((ENCRYPTION, row["recipient"]), (SIGNING, row["signing_key"])):
        print_ = fingerprint(public)
        if keys.key_by_fingerprint(connection, person.firm_id, print_) is not None:
            raise EnrolmentOutdated
        keys.insert_key(
            connection,
            {
                "id": new_id(),
                "firm_id": person.firm_id,
                "owner_id": person.id,
                "purpose": purpose,
                "custody": SELF_HELD,
                "fingerprint": print_,
                "public": public,
                "secret_sealed": None,
                "created": now,
            },
        )


def _tell(
    connection: Connection, person: Person, row: store.Row, *, now: int, browser: str
) -> None:
    """The Event, the mail, and the jobs: who waited hears of it, what was deleted leaves the files."""
    firm_id = person.firm_id
    kind, what = _EVENTS[_reason(row)]
    append_event(
        connection,
        firm_id=firm_id,
        kind=kind,
        person_id=person.id,
        about=fingerprint(row["recipient"]),
    )
    if row["replaces"]:
        news.tell(connection, person, what, browser=browser)
        return
    until = now + BACKUPS_MS
    news.tell(connection, person, what, browser=browser, until=until)
    enqueue(
        connection,
        firm_id=firm_id,
        lane=CHORES,
        kind=KEY_MADE,
        payload={"person_id": person.id},
    )
    enqueue(
        connection,
        firm_id=firm_id,
        lane=CHORES,
        kind=ERASE,
        payload={},
        once=f"{ERASE} {firm_id}",
    )


def _old(
    connection: Connection, vault: Vault, person: Person, recipient: Recipient
) -> list[dict[str, str]]:
    """Every identity of hers in custody, each sealed to the new recipient."""
    rows = keys.keys_in_custody(connection, person.firm_id, person.id, ENCRYPTION)
    sealed = []
    for row in rows:
        identity = Identity(custody.unwrap(connection, vault, row))
        content = canonical({"identity": identity.text, "v": 1}).encode()
        file = age.encrypt(recipient, content)
        sealed.append({"key": row["fingerprint"], "age": base64_of(file)})
    return sealed


def _handed_on(
    connection: Connection, vault: Vault, person: Person, wanted: Wanted, recipient: Recipient
) -> list[dict[str, str]]:
    """What opens by the new key too: sealed here, or by her own browser, which proves its key."""
    if wanted.kept is None:
        if wanted.proof is not None:
            raise EnrolmentMalformed
        return _old(connection, vault, person, recipient)
    if not wanted.replaces or not rotating.is_whole(
        connection, person, wanted.replaces, wanted.kept
    ):
        raise EnrolmentMalformed
    rotating.require_proof(connection, person, wanted.replaces, wanted.proof)
    return [{"key": key, "age": file} for key, file in wanted.kept]


def _reason(row: store.Row) -> str:
    """Who has lost her key hands nothing on; who has it hands on that one at least."""
    if not row["replaces"]:
        return SELF_HELD
    return ROTATED if row["old"] else RECOVERED


def _fingerprints(connection: Connection, person: Person, present: str, reason: str) -> set[str]:
    """The identities that must not be lost when the new one takes their place."""
    if reason == ROTATED:
        return rotating.known(connection, person, present)
    rows = keys.keys_in_custody(connection, person.firm_id, person.id, ENCRYPTION)
    return {row["fingerprint"] for row in rows}


def _self_held(connection: Connection, person: Person) -> str | None:
    """Fingerprint of her present key, if she holds it herself."""
    row = keys.current_key(connection, person.firm_id, person.id, ENCRYPTION)
    return row["fingerprint"] if row is not None and row["custody"] == SELF_HELD else None


def _begun(row: store.Row) -> dict[str, Any]:
    return {"id": row["id"], "challenge": base64_of(row["challenge"]), "old": row["old"]}


def _completed(row: store.Row, at: int) -> dict[str, Any]:
    until = None if row["replaces"] else (at + BACKUPS_MS) // 1000
    return {"key": fingerprint(row["recipient"]), "backups_until": until}
