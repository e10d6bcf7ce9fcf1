"""Table of firms."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, String, Table

from server.base.database import metadata

firms: Final = Table(
    "firms",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("name", String(200), nullable=False),
    Column("tenant_id", String(36), nullable=False, unique=True),
    Column("origin", String(255), nullable=False, unique=True),
    Column("addin_origin", String(255), nullable=False, unique=True),
    Column("domains", JSON, nullable=False),
    Column("mailbox", String(320), nullable=False),
    Column("brand", JSON, nullable=False),
    Column("opened", BigInteger),  # None: in its first run
    Column("admin", String(320), nullable=False, server_default=""),
    Column("record", String(8), nullable=False, server_default=""),
    Column("policies", JSON, nullable=False, server_default="{}"),
    Column("first_run", JSON, nullable=False, server_default="{}"),
)
