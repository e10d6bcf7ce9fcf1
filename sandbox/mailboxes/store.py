"""Every query on mailboxes. All take an open transaction."""

import base64
import hashlib
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from sandbox.mailboxes.letter import Letter, loads

HIDDEN = "recoverableitems"  # how the names of these folders begin
DELETIONS, PURGES, VERSIONS = (f"{HIDDEN}{one}" for one in ("deletions", "purges", "versions"))
_REPLY_PREFIXES = ("re:", "fw:", "fwd:", "aw:")


@dataclass(frozen=True)
class Folder:
    """A folder with its counts."""

    id: str
    well_known: str
    name: str
    total: int
    unread: int

    @property
    def is_hidden(self) -> bool:
        """Whether it is one of Recoverable Items, which no mail client lists."""
        return self.well_known.startswith(HIDDEN)


@dataclass(frozen=True)
class Item:
    """One message in one folder of one mailbox. Times are ISO 8601 in UTC, whole seconds."""

    seq: int
    id: str
    immutable_id: str
    mailbox: str
    folder: str
    internet_message_id: str
    conversation_id: str
    is_read: bool
    is_draft: bool
    created: str
    modified: str
    sent: str
    received: str
    change: int
    kept: str = field(repr=False)

    @cached_property
    def letter(self) -> Letter:
        """What was written, read when somebody asks: a mailbox may hold thousands."""
        return loads(self.kept)


def now() -> str:
    """Now, as Graph writes times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_id() -> str:
    """An item id of Exchange's look: long, case-sensitive, to be percent-encoded in a path."""
    return "AAMkAD" + base64.urlsafe_b64encode(secrets.token_bytes(48)).decode() + "AAA="


def new_internet_message_id(domain: str) -> str:
    """A Message-ID that nobody else has."""
    return f"<{secrets.token_hex(16)}@mail.{domain}>"


def folders(db: sqlite3.Connection, mailbox: str) -> list[Folder]:
    """The folders of a mailbox in their order."""
    rows = db.execute(
        "SELECT f.id, f.well_known, f.name, count(m.seq) AS total,"
        " count(m.seq) FILTER (WHERE m.is_read = 0) AS unread"
        " FROM folder f LEFT JOIN message m ON m.mailbox = f.mailbox AND m.folder = f.id"
        " WHERE f.mailbox = ? GROUP BY f.id ORDER BY f.position",
        (mailbox,),
    )
    return [Folder(*row) for row in rows]


def folder(db: sqlite3.Connection, mailbox: str, id_or_name: str) -> Folder | None:
    """A folder by id or well-known name (`inbox`, `SentItems`, in any case)."""
    name = id_or_name.lower()
    return next((f for f in folders(db, mailbox) if name in (f.id.lower(), f.well_known)), None)


def version(db: sqlite3.Connection, mailbox: str) -> int:
    """A number that grows with every change in a mailbox."""
    row = db.execute("SELECT version FROM mailbox WHERE address = ?", (mailbox,)).fetchone()
    return int(row["version"])


def empty(db: sqlite3.Connection) -> None:
    """Nothing in any mailbox, and no post on its way to one."""
    db.execute("DELETE FROM message")
    db.execute("DELETE FROM pending")
    db.execute("UPDATE mailbox SET version = version + 1")


def _touch(db: sqlite3.Connection, mailbox: str) -> None:
    db.execute("UPDATE mailbox SET version = version + 1 WHERE address = ?", (mailbox,))


def add(
    db: sqlite3.Connection,
    mailbox: str,
    well_known: str,
    letter: Letter,
    *,
    internet_message_id: str,
    sent: str,
    is_read: bool,
    is_draft: bool = False,
) -> str:
    """Put a letter into a folder; the new item's id."""
    item, stamp = new_id(), now()
    db.execute(
        "INSERT INTO message (id, immutable_id, mailbox, folder, internet_message_id,"
        " conversation_id, is_read, is_draft, created, modified, sent, received, letter)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item,
            new_id(),
            mailbox,
            f"{mailbox}-{well_known}",
            internet_message_id,
            _conversation(db, mailbox, letter),
            is_read,
            is_draft,
            stamp,
            stamp,
            sent,
            stamp,
            letter.dumps(),
        ),
    )
    _touch(db, mailbox)
    return item


def _conversation(db: sqlite3.Connection, mailbox: str, letter: Letter) -> str:
    """That of a mail which it names as an earlier one, the nearest first; else by its subject."""
    named = [
        one
        for name in ("in-reply-to", "references")
        for header, value in letter.headers
        if header.lower() == name
        for one in reversed(value.split())
    ]
    for earlier in named:
        row = db.execute(
            "SELECT conversation_id FROM message WHERE mailbox = ? AND internet_message_id = ?",
            (mailbox, earlier),
        ).fetchone()
        if row is not None:
            return str(row["conversation_id"])
    return conversation_id(mailbox, letter.subject)


