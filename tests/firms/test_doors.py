"""Firms in memory: how old what is known of one may be."""

from types import SimpleNamespace

import pytest
from sqlalchemy import event, text

from server.base.errors import NotFound
from server.firms import service, store
from server.firms.service import KEPT_S, Doors
from tests.house import ADDIN_ORIGIN, ORIGIN, House


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that a test moves."""
    clock = SimpleNamespace(now=1000.0)
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(service, "time", clock)
    monkeypatch.setattr(store, "time", clock)
    monkeypatch.setattr(store, "_last_change", float("-inf"))
    return clock


def elsewhere(house: House, change: str) -> None:
    """Change the firm as another process would: nothing here hears of it."""
    with house.parts.database.write() as connection:
        connection.execute(text(f"UPDATE firms SET {change}"))


def asked(house: House, doors: Doors) -> int:
    """How often the database is asked when both origins are looked up."""
    seen: list[str] = []
    event.listen(house.parts.database.engine, "begin", lambda _: seen.append("begin"))
    assert doors.at(ORIGIN) == doors.at(ADDIN_ORIGIN)
    return len(seen)


def test_a_firm_is_asked_for_once_in_two_seconds(
    sqlite_house: House, clock: SimpleNamespace
) -> None:
    doors = Doors(sqlite_house.parts.database)
    assert [asked(sqlite_house, doors) for _ in range(3)] == [2, 0, 0]
    elsewhere(sqlite_house, "name = 'Moved & Co'")
    assert doors.at(ORIGIN).name == "Hart & Co"
    clock.now += KEPT_S
    assert doors.at(ORIGIN).name == "Moved & Co"


def test_a_firm_that_moved_is_gone_from_its_old_address(
    sqlite_house: House, clock: SimpleNamespace
) -> None:
    doors = Doors(sqlite_house.parts.database)
    doors.at(ORIGIN)
    elsewhere(sqlite_house, "origin = 'https://new.example'")
    clock.now += KEPT_S
    with pytest.raises(NotFound):
        doors.at(ORIGIN)


def test_this_process_sees_its_own_change_at_once_and_keeps_nothing_read_beside_it(
    sqlite_house: House, clock: SimpleNamespace
) -> None:
    doors, database = Doors(sqlite_house.parts.database), sqlite_house.parts.database
    firm = doors.at(ORIGIN)
    with database.write() as connection:
        store.update(connection, firm.id, {"name": "New & Co"})
        clock.now += 0.1
        assert doors.at(ORIGIN).name == "Hart & Co"  # read before the commit
    assert doors.at(ORIGIN).name == "New & Co"
    clock.now += KEPT_S + 0.1
    doors.at(ORIGIN)
    assert asked(sqlite_house, doors) == 1  # the other origin: what comes later is kept again


def test_a_firm_in_its_first_run_is_asked_for_each_time(
    sqlite_house: House, clock: SimpleNamespace
) -> None:
    doors = Doors(sqlite_house.parts.database)
    elsewhere(sqlite_house, "opened = NULL")
    assert not doors.at(ORIGIN).is_open
    elsewhere(sqlite_house, "opened = 1")
    assert doors.at(ORIGIN).is_open
    assert clock.now == 1000.0
