"""Tables of keyslots, of enrolments that are under way, and of challenges."""

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

keyslots: Final = Table(
    "keyslots",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("slot", String(22), nullable=False),  # its id, which the browser made
    Column("enrolment_id", String(22)),  # until it is completed; a slot without one is live
    Column("kind", String(16), nullable=False),
    Column("credential", String(43)),  # of a passkey's slot: SHA-256 of the credential's id
    # Both sealed, so that without the master key nobody can guess at a password.
    Column("text_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "text")}),
    Column("name_sealed", LargeBinary, nullable=False, info={"place": ("{id}", "name")}),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger),
    # When its key was given up (milliseconds), and which that was; such a slot is no way in any more.
    Column("retired", BigInteger),
    Column("retired_key", String(43)),
    UniqueConstraint("firm_id", "person_id", "slot", name="uq_keyslots_slot"),
    Index("ix_keyslots_enrolment", "firm_id", "enrolment_id"),
)

enrolments: Final = Table(
    "enrolments",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("signing_key", LargeBinary, nullable=False),
    Column("challenge", LargeBinary, nullable=False),
    Column("answer", String(43), nullable=False),  # SHA-256 of the challenge's bytes
    Column("old", JSON, nullable=False),
    Column("replaces", String(43)),  # fingerprint of the self-held key that is given up for it
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("completed", BigInteger),
    Index("ix_enrolments_person", "firm_id", "person_id"),
)

key_challenges: Final = Table(
    "key_challenges",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("firm_id", String(32), ForeignKey("firms.id"), nullable=False),
    Column("person_id", String(32), ForeignKey("persons.id"), nullable=False),
    Column("fingerprint", String(43), nullable=False),  # of the key that it asks for
    Column("answer", String(43), nullable=False),
    Column("expires", BigInteger, nullable=False),
    Index("ix_key_challenges_person", "firm_id", "person_id"),
)
