"""Facts about this installation: one value a name, for `doctor` and whoever runs the house.

Machinery, not a firm's data: when the master key was backed up, when the worker was last alive.
Never a secret, an address or anything of a letter.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, String, Table, select

from server.base.database import metadata, now_ms, serialise

MASTER_KEY_BACKED_UP: Final = "master-key.backed-up"  # value: vault.name_of(the key)

facts: Final = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", String(255), nullable=False),
    Column("noted", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, and when it was noted: milliseconds since 1970 by the database's clock."""

    value: str
    noted: int


def note(connection: Connection, name: str, value: str) -> None:
    """Note a fact; what was noted under this name before is gone."""
    serialise(connection, f"fact {name}")
    connection.execute(facts.delete().where(facts.c.name == name))
    connection.execute(facts.insert().values(name=name, value=value, noted=now_ms(connection)))


def recall(connection: Connection, name: str) -> Fact | None:
    """What was last noted under this name."""
    row = connection.execute(select(facts).where(facts.c.name == name)).mappings().first()
    return Fact(value=row["value"], noted=row["noted"]) if row else None


def recall_all(connection: Connection, prefix: str) -> dict[str, Fact]:
    """Every fact whose name begins so, by name."""
    rows = connection.execute(select(facts).where(facts.c.name.startswith(prefix, autoescape=True)))
    return {row["name"]: Fact(row["value"], row["noted"]) for row in rows.mappings()}
