"""Queries on keyslots, enrolments and challenges, and on the keys that they change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from server.base.tenancy import of_firm
from server.keys.models import keys, wrapping_keys
from server.keys.self_held.models import enrolments, key_challenges, keyslots

Row = Mapping[str, Any]


def insert_slot(connection: Connection, values: Row) -> None:
    """Add a keyslot."""
    connection.execute(keyslots.insert().values(**values))


def live_slots(connection: Connection, person_id: str) -> list[Row]:
    """The keyslots that open a person's present key, oldest first."""
    return _slots(connection, _of_person(connection, keyslots, person_id), None)


def slots_of_enrolment(connection: Connection, person_id: str, enrolment_id: str) -> list[Row]:
    """The keyslots that wait for an enrolment to be completed."""
    return _slots(connection, _of_person(connection, keyslots, person_id), enrolment_id)


def is_under(connection: Connection, person_id: str, credential: str) -> bool:
    """Whether a keyslot of a person, live or waiting, is sealed under this credential."""
    where = (
        _of_person(connection, keyslots, person_id)
        & (keyslots.c.credential == credential)
        & keyslots.c.retired.is_(None)
    )
    return connection.execute(select(keyslots.c.id).where(where).limit(1)).first() is not None


def update_slot(connection: Connection, row_id: str, values: Row) -> None:
    """Change a keyslot's name or use; never its text."""
    where = of_firm(connection, keyslots) & (keyslots.c.id == row_id)
    connection.execute(keyslots.update().where(where).values(**values))


def delete_slot(connection: Connection, row_id: str) -> None:
    """Take a keyslot away."""
    connection.execute(
        keyslots.delete().where(of_firm(connection, keyslots), keyslots.c.id == row_id)
    )


def make_live(connection: Connection, person_id: str, enrolment_id: str) -> None:
    """Let an enrolment's keyslots hold."""
    where = _of_person(connection, keyslots, person_id) & (keyslots.c.enrolment_id == enrolment_id)
    connection.execute(keyslots.update().where(where).values(enrolment_id=None))


def put_aside(connection: Connection, person_id: str, key: str, at: int) -> None:
    """Let a person's live keyslots, those of `key`, be no way in any more; nothing is deleted."""
    live = keyslots.c.enrolment_id.is_(None) & keyslots.c.retired.is_(None)
    where = _of_person(connection, keyslots, person_id) & live
    connection.execute(keyslots.update().where(where).values(retired=at, retired_key=key))


def delete_live(connection: Connection, person_id: str) -> None:
    """Take a person's live keyslots away; those that wait and those put aside stay."""
    live = keyslots.c.enrolment_id.is_(None) & keyslots.c.retired.is_(None)
    connection.execute(keyslots.delete().where(_of_person(connection, keyslots, person_id), live))


