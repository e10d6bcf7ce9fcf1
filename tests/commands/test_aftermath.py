"""A restored house sends nothing by itself, and asks about what may have left since the backup."""

from pathlib import Path
from typing import Any

import pytest

from server import migrations
from server.base.settings import Settings
from server.commands import aftermath
from tests.commands.conftest import Keeper, Opened
from tests.commands.letters import count, write_letters
from tests.house import House
from tests.messages.notices import ANN, run, value
from tests.messages.test_doubts import LOST

OLD_MS = 15 * 24 * 3_600_000


def test_a_clients_answers_in_doubt_are_the_administrators_after_a_restore(
    house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    message = house.pane().send()
    house.work()
    run(house, f"UPDATE firms SET admin = '{ANN}'")
    maya = house.visitor()
    assert maya.sign_in(message).status_code == 201
    house.sandbox.faults(graph={**LOST, "accepted": False})
    maya.answer(message, (ANN,))
    house.work()
    maya.answer(message, (ANN,), text="Dear Ann, once more")
    keeper.restore(elsewhere, keeper.backup(house).path)
    copy = opened(elsewhere)
    dead = copy.pane().api("GET", "/outbox/dead").json["dead"]
    assert [(row["kind"], row["reason"]) for row in dead] == [("notice", "unconfirmed")] * 2
    copy.work()
    assert count(copy, "outbox") == 2 + value(
        copy, "SELECT count(*) FROM outbox WHERE lane = 'chores'"
    )


def test_a_letter_that_waited_for_long_is_shown_to_its_sender_and_set_up_links_end(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    message = sqlite_house.pane().send()
    run(sqlite_house, f"UPDATE deliveries SET changed = changed - {OLD_MS}")
    run(
        sqlite_house,
        "INSERT INTO setup_keys (hash, firm_id, kind, expires)"
        " SELECT 'h', id, 'link', 9999999999999 FROM firms",
    )
    keeper.restore(elsewhere, keeper.backup(sqlite_house).path)
    copy = opened(elsewhere)
    (shown,) = copy.pane().api("GET", "/notices").json["notices"]
    assert shown["id"] == message
    assert count(copy, "setup_keys") == 0


def test_rows_are_kept_only_together_with_what_stops_them(
    house: House, elsewhere: Settings, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = write_letters(house)
    made = keeper.backup(house).path

    def fails(*_: Any) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(aftermath, "settle", fails)
    with pytest.raises(RuntimeError):
        keeper.restore(elsewhere, made)
    assert not _files(elsewhere)
    monkeypatch.undo()
    assert keeper.restore(elsewhere, made).blobs == 1
    assert letters.heavy


def test_a_migration_that_fails_afterwards_takes_no_file_of_kept_rows_away(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letters(sqlite_house)
    made, real = keeper.backup(sqlite_house).path, migrations.upgrade

    def fails(url: str, revision: str = "head") -> None:
        if revision == "head":
            raise RuntimeError("the database went away")
        real(url, revision)

    monkeypatch.setattr(migrations, "upgrade", fails)
    with pytest.raises(RuntimeError):
        keeper.restore(elsewhere, made)
    assert len(_files(elsewhere)) == 1


def _files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data / "blobs").rglob("*") if path.is_file()]
