"""Messages: made for a draft, found again, thrown away.

A message's objects are uploaded in messages/uploading and kept as a draft in messages/drafting, its
statement signed in messages/signing, it goes out in messages/sending and is read in
messages/reading. The server stores what it cannot read. Source: docs/spec/http.md section 3.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from server.base.database import Database, now_ms, serialise
from server.base.errors import AppError, Conflict, Invalid, NotAllowed, NotFound
from server.base.events import append_event
from server.base.ids import new_token
from server.base.vault import Vault
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import Blobs
from server.messages.waiting.states import service as states
from server.people.service import Person

NOTICE: Final = "notice"
MESSAGE: Final = "message"
MAIL: Final = "mail"  # an ordinary mail that was sealed into the record: for the firm alone
MAX_UNSENT: Final = 200
RECALLED: Final = "recalled"
READABLE: Final = ("sealed", "delivered", "read", RECALLED)
HIDDEN: Final = "hidden"
LATE: Final = "late"
GRANTED: Final = frozenset({HIDDEN, LATE})  # readers of whom the others do not learn
KEPT: Final = frozenset({"sender", "archive"})  # who keeps a letter that was recalled
ADDRESSED: Final = frozenset({"to", "cc"})


class AlreadySent(Conflict):
    """The message has been sent and does not change any more."""

    code = "already-sent"
    title = "This letter has been sent"
    detail = "This letter has been sent already and cannot be changed. Write another."


class Recalled(AppError):
    """The letter was recalled, and this reader's envelope with it; facts `by` and `at` (seconds)."""

    status = 410
    code = "recalled"
    title = "This letter was recalled"
    detail = "Who wrote this letter has recalled it, so it cannot be opened any more."


class FileLost(AppError):
    """The bytes that a row names are not there: somebody's doing, or a disk's; a backup has them."""

    code = "file-lost"
    title = "This file is not there any more"
    detail = (
        "The firm's server does not find this file where it was kept. You did nothing wrong; tell "
        "the firm, which can bring it back from a backup."
    )


class TooManyDrafts(Conflict):
    """A person keeps 100 drafts already, or has begun 200 letters that were not sent."""

    code = "too-many-drafts"
    title = "You have too many drafts"
    detail = "You have too many drafts, so this one was not kept. Throw old ones away first."


class OnlyAnswers(NotAllowed):
    """A client wrote without answering, or to somebody who is not in the letter she answers."""

    code = "only-answers"
    title = "You can answer letters here"
    detail = (
        "Here you can answer a letter: to who wrote it and to who stands in its To and Cc. "
        "Nothing was sent."
    )


class FirmOnly(NotAllowed):
    """Somebody outside the firm was to read a mail of the record."""

    code = "firm-only"
    title = "A mail in the record is for the firm alone"
    detail = (
        "A mail that was sealed into the record is read by people of the firm only. Nothing was "
        "changed. To tell a client, write a letter."
    )


class StatementRefused(Invalid):
    """The statement does not say what the server sees; fact `refusal`."""

    code = "statement-refused"
    title = "The letter was not signed"
    detail = "The letter does not match what was uploaded. Nothing was sent; press Send again."


class StaleKeys(Conflict):
    """Readers' keys changed since they were looked up; fact `addresses`."""

    code = "stale-keys"
    title = "A reader has a new key"
    detail = "A reader's key changed while you wrote. Nothing was sent; press Send again."


def create(
    connection: Connection, *, firm: Firm, sender: Person, draft_id: str, reply_to: str | None
) -> store.Row:
    """A new message for a draft, or the one that this draft made before. The caller commits.

    `reply_to` is the message that is answered; the new one stands in its thread.

    Raises:
        NotFound: The sender may not read `reply_to`.
        OnlyAnswers: A client, and no `reply_to`.
        TooManyDrafts: She has begun 200 that were not sent.
    """
    serialise(connection, f"draft {sender.id} {draft_id}")
    if found := store.entry_by_draft(connection, sender.id, draft_id):
        return found
    if reply_to is None and sender.kind == "client":
        raise OnlyAnswers
    return begin(
        connection,
        firm=firm,
        sender=sender,
        draft_id=draft_id,
        kind=MESSAGE,
        about=lambda _: {"reply_to": reply_to},
    )


def begin(
    connection: Connection,
    *,
    firm: Firm,
    sender: Person,
    draft_id: str,
    kind: str,
    about: Callable[[str], store.Row],
) -> store.Row:
    """A new message of a kind, with what `about` says of its id; what it answers gives its thread.

    Raises:
        NotFound: The sender may not read what it answers.
        TooManyDrafts: She has begun 200 that were not sent.
    """
    if store.count_unsent(connection, firm.id, sender.id) >= MAX_UNSENT:
        raise TooManyDrafts
    message_id = new_token()
    more = about(message_id)
    reply_to = more.get("reply_to")
    row: store.Row = {
        "id": message_id,
        "firm_id": firm.id,
        "thread_id": readable(connection, firm, sender, reply_to)[0]["thread_id"]
        if reply_to is not None
        else _new_thread(connection, firm),
        "kind": kind,
        "sender_id": sender.id,
        "draft_id": draft_id,
        "state": "draft",
        "created": now_ms(connection),
        **more,
    }
    store.insert_entry(connection, row)
    append_event(
        connection, firm_id=firm.id, kind="message.created", person_id=sender.id, about=message_id
    )
    return row


