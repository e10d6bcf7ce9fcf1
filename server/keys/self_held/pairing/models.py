"""Tables of pairings that are under way, and of panes that were paired."""

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
    UniqueConstraint,
)

from server.base.database import metadata

pairings: Final = Table(
    "pairings",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("pairing", String(22), nullable=False),  # its id, which follows from what the pane made
    Column("recipient", LargeBinary, nullable=False),
    Column("tag", String(43), nullable=False),
    Column("program", String(8), nullable=False),
    Column("platform", String(8), nullable=False),
    Column("browser_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "browser")}),
    Column("answer", LargeBinary),  # an age file to the recipient, until the pane has opened it
    Column("answer_hash", String(43)),
    Column("pane_id", String(22)),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("answered", BigInteger),
    UniqueConstraint("firm_id", "person_id", "pairing", name="uq_pairings_pairing"),
)

panes: Final = Table(
    "panes",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("key", String(43), nullable=False),  # fingerprint of the identity that it was given
    Column("program", String(8), nullable=False),
    Column("platform", String(8), nullable=False),
    Column("browser_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "browser")}),
    Column("share_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "share")}),
    Column("kept", Integer, nullable=False),  # 1: it has storage; 0: it has none
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
    Index("ix_panes_person", "firm_id", "person_id"),
)
