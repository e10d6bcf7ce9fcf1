"""Whether a reader waits for her key, has waited, or never did: told from her row alone.

Source: docs/spec/waiting.md. Waiting is over at its hour by the database's clock, also before the
hourly chore has said so.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import AppError, Conflict, NotFound
from server.crypto.statement import PENDING
from server.keys import service as keys
from server.people.service import Person

WAITING: Final = "waiting"
GIVEN: Final = "given"
PROTECTED: Final = "protected"  # she was added as a late reader instead
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
RECALLED: Final = "recalled"
KEY_REPLACED: Final = "key-replaced"  # the sender's: it cannot be given, and he may still stop it
UNREAD: Final = frozenset({WAITING, CANCELLED, EXPIRED})  # she may still be added later
LIFE_MS: Final = 30 * 24 * 3_600_000


class Waits(Conflict):
    """The letter waits for this reader's key; facts `own` (she holds one by now) and `until` (seconds)."""

    code = "waiting"
    title = "This letter waits for your key"
    detail = (
        "This letter was sealed for a key that you alone hold, so nobody can open it for you yet. "
        "Nothing was lost. Make your key; the letter is given to it then."
    )


class ReadsAlready(Conflict):
    """This person is among the letter's readers; nothing was changed."""

    code = "reads-already"
    title = "This person can read it already"
    detail = "This person is among the letter's readers already. Nothing was changed."


class WaitingOver(AppError):
    """The letter waits for this reader no more; fact `reason`: cancelled, expired or key-replaced."""

    status = 410
    code = "waiting-over"
    title = "This letter waits no more"
    detail = (
        "The letter waited for a key and was not given to it, so it cannot be opened with this "
        "link. Nobody has read it in your place; ask who wrote it."
    )


def state(row: Mapping[str, Any], now: int) -> str | None:
    """How a reader's waiting stands at a time in milliseconds; None: the letter never waited for her."""
    if row["waiting_until"] is None:
        return None
    ended: str | None = row["waiting_ended"]
    return ended or (EXPIRED if row["waiting_until"] <= now else WAITING)


def waits(row: Mapping[str, Any], now: int) -> bool:
    """Whether the letter waits for this reader."""
    return state(row, now) == WAITING


def own_key(connection: Connection, person: Person) -> str | None:
    """Fingerprint of the key that somebody holds herself; None: the firm's server keeps hers, or she has none."""
    try:
        held = keys.reading_key(connection, person)
    except NotFound:
        return None
    return held.fingerprint if held.level == keys.SELF_HELD else None


def refusal(row: Mapping[str, Any], now: int) -> WaitingOver | None:
    """What is said of a waiting that is over without the letter; None: it is not."""
    ended = state(row, now)
    return WaitingOver(reason=ended) if ended in {CANCELLED, EXPIRED} else None


def require_given(connection: Connection, row: Mapping[str, Any], person: Person) -> None:
    """Refuse who still waits for this letter, or has waited for it in vain.

    Raises:
        Waits: Her key is not there, or nobody has given her the letter yet.
        WaitingOver: It was cancelled, or ran out.
    """
    if row["key"] != PENDING:
        return
    if over := refusal(row, now_ms(connection)):
        raise over
    holds = own_key(connection, person) is not None
    raise Waits(own=holds, until=row["waiting_until"] // 1000)
