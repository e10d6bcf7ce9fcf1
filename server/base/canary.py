"""A known text for each firm, sealed under the master key: does this key open this database?

A restored database beside another master key looks whole and opens nothing; this says so at once.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    column,
    select,
    table,
)

from server.base.database import metadata, now_ms
from server.base.vault import Vault
from server.crypto.errors import SealRefused

_TEXT: Final = "this master key opens this firm"

canaries: Final = Table(
    "canaries",
    metadata,
    Column("firm_id", String(32), ForeignKey("firms.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False, info={"place": ("{firm_id}", "canary")}),
    Column("made", BigInteger, nullable=False),
)


def ensure(connection: Connection, vault: Vault, firm_id: str) -> None:
    """Make the firm's canary, where there is none. The caller commits."""
    if _sealed(connection, firm_id) is None:
        sealed = vault.seal_text(_place(firm_id), _TEXT)
        values = {"firm_id": firm_id, "sealed": sealed, "made": now_ms(connection)}
        connection.execute(canaries.insert().values(**values))


def opens(connection: Connection, vault: Vault, firm_id: str) -> bool | None:
    """Whether the master key is the one that sealed this firm's rows; None without a canary."""
    sealed = _sealed(connection, firm_id)
    if sealed is None:
        return None
    try:
        return vault.unseal_text(_place(firm_id), sealed) == _TEXT
    except SealRefused:
        return False


def firms(connection: Connection) -> list[str]:
    """The ids of all firms. The caller has said why it looks at all of them."""
    ids = select(table("firms", column("id")).c.id).order_by("id")
    return [str(firm_id) for firm_id in connection.execute(ids).scalars()]


def _sealed(connection: Connection, firm_id: str) -> bytes | None:
    statement = select(canaries.c.sealed).where(canaries.c.firm_id == firm_id)
    return connection.execute(statement).scalar_one_or_none()


def _place(firm_id: str) -> tuple[str, ...]:
    return (firm_id, "canaries", firm_id, "canary")