def slots_aside(connection: Connection, person_id: str) -> list[Row]:
    """The keyslots of keys that a person has given up, the latest given up first."""
    where = _of_person(connection, keyslots, person_id) & keyslots.c.retired.is_not(None)
    statement = select(keyslots).where(where).order_by(keyslots.c.retired.desc(), keyslots.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def insert_enrolment(connection: Connection, values: Row) -> None:
    """Add an enrolment."""
    connection.execute(enrolments.insert().values(**values))


def enrolment(
    connection: Connection, person_id: str, enrolment_id: str, *, lock: bool = False
) -> Row | None:
    """One enrolment of a person; locked until the transaction ends, if the caller changes it."""
    where = _of_person(connection, enrolments, person_id) & (enrolments.c.id == enrolment_id)
    return _one(connection, enrolments, where, lock=lock)


def complete_enrolment(connection: Connection, enrolment_id: str, values: Row) -> None:
    """Note that an enrolment was completed."""
    where = of_firm(connection, enrolments) & (enrolments.c.id == enrolment_id)
    connection.execute(enrolments.update().where(where).values(**values))


def forget_unfinished(connection: Connection, person_id: str) -> None:
    """Take a person's enrolments away that were not completed, with their keyslots."""
    own = _of_person(connection, keyslots, person_id)
    connection.execute(keyslots.delete().where(own, keyslots.c.enrolment_id.is_not(None)))
    own = _of_person(connection, enrolments, person_id)
    connection.execute(enrolments.delete().where(own, enrolments.c.completed.is_(None)))


def insert_challenge(connection: Connection, values: Row) -> None:
    """Add a challenge."""
    connection.execute(key_challenges.insert().values(**values))


def take_challenge(connection: Connection, person_id: str, challenge_id: str) -> Row | None:
    """A person's challenge, which is gone with this transaction: nobody takes it twice."""
    where = _of_person(connection, key_challenges, person_id) & (
        key_challenges.c.id == challenge_id
    )
    row = _one(connection, key_challenges, where, lock=True)
    if row is not None:
        connection.execute(key_challenges.delete().where(where))
    return row


def forget_challenges(connection: Connection, person_id: str) -> None:
    """Take all challenges of a person away."""
    where = _of_person(connection, key_challenges, person_id)
    connection.execute(key_challenges.delete().where(where))


def count_challenges(connection: Connection, person_id: str) -> int:
    """How many challenges of a person wait for their answer."""
    where = _of_person(connection, key_challenges, person_id)
    return len(connection.execute(select(key_challenges.c.id).where(where)).all())


def wrapped_keys(connection: Connection, person_id: str, to: str) -> list[Row]:
    """A person's former keys that are sealed to this one, oldest first."""
    where = of_firm(connection, keys) & (keys.c.owner_id == person_id) & (keys.c.wrapped_to == to)
    statement = select(keys).where(where).order_by(keys.c.created, keys.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def wrapped_to_any(connection: Connection, person_id: str, keys_of: Sequence[str]) -> list[Row]:
    """A person's former keys that are sealed to one of these, oldest first."""
    own = of_firm(connection, keys) & (keys.c.owner_id == person_id)
    where = own & keys.c.wrapped_to.in_(keys_of)
    statement = select(keys).where(where).order_by(keys.c.created, keys.c.id)
    return [dict(row) for row in connection.execute(statement).mappings()]


def retire_keys(connection: Connection, person_id: str, at: int) -> None:
    """End a person's present keys, and take the secrets of all her keys away."""
    own = of_firm(connection, keys) & (keys.c.owner_id == person_id)
    connection.execute(keys.update().where(own, keys.c.retired.is_(None)).values(retired=at))
    connection.execute(keys.update().where(own).values(secret_sealed=None))


def wrap_key(
    connection: Connection, person_id: str, fingerprint: str, wrapped: bytes, to: str
) -> None:
    """Keep a former identity as it is sealed to the new key."""
    where = (
        of_firm(connection, keys)
        & (keys.c.owner_id == person_id)
        & (keys.c.fingerprint == fingerprint)
    )
    connection.execute(keys.update().where(where).values(wrapped=wrapped, wrapped_to=to))


def delete_wrapping_key(connection: Connection, person_id: str) -> None:
    """Destroy what closes a person's keys in custody; `base.erasure` does the rest."""
    where = of_firm(connection, wrapping_keys) & (wrapping_keys.c.owner_id == person_id)
    connection.execute(wrapping_keys.delete().where(where))


def slots_begun_before(age_ms: int) -> Callable[[int], ColumnElement[bool]]:
    """The condition of a keyslot whose enrolment was begun longer ago and not completed."""
    return lambda now: keyslots.c.enrolment_id.is_not(None) & (keyslots.c.created < now - age_ms)


def enrolments_over(age_ms: int) -> Callable[[int], ColumnElement[bool]]:
    """The condition of an enrolment that ran out, or was completed longer ago."""
    return lambda now: (
        (enrolments.c.completed.is_(None) & (enrolments.c.expires < now))
        | (enrolments.c.completed < now - age_ms)
    )


def challenges_over() -> Callable[[int], ColumnElement[bool]]:
    """The condition of a challenge that ran out."""
    return lambda now: key_challenges.c.expires < now


def _slots(connection: Connection, own: ColumnElement[bool], enrolment_id: str | None) -> list[Row]:
    statement = (
        select(keyslots)
        .where(own, keyslots.c.enrolment_id == enrolment_id, keyslots.c.retired.is_(None))
        .order_by(keyslots.c.created, keyslots.c.kind, keyslots.c.id)  # of one moment: code last
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def _of_person(connection: Connection, table: Table, person_id: str) -> ColumnElement[bool]:
    own: ColumnElement[bool] = of_firm(connection, table) & (table.c.person_id == person_id)
    return own


def _one(
    connection: Connection, table: Table, where: ColumnElement[bool], *, lock: bool
) -> Row | None:
    statement = select(table).where(where)
    row = connection.execute(statement.with_for_update() if lock else statement).mappings().first()
    return dict(row) if row else None
