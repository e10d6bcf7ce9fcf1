"""`audit follow` reads a log from outside, tells what is new, and names the first contradiction."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update

from server.base.settings import BadSetting
from server.commands.following import over_http, say
from server.crypto.encoding import b64u
from server.crypto.log.checkpoint import Checkpoint
from server.crypto.log.event import KeyEvent, Keys
from server.crypto.log.following import Contradiction, follow
from server.crypto.log.note import ED25519, NoteKey, sign_note, write_note
from server.crypto.log.tiles import WIDTH, bundle_path, write_bundle
from server.crypto.log.tree import Tree, leaf_hash, root
from server.crypto.signing import new_seed, public_key
from server.keys.log import service as log
from server.keys.log.models import key_log_entries
from tests.house import House
from tests.keys.growing import firm_of, with_keys, writing


class Crash(Exception):
    """The process ends in the middle of a transaction."""


def reading(house: House) -> Callable[[str], bytes]:
    """What a machine elsewhere gets."""

    def fetch(path: str) -> bytes:
        answer = house.visitor().call("GET", f"/log/{path}")
        assert answer.status_code == 200, path
        return bytes(answer.data)

    return fetch


def grow(house: House, *addresses: str) -> str:
    """Give these a first key. Returns the log's verifier key."""
    with writing(house) as connection:
        for address in addresses:
            with_keys(connection, house, address)
        return log.log_key(connection, firm_of(house)).text


def test_each_entry_is_told_once(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, key = tmp_path / "state", grow(house, "maya@client.example")
    assert say(reading(house), key, state) == 0
    assert "1 entries about 1 persons; 1 are new." in capsys.readouterr().out
    grow(house, "tom@client.example")
    assert say(reading(house), key, state) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("entry 1: first, ")
    assert said[1:] == ["2 entries about 2 persons; 1 are new."]
    assert say(reading(house), key, state) == 0
    assert capsys.readouterr().out == "2 entries about 2 persons; 0 are new.\n"


def test_a_log_of_more_than_one_bundle_is_read_whole() -> None:
    seed, name, events = new_seed(), "portal.hart.example/keys", list[KeyEvent]()
    for version in range(1, WIDTH + 4):
        reason, before = ("rotated", b64u(events[-1].hash)) if events else ("first", None)
        keys = Keys(b64u(bytes(32)), None, "managed", "managed")
        events.append(KeyEvent(b64u(bytes(32)), version, before, keys, reason, 1_795_348_800))
    texts = [event.text.encode() for event in events]
    tree = Tree()
    for text in texts:
        tree.append(leaf_hash(text))
    point = Checkpoint(name, tree.size, root(tree.node, tree.size))
    served = {
        "checkpoint": write_note(point.text, [sign_note(point.text, name, seed)]).encode(),
        bundle_path(0): write_bundle(texts[:WIDTH]),
        bundle_path(1, 3): write_bundle(texts[WIDTH:]),
    }
    found = follow(served.__getitem__, NoteKey(name, ED25519, public_key(seed)))
    assert (found.size, found.persons, len(found.fresh)) == (WIDTH + 3, 1, WIDTH + 3)
    served[bundle_path(1, 3)] = write_bundle([*texts[WIDTH:-1], texts[-2]])
    with pytest.raises(Contradiction) as caught:
        follow(served.__getitem__, NoteKey(name, ED25519, public_key(seed)))
    assert (caught.value.code, caught.value.index) == ("event-chain", WIDTH + 2)


def test_a_log_that_was_made_anew_is_named_and_both_checkpoints_are_kept(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state, key = tmp_path / "state", grow(house, "maya@client.example")

    def grow_follow_and_crash() -> None:
        with writing(house) as connection:
            with_keys(connection, house, "tom@client.example")
            state.write_text(log.checkpoint(connection, firm_of(house)), encoding="utf-8")
            raise Crash

    with pytest.raises(Crash):
        grow_follow_and_crash()
    kept = state.read_text(encoding="utf-8")
    for grown, code in (((), "log-rolled-back"), (("eva@client.example",), "log-split"),
                        (("ida@client.example",), "consistency-wrong")):  # fmt: skip
        grow(house, *grown)
        assert say(reading(house), key, state) == 1
        assert capsys.readouterr().out.startswith(f"{code}: ")
        assert state.read_text(encoding="utf-8") == kept
        refused = (tmp_path / "state.refused").read_text(encoding="utf-8")
        assert refused == reading(house)("checkpoint").decode()


def test_an_entry_that_was_changed_or_taken_away_is_named(
    sqlite_house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    house, state = sqlite_house, tmp_path / "state"
    key = grow(house, "maya@client.example", "tom@client.example", "eva@client.example")
    with house.parts.database.write() as connection:
        first = key_log_entries.c.position == 0
        text = connection.execute(key_log_entries.select().where(first)).mappings().one()["text"]
        second = update(key_log_entries).where(key_log_entries.c.position == 1)
        connection.execute(second.values(text=text))
    assert say(reading(house), key, state) == 1
    assert "(entry 1)" in capsys.readouterr().out
    assert not state.exists()
    with house.parts.database.write() as connection:
        connection.execute(second.values(text="{}"))
    assert say(reading(house), key, state) == 1
    assert capsys.readouterr().out.startswith("event-malformed: ")


def test_where_nothing_is_known_nothing_is_said_to_be_wrong(
    sqlite_house: House, tmp_path: Path
) -> None:
    key, state = grow(sqlite_house, "maya@client.example"), tmp_path / "state"
    with pytest.raises(BadSetting, match="is not https"):
        over_http("http://portal.hart.example")
    with pytest.raises(BadSetting, match="did not answer"):
        over_http("http://127.0.0.1:9")("checkpoint")
    with pytest.raises(BadSetting, match="not of this log"):
        say(reading(sqlite_house), "none", state)
    state.write_text("none", encoding="utf-8")
    with pytest.raises(BadSetting, match="not of this log"):
        say(reading(sqlite_house), key, state)
    assert state.read_text(encoding="utf-8") == "none"
