"""Who has lost everything gets a new key: what it costs, what stays, and what is refused."""

from typing import Any

import pytest

from server.crypto.keyslots import open_keyslot, parse_keyslot
from tests.house import House, mailbox
from tests.keys.holding import Holder
from tests.keys.test_enrolling import happened, keys_of, problem
from tests.sandbox.running import eventually


def new_key(holder: Holder) -> Holder:
    """The same person in the same browser, with another identity and other secrets."""
    return Holder(holder.visitor, holder.person)


def replaced(old: Holder) -> Holder:
    """Her new key in place of the one she lost."""
    new = new_key(old)
    begun = new.begin(replaces=old.key)
    assert (begun.status_code, begun.json["old"]) == (201, [])
    back = new.visitor.api("GET", f"/keys/enrolments/{begun.json['id']}").json
    new.open_slots(back["slots"])
    done = new.complete(begun.json["id"], new.answer(back["challenge"]))
    assert done.status_code == 200, done.json
    assert done.json == {"key": new.key, "backups_until": None}
    return new


def own(holder: Holder) -> dict[str, Any]:
    found: dict[str, Any] = holder.visitor.api("GET", "/keys/own").json
    return found


def test_a_new_key_takes_the_place_of_a_lost_one_and_nothing_of_that_is_deleted(
    house: House, maya: Holder
) -> None:
    first = own(maya)["key"]
    maya.enrol()
    old_slots = {one["slot"] for one in own(maya)["slots"]}
    new = replaced(maya)
    assert (own(new)["custody"], own(new)["key"]) == ("self-held", new.key)
    assert len(own(new)["slots"]) == 2
    assert not old_slots & {one["slot"] for one in own(new)["slots"]}
    assert new.old() == {}
    assert new.proof()["id"]
    rows = {row["fingerprint"]: row for row in keys_of(house.parts.database, maya.person)}
    assert rows[maya.key]["retired"] is not None
    assert rows[maya.key]["wrapped"] is None
    assert rows[first]["wrapped_to"] == maya.key
    database = house.parts.database
    assert (happened(database, "key.self-held"), happened(database, "key.replaced")) == (1, 1)

    former = new.visitor.api("GET", "/keys/own/former").json
    ((key),) = former["keys"]
    assert key["key"] == maya.key
    found = [parse_keyslot(text) for text in key["slots"]]
    assert {slot.slot for slot in found} == old_slots
    code = next(slot for slot in found if slot.kind == "recovery-code")
    assert open_keyslot(code, maya.code) == maya.seeds
    assert [(one["key"], one["to"]) for one in former["old"]] == [(first, maya.key)]


def test_who_has_given_up_nothing_has_nothing_put_aside(nora: Holder) -> None:
    for _ in ("managed", "self-held"):
        assert nora.visitor.api("GET", "/keys/own/former").json == {"keys": [], "old": []}
        if own(nora)["custody"] == "managed":
            nora.enrol()


def test_only_the_present_key_of_ones_own_is_given_up(nora: Holder) -> None:
    managed = own(nora)["key"]
    assert problem(nora.begin(replaces=managed)) == (409, "enrolment-outdated")
    nora.enrol()
    new = new_key(nora)
    assert problem(new.begin()) == (409, "already-self-held")
    assert problem(new.begin(replaces=managed)) == (409, "enrolment-outdated")
    assert problem(new.begin(replaces=new.key)) == (409, "enrolment-outdated")
    assert own(nora)["key"] == nora.key


def test_until_it_is_completed_the_lost_key_is_hers(nora: Holder) -> None:
    nora.enrol()
    before = own(nora)
    new = new_key(nora)
    begun = new.begin(replaces=nora.key).json
    assert own(nora) == before
    wrong = new.complete(begun["id"], "A" * 43)
    assert problem(wrong) == (403, "enrolment-not-proved")
    assert own(nora) == before
    assert nora.proof()["id"]


def test_of_two_that_were_begun_the_first_completed_holds(nora: Holder) -> None:
    nora.enrol()
    slow = new_key(nora)
    begun = slow.begin(replaces=nora.key).json
    quick = replaced(nora)
    assert slow.complete(begun["id"], slow.answer(begun["challenge"])).status_code == 404
    assert own(nora)["key"] == quick.key


def test_a_session_that_proved_no_mailbox_lately_gives_nothing_up(
    house: House, maya: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    maya.enrol()
    monkeypatch.setattr("server.people.sign_ins.proving.service.FRESH_MS", -1)
    assert problem(new_key(maya).begin(replaces=maya.key)) == (403, "fresh-code-needed")
    assert own(maya)["key"] == maya.key


def test_a_mail_says_so(house: House, maya: Holder) -> None:
    maya.enrol()
    replaced(maya)
    house.work()

    def told() -> Any:
        inbox = mailbox(house.sandbox, "maya@client.example")
        return next((one for one in inbox if one["subject"] == "You have a new key"), None)

    assert eventually(told)["from"]["address"] == "portal@hart.example"
