"""Keep the draft of what is being written, and take it up again.

The draft object is an object like any other; its envelope alone is opened here, for a writer in
managed custody. Source: docs/spec/http.md section 3, docs/spec/envelope.md section 3.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.errors import Conflict, Invalid, NotFound, TooLarge
from server.base.events import append_event
from server.base.ids import new_token
from server.base.vault import Vault
from server.crypto.envelope import MAX_ENVELOPE, looks_like_envelope
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import Blobs
from server.messages.service import (
    AlreadySent,
    TooManyDrafts,
    blob_of,
    own_message,
)
from server.messages.uploading.service import MAX_BODY, Part, forget, insert, stored
from server.people.service import Person

MAX_DRAFT: Final = MAX_BODY
MAX_DRAFTS: Final = 100


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


@dataclass(frozen=True, slots=True, repr=False)
class OpenedDraft:
    """A draft as its writer's browser takes it: the key, and the object that it opens.

    `draft_key` is None for who holds her own key: her browser opens the envelope, an age file.
    """

    draft_key: str | None
    envelope: bytes
    file: bytes


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
        TooLarge: Over 4 MiB.
        Invalid: The envelope is no age file to a post-quantum key.
        TooManyDrafts: 100 others are kept.
    """
    if part.size > MAX_DRAFT or len(envelope) > MAX_ENVELOPE:
        raise TooLarge(
            "The letter is too long to keep: at most 4 MiB, pictures in the text included."
        )
    if not looks_like_envelope(envelope):
        raise Invalid("The draft's envelope is no age file to a post-quantum key.")
    with database.read() as connection:
        entry = _unsent(connection, firm, sender, message_id)
        _require_turn(connection, entry, before)
    with stored(database, blobs, entry, part) as file, database.write() as connection:
        entry = _unsent(connection, firm, sender, message_id, lock=True)
        _require_turn(connection, entry, before)
        replaced = _part(connection, message_id, entry["draft_object"])
        if replaced:
            store.delete_object(connection, message_id, entry["draft_object"])
        object_id = new_token()
        insert(connection, blobs, entry, object_id, part=part, file=file)
        now = now_ms(connection)
        values = {"draft_object": object_id, "draft_envelope": envelope, "draft_saved": now}
        store.update_entry(connection, message_id, values)
    forget(database, blobs, entry, [replaced] if replaced else [])
    return now // 1000


def drafts(connection: Connection, *, firm: Firm, sender: Person) -> list[store.Row]:
    """A person's drafts that were kept, newest first."""
    return list(store.drafts_of(connection, firm.id, sender.id))


def open_draft(
    database: Database, vault: Vault, blobs: Blobs, *, firm: Firm, sender: Person, message_id: str
) -> OpenedDraft:
    """Open a draft's envelope for its writer, or give it to who holds her own key, with an Event.

    Raises:
        NotFound: Not this sender's message, sent, or no draft was kept.
        Refusal: envelope-malformed.
    """
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        row = store.object_of(connection, message_id, entry["draft_object"] or "")
        if entry["state"] != "draft" or row is None:
            raise NotFound
        envelope = bytes(entry["draft_envelope"])
        own = keys.reading_key(connection, sender)
        key = None
        if keys.is_in_custody(connection, sender, own.fingerprint):
            key = keys.open_managed_draft(connection, vault, sender, file=envelope)
    file = row["file"]
    if file is None:
        file = b"".join(blob_of(blobs, firm.id, message_id, row["sha256"]))
    with database.write() as connection:
        append_event(
            connection, firm_id=firm.id, kind="draft.opened", person_id=sender.id, about=message_id
        )
    return OpenedDraft(draft_key=key, envelope=envelope, file=bytes(file))


def _unsent(
    connection: Connection, firm: Firm, sender: Person, message_id: str, *, lock: bool = False
) -> store.Row:
    entry = own_message(connection, firm, sender, message_id, lock=lock)
    if entry["state"] != "draft":
        raise AlreadySent
    return entry


def _require_turn(connection: Connection, entry: store.Row, before: Before) -> None:
    saved = entry["draft_saved"]
    if not isinstance(before, Anything) and before != (saved and saved // 1000):
        raise DraftChanged
    kept = store.drafts_of(connection, entry["firm_id"], entry["sender_id"])
    if saved is None and len(kept) >= MAX_DRAFTS:
        raise TooManyDrafts


def _part(connection: Connection, message_id: str, object_id: str | None) -> store.Row | None:
    uploads = store.objects_of(connection, message_id)
    return next((row for row in uploads if row["id"] == object_id), None)
