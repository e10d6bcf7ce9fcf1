"""`audit verify` reads the whole log again, and names the first entry of each kind of damage."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from server.commands import audit
from server.crypto.encoding import canonical, parse_canonical
from server.crypto.log.tree import leaf_hash
from server.keys.log import service as log
from server.keys.log.models import key_log_entries, key_log_hashes, key_logs
from server.keys.log.verifying.service import Fault, verify
from server.keys.models import keys as key_table
from tests.house import House
from tests.keys.growing import with_keys, writing

entries, hashes = key_log_entries.c, key_log_hashes.c
Damage = Callable[[Connection], Any]


class Crash(Exception):
    """The process ends in the middle of a transaction."""


def grown(connection: Connection, house: House) -> str:
    """A log of seven entries: Maya's are 0 and 6, Tom's 1, 3 and 5, the others' 2 and 4."""
    with_keys(connection, house, "maya@client.example")
    tom = with_keys(connection, house, "tom@client.example")
    with_keys(connection, house, "eva@client.example")
    log.append_key_event(connection, house.parts.vault, tom, "rotated")
    with_keys(connection, house, "ida@client.example")
    with_keys(connection, house, "tom@client.example", signs=True)
    maya = with_keys(connection, house, "maya@client.example", signs=True)
    return maya.firm_id


def changed(connection: Connection, index: int, *, hashed: bool = False, **members: Any) -> None:
    """Another entry in an entry's place, maybe with a leaf hash that fits."""
    text = connection.execute(select(entries.text).where(at(index))).scalar_one()
    record: Any = parse_canonical(text)
    other = canonical(record | members)
    connection.execute(update(key_log_entries).where(at(index)).values(text=other))
    if hashed:
        which = (hashes.level == 0) & (hashes.position == index)
        leaf = leaf_hash(other.encode())
        connection.execute(update(key_log_hashes).where(which).values(hash=leaf))


def at(index: int) -> Any:
    """The entry with this index."""
    return entries.position == index


def moved(connection: Connection, old: int, new: int) -> None:
    """An entry at another index."""
    connection.execute(update(key_log_entries).where(at(old)).values(position=new))


def swapped(connection: Connection) -> None:
    """Two entries in each other's place."""
    for old, new in ((2, 99), (4, 2), (99, 4)):
        moved(connection, old, new)


def reworded(connection: Connection, old: str, new: str) -> None:
    """Another checkpoint in the checkpoint's place."""
    note = connection.execute(select(key_logs.c.checkpoint)).scalar_one()
    assert old in note
    connection.execute(update(key_logs).values(checkpoint=note.replace(old, new)))


def _root(connection: Connection, index: int) -> None:
    wrong = (hashes.level == 1) & (hashes.position == index)
    connection.execute(update(key_log_hashes).where(wrong).values(hash=bytes(32)))


DAMAGES: dict[str, tuple[Damage, int | None, str]] = {
    "changed": (lambda c: changed(c, 3, time=1), 3, "not the one that was hashed"),
    "changed with its hash": (lambda c: changed(c, 3, hashed=True, time=1), 3, "event-chain"),
    "changed with its hash, seen by the next": (
        lambda c: changed(c, 3, hashed=True, key="A" * 43), 5, "event-chain",
    ),
    "changed with its hash, nobody's before": (
        lambda c: changed(c, 2, hashed=True, key="A" * 43), 2, "the hash over 2 entries",
    ),
    "removed": (lambda c: c.execute(delete(key_log_entries).where(at(3))), 3, "missing"),
    "removed at the end": (lambda c: c.execute(delete(key_log_entries).where(at(6))), 6, "the hash over 1"),
    "moved": (lambda c: moved(c, 6, 7), 6, "missing"),
    "reordered": (swapped, 2, "not the one that was hashed"),
    "another hash": (lambda c: _root(c, 1), 2, "the hash over 2 entries"),
    "a hash less": (
        lambda c: c.execute(delete(key_log_hashes).where(hashes.level == 1)), None, "are missing",
    ),
    "another size": (lambda c: reworded(c, "\n7\n", "\n6\n"), None, "note-signature"),
    "another signature": (lambda c: reworded(c, "=\n\n—", "=\n\n— x"), None, "note-"),
}  # fmt: skip


def found_after(house: House, firm_id: str, damage: Damage) -> Fault:
    """The first fault after a damage, which is undone."""
    found: list[Fault] = []

    def harm_and_crash() -> None:
        with house.parts.database.write() as connection:
            damage(connection)
            found.extend(verify(connection, firm_id).faults)
            raise Crash

    with pytest.raises(Crash):
        harm_and_crash()
    return found[0]


def test_damage_is_named_by_its_first_entry(house: House) -> None:
    with writing(house) as connection:
        firm_id = grown(connection, house)
        assert verify(connection, firm_id).faults == ()
    for name, (damage, index, words) in DAMAGES.items():
        fault = found_after(house, firm_id, damage)
        assert (name, fault.index) == (name, index)
        assert words in fault.words, name


def test_a_key_in_use_that_no_entry_names_is_found(sqlite_house: House) -> None:
    with writing(sqlite_house) as connection:
        firm_id = grown(connection, sqlite_house)
        maya = with_keys(connection, sqlite_house, "maya@client.example")
    where = (key_table.c.owner_id == maya.id) & (key_table.c.purpose == "encryption")
    other = update(key_table).where(where).values(fingerprint="A" * 43)
    fault = found_after(sqlite_house, firm_id, lambda connection: connection.execute(other))
    assert fault == Fault("the keys in use are not those of their person's last entry", 6)


def test_the_command_says_what_it_read_and_fails_where_something_is_wrong(
    house: House, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint"
    with writing(house) as connection:
        firm_id = grown(connection, house)
        kept.write_text(log.checkpoint(connection, firm_id), encoding="utf-8")
    assert audit.say(house.parts.settings, kept) == 0
    assert "7 entries about 4 persons" in (said := capsys.readouterr().out)
    assert "begins with the checkpoint you gave" in said
    with house.parts.database.write() as connection:
        changed(connection, 3, time=1)
    assert audit.say(house.parts.settings) == 1
    assert "(entry 3)" in capsys.readouterr().out


def test_a_log_that_was_made_anew_shows_against_a_checkpoint_kept_elsewhere(house: House) -> None:
    notes = []

    def grow_and_crash() -> None:
        with writing(house) as connection:
            with_keys(connection, house, "tom@client.example")
            notes.append(log.checkpoint(connection, firm_id))
            raise Crash

    with writing(house) as connection:
        firm_id = with_keys(connection, house, "maya@client.example").firm_id
    with pytest.raises(Crash):
        grow_and_crash()
    with writing(house) as connection:
        assert "shortened" in verify(connection, firm_id, kept=notes[0]).faults[0].words
        with_keys(connection, house, "eva@client.example")
        assert verify(connection, firm_id).faults == ()
        assert "not those" in verify(connection, firm_id, kept=notes[0]).faults[0].words
        with_keys(connection, house, "tom@client.example")
        assert "not those" in verify(connection, firm_id, kept=notes[0]).faults[0].words
        now = log.checkpoint(connection, firm_id)
        assert verify(connection, firm_id, kept=now).faults == ()
