"""The key log grows with each change of a key, in the same transaction, and proves what it says."""

import threading

import pytest
from sqlalchemy import func, select

from server.base.errors import NotFound
from server.base.tenancy import for_firm
from server.crypto.log.answer import Believed
from server.crypto.log.event import check_successor, parse_event
from server.crypto.log.refusals import LogRefused
from server.crypto.log.tree import leaf_hash, root
from server.keys import service as keys
from server.keys.log import service as log
from server.keys.log import store
from server.keys.log.models import key_log_entries
from tests.house import House
from tests.keys.growing import asked, firm_of, person, size_of, with_keys, writing


class Crash(Exception):
    """The process ends in the middle of a transaction."""


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

    def grow_and_crash() -> None:
        with writing(house) as connection:
            with_keys(connection, house, "tom@client.example")
            assert size_of(connection, maya.firm_id) == before.checkpoint.size + 1
            raise Crash

    with pytest.raises(Crash):
        grow_and_crash()
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
    shown: list[Believed] = []

    def show_and_crash() -> None:
        with writing(house) as connection:
            with_keys(connection, house, "tom@client.example")
            shown.append(asked(connection, house, maya))
            raise Crash

    with pytest.raises(Crash):
        show_and_crash()
    [kept] = shown
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
        present = log.present(connection, house.parts.vault, maya.firm_id, since=0)
        with pytest.raises(NotFound):
            log.answer(connection, house.parts.vault, maya, present, signing_key=None)
        [text] = store.texts(connection, maya.firm_id, index, 1)
    assert parse_event(text).reason == "first"
    assert "maya" not in text
