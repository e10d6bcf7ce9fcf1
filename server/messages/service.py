"""Write a message: create, put objects, send.

The server stores what it cannot read, and takes one envelope for each reader of the statement
that was signed (messages/signing), and no other. Source: docs/spec/http.md section 3. Reading is
in messages/reading.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import parse_address
from server.base.database import Database, now_ms, serialise
from server.base.errors import Away, Conflict, Invalid, NotFound, NotSignedIn, TooLarge
from server.base.events import append_event
from server.base.ids import new_token
from server.base.mail import UnsafeLine, one_line
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.crypto.envelope import looks_like_envelope
from server.events import service as events
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import Blobs, MailboxAway, SendingRights, SignInAgain
from server.people import service as people
from server.people.service import Person

MAX_OBJECT: Final = 1_258_291  # 1.2 MiB: a body of 1 MiB, padded and sealed
IN_ROW: Final = 256 * 1024
MAX_SUBJECT: Final = 200
MAX_NAME: Final = 80
NOTICE: Final = "notice"


class StatementRefused(Invalid):
    """The statement does not say what the server sees; fact `refusal`, and `keys` where stale."""

    code = "statement-refused"
    title = "The letter was not signed"
    detail = "The letter does not match what was uploaded. Nothing was sent; press Send again."


class StaleKeys(Conflict):
    """Readers' keys changed since they were looked up; fact `addresses`."""

    code = "stale-keys"
    title = "A reader has a new key"
    detail = "A reader's key changed while you wrote. Nothing was sent; press Send again."


class AlreadySent(Conflict):
    """The message has been sent and does not change any more."""

    code = "already-sent"
    title = "This letter has been sent"
    detail = "This letter has been sent already and cannot be changed. Write another."


class SignInFirst(NotSignedIn):
    """Entra wants to see the sender; fact `claims` for MSAL."""

    code = "sign-in-again"
    title = "Microsoft asks you to sign in again"
    detail = "Microsoft 365 asks you to sign in again before we may send. Nothing was lost."


def create(connection: Connection, *, firm: Firm, sender: Person, draft_id: str) -> store.Row:
    """A new message for a draft, or the one that this draft made before. The caller commits."""
    serialise(connection, f"draft {sender.id} {draft_id}")
    if found := store.entry_by_draft(connection, sender.id, draft_id):
        return found
    now = now_ms(connection)
    thread_id = new_token()
    store.insert_thread(
        connection,
        {
            "id": thread_id,
            "firm_id": firm.id,
            "created": now,
            "purpose": "matter",
            "state": "open",
        },
    )
    message_id = new_token()
    row: store.Row = {
        "id": message_id,
        "firm_id": firm.id,
        "thread_id": thread_id,
        "kind": "message",
        "sender_id": sender.id,
        "draft_id": draft_id,
        "state": "draft",
        "created": now,
    }
    store.insert_entry(connection, row)
    append_event(
        connection, firm_id=firm.id, kind="message.created", person_id=sender.id, about=message_id
    )
    return row


def put_object(
    database: Database,
    blobs: Blobs,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    object_id: str,
    file: bytes,
) -> store.Row:
    """Keep one age file of an unsent message. The same bytes again are fine.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        Conflict: Other bytes are kept under this id.
        TooLarge: Over 1.2 MiB.
    """
    if len(file) > MAX_OBJECT:
        raise TooLarge("The letter is too long: at most 1 MiB of text. Nothing was sent.")
    sha256 = b64u(hashlib.sha256(file).digest())
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        kept = store.object_of(connection, message_id, object_id)
    if kept is None and entry["state"] == "draft" and len(file) > IN_ROW:
        blobs.put(blob_key(firm.id, message_id, sha256), file)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        kept = store.object_of(connection, message_id, object_id)
        if kept is not None:
            if kept["sha256"] != sha256:
                raise Conflict(
                    "Another file was uploaded under this id. Upload it under a new one."
                )
            return kept
        if entry["state"] != "draft":
            raise AlreadySent
        row = {
            "entry_id": message_id,
            "id": object_id,
            "firm_id": firm.id,
            "size": len(file),
            "sha256": sha256,
            "file": file if len(file) <= IN_ROW else None,
        }
        store.insert_object(connection, row)
    return row


