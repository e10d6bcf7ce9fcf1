"""`backup` and `restore`: every row and file, or nothing; and never the master key."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from server import cli
from server.base.rows import Row, Shape
from server.base.settings import BadSetting, Settings
from server.base.vault import Vault
from server.commands import backup as backups
from server.commands import canary
from server.crypto.age import encrypt
from tests.commands.conftest import Keeper, Opened
from tests.commands.letters import Letters, are_read, count, write_letters
from tests.house import House


def test_what_was_destroyed_is_read_again(
    house: House, letters: Letters, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    made = keeper.backup(house)
    done = keeper.restore(elsewhere, made.path)
    assert {name: tally.sha256 for name, tally in done.tables.items()} == {
        name: tally.sha256 for name, tally in made.sums.tables.items()
    }
    assert done.blobs == made.sums.blobs == 1
    assert canary.say(elsewhere) == 0
    are_read(opened(elsewhere), letters)


def test_a_backup_of_sqlite_is_restored_into_postgresql(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, opened: Opened, postgresql_url: str
) -> None:
    letters = write_letters(sqlite_house)
    other = replace(elsewhere, database_url=postgresql_url)
    keeper.restore(other, keeper.backup(sqlite_house).path)
    are_read(opened(other), letters)


def test_neither_the_master_key_nor_a_word_of_a_letter_is_in_it(
    sqlite_house: House, keeper: Keeper
) -> None:
    write_letters(sqlite_house)
    plain = keeper.plain(keeper.backup(sqlite_house).path)
    assert sqlite_house.parts.settings.master_key.read_bytes() not in plain
    assert b"Dear Maya" not in plain
    assert b"maya@client.example" not in plain
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        names = tar.getnames()
        head = json.load(tar.extractfile("letterlock.json") or io.BytesIO())
    assert names[0] == "letterlock.json"
    assert names[-1] == "sums.json"
    assert {shape["name"] for shape in head["shapes"]} >= {"entries", "keys", "envelopes"}


def test_a_backup_that_was_changed_or_cut_restores_nothing(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    letters = write_letters(sqlite_house)
    made = keeper.backup(sqlite_house).path
    whole = made.read_bytes()
    wrong = keeper.folder / "wrong.age"
    for bad in (whole[:-70], whole[:-10] + bytes(10), whole[: len(whole) // 2]):
        wrong.write_bytes(bad)
        with pytest.raises(BadSetting, match="Nothing was restored"):
            keeper.restore(elsewhere, wrong)
        assert not [path for path in (elsewhere.data / "blobs").rglob("*") if path.is_file()]
    keeper.restore(elsewhere, made)
    are_read(opened(elsewhere), letters)


def test_a_row_that_is_not_what_the_backup_counted_is_refused(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letters(sqlite_house)
    right, line = keeper.backup(sqlite_house), Shape.line

    def changed(shape: Shape, row: Row) -> bytes:
        return line(shape, row).replace(b'"delivered"', b'"deliverEd"')

    monkeypatch.setattr(Shape, "line", changed)
    plain = keeper.plain(keeper.backup(sqlite_house).path)
    monkeypatch.undo()
    wrong = keeper.folder / "wrong.age"
    sums = json.dumps(right.sums.to_json()).encode()
    wrong.write_bytes(encrypt(keeper.recipient, _with_sums(plain, sums)))
    with pytest.raises(BadSetting, match="entries has another hash"):
        keeper.restore(elsewhere, wrong)


def test_a_place_with_a_firm_in_it_is_left_alone(sqlite_house: House, keeper: Keeper) -> None:
    made = keeper.backup(sqlite_house)
    before = count(sqlite_house, "events")
    with pytest.raises(BadSetting, match="not empty"):
        keeper.restore(sqlite_house.parts.settings, made.path)
    assert count(sqlite_house, "events") == before


def test_a_file_that_is_not_whole_is_named_and_the_rest_is_kept(
    sqlite_house: House, keeper: Keeper, tmp_path: Path
) -> None:
    letters = write_letters(sqlite_house)
    (file,) = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    made = keeper.backup(sqlite_house)
    (lost,) = made.sums.lost
    assert letters.heavy in lost
    assert made.sums.tables["entries"].rows == 2
    file.unlink()
    assert keeper.backup(sqlite_house).sums.lost == [lost]


def test_beside_another_master_key_it_says_which_letters_are_lost(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = write_letters(sqlite_house)
    other = replace(elsewhere, master_key=keeper.folder / "other.key")
    Vault.make(other.master_key)
    keeper.restore(other, keeper.backup(sqlite_house).path)
    assert canary.say(other) == 1
    said = capsys.readouterr().out
    assert "NOT the one" in said
    assert letters.plain in said
    assert letters.heavy in said
    assert canary.say(sqlite_house.parts.settings) == 0


def test_a_notice_that_may_have_gone_out_since_is_not_sent_again(
    house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    message = house.pane().send()
    made = keeper.backup(house)
    house.work()
    assert keeper.restore(elsewhere, made.path).asked == 1
    copy = opened(elsewhere)
    assert count(copy, "outbox") == 0
    state = copy.pane().call("GET", f"/messages/{message}").json
    assert state["notice"]["state"] == "unconfirmed"


def test_sign_ins_end_with_a_restore(
    sqlite_house: House, elsewhere: Settings, keeper: Keeper, opened: Opened
) -> None:
    letters = write_letters(sqlite_house)
    sqlite_house.visitor().sign_in(letters.plain)
    made = keeper.backup(sqlite_house)
    assert made.sums.tables["sessions"].rows == 1
    keeper.restore(elsewhere, made.path)
    assert count(opened(elsewhere), "sessions") == 0


def test_it_shows_one_state_of_a_house_that_goes_on(
    house: House, letters: Letters, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = backups._content

    def busy(connection: Connection, *arguments: Any) -> Iterator[bytes]:
        connection.exec_driver_sql("SELECT count(*) FROM firms")
        house.pane().send()
        yield from content(connection, *arguments)

    monkeypatch.setattr(backups, "_content", busy)
    assert keeper.backup(house).sums.tables["entries"].rows == 2
    assert count(house, "entries") == 3


def test_what_is_no_recipient_is_said_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.commands.backup.from_environment", lambda: None)
    assert cli.main(["backup", str(tmp_path / "x.age"), "--to", "age1pq1nonsense"]) == 2
    assert "no post-quantum age recipient" in capsys.readouterr().err


def _with_sums(plain: bytes, sums: bytes) -> bytes:
    """A backup's tar file with another end."""
    wrong = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(plain)) as tar,
        tarfile.open(fileobj=wrong, mode="w") as out,
    ):
        for member in tar:
            content = (tar.extractfile(member) or io.BytesIO()).read()
            if member.name == "sums.json":
                content, member.size = sums, len(sums)
            out.addfile(member, io.BytesIO(content))
    return wrong.getvalue()
