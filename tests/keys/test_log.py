"""The key log grows with each change of a key, in the same transaction, and proves what it says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, func, select

from server.base.errors import NotFound
from server.base.tenancy import all_firms, for_firm
from server.crypto.encoding import b64u
from server.crypto.log.answer import Asking, Believed, check_answer
from server.crypto.log.checkpoint import Trust, open_checkpoint
from server.crypto.log.event import Keys, check_successor, parse_event
from server.crypto.log.refusals import LogRefused
from server.crypto.log.tree import leaf_hash, root
from server.firms import service as firms
from server.keys import service as keys
from server.keys.log import service as log
from server.keys.log import store
from server.keys.log.models import key_log_entries, key_logs
from server.people import service as people
from server.people.service import Person
from tests.house import House


@contextmanager
def writing(house: House) -> Iterator[Connection]:
    """A transaction of the demo firm."""
    with for_firm(firm_of(house)), house.parts.database.write() as connection:
        yield connection


def firm_of(house: House) -> str:
    """The id of the demo firm."""
    with all_firms("a test looks for its firm"), house.parts.database.read() as connection:
        return firms.every(connection)[0].id


def person(connection: Connection, house: House, address: str) -> Person:
    firm_id = connection.get_execution_options()["letterlock_firm"]
    return people.find_or_make(
        connection, house.parts.vault, firm_id=firm_id, address=address, name=""
    )


def with_keys(connection: Connection, house: House, address: str, *, signs: bool = False) -> Person:
    found = person(connection, house, address)
    keys.ensure(connection, house.parts.vault, found, signs=signs)
    return found


def asked(
    connection: Connection, house: House, who: Person, before: Believed | None = None
) -> Believed:
    """What a reader believes who checks the answer about `who`, having believed `before`."""
    vault = house.parts.vault
    signs = _signing_key(connection, who)
    kept = before.checkpoint if before else None
    said = log.answer(connection, vault, who, since=kept.size if kept else 0, signing_key=signs)
    reading = keys.reading_key(connection, who)
    asking = Asking(
        address=who.address,
        keys=Keys(reading.fingerprint, signs, reading.level, reading.level),
        directory_key=keys.directory_key(connection, who.firm_id),
        trust=Trust(log.log_key(connection, who.firm_id)),
        kept=kept,
        known=before.seen if before else None,
    )
    return check_answer(said.text, said.signature, asking)


def _signing_key(connection: Connection, who: Person) -> str | None:
    try:
        return b64u(keys.signing_key(connection, who).public)
    except NotFound:
        return None


def size_of(connection: Connection, firm_id: str) -> int:
    where = key_logs.c.firm_id == firm_id
    return int(connection.execute(select(key_logs.c.size).where(where)).scalar() or 0)


def test_a_new_key_is_in_the_log_and_a_reader_can_check_it(house: House) -> None:
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        before = size_of(connection, maya.firm_id)
        seen = asked(connection, house, maya)
        keys.ensure(connection, house.parts.vault, maya, signs=False)
        assert size_of(connection, maya.firm_id) == before == seen.checkpoint.size
    assert (seen.seen.event.reason, seen.seen.event.version) == ("first", 1)


def test_who_first_reads_and_later_signs_has_a_second_event(house: House) -> None:
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        first = asked(connection, house, maya)
    with writing(house) as connection:
        keys.ensure(connection, house.parts.vault, maya, signs=True)
        second = asked(connection, house, maya, first)
    check_successor(first.seen.event, second.seen.event)
    assert second.seen.event.reason == "rotated"
    assert second.seen.event.keys is not None
    assert first.seen.event.keys is not None
    assert second.seen.event.keys.key == first.seen.event.keys.key


def test_every_size_of_the_log_follows_every_smaller_one(house: House) -> None:
    with writing(house) as connection:
        found = [
            asked(connection, house, with_keys(connection, house, f"c{n}@client.example"))
            for n in range(19)
        ]
        last = with_keys(connection, house, "c0@client.example")
        for each in found:
            here = Believed(each.checkpoint, found[0].seen)
            assert asked(connection, house, last, here).checkpoint == found[-1].checkpoint
        firm_id = last.firm_id
        texts = store.texts(connection, firm_id, 0, 99)
        tree = dict(store.all_hashes(connection, firm_id))
    assert [tree[0, n] for n in range(len(texts))] == [leaf_hash(t.encode()) for t in texts]
    assert root(lambda level, at: tree[level, at], len(texts)) == found[-1].checkpoint.root


def test_a_transaction_that_fails_leaves_no_gap(house: House) -> None:
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        before = asked(connection, house, maya)

    class Crash(Exception):
        pass

    with pytest.raises(Crash), writing(house) as connection:
        with_keys(connection, house, "tom@client.example")
        assert size_of(connection, maya.firm_id) == before.checkpoint.size + 1
        raise Crash
    with writing(house) as connection:
        assert size_of(connection, maya.firm_id) == before.checkpoint.size
        eva = with_keys(connection, house, "eva@client.example")
        after = asked(connection, house, eva)
        assert (after.seen.index, after.checkpoint.size) == (
            before.checkpoint.size,
            before.checkpoint.size + 1,
        )
        assert asked(connection, house, maya, before).checkpoint == after.checkpoint


def test_keys_made_at_once_stand_one_after_the_other(house: House) -> None:
    firm_id = firm_of(house)
    gate, failed = threading.Barrier(4), []

    def make(number: int) -> None:
        try:
            gate.wait()
            with for_firm(firm_id), house.parts.database.write() as connection:
                with_keys(connection, house, f"at-once-{number}@client.example", signs=True)
        except Exception as error:  # noqa: BLE001 whatever a thread meets is this test's to show
            failed.append(error)

    with writing(house) as connection:
        before = size_of(connection, firm_id)
    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed
    with writing(house) as connection:
        assert size_of(connection, firm_id) == before + 4
        count = select(func.count()).select_from(key_log_entries)
        assert connection.execute(count.where(key_log_entries.c.firm_id == firm_id)).scalar() == (
            before + 4
        )
        for number in range(4):
            who = person(connection, house, f"at-once-{number}@client.example")
            asked(connection, house, who)


def test_a_log_that_was_rolled_back_and_grew_otherwise_is_refused(house: House) -> None:
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
    with pytest.raises(ZeroDivisionError), writing(house) as connection:
        with_keys(connection, house, "tom@client.example")
        kept = asked(connection, house, maya)
        1 / 0  # noqa: B018 the reader has seen what the database forgets now
    with writing(house) as connection:
        with pytest.raises(LogRefused, match="shorter"):
            asked(connection, house, maya, kept)
        with_keys(connection, house, "eva@client.example")
        with pytest.raises(LogRefused, match="not the same"):
            asked(connection, house, maya, kept)
        with_keys(connection, house, "ida@client.example")
        with pytest.raises(LogRefused, match="only grown"):
            asked(connection, house, maya, kept)


def test_a_salt_that_was_destroyed_leaves_the_entry_and_nobody_to_name(house: House) -> None:
    with writing(house) as connection:
        maya = with_keys(connection, house, "maya@client.example")
        index = asked(connection, house, maya).seen.index
        log.forget(connection, maya)
        with pytest.raises(NotFound):
            log.answer(connection, house.parts.vault, maya, since=0, signing_key=None)
        [text] = store.texts(connection, maya.firm_id, index, 1)
    assert parse_event(text).reason == "first"
    assert "maya" not in text
