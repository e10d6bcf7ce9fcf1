"""Idempotency-Key: the same request gets the same answer, for 24 hours.

A row is claimed before the work and completed with the answer after it. A claim whose work died
runs out after a minute; the work itself is safe to repeat. Answers that hold a secret (codes,
sessions, opened envelopes) are never kept: those calls are repeatable by themselves.
Source: docs/spec/http.md section 2.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    select,
)

from server.base.database import Database, metadata, now_ms, serialise
from server.base.housekeeping import sweep
from server.base.outbox import Job
from server.base.tenancy import OfFirm, Standing

KEEP_MS: Final = 24 * 3_600_000
CLAIM_MS: Final = 60_000

idempotency: Final = Table(
    "idempotency_keys",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("firm_id", String(32), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("claimed_until", BigInteger, nullable=False),
    Column("status", Integer),
    Column("body", LargeBinary),
)


def _of_key(of_firm: OfFirm) -> ColumnElement[bool]:
    return of_firm(idempotency) & (idempotency.c.id == bindparam("key"))


_ADD: Final = idempotency.insert()
_CLAIMED: Final = Standing(
    lambda of_firm: select(idempotency).where(_of_key(of_firm)).with_for_update()
)
_CHANGE: Final = Standing(lambda of_firm: idempotency.update().where(_of_key(of_firm)))
_FORGET: Final = Standing(lambda of_firm: idempotency.delete().where(_of_key(of_firm)))
_RELEASE: Final = Standing(
    lambda of_firm: idempotency.delete().where(_of_key(of_firm), idempotency.c.status.is_(None))
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered before."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Claimed:
    """The work is the caller's to do."""


@dataclass(frozen=True, slots=True)
class Running:
    """Somebody else is doing it."""


@dataclass(frozen=True, slots=True)
class Different:
    """The key was used for another request."""


def claim(
    connection: Connection, *, key_index: str, firm_id: str, request_hash: str
) -> Claimed | Running | Different | Answer:
    """Claim a key, or learn what became of it."""
    serialise(connection, key_index)
    now = now_ms(connection)
    row = _CLAIMED.run(connection, key=key_index).mappings().first()
    if row is not None and row["created"] + KEEP_MS < now:
        _FORGET.run(connection, key=key_index)
        row = None
    if row is None:
        new = {
            "id": key_index,
            "firm_id": firm_id,
            "request_hash": request_hash,
            "created": now,
            "claimed_until": now + CLAIM_MS,
        }
        connection.execute(_ADD, new)
        return Claimed()
    if row["request_hash"] != request_hash:
        return Different()
    if row["status"] is not None:
        return Answer(status=row["status"], body=bytes(row["body"]))
    if row["claimed_until"] > now:
        return Running()
    _CHANGE.run(connection, {"claimed_until": now + CLAIM_MS}, key=key_index)
    return Claimed()


def complete(connection: Connection, *, key_index: str, status: int, body: bytes) -> None:
    """Keep the answer."""
    _CHANGE.run(connection, {"status": status, "body": body}, key=key_index)


def sweep_up(database: Database, job: Job) -> None:
    """Take away what is not promised any more."""
    sweep(
        database,
        job,
        idempotency,
        idempotency.c.id,
        lambda now: idempotency.c.created < now - KEEP_MS,
    )


def release(connection: Connection, *, key_index: str) -> None:
    """Give up a claim: the work failed, and the same key may try again."""
    _RELEASE.run(connection, key=key_index)
