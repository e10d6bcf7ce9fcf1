"""Table of deliveries."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint

from server.base.database import metadata

deliveries: Final = Table(
    "deliveries",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("about", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("about", "kind", "channel", "person_id", name="uq_deliveries_once"),
    Index("ix_deliveries_about", "firm_id", "about"),
    Index("ix_deliveries_state", "firm_id", "kind", "state", "changed"),
)
