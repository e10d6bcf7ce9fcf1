"""Keep the objects of an unsent message, which the server cannot open.

An object is put whole, or in parts: a part is kept as soon as it has come, so that a cut
connection goes on behind it, and the last one makes an object of them. Bytes are put before
their row and taken away after it. Source: docs/spec/http.md sections 3 and 6.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from sqlalchemy import Connection

from server.base import metrics
from server.base.database import Database, now_ms, serialise
from server.base.errors import Away, Conflict, Invalid, NotFound, TooLarge
from server.base.ids import new_token
from server.crypto.age import encrypted_length
from server.crypto.encoding import b64u
from server.crypto.padding import padme
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import Blobs
from server.messages.service import AlreadySent, blob_key, own_message, part_key
from server.messages.uploading import store as parts
from server.people.service import Person

MAX_FILE: Final = 25 * 1024 * 1024
MAX_OBJECT: Final = encrypted_length(padme(MAX_FILE))
MAX_BODY: Final = encrypted_length(padme(4 * 1024 * 1024))
MAX_PART: Final = 8 * 1024 * 1024
MAX_PARTS: Final = 400
MAX_OBJECTS: Final = 120
MAX_TOTAL: Final = 512 * 1024 * 1024
FOR_BODIES: Final = 24 * 1024 * 1024  # the body is the last to come: files leave room for it
MAX_UNSENT: Final = {"staff": 5 * 1000**3, "client": 500 * 1000**2}
IN_ROW: Final = 256 * 1024
IN_MEMORY: Final = 1024 * 1024


class WrongOffset(Conflict):
    """A part that does not begin where the last one ended; fact `offset`: where to go on."""

    code = "upload-offset"
    title = "The upload goes on elsewhere"
    detail = "This part does not begin where the last one ended. Ask where to go on."


class TooMuchUnsent(TooLarge):
    """A person's unsent letters hold all that they may; facts `unsent` and `limit` in bytes."""

    code = "too-much-unsent"
    title = "Your unsent letters are full"


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes that have come: `file` at its start, size in bytes, base64url SHA-256."""

    file: BinaryIO
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an upload is: bytes that are kept, and the object if it is whole."""

    offset: int
    whole: store.Row | None = None


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
        TooLarge: Over 25 MiB, more than 110 files or 500 MiB in all; TooMuchUnsent.
        BlobsAway: Nothing was kept.
    """
    if part.size > MAX_OBJECT:
        raise TooLarge("The file is too large: at most 25 MB each. Nothing was sent.")
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        if kept := _kept(connection, entry, object_id, part):
            return kept
        _require_room(connection, entry, sender, object_id, part.size)
    with stored(database, blobs, entry, part) as file, database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if kept := _kept(connection, entry, object_id, part):
            return kept
        serialise(connection, f"unsent {sender.id}")
        _require_room(connection, entry, sender, object_id, part.size)
        begun = parts.parts_of(connection, message_id, object_id)
        parts.delete_parts(connection, message_id, object_id)
        row = insert(connection, blobs, entry, object_id, part=part, file=file)
    _forget_parts(blobs, firm, message_id, begun)
    metrics.upload("whole", part.size)
    return row


def standing(
    connection: Connection, *, firm: Firm, sender: Person, message_id: str, object_id: str
) -> Standing:
    """How far the upload of an object is.

    Raises:
        NotFound: Not this sender's message.
    """
    own_message(connection, firm, sender, message_id)
    return _standing(connection, message_id, object_id)


def append(
    database: Database,
    blobs: Blobs,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    object_id: str,
    part: Part,
    start: int,
    length: int,
) -> Standing:
    """Keep a part that begins at `start`; the one that ends at `length` makes the object.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        WrongOffset: The last part ended elsewhere; fact `offset`.
        TooLarge: Over 25 MiB, in too many parts, more than the message may hold; TooMuchUnsent.
        Invalid: It goes beyond its length.
        BlobsAway: This part was not kept.
    """
    if length > MAX_OBJECT:
        raise TooLarge("The file is too large: at most 25 MB each. Nothing was sent.")
    if start + part.size > length:
        raise Invalid("The part goes beyond the length of its upload. It was not kept.")
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        _require_turn(connection, entry, sender, object_id, start=start, length=length)
    if part.size:
        edges = {"start": start, "length": length}
        _keep_part(database, blobs, entry, object_id, part, sender=sender, **edges)
    if start + part.size < length:
        return Standing(offset=start + part.size)
    place = {"message_id": message_id, "object_id": object_id}
    with _joined(database, blobs, entry, object_id, length=length) as whole:
        row = put_object(database, blobs, firm=firm, sender=sender, **place, part=whole)
    return Standing(offset=row["size"], whole=row)


def remove_object(
    database: Database, blobs: Blobs, *, firm: Firm, sender: Person, message_id: str, object_id: str
) -> None:
    """Forget one object of an unsent message, and what came of it.

    One that is not there is forgotten already.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
    """
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if entry["state"] != "draft":
            raise AlreadySent
        gone = [row for row in store.objects_of(connection, message_id) if row["id"] == object_id]
        begun = parts.parts_of(connection, message_id, object_id)
        store.delete_object(connection, message_id, object_id)
        parts.delete_parts(connection, message_id, object_id)
    _forget_parts(blobs, firm, message_id, begun)
    forget(database, blobs, entry, gone)


@contextmanager
def stored(
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
    except BaseException:
        forget(database, blobs, entry, [{"sha256": part.sha256, "in_row": False}])
        raise


def forget(database: Database, blobs: Blobs, entry: store.Row, gone: Sequence[store.Row]) -> None:
    """Delete what `gone` objects kept outside the database, where no row names it any more.

    While the entry is locked, so that nobody writes a row for the same bytes meanwhile; `insert`
    looks whether they are still there.
    """
    large = {row["sha256"] for row in gone if not row["in_row"]}
    if not large:
        return
    with database.write() as connection:
        store.entry(connection, entry["firm_id"], entry["id"], lock=True)
        large -= {row["sha256"] for row in store.objects_of(connection, entry["id"])}
        blobs.delete([blob_key(entry["firm_id"], entry["id"], name) for name in sorted(large)])


def insert(
    connection: Connection,
    blobs: Blobs,
    entry: store.Row,
    object_id: str,
    *,
    part: Part,
    file: bytes | None,
) -> store.Row:
    """Add the row of an object whose bytes are `file`, or were put before.

    Raises:
        Away: The bytes are gone again, because another upload of them was taken back.
    """
    if file is None and not blobs.has(blob_key(entry["firm_id"], entry["id"], part.sha256)):
        raise Away("The file was not kept. Nothing else was lost; upload it again.", retry_after=1)
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


def part_of(file: BinaryIO) -> Part:
    """A part of bytes that are at hand."""
    content = file.read()
    file.seek(0)
    return Part(file=file, size=len(content), sha256=b64u(hashlib.sha256(content).digest()))


def _keep_part(
    database: Database,
    blobs: Blobs,
    entry: store.Row,
    object_id: str,
    part: Part,
    *,
    sender: Person,
    start: int,
    length: int,
) -> None:
    firm_id, message_id, name = entry["firm_id"], entry["id"], new_token()
    key = part_key(firm_id, message_id, name)
    blobs.put(key, part.file)
    row: store.Row = {"entry_id": message_id, "object_id": object_id, "firm_id": firm_id,
                      "start": start, "size": part.size, "name": name}  # fmt: skip
    try:
        with database.write() as connection:
            locked = _locked(connection, entry)
            serialise(connection, f"unsent {sender.id}")
            _require_turn(connection, locked, sender, object_id, start=start, length=length)
            parts.insert_part(connection, {**row, "created": now_ms(connection)})
    except BaseException:
        blobs.delete([key])
        raise
    metrics.upload("part", part.size)


def _locked(connection: Connection, entry: store.Row) -> store.Row:
    locked = store.entry(connection, entry["firm_id"], entry["id"], lock=True)
    if locked is None:
        raise NotFound
    return locked


@contextmanager
def _joined(
    database: Database, blobs: Blobs, entry: store.Row, object_id: str, *, length: int
) -> Iterator[Part]:
    """The parts of an object as one, which is as long as was announced.

    Raises:
        WrongOffset: They were given up meanwhile, or one is not what was put; fact `offset`.
    """
    with database.read() as connection:
        begun = parts.parts_of(connection, entry["id"], object_id)
    digest, size = hashlib.sha256(), 0
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        with suppress(FileNotFoundError):  # what is missing then is missed in the size
            for row in begun:
                for piece in blobs.get(part_key(entry["firm_id"], entry["id"], row["name"])):
                    digest.update(piece)
                    size += file.write(piece)
        if size != length:
            raise WrongOffset(offset=_mended(database, entry, object_id, begun, size))
        file.seek(0)
        yield Part(file=cast("BinaryIO", file), size=size, sha256=b64u(digest.digest()))


def _mended(
    database: Database, entry: store.Row, object_id: str, begun: Sequence[store.Row], size: int
) -> int:
    """Forget parts of which only `size` bytes were found, unless others have come. Where to go on."""
    with database.write() as connection:
        _locked(connection, entry)
        is_damaged = size != sum(row["size"] for row in begun)
        if is_damaged and parts.parts_of(connection, entry["id"], object_id) == begun:
            parts.delete_parts(connection, entry["id"], object_id)
        return _standing(connection, entry["id"], object_id).offset


def _standing(connection: Connection, message_id: str, object_id: str) -> Standing:
    row = store.object_of(connection, message_id, object_id)
    if row is not None:
        return Standing(offset=row["size"], whole=row)
    begun = parts.parts_of(connection, message_id, object_id)
    return Standing(offset=sum(part["size"] for part in begun))


def _require_turn(
    connection: Connection,
    entry: store.Row,
    sender: Person,
    object_id: str,
    *,
    start: int,
    length: int,
) -> None:
    if entry["state"] != "draft":
        raise AlreadySent
    now = _standing(connection, entry["id"], object_id)
    if now.whole is not None or now.offset != start:
        raise WrongOffset(offset=now.offset)
    if len(parts.parts_of(connection, entry["id"], object_id)) >= MAX_PARTS:
        raise TooLarge("The upload came in too many parts. Begin it anew.")
    _require_room(connection, entry, sender, object_id, length)


def _kept(connection: Connection, entry: store.Row, object_id: str, part: Part) -> store.Row | None:
    """What is kept under this id already, if it is the same."""
    kept = store.object_of(connection, entry["id"], object_id)
    if kept is not None and kept["sha256"] != part.sha256:
        raise Conflict("Another file was uploaded under this id. Upload it under a new one.")
    if kept is None and entry["state"] != "draft":
        raise AlreadySent
    return kept


def _require_room(
    connection: Connection, entry: store.Row, sender: Person, object_id: str, size: int
) -> None:
    sizes = {
        row["id"]: row["size"]
        for row in store.objects_of(connection, entry["id"])
        if row["id"] != entry["draft_object"]
    }
    for row in parts.parts_of_entry(connection, entry["id"]):
        sizes[row["object_id"]] = sizes.get(row["object_id"], 0) + row["size"]
    came, sizes[object_id] = sizes.get(object_id, 0), size
    is_file = size > MAX_BODY
    most, total = (MAX_OBJECTS - 10, MAX_TOTAL - FOR_BODIES) if is_file else (
        MAX_OBJECTS, MAX_TOTAL
    )  # fmt: skip
    if len(sizes) > most or sum(sizes.values()) > total:
        raise TooLarge(
            "The letter has too many files: at most 100, and 500 MB in all. This one was not kept."
        )

    unsent, limit = parts.unsent(connection, sender.firm_id, sender.id), MAX_UNSENT[sender.kind]
    if unsent - came + size > limit + (0 if is_file else FOR_BODIES):
        raise TooMuchUnsent(
            f"Your letters that are not sent hold {limit // 1000**2:,} MB already, which is the most. "
            "This file was not kept; send some of them or throw them away, then add it again.",
            unsent=unsent,
            limit=limit,
        )


def _forget_parts(blobs: Blobs, firm: Firm, message_id: str, begun: Sequence[store.Row]) -> None:
    blobs.delete([part_key(firm.id, message_id, row["name"]) for row in begun])
