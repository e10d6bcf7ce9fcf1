"""Tables of keys and of the wrapping keys that close them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from server.base.database import metadata

keys: Final = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("owner_id", String(32), nullable=False),  # a person, or the firm for `directory`
    Column("purpose", String(16), nullable=False),
    Column("custody", String(16), nullable=False),
    Column("fingerprint", String(43), nullable=False),
    Column("public", LargeBinary, nullable=False),
    Column("secret_sealed", LargeBinary),
    Column("created", BigInteger, nullable=False),
    Column("retired", BigInteger),
    # Of an identity that was in custody: an age file to the key of her own that took its place.
    Column("wrapped", LargeBinary),
    Column("wrapped_to", String(43)),
    UniqueConstraint("firm_id", "fingerprint"),
    Index("ix_keys_owner", "firm_id", "owner_id", "purpose"),
)

wrapping_keys: Final = Table(
    "wrapping_keys",
    metadata,
    Column("owner_id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"place": ("{owner_id}", "sealed")}),
)
