"""Keep what is being written: objects, which the server cannot open, and the draft.

The draft object is an object like any other; its envelope alone is opened here, for a writer in
managed custody. Source: docs/spec/http.md section 3, docs/spec/envelope.md section 3.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Final, TypeAlias

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.errors import Conflict, Invalid, NotFound, TooLarge
from server.base.events import append_event
from server.base.ids import new_token
from server.base.vault import Vault
from server.crypto.age import encrypted_length
from server.crypto.encoding import b64u
from server.crypto.envelope import MAX_ENVELOPE, looks_like_envelope
from server.crypto.padding import padme
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import Blobs
from server.messages.service import (
    AlreadySent,
    TooManyDrafts,
    blob_key,
    forget_blobs,
    own_message,
)
from server.people.service import Person

MAX_FILE: Final = 25 * 1024 * 1024
MAX_OBJECT: Final = encrypted_length(padme(MAX_FILE))
MAX_DRAFT: Final = encrypted_length(padme(1024 * 1024))
MAX_BODY: Final = MAX_DRAFT
MAX_OBJECTS: Final = 120
MAX_TOTAL: Final = 512 * 1024 * 1024
MAX_DRAFTS: Final = 100
IN_ROW: Final = 256 * 1024


class Anything(Enum):
    """Whatever was kept before."""

    ANY = "any"


ANY: Final = Anything.ANY
Before: TypeAlias = "int | Anything | None"


class DraftChanged(Conflict):
    """Another window has saved this draft since."""

    code = "draft-changed"
    title = "Saved in another window"
    detail = "Another window has saved this letter since. Nothing was overwritten."


@dataclass(frozen=True, slots=True)
class Part:
    """An uploaded age file: `file` at its start, size in bytes, base64url SHA-256."""

    file: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, repr=False)
class OpenedDraft:
    """A draft as its writer's browser takes it: the key, and the object that it opens."""

    draft_key: str
    file: bytes


def put_object(
    database: Database,
    blobs: Blobs,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    object_id: str,
    part: Part,
) -> store.Row:
    """Keep one age file of an unsent message. The same bytes again are fine.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        Conflict: Other bytes are kept under this id.
        TooLarge: Over 25 MiB, or more than 110 files or 500 MiB in all.
    """
    if part.size > MAX_OBJECT:
        raise TooLarge("The file is too large: at most 25 MB each. Nothing was sent.")
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        if kept := _kept(connection, entry, object_id, part):
            return kept
        _require_room(connection, entry, part)
    with _stored(database, blobs, entry, part) as file, database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if kept := _kept(connection, entry, object_id, part):
            return kept
        _require_room(connection, entry, part)
        return _insert(connection, entry, object_id, part, file)


def remove_object(
    database: Database, blobs: Blobs, *, firm: Firm, sender: Person, message_id: str, object_id: str
) -> None:
    """Forget one object of an unsent message. One that is not there is forgotten already.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
    """
    with database.write() as connection:
        _unsent(connection, firm, sender, message_id, lock=True)
        gone = _part(connection, message_id, object_id)
        store.delete_object(connection, message_id, object_id)
        left = store.objects_of(connection, message_id)
    forget_blobs(blobs, firm.id, message_id, [gone] if gone else [], left=left)


def keep_draft(
    database: Database,
    blobs: Blobs,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    part: Part,
    envelope: bytes,
    before: Before = ANY,
) -> int:
    """Keep a draft in place of the one before. Returns when, in seconds since 1970 UTC.

    `before` is when the draft was saved that this window knows; None for none; ANY not to ask.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        DraftChanged: Another window has saved since.
        TooLarge: Over 1 MiB.
        Invalid: The envelope is no age file to a post-quantum key.
        TooManyDrafts: 100 others are kept.
    """
    if part.size > MAX_DRAFT or len(envelope) > MAX_ENVELOPE:
        raise TooLarge("The letter is too long to keep: at most 1 MiB of text.")
    if not looks_like_envelope(envelope):
        raise Invalid("The draft's envelope is no age file to a post-quantum key.")
    with database.read() as connection:
        entry = _unsent(connection, firm, sender, message_id)
        _require_turn(connection, entry, before)
    with _stored(database, blobs, entry, part) as file, database.write() as connection:
        entry = _unsent(connection, firm, sender, message_id, lock=True)
        _require_turn(connection, entry, before)
        replaced = _part(connection, message_id, entry["draft_object"])
        if replaced:
            store.delete_object(connection, message_id, entry["draft_object"])
        object_id = new_token()
        _insert(connection, entry, object_id, part, file)
        left = store.objects_of(connection, message_id)
        now = now_ms(connection)
        values = {"draft_object": object_id, "draft_envelope": envelope, "draft_saved": now}
        store.update_entry(connection, message_id, values)
    forget_blobs(blobs, firm.id, message_id, [replaced] if replaced else [], left=left)
    return now // 1000


