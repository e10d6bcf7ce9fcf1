"""Tables of passkeys, and of the challenges that they answer."""

from typing import Final

from sqlalchemy import (
    JSON,
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

passkeys: Final = Table(
    "passkeys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("credential", String(1364), nullable=False),  # its id, base64url of up to 1023 bytes
    Column("user_handle", String(43), nullable=False),
    Column("public_key", LargeBinary, nullable=False),  # a COSE key
    Column("counter", BigInteger, nullable=False),
    Column("transports", JSON, nullable=False),
    Column("name_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "name")}),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
    UniqueConstraint("firm_id", "credential", name="uq_passkeys_credential"),
    Index("ix_passkeys_person", "firm_id", "person_id"),
)

# To make one: under the session's index, until it is answered. To sign in: once it was answered.
passkey_challenges: Final = Table(
    "passkey_challenges",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("challenge", String(43)),
    Column("request_index", String(43)),
    Column("person_id", String(32)),  # who signed in with it
    Column("expires", BigInteger, nullable=False),
)
