"""Queries on sessions, codes and token caches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from server.base.database import Clock
from server.base.tenancy import Standing, of_firm
from server.people.models import persons
from server.people.sign_ins.models import codes, sessions, staff_sign_ins, token_caches

Row = Mapping[str, Any]

_SESSION: Final = Standing(
    lambda of_firm: select(sessions).where(of_firm(sessions), sessions.c.id == bindparam("session"))
)
_SESSION_AND_PERSON: Final = Standing(
    lambda of_firm: (
        select(
            sessions.c.created,
            sessions.c.seen,
            sessions.c.ended,
            sessions.c.kind.label("session_kind"),
            Clock().label("now"),
            persons,
        )
        .join(persons, persons.c.id == sessions.c.person_id)
        .where(of_firm(sessions), of_firm(persons), sessions.c.id == bindparam("session"))
    )
)
_CHANGE_SESSION: Final = Standing(
    lambda of_firm: sessions.update().where(
        of_firm(sessions), sessions.c.id == bindparam("session")
    )
)


def insert_code(connection: Connection, values: Row) -> None:
    """Add a code."""
    connection.execute(codes.insert().values(**values))


def code_by_request(connection: Connection, firm_id: str, request_index: str) -> Row | None:
    """The code that this very request made before."""
    statement = select(codes).where(
        codes.c.firm_id == firm_id, codes.c.request_index == request_index
    )
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def code_times(
    connection: Connection, firm_id: str, address_index: str, *, since: int, most: int
) -> Sequence[int]:
    """When codes were sent to an address since a time, newest first."""
    statement = (
        select(codes.c.created)
        .where(
            codes.c.firm_id == firm_id,
            codes.c.address_index == address_index,
            codes.c.created > since,
            codes.c.person_id.is_not(None),
        )
        .order_by(codes.c.created.desc())
        .limit(most)
    )
    return list(connection.execute(statement).scalars())


def count_asked(connection: Connection, firm_id: str, network_index: str, since: int) -> int:
    """How many codes a network has asked for since a time."""
    statement = select(func.count()).where(
        codes.c.firm_id == firm_id,
        codes.c.network_index == network_index,
        codes.c.created > since,
    )
    return int(connection.execute(statement).scalar_one())


def codes_of_browser(
    connection: Connection, firm_id: str, browser_index: str, purpose: str
) -> Sequence[Row]:
    """All codes for a purpose bound to a browser, newest first, locked until the commit."""
    statement = (
        select(codes)
        .where(
            codes.c.firm_id == firm_id,
            codes.c.browser_index == browser_index,
            codes.c.purpose == purpose,
        )
        .order_by(codes.c.created.desc())
        .limit(20)
        .with_for_update()
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def update_code(connection: Connection, code_id: str, values: Row) -> None:
    """Change a code."""
    where = of_firm(connection, codes) & (codes.c.id == code_id)
    connection.execute(codes.update().where(where).values(**values))


def put_session(connection: Connection, values: Row) -> None:
    """Add a session, unless it is there."""
    if session_by_id(connection, values["id"]) is None:
        connection.execute(sessions.insert().values(**values))


def session_by_id(connection: Connection, session_id: str) -> Row | None:
    """One session by the index of its token."""
    row = _SESSION.run(connection, session=session_id).mappings().first()
    return dict(row) if row else None


def session_and_person(connection: Connection, session_id: str) -> Row | None:
    """Times of a session by the index of its token, the database's as `now`, and its person."""
    row = _SESSION_AND_PERSON.run(connection, session=session_id).mappings().first()
    return dict(row) if row else None


def update_session(connection: Connection, session_id: str, values: Row) -> None:
    """Change a session."""
    _CHANGE_SESSION.run(connection, values, session=session_id)


def insert_staff_sign_in(connection: Connection, values: Row) -> None:
    """Note that a sign-in of staff has ended in a session."""
    connection.execute(staff_sign_ins.insert().values(**values))


def staff_sign_in(connection: Connection, sign_in_id: str) -> Row | None:
    """A sign-in of staff that has ended in a session, by the index of its id."""
    where = of_firm(connection, staff_sign_ins) & (staff_sign_ins.c.id == sign_in_id)
    row = connection.execute(select(staff_sign_ins).where(where)).mappings().first()
    return dict(row) if row else None


def put_token_cache(connection: Connection, values: Row) -> None:
    """Replace a person's token cache."""
    connection.execute(token_caches.delete().where(_of_person(connection, values["person_id"])))
    connection.execute(token_caches.insert().values(**values))


def challenge_token_cache(connection: Connection, person_id: str, sealed: bytes) -> None:
    """Keep a challenge beside a person's token cache."""
    where = _of_person(connection, person_id)
    connection.execute(token_caches.update().where(where).values(challenge=sealed))


def token_cache(connection: Connection, person_id: str) -> Row | None:
    """A person's token cache."""
    statement = select(token_caches).where(_of_person(connection, person_id))
    row = connection.execute(statement).mappings().first()
    return dict(row) if row else None


def newest_token_cache(connection: Connection, firm_id: str) -> str | None:
    """The person of a firm whose token cache changed last."""
    statement = (
        select(token_caches.c.person_id)
        .where(token_caches.c.firm_id == firm_id)
        .order_by(token_caches.c.changed.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar()


def _of_person(connection: Connection, person_id: str) -> ColumnElement[bool]:
    return of_firm(connection, token_caches) & (token_caches.c.person_id == person_id)


def codes_before(age_ms: int) -> Callable[[int], ColumnElement[bool]]:
    """The condition of a code that was asked for longer ago; no limit looks back as far."""
    return lambda now: codes.c.created < now - age_ms


def sessions_ended_before(age_ms: int, *, life_ms: int) -> Callable[[int], ColumnElement[bool]]:
    """The condition of a session that ended, or had lived its life, longer ago."""
    return lambda now: (
        (sessions.c.ended < now - age_ms) | (sessions.c.created < now - age_ms - life_ms)
    )


def staff_sign_ins_over(age_ms: int) -> Callable[[int], ColumnElement[bool]]:
    """The condition of a sign-in of staff that could have been ended until longer ago."""
    return lambda now: staff_sign_ins.c.expires < now - age_ms
