"""Queries on passkeys and their challenges."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from server.base.tenancy import of_firm
from server.people.passkeys.models import passkey_challenges, passkeys

Row = Mapping[str, Any]


def insert_passkey(connection: Connection, values: Row) -> None:
    """Add a passkey."""
    connection.execute(passkeys.insert().values(**values))


def passkey_of(connection: Connection, credential: str) -> Row | None:
    """The passkey of this credential, whosever it is, locked until the commit."""
    where = of_firm(connection, passkeys) & (passkeys.c.credential == credential)
    row = connection.execute(select(passkeys).where(where).with_for_update()).mappings().first()
    return dict(row) if row else None


def passkeys_of(connection: Connection, person_id: str) -> list[Row]:
    """A person's passkeys, oldest first."""
    where = of_firm(connection, passkeys) & (passkeys.c.person_id == person_id)
    statement = select(passkeys).where(where).order_by(passkeys.c.created, passkeys.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def update_passkey(connection: Connection, passkey_id: str, values: Row) -> None:
    """Change a passkey."""
    connection.execute(passkeys.update().where(_of(connection, passkey_id)).values(**values))


def delete_passkey(connection: Connection, passkey_id: str) -> None:
    """Forget a passkey."""
    connection.execute(passkeys.delete().where(_of(connection, passkey_id)))


def put_challenge(connection: Connection, values: Row) -> None:
    """Keep a challenge, in place of the one of the same id."""
    connection.execute(passkey_challenges.delete().where(_called(connection, values["id"])))
    connection.execute(passkey_challenges.insert().values(**values))


def challenge(connection: Connection, challenge_id: str) -> Row | None:
    """One challenge."""
    statement = select(passkey_challenges).where(_called(connection, challenge_id))
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def delete_challenge(connection: Connection, challenge_id: str) -> None:
    """Forget a challenge."""
    connection.execute(passkey_challenges.delete().where(_called(connection, challenge_id)))


def expired_before(now: int) -> ColumnElement[bool]:
    """The condition of a challenge that nobody can answer any more, or again."""
    return passkey_challenges.c.expires < now


def _of(connection: Connection, passkey_id: str) -> ColumnElement[bool]:
    return of_firm(connection, passkeys) & (passkeys.c.id == passkey_id)


def _called(connection: Connection, challenge_id: str) -> ColumnElement[bool]:
    return of_firm(connection, passkey_challenges) & (passkey_challenges.c.id == challenge_id)
