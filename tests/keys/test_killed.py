"""The server is killed within a completion, and every letter opens all the same."""

from typing import Any

import pytest
from sqlalchemy import Connection

from server.keys.self_held import store
from tests.house import House
from tests.prove.own_key_kills.server import END, NEW, OLD, kill, kills

ENOUGH = 1000  # statements, more than there are: killed before the answer
MARK = "SELECT 1"
EVERY = 6  # `make prove` kills before each


def test_killed_within_a_completion_the_old_or_the_new_key_opens_all(sqlite_house: House) -> None:
    left = kills(sqlite_house, every=EVERY)
    assert [one for one in left if one.wrong] == []
    assert {one.custody for one in left} == {OLD, NEW}
    assert left[-1].before == END


def test_killed_within_a_rotation_the_old_or_the_new_key_opens_all(sqlite_house: House) -> None:
    left = kills(sqlite_house, every=EVERY, again=True)
    assert [one for one in left if one.wrong] == []
    assert {one.custody for one in left} == {OLD, NEW}
    assert left[-1].before == END


def test_a_rotation_that_forgets_the_key_before_the_last_would_be_caught(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrap, handed = store.wrap_key, set[str]()

    def once(connection: Connection, person: str, key: str, *told: Any) -> None:
        if key not in handed:
            handed.add(key)
            wrap(connection, person, key, *told)

    monkeypatch.setattr(store, "wrap_key", once)
    assert kill(sqlite_house, ENOUGH, again=True).wrong


def test_a_completion_that_seals_no_old_key_to_the_new_one_would_be_caught(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "wrap_key", lambda *_told: None)
    assert kill(sqlite_house, ENOUGH).wrong


def test_a_completion_that_commits_between_the_keys_would_be_caught(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    retired = store.retire_keys

    def and_committed(connection: Connection, *told: Any) -> None:
        retired(connection, *told)
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql(MARK)

    monkeypatch.setattr(store, "retire_keys", and_committed)
    left = kill(sqlite_house, ENOUGH, at=MARK)
    assert left.before == MARK
    assert left.wrong