def send(
    database: Database,
    vault: Vault,
    rights: SendingRights,
    *,
    firm: Firm,
    sender: Person,
    assertion: str,
    message_id: str,
    subject: str,
    statement_hash: str,
    files: Mapping[str, str],
    names: Mapping[str, str],
) -> store.Row:
    """Accept a sealed message and queue its notification: all of it, or nothing.

    Safe to retry: a message that was sent answers as it did. The right to send in the sender's
    name is asked for first, so that a challenge of Entra reaches the pane before anything is kept.

    Args:
        database: Transactions are opened here, around the call to Entra.
        vault: Seals the public subject at rest.
        rights: Where the right to send for the sender comes from.
        firm: The sender's firm.
        sender: Who is signed in.
        assertion: The access token of this request, for on-behalf-of.
        message_id: The sender's own unsent message.
        subject: Public, one line, at most 200 characters, may be empty.
        statement_hash: Hash of the statement that `sign` signed last.
        files: Envelopes: fingerprint of the reader's key to base64 of the age file.
        names: How the sender calls readers, by address; for this notice only.

    Raises:
        NotFound: Not this sender's message.
        Invalid: A subject or envelope is malformed, or envelopes are missing or too many.
        SignInFirst: Entra wants to see the sender.
        Away: Entra does not answer.
    """
    subject = _public_subject(subject)
    names = {parse_address(address): _name(name) for address, name in names.items()}
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        if entry["state"] != "draft":
            return entry
        readers = store.readers_of(connection, message_id)
    opened = _envelopes(files, expected={row["key"] for row in readers})
    if not readers or entry["statement_hash"] != statement_hash:
        raise StatementRefused(refusal="statement-malformed")
    _ask_for_right(rights, firm=firm, sender=sender, assertion=assertion)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if entry["state"] != "draft":
            return entry
        if entry["statement_hash"] != statement_hash:
            raise StatementRefused(refusal="statement-malformed")
        _name_readers(connection, vault, firm, message_id, names)
        resume(connection, firm=firm, sender=sender)
        return _accept(connection, vault, firm, entry, subject=subject, files=opened)


def resume(connection: Connection, *, firm: Firm, sender: Person) -> int:
    """Queue again the notices that waited for this sender's sign-in. Returns how many.

    The caller has just got the right to send for her, and commits.
    """
    count = 0
    for message_id in store.sealed_of(connection, firm.id, sender.id):
        held = events.of(connection, firm_id=firm.id, about=message_id, kind=NOTICE)
        if held and all(delivery.state == events.HELD for delivery in held):
            events.mark(
                connection, firm_id=firm.id, about=message_id, kind=NOTICE, state=events.QUEUED
            )
            payload = {"message_id": message_id}
            enqueue(connection, firm_id=firm.id, lane="notices", kind=NOTICE, payload=payload)
            count += 1
    return count


def sign_in(
    database: Database, rights: SendingRights, *, firm: Firm, person: Person, assertion: str
) -> None:
    """What a sender's sign-in sets going: notices that waited for it.

    A challenge of Entra is not raised here: they wait on, and the next send brings it to the pane.
    """
    with database.read() as connection:
        waiting = any(
            delivery.state == events.HELD
            for message_id in store.sealed_of(connection, firm.id, person.id)
            for delivery in events.of(connection, firm_id=firm.id, about=message_id, kind=NOTICE)
        )
    if not waiting:
        return
    try:
        rights.authorise(tenant_id=firm.tenant_id, person_id=person.id, assertion=assertion)
    except (SignInAgain, MailboxAway):
        return
    with database.write() as connection:
        resume(connection, firm=firm, sender=person)


def status(
    connection: Connection, *, firm: Firm, sender: Person, message_id: str
) -> tuple[store.Row, list[events.Delivery]]:
    """A sender's own message and the deliveries of its notice.

    Raises:
        NotFound: Not this sender's message.
    """
    entry = own_message(connection, firm, sender, message_id)
    return entry, events.of(connection, firm_id=firm.id, about=message_id, kind=NOTICE)


