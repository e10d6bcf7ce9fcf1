"""`keys`: the master key's backup and its proof; a new master key while the house works on."""

import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, select

from server.base import facts
from server.base.database import metadata
from server.base.sealed import sealed_columns
from server.base.settings import BadSetting
from server.base.vault import Vault, old_path
from server.commands import canary, keys, rotation
from server.commands.db import ensure_master_key
from server.commands.rotation import rotate
from tests.commands.conftest import Keeper, Opened
from tests.commands.letters import Letters, are_read
from tests.house import House
from tests.messages.notices import value
from tests.sandbox.running import eventually

# Columns of bytes that the vault does not seal, and why that is so.
NOT_THE_VAULTS = {
    "envelopes.file", "objects.file", "entries.draft_envelope",  # age files
    "keys.wrapped", "enrolments.challenge",  # age files to keys that their owners hold
    "pairings.answer",  # an age file to a key of a pane, for two minutes
    "keys.public", "enrolments.recipient", "pairings.recipient", "enrolments.signing_key", "passkeys.public_key",
    "key_log_hashes.hash",  # for everybody to read
    "keys.secret_sealed",  # under its owner's wrapping key, which the vault seals
    "idempotency_keys.body",  # answers without secrets, for a day
}  # fmt: skip


def test_a_backup_of_the_master_key_is_confirmed_by_opening_it(
    sqlite_house: House, keeper: Keeper, tmp_path: Path
) -> None:
    house = sqlite_house
    out = tmp_path / "master.age"
    keys.backup(house.parts.settings, out, keeper.recipient.text)
    assert house.parts.settings.master_key.read_bytes() not in out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert _noted(house) is None
    keys.confirm(house.parts.settings, out, keeper.path)
    assert _noted(house) is not None


def test_a_backup_of_another_master_key_confirms_nothing(
    sqlite_house: House, keeper: Keeper, tmp_path: Path
) -> None:
    house = sqlite_house
    Vault.make(tmp_path / "other.key")
    other = replace(house.parts.settings, master_key=tmp_path / "other.key")
    keys.backup(other, tmp_path / "other.age", keeper.recipient.text)
    with pytest.raises(BadSetting, match="another master key"):
        keys.confirm(house.parts.settings, tmp_path / "other.age", keeper.path)
    assert _noted(house) is None


def test_the_master_key_comes_back_from_its_backup_and_opens_everything(
    sqlite_house: House, keeper: Keeper, tmp_path: Path
) -> None:
    settings = sqlite_house.parts.settings
    keys.backup(settings, tmp_path / "master.age", keeper.recipient.text)
    with pytest.raises(BadSetting, match="there already"):
        keys.restore(settings, tmp_path / "master.age", keeper.path)
    settings.master_key.unlink()
    keys.restore(settings, tmp_path / "master.age", keeper.path)
    assert canary.say(settings) == 0


def test_no_start_beside_a_master_key_that_is_not_this_databases(
    sqlite_house: House, tmp_path: Path
) -> None:
    Vault.make(tmp_path / "other.key")
    other = replace(sqlite_house.parts.settings, master_key=tmp_path / "other.key")
    with pytest.raises(BadSetting, match="not the one that sealed this database"):
        ensure_master_key(other)
    (tmp_path / "other.key").write_bytes(b"cut short")
    with pytest.raises(BadSetting, match="damaged"):
        ensure_master_key(other)
    ensure_master_key(sqlite_house.parts.settings)


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(
    house: House, letters: Letters, opened: Opened, tmp_path: Path
) -> None:
    settings = house.parts.settings
    before = settings.master_key.read_bytes()
    done = rotate(settings, settle_s=0)
    assert done.indexed == 2  # Ann and Maya
    assert settings.master_key.read_bytes() != before
    assert not old_path(settings.master_key).exists()
    vault = Vault.load(settings.master_key)
    assert all(vault.is_present(value) for value in _sealed(house))
    are_read(house, letters)  # the process that ran meanwhile
    are_read(opened(settings), letters)
    (tmp_path / "old.key").write_bytes(before)
    assert canary.say(replace(settings, master_key=tmp_path / "old.key")) == 1


def test_a_rotation_that_was_killed_goes_on_and_nobody_is_locked_out_meanwhile(
    house: House, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    reseal, calls = rotation._reseal, []

    def dies(*arguments: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return reseal(*arguments)

    monkeypatch.setattr(rotation, "_reseal", dies)
    settings = house.parts.settings
    with pytest.raises(KeyboardInterrupt):
        rotate(settings, settle_s=0)
    assert old_path(settings.master_key).exists()
    present = settings.master_key.read_bytes()
    are_read(house, letters)
    third = house.pane().send(text="Dear Maya, in between")
    monkeypatch.undo()
    rotate(settings, settle_s=0)
    assert settings.master_key.read_bytes() == present
    assert not old_path(settings.master_key).exists()
    are_read(house, letters)
    maya = house.visitor()
    maya.sign_in(third)
    assert "in between" in str(maya.read(third))


def test_a_code_that_waits_for_its_mail_goes_out_after_a_rotation(house: House) -> None:
    message = house.pane().send()
    house.work()
    maya = house.visitor()
    before = maya.codes_at("maya@client.example")
    maya.post(f"/messages/{message}/codes", {"address": "maya@client.example"})
    rotate(house.parts.settings, settle_s=0)
    house.work()
    assert eventually(lambda: maya.codes_at("maya@client.example") - before)
    assert value(house, "SELECT count(*) FROM outbox WHERE lane = 'codes'") == 0


def test_every_column_of_bytes_says_whether_the_vault_seals_it() -> None:
    sealed = {f"{column.table.name}.{column.name}" for column in sealed_columns(metadata)}
    bytes_ = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_ - sealed == NOT_THE_VAULTS
    assert sealed <= bytes_


def _noted(house: House) -> facts.Fact | None:
    with house.parts.database.read() as connection:
        return facts.recall(connection, facts.MASTER_KEY_BACKED_UP)


def _sealed(house: House) -> list[bytes]:
    found: list[bytes] = []
    with house.parts.database.read() as connection:
        for column in sealed_columns(metadata):
            values = connection.execute(select(column).where(column.is_not(None))).scalars()
            found += [bytes(value) for value in values]
    return found
