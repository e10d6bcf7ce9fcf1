"""Table of persons."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from server.base.database import metadata

persons: Final = Table(
    "persons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("address_index", String(43), nullable=False),
    Column("address_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "address")}),
    Column("name_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "name")}),
    Column("entra_object_id", String(36)),
    UniqueConstraint("firm_id", "address_index"),
    UniqueConstraint("firm_id", "entra_object_id", name="uq_persons_entra"),
)
