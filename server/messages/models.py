"""Tables of threads and entries; objects and envelopes are an entry's parts.

An upload that has begun is machinery: its parts become an object when the last has come.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from server.base.database import metadata

threads: Final = Table(
    "threads",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("state", String(16), nullable=False),
)

entries: Final = Table(
    "entries",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("thread_id", String(22), ForeignKey("threads.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("sender_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("draft_id", String(36), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("sealed_at", BigInteger),
    Column("level", String(16)),
    Column("statement_hash", String(43)),
    Column("signed_with", String(43)),  # fingerprint; null: its sender's only key of that time
    Column("signed_objects", JSON),  # ids; what else was uploaded goes when the message is sent
    Column("subject_sealed", LargeBinary, info={"place": ("{id}", "subject")}),
    Column("reply_to", String(22)),
    Column("draft_object", String(22)),  # of the objects; a draft that was kept
    Column("draft_envelope", LargeBinary),
    Column("draft_saved", BigInteger),
    # A mail that is sealed into the record: the pane's hash of which, so that it is sealed once.
    Column("mail_index", String(43)),
    Column("mail_sealed", LargeBinary, info={"place": ("{id}", "mail")}),
    UniqueConstraint("sender_id", "draft_id"),
    Index("ix_entries_thread", "firm_id", "thread_id"),
    Index("ix_entries_sender", "sender_id", "state"),
    Index("ix_entries_mail", "sender_id", "mail_index", unique=True),
)

objects: Final = Table(
    "objects",
    metadata,
    Column("entry_id", String(22), ForeignKey("entries.id"), primary_key=True),
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(43), nullable=False),
    Column("file", LargeBinary),  # null: in the blob store, under firm/entry/hash
)

upload_parts: Final = Table(
    "upload_parts",
    metadata,
    Column("entry_id", String(22), ForeignKey("entries.id"), primary_key=True),
    Column("object_id", String(22), primary_key=True),
    Column("start", Integer, primary_key=True),  # of the object's bytes
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("name", String(22), nullable=False),  # in the blob store, under firm/entry/parts
    Column("created", BigInteger, nullable=False),
)

readers: Final = Table(
    "readers",
    metadata,
    Column("entry_id", String(22), ForeignKey("entries.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("role", String(16), nullable=False),
    Column("level", String(16), nullable=False),
    Column("key", String(43), nullable=False),
    # As the sender calls this reader; null: she gave no name.
    Column("name_sealed", LargeBinary, info={"place": ("{entry_id}/{position}", "name")}),
    # Of who waits for her key (docs/spec/waiting.md): `key` is "pending" until it is given to her.
    Column("waiting_until", BigInteger),
    Column("waiting_told", BigInteger),  # that she has a key, to the sender by mail
    Column("waiting_ended", String(16)),  # given, protected, cancelled, expired or recalled
    Column("waiting_over", BigInteger),  # when
)
_WAITS: Final = text("waiting_until IS NOT NULL")
Index(
    "ix_readers_waiting",
    readers.c.firm_id,
    readers.c.person_id,
    sqlite_where=_WAITS,
    postgresql_where=_WAITS,
)

envelopes: Final = Table(
    "envelopes",
    metadata,
    Column("entry_id", String(22), ForeignKey("entries.id"), primary_key=True),
    Column("key", String(43), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("file", LargeBinary, nullable=False),
)