def discard(
    database: Database, blobs: Blobs, *, firm: Firm, sender: Person, message_id: str
) -> None:
    """Throw a draft away with all that was uploaded for it.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
    """
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if entry["state"] != "draft":
            raise AlreadySent
        uploads = store.objects_of(connection, message_id)
        begun = store.part_names_of(connection, message_id)
        store.delete_entry(connection, message_id)
        store.delete_thread_if_empty(connection, entry["thread_id"])
        append_event(
            connection,
            firm_id=firm.id,
            kind="draft.discarded",
            person_id=sender.id,
            about=message_id,
        )
    forget_blobs(blobs, firm.id, message_id, uploads)
    blobs.delete([part_key(firm.id, message_id, name) for name in begun])


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


def sent_message(connection: Connection, firm: Firm, message_id: str) -> store.Row:
    """A message that was sent.

    Raises:
        NotFound: No such message at this firm, or not sent.
    """
    entry = store.entry(connection, firm.id, message_id)
    if entry is None or entry["state"] not in READABLE:
        raise NotFound
    return entry


def readable(
    connection: Connection,
    firm: Firm,
    person: Person,
    message_id: str,
    *,
    may_wait: bool = False,
) -> tuple[store.Row, store.Row]:
    """A sent message and this person's row among its readers; with `may_wait` also if she waits for it.

    Raises:
        NotFound: No such message, not sent, or not this person's.
        Recalled: It was recalled, and this person does not keep it.
        Waits: It waits for her key.
        WaitingOver: It did in vain, or its sender has another key by now and cannot give it.
    """
    entry = sent_message(connection, firm, message_id)
    row = own_row(store.readers_of(connection, message_id), person)
    if row is None:
        raise NotFound
    if entry["state"] == RECALLED and row["role"] not in KEPT:
        raise Recalled
    if states.waits(row, now_ms(connection)):
        if may_wait:
            return entry, row
        if entry["signed_with"] != keys.signs_with(connection, firm.id, entry["sender_id"]):
            raise states.WaitingOver(reason=states.KEY_REPLACED)
    states.require_given(connection, row, person)
    return entry, row


def answerable(connection: Connection, firm: Firm, person: Person, message_id: str) -> set[str]:
    """Ids of those to whom somebody may answer a message: its sender, To and Cc.

    A hidden or later reader may answer to the sender only: the others do not know of him.

    Raises:
        NotFound: No such message, not sent, or not this person's.
    """
    entry, own = readable(connection, firm, person, message_id)
    if own["role"] in GRANTED:
        return {entry["sender_id"]}
    rows = store.readers_of(connection, message_id)
    return {entry["sender_id"], *(row["person_id"] for row in rows if row["role"] in ADDRESSED)}


def own_row(rows: Sequence[store.Row], person: Person) -> store.Row | None:
    """A person's row among a message's readers; the last, if it was sealed for her again."""
    own = [row for row in rows if row["person_id"] == person.id]
    again = [row for row in own if row["role"] == LATE]
    return next(iter(again[-1:] or own[:1]), None)


def signed_with(connection: Connection, entry: store.Row, sender: Person) -> str | None:
    """Fingerprint of the key that signed a message that was sent."""
    found: str | None = entry["signed_with"]
    return found or keys.signed_with(connection, sender, at=entry["sealed_at"])


def blob_key(firm_id: str, message_id: str, sha256: str) -> str:
    """Where a large object is kept: under its hash, so that other bytes have another place."""
    return f"{firm_id}/{message_id}/{sha256}"


def part_key(firm_id: str, message_id: str, name: str) -> str:
    """Where a part of an upload is kept until the last has come."""
    return f"{firm_id}/{message_id}/parts/{name}"


def blob_of(blobs: Blobs, firm_id: str, message_id: str, sha256: str) -> Iterator[bytes]:
    """The bytes of a large object, in pieces.

    Raises:
        FileLost: They are not where they were put.
    """
    try:
        return blobs.get(blob_key(firm_id, message_id, sha256))
    except FileNotFoundError as error:
        raise FileLost from error


def forget_blobs(
    blobs: Blobs,
    firm_id: str,
    message_id: str,
    gone: Sequence[store.Row],
    *,
    left: Sequence[store.Row] = (),
) -> None:
    """Delete what objects that are `gone` kept outside the database, and none that is `left` does.

    To be called when their rows are gone for good: a blob without a row is only waste.
    """
    used = {row["sha256"] for row in left}
    large = {row["sha256"] for row in gone if not row["in_row"]} - used
    blobs.delete([blob_key(firm_id, message_id, sha256) for sha256 in sorted(large)])


def subject_place(firm_id: str, message_id: str) -> tuple[str, ...]:
    """The place of the sealed public subject."""
    return (firm_id, "entries", message_id, "subject")


def name_place(firm_id: str, message_id: str, position: int) -> tuple[str, ...]:
    """The place of a reader's sealed name."""
    return (firm_id, "readers", f"{message_id}/{position}", "name")


def mail_place(firm_id: str, message_id: str) -> tuple[str, ...]:
    """The place of the sealed hash of a mail in the record."""
    return (firm_id, "entries", message_id, "mail")


def mail_index(vault: Vault, firm_id: str, sender_id: str, mail: str) -> str:
    """The keyed index under which somebody's mail is found by its hash."""
    return vault.index("mail", firm_id, sender_id, mail)


def _new_thread(connection: Connection, firm: Firm) -> str:
    thread_id = new_token()
    values: store.Row = {
        "id": thread_id,
        "firm_id": firm.id,
        "created": now_ms(connection),
        "purpose": "matter",
        "state": "open",
    }
    store.insert_thread(connection, values)
    return thread_id