def own_message(
    connection: Connection, firm: Firm, sender: Person, message_id: str, *, lock: bool = False
) -> store.Row:
    """A sender's own message, in any state.

    Raises:
        NotFound: No such message at this firm, or somebody else's.
    """
    entry = store.entry(connection, firm.id, message_id, lock=lock)
    if entry is None or entry["sender_id"] != sender.id:
        raise NotFound
    return entry


def blob_key(firm_id: str, message_id: str, sha256: str) -> str:
    """Where a large object is kept: under its hash, so that other bytes have another place."""
    return f"{firm_id}/{message_id}/{sha256}"


def subject_place(firm_id: str, message_id: str) -> tuple[str, ...]:
    """The place of the sealed public subject."""
    return (firm_id, "entries", message_id, "subject")


def name_place(firm_id: str, message_id: str, position: int) -> tuple[str, ...]:
    """The place of a reader's sealed name."""
    return (firm_id, "readers", f"{message_id}/{position}", "name")


def _ask_for_right(rights: SendingRights, *, firm: Firm, sender: Person, assertion: str) -> None:
    try:
        rights.authorise(tenant_id=firm.tenant_id, person_id=sender.id, assertion=assertion)
    except SignInAgain as challenge:
        raise SignInFirst(claims=challenge.claims) from challenge
    except MailboxAway as away:
        raise Away(
            "Microsoft 365 does not answer. Your letter is kept here; press Send again in a minute."
        ) from away


def _public_subject(subject: str) -> str:
    if len(subject) > MAX_SUBJECT:
        raise Invalid("The subject is too long: at most 200 characters. Nothing was sent.")
    try:
        return one_line(subject, limit=MAX_SUBJECT)
    except UnsafeLine as error:
        raise Invalid("The subject must be one line. Nothing was sent.") from error


def _name(name: str) -> str:
    try:
        return one_line(name, limit=MAX_NAME)
    except UnsafeLine as error:
        raise Invalid("A reader's name must be one line. Nothing was sent.") from error


def _name_readers(
    connection: Connection, vault: Vault, firm: Firm, message_id: str, names: Mapping[str, str]
) -> None:
    for row in store.readers_of(connection, message_id):
        person = people.get(connection, vault, row["person_id"])
        if name := names.get(person.address):
            sealed = vault.seal_text(name_place(firm.id, message_id, row["position"]), name)
            store.name_reader(connection, message_id, row["position"], sealed)


def _envelopes(files: Mapping[str, str], *, expected: set[str]) -> dict[str, bytes]:
    if files.keys() != expected:
        raise Invalid("There must be one envelope for each signed reader, and no other.")
    try:
        opened = {key: base64.b64decode(file, validate=True) for key, file in files.items()}
    except (binascii.Error, ValueError) as error:
        raise Invalid("An envelope is not base64.") from error
    if not all(looks_like_envelope(file) for file in opened.values()):
        raise Invalid("An envelope is no age file to a post-quantum key.")
    return opened


def _accept(
    connection: Connection,
    vault: Vault,
    firm: Firm,
    entry: store.Row,
    *,
    subject: str,
    files: Mapping[str, bytes],
) -> store.Row:
    message_id = entry["id"]
    rows = [
        {"entry_id": message_id, "key": key, "firm_id": firm.id, "file": file}
        for key, file in files.items()
    ]
    store.insert_envelopes(connection, rows)
    store.keep_objects(connection, message_id, entry["signed_objects"])
    changed = {
        "state": "sealed",
        "sealed_at": now_ms(connection),
        "subject_sealed": vault.seal_text(subject_place(firm.id, message_id), subject),
    }
    store.update_entry(connection, message_id, changed)
    addressed = _addressed(store.readers_of(connection, message_id))
    events.plan(
        connection,
        firm_id=firm.id,
        about=message_id,
        kind=NOTICE,
        person_ids=[row["person_id"] for row in addressed],
    )
    payload = {"message_id": message_id}
    enqueue(connection, firm_id=firm.id, lane="notices", kind=NOTICE, payload=payload)
    append_event(
        connection,
        firm_id=firm.id,
        kind="message.sealed",
        person_id=entry["sender_id"],
        about=message_id,
    )
    return {**entry, **changed}


def _addressed(rows: Sequence[store.Row]) -> list[store.Row]:
    return [row for row in rows if row["role"] in {"to", "cc"}]