def drafts(connection: Connection, *, firm: Firm, sender: Person) -> list[store.Row]:
    """A person's drafts that were kept, newest first."""
    return list(store.drafts_of(connection, firm.id, sender.id))


def open_draft(
    database: Database, vault: Vault, blobs: Blobs, *, firm: Firm, sender: Person, message_id: str
) -> OpenedDraft:
    """Open a draft's envelope for its writer, whose key is in managed custody, with an Event.

    Raises:
        NotFound: Not this sender's message, sent, or no draft was kept.
        Refusal: envelope-malformed.
    """
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        row = store.object_of(connection, message_id, entry["draft_object"] or "")
        if entry["state"] != "draft" or row is None:
            raise NotFound
        key = keys.open_managed_draft(connection, vault, sender, file=entry["draft_envelope"])
    file = row["file"]
    if file is None:
        file = b"".join(blobs.get(blob_key(firm.id, message_id, row["sha256"])))
    with database.write() as connection:
        append_event(
            connection, firm_id=firm.id, kind="draft.opened", person_id=sender.id, about=message_id
        )
    return OpenedDraft(draft_key=key, file=bytes(file))


def part_of(file: BinaryIO) -> Part:
    """A part of bytes that are at hand."""
    content = file.read()
    file.seek(0)
    return Part(file=file, size=len(content), sha256=b64u(hashlib.sha256(content).digest()))


def _unsent(
    connection: Connection, firm: Firm, sender: Person, message_id: str, *, lock: bool = False
) -> store.Row:
    entry = own_message(connection, firm, sender, message_id, lock=lock)
    if entry["state"] != "draft":
        raise AlreadySent
    return entry


def _kept(connection: Connection, entry: store.Row, object_id: str, part: Part) -> store.Row | None:
    """What is kept under this id already, if it is the same."""
    kept = store.object_of(connection, entry["id"], object_id)
    if kept is not None and kept["sha256"] != part.sha256:
        raise Conflict("Another file was uploaded under this id. Upload it under a new one.")
    if kept is None and entry["state"] != "draft":
        raise AlreadySent
    return kept


@contextmanager
def _stored(
    database: Database, blobs: Blobs, entry: store.Row, part: Part
) -> Iterator[bytes | None]:
    """Small parts are given back, for their row; large ones are put where blobs are kept.

    What was put for a row that was not written after all is taken away again.
    """
    if part.size <= IN_ROW:
        yield part.file.read()
        return
    blobs.put(blob_key(entry["firm_id"], entry["id"], part.sha256), part.file)
    try:
        yield None
    finally:
        with database.read() as connection:
            left = store.objects_of(connection, entry["id"])
        gone: store.Row = {"sha256": part.sha256, "in_row": False}
        forget_blobs(blobs, entry["firm_id"], entry["id"], [gone], left=left)


def _require_room(connection: Connection, entry: store.Row, part: Part) -> None:
    uploads = [
        row
        for row in store.objects_of(connection, entry["id"])
        if row["id"] != entry["draft_object"]
    ]
    # The body is the last to come: a letter that is full of files can still be sent.
    reserved = part.size > MAX_BODY
    most, total = (MAX_OBJECTS - 10, MAX_TOTAL - 12 * 1024 * 1024) if reserved else (
        MAX_OBJECTS, MAX_TOTAL
    )  # fmt: skip
    if len(uploads) >= most or part.size + sum(row["size"] for row in uploads) > total:
        raise TooLarge(
            "The letter has too many files: at most 100, and 500 MB in all. This one was not kept."
        )


def _require_turn(connection: Connection, entry: store.Row, before: Before) -> None:
    saved = entry["draft_saved"]
    if not isinstance(before, Anything) and before != (saved and saved // 1000):
        raise DraftChanged
    kept = store.drafts_of(connection, entry["firm_id"], entry["sender_id"])
    if saved is None and len(kept) >= MAX_DRAFTS:
        raise TooManyDrafts


def _insert(
    connection: Connection, entry: store.Row, object_id: str, part: Part, file: bytes | None
) -> store.Row:
    row: store.Row = {
        "entry_id": entry["id"],
        "id": object_id,
        "firm_id": entry["firm_id"],
        "size": part.size,
        "sha256": part.sha256,
        "file": file,
    }
    store.insert_object(connection, row)
    return row


def _part(connection: Connection, message_id: str, object_id: str | None) -> store.Row | None:
    uploads = store.objects_of(connection, message_id)
    return next((row for row in uploads if row["id"] == object_id), None)
