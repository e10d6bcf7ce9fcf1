"""Table of the keys to a firm's first run."""

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from server.base.database import metadata

# SHA-256 of the operator's link ("link"), or of the cookie of the browser that used it ("browser").
setup_keys: Final = Table(
    "setup_keys",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("expires", BigInteger, nullable=False),
)
