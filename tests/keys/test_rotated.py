"""Who has her key puts a new one in its place: what opens, what does not, and what is refused."""

import base64
from typing import Any

import pytest
from sqlalchemy import select

from server.base.tenancy import all_firms
from server.crypto.envelope import open_envelope
from server.crypto.log.event import parse_event
from server.keys.log.models import key_log_entries
from server.keys.self_held.models import keyslots
from server.messages.models import envelopes
from tests.house import House, mailbox
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder, sealed_old
from tests.keys.pairing import of_firm, paired, panes
from tests.keys.test_enrolling import happened, keys_of, problem
from tests.keys.test_given_up import new_key, own
from tests.prove.own_key_kills.server import TEXT
from tests.sandbox.running import eventually
from tests.self_held import OwnKey


def test_letters_from_before_and_after_each_key_open_by_the_newest_alone(
    house: House, maya: Holder
) -> None:
    letters = [house.pane().send(text=TEXT)]
    managed = own(maya)["key"]
    maya.enrol()
    letters.append(house.pane().send(text=TEXT))
    second = maya.rotate()
    letters.append(house.pane().send(text=TEXT))
    third = second.rotate()
    letters.append(house.pane().send(text=TEXT))

    assert set(third.old()) == {managed, maya.key, second.key}
    third.visitor.own = OwnKey(third.seeds.signing, third.identities())
    assert [third.visitor.read(one)["text"] for one in letters] == [TEXT] * 4
    last = envelopes.c.entry_id == letters[-1]
    with all_firms("a test"), house.parts.database.read() as connection:
        hers = last & (envelopes.c.key == third.key)
        row = connection.execute(select(envelopes).where(hers)).mappings().one()
        aged = select(envelopes).where(last, envelopes.c.key.in_([maya.key, second.key]))
        assert connection.execute(aged).first() is None
    assert open_envelope(third.identity, bytes(row["file"]))


def test_the_old_keyslots_are_gone_and_the_key_is_told_of(house: House, maya: Holder) -> None:
    maya.enrol()
    maya.rotate()
    before = {one["slot"] for one in own(maya)["slots"]}
    second = own(maya)["key"]
    assert (own(maya)["custody"], second == maya.key) == ("self-held", False)
    with all_firms("a test"), house.parts.database.read() as connection:
        rows = connection.execute(select(keyslots.c.slot)).scalars().all()
    assert (set(rows), len(rows)) == (before, 2)
    rows = {row["fingerprint"]: row for row in keys_of(house.parts.database, maya.person)}
    assert rows[maya.key]["retired"] is not None
    assert rows[maya.key]["wrapped_to"] == second
    assert maya.visitor.api("GET", "/keys/own/former").json == {"keys": [], "old": []}
    database = house.parts.database
    assert [happened(database, kind) for kind in ("key.rotated", "key.replaced")] == [1, 0]


@pytest.fixture
def held(nora: Holder) -> Holder:
    """Nora with a key of her own, and an earlier one."""
    nora.enrol()
    return nora


def test_exactly_the_identities_that_she_has_are_handed_on(held: Holder) -> None:
    new = new_key(held)
    whole = held.kept(new)
    foreign = {"key": new.key, "age": sealed_old(new.identity, new.identity)}
    stanzas = base64.b64decode(whole[0]["age"]).replace(b"\n---", b"\n-> x\n\n---", 1)
    two = base64.b64encode(stanzas).decode()
    for kept in (
        [], whole[:1], whole[1:], [*whole, foreign], [*whole, whole[0]],
        [{**whole[0], "age": "AAAA"}, whole[1]], [{**whole[0], "age": "no base64"}, whole[1]],
        [{**whole[0], "age": two}, whole[1]],
    ):  # fmt: skip
        assert problem(held.rotating(new, kept=kept)) == (422, "enrolment-malformed")
    assert problem(new.begin(replaces=held.key, proof=held.proof())) == (
        422, "enrolment-malformed",
    )  # fmt: skip
    assert own(held)["key"] == held.key
    assert held.rotating(new).status_code == 201


def test_a_managed_key_is_not_handed_on_by_a_browser(nora: Holder) -> None:
    managed, new = own(nora)["key"], new_key(nora)
    kept = [{"key": managed, "age": sealed_old(new.identity, new.identity)}]
    assert problem(new.begin(kept=kept)) == (422, "enrolment-malformed")


