"""Walls between firms: what a statement must show, and what PostgreSQL shows without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Table, bindparam, create_engine, func, select, text, union
from sqlalchemy.exc import DBAPIError

from server.base.database import Database, metadata
from server.base.ids import new_id
from server.base.tenancy import (
    ALL_FIRMS,
    THE_FIRM,
    FirmWall,
    Standing,
    all_firms,
    enter,
    for_firm,
    of_firm,
    of_named_firm,
)
from server.migrations import tables
from tests.house import House

OURS, THEIRS = "a" * 32, "b" * 32
EVENTS: Table = tables.events.events
OUTBOX: Table = tables.outbox.outbox


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with one event of each of two firms."""
    database = _planted(database_url)
    yield database
    database.close()


def refused(database: Database, statement: Any, parameters: Any = None) -> bool:
    """Whether the wall refuses a statement in a transaction of our firm."""
    with for_firm(OURS), database.write() as connection:
        try:
            connection.execute(statement, parameters)
        except FirmWall:
            return True
    return False


def test_a_query_without_its_firm_fails_and_with_it_sees_our_rows_only(database: Database) -> None:
    assert refused(database, select(EVENTS))
    assert refused(database, select(EVENTS).where(EVENTS.c.kind == "x"))
    with for_firm(OURS), database.read() as connection:
        rows = connection.execute(select(EVENTS).where(of_firm(connection, EVENTS)))
        assert [row["firm_id"] for row in rows.mappings()] == [OURS]


def test_a_query_of_another_firm_fails_even_in_a_form_that_was_seen_before(
    database: Database,
) -> None:
    for firm_id, wrong in ((OURS, False), (THEIRS, True), (OURS, False)):
        assert refused(database, select(EVENTS).where(EVENTS.c.firm_id == firm_id)) is wrong


def _unbound() -> dict[str, Any]:
    of_ours = EVENTS.c.firm_id == OURS
    inner = select(OUTBOX.c.id).where(OUTBOX.c.id == EVENTS.c.id)
    return {
        "an or": select(EVENTS).where(of_ours | (EVENTS.c.kind == "x")),
        "a not": select(EVENTS).where(~of_ours),
        "null": select(EVENTS).where(EVENTS.c.firm_id.is_(None)),
        "a list": select(EVENTS).where(EVENTS.c.firm_id.in_([OURS])),
        "one side of a join": select(EVENTS)
        .join(OUTBOX, OUTBOX.c.id == EVENTS.c.id)
        .where(of_ours),
        "an outer join": select(EVENTS)
        .outerjoin(OUTBOX, (OUTBOX.c.id == EVENTS.c.id) & (OUTBOX.c.firm_id == OURS))
        .where(of_ours),
        "a subquery": select(EVENTS).where(of_ours, inner.exists()),
        "a column": select(inner.scalar_subquery()).where(of_ours).select_from(EVENTS),
        "a part of a union": union(select(EVENTS.c.id).where(of_ours), select(OUTBOX.c.id)),
        "a common table": select(select(EVENTS).where(EVENTS.c.kind == "x").cte("c")),
        "an alias": select(EVENTS.alias("e")),
        "a delete": EVENTS.delete().where(EVENTS.c.kind == "x"),
        "an update": EVENTS.update().values(kind="y"),
        "an update to another": EVENTS.update().where(of_ours).values(firm_id=THEIRS),
        "what an update sets": EVENTS.update()
        .where(of_ours)
        .values(kind=select(OUTBOX.c.kind).scalar_subquery()),
        "an insert": EVENTS.insert().values(id="1", firm_id=THEIRS, at=1, kind="x"),
        "an insert of none": EVENTS.insert().values(id="1", at=1, kind="x"),
        "an insert of what is found": EVENTS.insert().from_select(
            ["id", "firm_id", "at", "kind"], select(EVENTS).where(of_ours)
        ),
        "text": text("SELECT * FROM events"),
        "text among tables": select(text("*")).select_from(text("events")),
    }


def test_a_firm_that_is_named_in_passing_does_not_count(database: Database) -> None:
    forms = _unbound()
    assert {form for form, statement in forms.items() if refused(database, statement)} == set(forms)


def test_a_firm_that_is_named_in_full_does(database: Database) -> None:
    of_ours = EVENTS.c.firm_id == OURS
    same = (OUTBOX.c.id == EVENTS.c.id) & (OUTBOX.c.firm_id == EVENTS.c.firm_id)
    for statement in (
        select(func.count()).where(of_ours),
        select(EVENTS).join(OUTBOX, same).where(of_ours),
        select(EVENTS).where(of_ours, select(OUTBOX.c.id).where(same).exists()),
        EVENTS.update().where(of_ours, EVENTS.c.kind == "x").values(kind="y"),
        EVENTS.delete().where(of_ours),
        select(metadata.tables["firms"]),
        text("SELECT 1"),
    ):
        assert not refused(database, statement)
    rows = [{"id": new_id(), "firm_id": OURS, "at": 1, "kind": "x"} for _ in range(3)]
    assert not refused(database, EVENTS.insert(), rows)
    assert refused(database, EVENTS.insert(), [*rows[:2], {**rows[2], "firm_id": THEIRS}])


