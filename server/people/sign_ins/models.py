"""Tables of sign-ins: sessions, codes, token caches."""

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

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("ended", BigInteger),
    # When it last proved the mailbox by a code, or, of staff, herself at Entra.
    Column("proved", BigInteger),
    Column("kind", String(8), nullable=False, server_default="client"),
)

# Sign-ins of staff at Entra that ended in a session: none ends in another.
staff_sign_ins: Final = Table(
    "staff_sign_ins",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("request_index", String(43), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("expires", BigInteger, nullable=False),
)

codes: Final = Table(
    "codes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id")),
    Column("request_index", String(43), nullable=False),
    Column("address_index", String(43), nullable=False),
    Column("browser_index", String(43), nullable=False),
    Column("network_index", String(43), nullable=False),
    Column("code_index", String(43), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("used", BigInteger),
    Column("used_request_index", String(43)),
    Column("about", String(22)),  # the letter whose page asked
    Column("purpose", String(8), nullable=False, server_default="letter"),
    UniqueConstraint("firm_id", "request_index"),
    Index("ix_codes_address", "firm_id", "address_index", "created"),
    Index("ix_codes_browser", "firm_id", "browser_index"),
    Index("ix_codes_network", "firm_id", "network_index", "created"),
)

token_caches: Final = Table(
    "token_caches",
    metadata,
    Column("person_id", String(32), ForeignKey("persons.id"), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False, info={"place": ("{person_id}", "sealed")}),
    # What Graph asked for before it goes on.
    Column("challenge", LargeBinary, info={"place": ("{person_id}", "challenge")}),
)
