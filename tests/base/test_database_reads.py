"""One transaction for who calls and what is asked for: where it goes on, and that it ends."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from server.base.database import Database, DatabaseAway
from server.base.tenancy import for_firm, scope_of
from tests.house import House

OURS, THEIRS = "a" * 32, "b" * 32


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of each engine; at the end every connection was given back."""
    database = Database(database_url)
    yield database
    assert in_use(database) == 0
    database.close()


def in_use(database: Database) -> int:
    """How many connections somebody holds."""
    pool: Any = database.engine.pool
    return int(pool.checkedout())


def begun(database: Database) -> list[str]:
    """The firms of the transactions that begin from now on."""
    scopes: list[str] = []
    event.listen(database.engine, "begin", lambda connection: scopes.append(scope_of(connection)))
    return scopes


def ask(database: Database) -> None:
    with database.read() as connection:
        connection.execute(text("SELECT 1"))


def ask_on(database: Database) -> None:
    with database.read_on() as connection:
        connection.execute(text("SELECT 1"))


def test_the_next_read_goes_on_in_the_same_transaction_and_only_that(database: Database) -> None:
    scopes = begun(database)
    with for_firm(OURS):
        ask_on(database)
        assert in_use(database) == 1
        ask(database)
        assert (scopes, in_use(database)) == ([OURS], 0)
        ask(database)
    assert scopes == [OURS, OURS]


def test_no_other_firm_goes_on_in_it(database: Database) -> None:
    scopes = begun(database)
    with for_firm(OURS):
        ask_on(database)
    with for_firm(THEIRS):
        ask(database)
    assert scopes == [OURS, THEIRS]


def test_it_ends_before_a_write_and_when_nothing_follows(database: Database) -> None:
    with for_firm(OURS):
        ask_on(database)
        with database.write():
            assert in_use(database) == 1
        ask_on(database)
        ask_on(database)
        assert in_use(database) == 1
        database.let_go()


def test_an_error_ends_it_and_is_told_as_ever(database: Database) -> None:
    broken = OperationalError(None, None, Exception("gone"))
    broken.connection_invalidated = True
    with pytest.raises(ValueError, match="who"), database.read_on():
        raise ValueError("who")
    assert in_use(database) == 0
    with for_firm(OURS):
        ask_on(database)
        with pytest.raises(DatabaseAway), database.read():
            raise broken


def test_a_request_leaves_none_open_whatever_comes_of_it(house: House) -> None:
    visitor, message = house.visitor(), house.pane().send()
    visitor.sign_in(message)
    for path, status in (("/", 200), (f"/m/{'a' * 22}", 404), ("/api/v1/none", 404),
                         (f"/api/v1/messages/{message}/thread", 200)):  # fmt: skip
        assert visitor.call("GET", path).status_code == status
        assert in_use(house.parts.database) == 0
