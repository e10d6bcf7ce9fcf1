"""Table of templates. What stands in it is not sealed: it is the firm's paper, not a message."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from server.base.database import metadata

templates: Final = Table(
    "templates",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("owner_id", String(32), ForeignKey("persons.id")),  # None: the firm's
    Column("kind", String(16), nullable=False),  # letter, signature, tagline
    Column("name", String(80), nullable=False),
    Column("language", String(8), nullable=False),
    Column("body", Text, nullable=False),
    Column("placing", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Index("ix_templates_owner", "firm_id", "owner_id", "kind"),
)