def test_a_transaction_of_no_firm_touches_no_firms_rows(database: Database) -> None:
    with database.read() as connection:
        with pytest.raises(FirmWall):
            of_firm(connection, EVENTS)
        with pytest.raises(FirmWall):
            connection.execute(select(EVENTS).where(EVENTS.c.firm_id == ""))


def test_a_statement_that_stands_is_the_firms_whose_transaction_runs_it(
    database: Database,
) -> None:
    standing = Standing(
        lambda of: select(EVENTS).where(of(EVENTS), EVENTS.c.kind == bindparam("k"))
    )
    for firm_id in (OURS, THEIRS, OURS):
        with for_firm(firm_id), database.read() as connection:
            rows = standing.run(connection, k="x").mappings().all()
            assert [row["firm_id"] for row in rows] == [firm_id]
    with all_firms("a test looks"), database.read() as connection:
        assert len(standing.run(connection, k="x").all()) == 2
    with database.read() as connection, pytest.raises(FirmWall):
        standing.run(connection, k="x")


def test_a_statement_that_stands_names_the_firm_too(database: Database) -> None:
    named = select(EVENTS).where(of_named_firm(EVENTS))
    assert refused(database, named, {THE_FIRM: THEIRS})
    assert not refused(database, named, {THE_FIRM: OURS})
    change = Standing(lambda of: EVENTS.update().where(of(EVENTS)))
    forgets = Standing(lambda _of: EVENTS.update().where(EVENTS.c.kind == bindparam("k")))
    with for_firm(OURS), database.write() as connection:
        assert change.run(connection, {"kind": "y"}).rowcount == 1
        with pytest.raises(FirmWall):
            change.run(connection, {"firm_id": THEIRS})
        with pytest.raises(FirmWall):
            forgets.run(connection, {"kind": "y"}, k="x")


def test_all_firms_are_reached_by_name_only(database: Database) -> None:
    with pytest.raises(FirmWall):
        enter(ALL_FIRMS)
    with all_firms("a test looks"), database.read() as connection:
        assert len(connection.execute(select(EVENTS)).all()) == 2


def test_a_request_and_a_job_say_their_firm_and_leave_it_behind(house: House) -> None:
    with for_firm(OURS):  # whoever was here before
        message = house.pane().send()
        house.work()
        with house.parts.database.read() as connection:
            statement = select(EVENTS.c.id).where(of_firm(connection, EVENTS))
            assert not connection.execute(statement).all()
    with house.parts.database.read() as connection:
        kinds = select(EVENTS.c.kind).where(EVENTS.c.about == message)
        assert {"message.sealed", "notice.sent"} <= set(connection.execute(kinds).scalars())


def test_postgresql_shows_no_row_of_another_firm_whatever_the_query(postgresql_url: str) -> None:
    """Past the hook, as a driver would: the database itself keeps the wall."""
    database = _planted(postgresql_url)
    for scope, seen in ((OURS, [OURS]), (THEIRS, [THEIRS]), ("", [])):
        with _raw(database, scope) as connection:
            rows = connection.exec_driver_sql("SELECT firm_id FROM events ORDER BY 1")
            assert list(rows.scalars()) == seen
            touched = connection.exec_driver_sql("UPDATE events SET kind = 'y'")
            assert touched.rowcount == len(seen)
    with _raw(database, OURS) as connection, pytest.raises(DBAPIError, match="row-level security"):
        connection.exec_driver_sql(f"INSERT INTO events VALUES ('1', '{THEIRS}', 1, 'x')")
    database.close()


def test_every_table_with_a_firm_has_a_wall_in_postgresql(postgresql_url: str) -> None:
    from server.base.postgresql import build_walls, without_walls

    database = Database(postgresql_url)
    with all_firms("a test looks"), database.write() as connection:
        assert without_walls(connection) == []
        connection.exec_driver_sql("CREATE TABLE fresh (firm_id text)")
        connection.exec_driver_sql("ALTER TABLE events NO FORCE ROW LEVEL SECURITY")
        assert build_walls(connection) == ["events", "fresh"]
        assert without_walls(connection) == []
    database.close()


def test_a_role_that_row_level_security_does_not_bind_is_refused(postgresql_server: str) -> None:
    from server.base.settings import BadSetting

    database = Database(postgresql_server)
    with pytest.raises(BadSetting, match="superuser"), database.read() as connection:
        connection.execute(text("SELECT 1"))
    database.close()


def _planted(url: str) -> Database:
    database = Database(url)
    with all_firms("a test plants rows"), database.write() as connection:
        for firm_id in (OURS, THEIRS):
            values = {"id": new_id(), "firm_id": firm_id, "at": 1, "kind": "x"}
            connection.execute(EVENTS.insert().values(**values))
    return database


@contextmanager
def _raw(database: Database, scope: str) -> Iterator[Connection]:
    """A driver's connection in a transaction of a firm, without the hook."""
    engine = create_engine(database.engine.url)
    with engine.connect() as connection:
        if scope:
            say = "SELECT set_config('letterlock.firm', %s, true)"
            connection.exec_driver_sql(say, (scope,))
        yield connection
    engine.dispose()