def conversation_id(mailbox: str, subject: str) -> str:
    """Exchange's habit: strangers with one subject may share a conversation, empty ones do not."""
    bare = subject.strip().lower()
    while bare.startswith(_REPLY_PREFIXES):
        bare = bare.split(":", 1)[1].strip()
    seed = f"{mailbox}\n{bare}".encode() if bare else secrets.token_bytes(16)
    return "AAQkAD" + base64.urlsafe_b64encode(hashlib.sha256(seed).digest()).decode()


def find(db: sqlite3.Connection, mailbox: str, item: str) -> Item | None:
    """An item by its id or its immutable id."""
    row = db.execute(
        "SELECT * FROM message WHERE mailbox = ? AND (id = ? OR immutable_id = ?)",
        (mailbox, item, item),
    ).fetchone()
    return _item(row) if row else None


def listing(
    db: sqlite3.Connection,
    mailbox: str,
    folder_id: str | None,
    *,
    keep: Callable[[Item], bool] | None = None,
    order: Sequence[tuple[str, bool]] = (("received", True),),
    skip: int = 0,
    top: int = 1000,
) -> tuple[list[Item], int]:
    """One page of a mailbox, Recoverable Items apart, or of one folder, and how many there are.

    `order` names attributes of an item, True for descending; newest first among equals.
    """
    rows = db.execute(
        "SELECT * FROM message WHERE mailbox = ?"
        " AND (folder = ? OR (? IS NULL AND folder NOT LIKE ?)) ORDER BY seq DESC",
        (mailbox, folder_id, folder_id, f"%-{HIDDEN}%"),
    )
    items = [item for item in map(_item, rows) if keep is None or keep(item)]
    for name, descending in reversed(order):
        items.sort(key=_sort_key(name), reverse=descending)
    return items[skip : skip + top], len(items)


def _sort_key(name: str) -> Callable[[Item], str]:
    if name == "subject":
        return lambda item: item.letter.subject.lower()
    return lambda item: str(getattr(item, name))


def rewrite_draft(
    db: sqlite3.Connection, mailbox: str, item: str, letter: Letter, *, keep_earlier: bool = False
) -> bool:
    """Replace a draft's content; False when it is gone, deleted or was never a draft.

    Under a hold what stood there is kept in Versions: `keep_earlier`.
    """
    before = find(db, mailbox, item)
    if before is None or not before.is_draft or HIDDEN in before.folder:
        return False
    if keep_earlier:
        add(
            db, mailbox, VERSIONS, before.letter, sent=before.sent, is_read=True, is_draft=True,
            internet_message_id=before.internet_message_id,
        )  # fmt: skip
    changed = db.execute(
        "UPDATE message SET letter = ?, modified = ?, change = change + 1, conversation_id = ?"
        " WHERE mailbox = ? AND id = ? AND is_draft = 1",
        (letter.dumps(), now(), conversation_id(mailbox, letter.subject), mailbox, before.id),
    ).rowcount
    _touch(db, mailbox)
    return changed == 1


def mark_read(db: sqlite3.Connection, mailbox: str, item: str, *, is_read: bool) -> None:
    """Mark an item as read or unread."""
    db.execute(
        "UPDATE message SET is_read = ?, change = change + 1"
        " WHERE mailbox = ? AND id = ? AND is_read != ?",
        (is_read, mailbox, item, is_read),
    )
    _touch(db, mailbox)


def move(db: sqlite3.Connection, mailbox: str, item: str, well_known: str) -> None:
    """Move an item: it gets a new id and keeps its immutable one, as in Exchange."""
    db.execute(
        "UPDATE message SET folder = ?, id = ?, modified = ?, change = change + 1"
        " WHERE mailbox = ? AND id = ?",
        (f"{mailbox}-{well_known}", new_id(), now(), mailbox, item),
    )
    _touch(db, mailbox)


def remove(db: sqlite3.Connection, mailbox: str, item: str) -> None:
    """Delete an item for good."""
    db.execute("DELETE FROM message WHERE mailbox = ? AND id = ?", (mailbox, item))
    _touch(db, mailbox)


def _item(row: sqlite3.Row) -> Item:
    values = dict(row)
    values["kept"] = values.pop("letter")
    values["is_read"], values["is_draft"] = bool(values["is_read"]), bool(values["is_draft"])
    return Item(**values)