def test_who_has_not_the_key_puts_none_in_its_place(sqlite_house: House, held: Holder) -> None:
    new = new_key(held)
    tom = signed_in(sqlite_house, "tom@client.example")
    tom.enrol()
    used = held.proof()
    assert held.rotating(new, proof=used).status_code == 201
    wrong = held.proof() | {"bytes": "A" * 43}
    for proof in (used, wrong, tom.proof()):
        assert problem(held.rotating(new, proof=proof)) == (403, "key-not-proved")
    assert problem(new.begin(replaces=held.key, kept=held.kept(new))) == (403, "key-not-proved")
    assert own(held)["key"] == held.key


def test_a_proof_is_not_spent_on_what_is_refused(held: Holder) -> None:
    new, proof = new_key(held), held.proof()
    assert held.rotating(new, proof=proof, kept=[]).status_code == 422
    assert held.rotating(new, proof=proof).status_code == 201


def test_a_session_that_proved_no_mailbox_lately_puts_no_key_in_the_place_of_another(
    held: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = new_key(held)
    begun = held.rotating(new).json
    monkeypatch.setattr("server.people.sign_ins.proving.service.FRESH_MS", -1)
    answer = new.answer(begun["challenge"])
    assert problem(new.complete(begun["id"], answer)) == (403, "fresh-code-needed")
    assert problem(held.rotating(new)) == (403, "fresh-code-needed")
    assert own(held)["key"] == held.key


def test_a_key_that_was_replaced_in_between_is_replaced_no_more(held: Holder) -> None:
    slow = new_key(held)
    begun = held.rotating(slow).json
    quick = held.rotate()
    assert slow.complete(begun["id"], slow.answer(begun["challenge"])).status_code == 404
    late = {"replaces": held.key, "kept": [], "proof": quick.proof()}
    assert problem(slow.begin(**late)) == (409, "enrolment-outdated")
    assert own(quick)["key"] == quick.key


def test_until_it_is_completed_nothing_changes_and_completed_it_is_repeated(held: Holder) -> None:
    before, new = own(held), new_key(held)
    begun = held.rotating(new).json
    assert own(held) == before
    assert problem(new.complete(begun["id"], "A" * 43)) == (403, "enrolment-not-proved")
    assert own(held) == before
    answer = new.answer(begun["challenge"])
    first, again = (new.complete(begun["id"], answer) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert first.json == {"key": new.key, "backups_until": None}


def test_a_sender_who_looked_her_up_before_is_told(sqlite_house: House, held: Holder) -> None:
    draft = sqlite_house.pane().draft()
    held.rotate()
    assert problem(draft.sign()) == (409, "stale-keys")


def test_a_slot_that_was_added_meanwhile_goes_with_the_old_key(held: Holder) -> None:
    new = new_key(held)
    begun = held.rotating(new).json
    slot = {"text": held.slot("password"), "name": "Added", "proof": held.proof()}
    assert held.visitor.post("/keys/slots", slot).status_code == 201
    assert new.complete(begun["id"], new.answer(begun["challenge"])).status_code == 200
    assert {one["name"] for one in own(new)["slots"]} == {"Recovery code", "My password"}


def test_what_was_lost_after_a_rotation_is_found_again_by_the_last_code(held: Holder) -> None:
    second = held.rotate()
    third = new_key(second)
    begun = third.begin(replaces=second.key).json
    assert third.complete(begun["id"], third.answer(begun["challenge"])).status_code == 200
    former = third.visitor.api("GET", "/keys/own/former").json
    assert [one["key"] for one in former["keys"]] == [second.key]
    assert held.key in {one["key"] for one in former["old"] if one["to"] == second.key}


def test_a_rotated_key_ends_every_pane_of_somebody_of_the_firm(house: House) -> None:
    pane, holder = of_firm(house)
    paired(pane, holder)
    assert len(panes(holder)) == 1
    new = holder.rotate()
    assert panes(new) == []
    assert own(new)["key"] == new.key


def test_the_log_says_rotated_and_a_mail_says_so(house: House, maya: Holder) -> None:
    maya.enrol()
    new = maya.rotate()
    with all_firms("a test"), house.parts.database.read() as connection:
        hers = key_log_entries.c.person_id == maya.person
        texts = select(key_log_entries.c.text).where(hers).order_by(key_log_entries.c.position)
        told = [parse_event(text) for text in connection.execute(texts).scalars()]
    assert [one.reason for one in told] == ["first", "self-held", "rotated"]
    assert told[-1].keys is not None
    assert told[-1].keys.key == new.key
    house.work()

    def arrived() -> Any:
        inbox = mailbox(house.sandbox, "maya@client.example")
        subject = "Your key was replaced by a new one"
        return next((one for one in inbox if one["subject"] == subject), None)

    assert eventually(arrived)["from"]["address"] == "portal@hart.example"
