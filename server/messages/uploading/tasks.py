"""Work of the outbox for uploads: take away what nothing names any more. Drafts stay.

A blob is put before its row and deleted after it, so what has fallen between is a blob without a
row, never a row without its blob. It is looked at a day later: no upload takes that long.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sqlalchemy import Connection

from server.base import metrics
from server.base.database import Database, now_ms
from server.base.events import append_event
from server.base.housekeeping import BATCH, DAY_MS
from server.base.outbox import Job, hold
from server.messages import store
from server.messages.ports import Blobs
from server.messages.service import blob_key, forget_blobs, part_key
from server.messages.uploading import store as parts

DAY_S: Final = DAY_MS / 1000
BEGUN_MS: Final = 7 * DAY_MS


def sweep_uploads(database: Database, blobs: Blobs, job: Job) -> None:
    """Give up uploads that nobody went on with for a day, and letters of which nothing was kept.

    Such a letter was begun a week ago, has no draft and no signature: no list shows it, and what
    was uploaded for it nobody can find again.
    """
    for entry_id, object_id in _batches(database, job, _abandoned):
        _forget_upload(database, blobs, job, entry_id, object_id)
    for entry_id, _ in _batches(database, job, _unnamed):
        _forget_letter(database, blobs, job, entry_id)


def sweep_blobs(database: Database, blobs: Blobs, job: Job) -> None:
    """Delete blobs of this firm that no row has named for a day, and what was half-written."""
    metrics.swept("half-written", blobs.tidy(job.firm_id, than_s=DAY_S))
    for keys in blobs.older(job.firm_id, than_s=DAY_S):
        with database.write() as connection:
            hold(connection, job)
        entries = sorted({key.split("/")[1] for key in keys if key.count("/") in {2, 3}})
        with database.read() as connection:
            named = _named(connection, job.firm_id, entries)
        for entry_id in entries:
            mine = [key for key in keys if key.split("/")[1] == entry_id and key not in named]
            if mine:
                _forget_orphans(database, blobs, job.firm_id, entry_id, mine)


def _forget_upload(
    database: Database, blobs: Blobs, job: Job, entry_id: str, object_id: str
) -> None:
    """Give it up while the entry is locked, unless something came since it was found."""
    with database.write() as connection:
        entry = store.entry(connection, job.firm_id, entry_id, lock=True)
        begun = parts.parts_of(connection, entry_id, object_id)
        if entry is None or not begun:
            return
        latest = max(row["created"] for row in begun)
        if entry["state"] == "draft" and latest >= now_ms(connection) - DAY_MS:
            return
        parts.delete_parts(connection, entry_id, object_id)
    blobs.delete([part_key(job.firm_id, entry_id, row["name"]) for row in begun])
    metrics.swept("uploads", 1)


def _forget_orphans(
    database: Database, blobs: Blobs, firm_id: str, entry_id: str, keys: Sequence[str]
) -> None:
    """Delete them while the entry is locked, after looking again."""
    with database.write() as connection:
        store.entry(connection, firm_id, entry_id, lock=True)
        named = _named(connection, firm_id, [entry_id])
        gone = [key for key in keys if key not in named]
        blobs.delete(gone)
    metrics.swept("blobs", len(gone))


def _forget_letter(database: Database, blobs: Blobs, job: Job, entry_id: str) -> None:
    with database.write() as connection:
        entry = store.entry(connection, job.firm_id, entry_id, lock=True)
        if entry is None or entry["state"] != "draft":
            return
        if entry["draft_saved"] is not None or entry["statement_hash"] is not None:
            return
        uploads = store.objects_of(connection, entry_id)
        begun = store.part_names_of(connection, entry_id)
        store.delete_entry(connection, entry_id)
        store.delete_thread_if_empty(connection, entry["thread_id"])
        append_event(
            connection, firm_id=job.firm_id, kind="message.swept", person_id=None, about=entry_id
        )
    forget_blobs(blobs, job.firm_id, entry_id, uploads)
    blobs.delete([part_key(job.firm_id, entry_id, name) for name in begun])
    metrics.swept("letters", 1)


def _named(connection: Connection, firm_id: str, entries: Sequence[str]) -> set[str]:
    """Keys of all blobs that rows of these entries name."""
    large = {blob_key(firm_id, *pair) for pair in parts.hashes_of(connection, firm_id, entries)}
    return large | {
        part_key(firm_id, *pair) for pair in parts.part_names(connection, firm_id, entries)
    }


Look = Callable[[Connection, str, int], Sequence[tuple[str, str]]]


def _abandoned(connection: Connection, firm_id: str, now: int) -> Sequence[tuple[str, str]]:
    return parts.abandoned(connection, firm_id, before=now - DAY_MS, limit=BATCH)


def _unnamed(connection: Connection, firm_id: str, now: int) -> Sequence[tuple[str, str]]:
    found = parts.unnamed(connection, firm_id, before=now - BEGUN_MS, limit=BATCH)
    return [(entry_id, "") for entry_id in found]


def _batches(database: Database, job: Job, look: Look) -> Iterator[tuple[str, str]]:
    """What a look finds, a batch at a time, until it finds nothing more."""
    seen: set[tuple[str, str]] = set()
    while True:
        with database.write() as connection:
            hold(connection, job)
            found = [
                pair
                for pair in look(connection, job.firm_id, now_ms(connection))
                if pair not in seen
            ]
        if not found:
            return
        seen.update(found)
        yield from found
