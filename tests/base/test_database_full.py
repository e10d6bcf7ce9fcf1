"""A full disk: letters can be read and thrown away, what grows is refused in words, and it heals."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from server.base import disk
from server.base.access import WHEN_FULL
from server.base.disk import Disk
from tests.house import House
from tests.keys.pairing import Pairing, of_firm, paired

SMALL = 256 * 1024


@pytest.fixture
def fill(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Disk]:
    """Leaves no page for the database but those that the ballast holds, once it is given up."""
    database = sqlite_house.parts.database
    found = database.disk
    assert found is not None
    room = 0

    def full() -> Disk:
        with database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

        @event.listens_for(database.engine, "connect")
        def limit(connection: sqlite3.Connection, _record: object) -> None:
            free = 0 if found.has_ballast else SMALL // 4096
            connection.execute(f"PRAGMA max_page_count = {pages + free}")

        database.engine.dispose()
        return found

    monkeypatch.setattr(disk, "BALLAST", SMALL)
    found.prepare()
    monkeypatch.setattr(Disk, "_room", lambda _self: room)
    return full


def test_reading_and_throwing_away_go_on_when_the_disk_is_full(
    sqlite_house: House, fill: Callable[[], Disk]
) -> None:
    house = sqlite_house
    pane = house.pane()
    sent, thrown = pane.send(text="Dear Maya"), pane.draft().id
    house.work()
    found = fill()
    body = {"draft_id": "7a1f3d42-0f6e-4b80-9c55-0a4f52c3b7de"}
    while (answer := pane.post("/messages", body)).status_code == 201:
        body["draft_id"] = f"{int(body['draft_id'][:8], 16) + 1:08x}{body['draft_id'][8:]}"
    assert answer.status_code == 507
    assert answer.json["type"] == "urn:letterlock:problem:disk-full"
    assert found.is_full
    assert not found.has_ballast
    house.parts.database.engine.dispose()  # what is free now is seen by a new connection
    assert pane.post("/messages", body).status_code == 507
    maya = house.visitor()
    assert maya.sign_in(sent).status_code == 201
    assert "Dear Maya" in str(maya.read(sent))
    assert pane.call("DELETE", f"/messages/{thrown}").status_code == 204


def test_it_goes_on_by_itself_when_there_is_room(
    sqlite_house: House, fill: Callable[[], Disk], monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = sqlite_house.pane()
    found = fill()
    found.give_way()
    assert pane.put(f"/messages/{'a' * 22}/draft", {}).status_code == 507
    monkeypatch.setattr(Disk, "_room", lambda _self: 2 * SMALL)
    sqlite_house.parts.database.engine.dispose()
    assert pane.put(f"/messages/{'a' * 22}/draft", {}).status_code == 422
    assert found.has_ballast
    assert not found.is_full


def test_the_ballast_holds_room_that_nobody_else_can_take(tmp_path: Path) -> None:
    found = Disk(tmp_path)
    found.prepare()
    state = (tmp_path / "ballast").stat()
    assert state.st_size == state.st_blocks * 512 == 64 * 1024 * 1024
    found.give_way()
    assert [path.name for path in tmp_path.iterdir()] == ["disk-full"]


def test_a_pane_gets_its_share_when_the_disk_is_full_and_none_is_paired(
    sqlite_house: House, fill: Callable[[], Disk]
) -> None:
    pane, ann = of_firm(sqlite_house)
    made = paired(pane, ann)
    fill().give_way()
    sqlite_house.parts.database.engine.dispose()
    asked = pane.post(f"/panes/{made['pane']}/share", {})
    assert asked.json == {"share": made["share"]}
    assert Pairing(pane, ann).begin().status_code == 507


def test_what_goes_on_is_named_as_the_routes_are(sqlite_house: House) -> None:
    assert set(sqlite_house.app.view_functions) >= WHEN_FULL
