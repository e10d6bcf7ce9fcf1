"""Tables of the key log. Nothing in them is ever changed or removed but a salt, when its person is forgotten."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from server.base.database import metadata

key_logs: Final = Table(
    "key_logs",
    metadata,
    Column("firm_id", String(32), ForeignKey("firms.id"), primary_key=True),
    Column("origin", String(255), nullable=False),  # for life, wherever the portal moves
    Column("size", BigInteger, nullable=False),
    Column("checkpoint", Text, nullable=False),
)

key_log_entries: Final = Table(
    "key_log_entries",
    metadata,
    Column("firm_id", String(32), ForeignKey("firms.id"), primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("person_id", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_key_log_entries_person", "firm_id", "person_id", "position"),
)

# One hash for each full subtree: leaves are level 0.
key_log_hashes: Final = Table(
    "key_log_hashes",
    metadata,
    Column("firm_id", String(32), ForeignKey("firms.id"), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)

key_log_salts: Final = Table(
    "key_log_salts",
    metadata,
    Column("person_id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"place": ("{person_id}", "sealed")}),
)
