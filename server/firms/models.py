"""Tables of firms, and of the keys to their first run."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, String, Table

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

# Hashes of the operator's link ("link") and of the browser that used it ("browser").
setup_keys: Final = Table(
    "setup_keys",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("expires", BigInteger, nullable=False),
)
