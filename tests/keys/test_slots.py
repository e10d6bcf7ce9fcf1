"""Keyslots of a key of one's own: added, named, removed, and by nobody who has the session alone."""

import json
import os
from typing import Any

from sqlalchemy import select, update

from server.base.events import events
from server.base.tenancy import all_firms
from server.crypto.encoding import b64u
from server.keys.self_held.models import key_challenges, keyslots
from server.keys.self_held.proofs.service import CHALLENGE_MS, MOST_CHALLENGES
from server.keys.self_held.store import live_slots
from tests.house import House
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder
from tests.keys.test_enrolling import problem
from tests.people.authenticator import Authenticator

NOT_PROVED = (403, "key-not-proved")


def listed(holder: Holder) -> dict[str, dict[str, Any]]:
    """Her keyslots by their ids."""
    slots = holder.visitor.api("GET", "/keys/own").json["slots"]
    return {slot["slot"]: slot for slot in slots}


def of_kind(holder: Holder, kind: str) -> str:
    return next(slot for slot, row in listed(holder).items() if row["kind"] == kind)


def add(
    holder: Holder, text: str, proof: dict[str, str] | None = None, name: str = "Laptop"
) -> Any:
    body = {"text": text, "name": name, "proof": proof or holder.proof()}
    return holder.visitor.post("/keys/slots", body)


def remove(holder: Holder, slot: str, proof: dict[str, str] | None = None) -> Any:
    return holder.visitor.api("DELETE", f"/keys/slots/{slot}", {"proof": proof or holder.proof()})


def happened(house: House, kind: str) -> int:
    with all_firms("a test"), house.parts.database.read() as connection:
        return len(connection.execute(select(events.c.id).where(events.c.kind == kind)).all())


def test_of_the_slots_of_one_moment_the_recovery_code_stands_last(
    house: House, maya: Holder
) -> None:
    maya.enrol()
    with all_firms("a test"), house.parts.database.write() as connection:
        for row in connection.execute(select(keyslots)).mappings().all():
            first = "0" if row["kind"] == "recovery-code" else "f"
            moved = {"created": 1, "id": first + row["id"][1:]}
            connection.execute(update(keyslots).where(keyslots.c.id == row["id"]).values(moved))
        kinds = [row["kind"] for row in live_slots(connection, maya.person)]
    assert len(kinds) > 1
    assert kinds[-1] == "recovery-code"


def test_a_keyslot_is_added_named_used_and_removed(house: House, maya: Holder) -> None:
    maya.enrol()
    other = os.urandom(32)
    made = add(maya, maya.slot("password", other))
    assert made.status_code == 201
    slot = made.json["slot"]
    named = maya.visitor.api("PATCH", f"/keys/slots/{slot}", {"name": "  Old   laptop "})
    assert named.json == {**made.json, "name": "Old laptop"}
    assert maya.visitor.post(f"/keys/slots/{slot}/used", {}).status_code == 200
    assert listed(maya)[slot]["used"] is not None
    texts = {
        one["slot"]: one["text"] for one in maya.visitor.api("GET", "/keys/own/slots").json["slots"]
    }
    assert json.loads(texts[slot])["kind"] == "password"
    assert remove(maya, slot).status_code == 204
    assert slot not in listed(maya)
    house.work()
    assert happened(house, "keyslot.added") == happened(house, "keyslot.removed") == 1
    assert happened(house, "news.sent") == 3


def test_without_a_proof_nothing_is_added_and_nothing_removed(
    sqlite_house: House, nora: Holder
) -> None:
    nora.enrol()
    before = listed(nora)
    code, used = of_kind(nora, "recovery-code"), nora.proof()
    assert add(nora, nora.slot("password", os.urandom(32)), used).status_code == 201
    foreign = signed_in(sqlite_house, "tom@client.example")
    foreign.enrol()
    for why, proof in {
        "wrong bytes": {**nora.proof(), "bytes": b64u(bytes(32))},
        "no base64url": {**nora.proof(), "bytes": "!"},
        "used": used,
        "never asked for": {"id": "A" * 22, "bytes": b64u(bytes(32))},
        "another person's": foreign.proof(),
        "too late": _late(sqlite_house, nora),
    }.items():
        assert problem(add(nora, nora.slot("password", os.urandom(32)), proof)) == NOT_PROVED, why
        assert problem(remove(nora, code, proof)) == NOT_PROVED, why
    assert len(listed(nora)) == len(before) + 1


def _late(house: House, holder: Holder) -> dict[str, str]:
    proof = holder.proof()
    with all_firms("a test"), house.parts.database.write() as connection:
        own = key_challenges.c.id == proof["id"]
        earlier = key_challenges.c.expires - CHALLENGE_MS - 1
        connection.execute(update(key_challenges).where(own).values(expires=earlier))
    return proof


def test_the_last_of_each_kind_that_is_needed_stays(nora: Holder) -> None:
    nora.enrol()
    code, password = of_kind(nora, "recovery-code"), of_kind(nora, "password")
    assert problem(remove(nora, code)) == (409, "slot-needed")
    assert problem(remove(nora, password)) == (409, "slot-needed")
    second = add(nora, nora.slot("recovery-code", os.urandom(16))).json["slot"]
    assert remove(nora, code).status_code == 204
    assert problem(remove(nora, second)) == (409, "slot-needed")


def test_a_proof_is_not_spent_on_what_is_refused(nora: Holder) -> None:
    nora.enrol()
    proof = nora.proof()
    assert problem(remove(nora, of_kind(nora, "password"), proof)) == (409, "slot-needed")
    assert add(nora, nora.slot("password", os.urandom(32)), proof).status_code == 201


def test_the_same_keyslot_again_is_the_same_and_needs_no_second_proof(nora: Holder) -> None:
    nora.enrol()
    text, proof = nora.slot("password", os.urandom(32)), nora.proof()
    first, again = add(nora, text, proof), add(nora, text, proof)
    assert (first.status_code, first.data) == (again.status_code, again.data)
    changed = json.loads(text) | {"nonce": b64u(os.urandom(24))}
    other = json.dumps(changed, sort_keys=True, separators=(",", ":"))
    assert problem(add(nora, other)) == (409, "slot-taken")


def test_a_keyslot_of_another_key_person_or_site_is_refused(nora: Holder) -> None:
    nora.enrol()
    stranger = Holder(nora.visitor, nora.person)
    secret = bytes([1] * 32)
    for text in (
        stranger.slot("password"),
        nora.slot("password", person="f" * 32),
        nora.slot("passkey", secret, rp="elsewhere.example"),
        nora.slot("passkey", secret),
        nora.slot("firm-recovery", secret),
    ):
        assert problem(add(nora, text)) == (422, "keyslot-foreign")
    swapped = Holder(
        nora.visitor, nora.person, seeds=type(nora.seeds)(nora.seeds.encryption, secret)
    )
    assert problem(add(nora, swapped.slot("password"))) == (422, "keyslot-foreign")


def test_twenty_keyslots_are_the_most(nora: Holder) -> None:
    nora.enrol()
    for _ in range(18):
        assert add(nora, nora.slot("password", os.urandom(32))).status_code == 201
    assert problem(add(nora, nora.slot("password", os.urandom(32)))) == (409, "too-many-slots")


def test_keyslots_of_others_and_of_nobody_get_the_same_bytes(
    sqlite_house: House, nora: Holder
) -> None:
    nora.enrol()
    foreign = signed_in(sqlite_house, "tom@client.example")
    foreign.enrol()
    slot = of_kind(foreign, "password")
    for method, tail, body in (
        ("PATCH", "", {"name": "Mine"}), ("POST", "/used", {}), ("DELETE", "", {"proof": nora.proof()}),
    ):  # fmt: skip
        there = nora.visitor.api(method, f"/keys/slots/{slot}{tail}", body)
        nowhere = nora.visitor.api(method, f"/keys/slots/{'A' * 22}{tail}", body)
        assert (there.status_code, there.data) == (404, nowhere.data), method
    assert listed(foreign)[slot]["name"] == "My password"


def test_a_managed_key_has_nothing_to_prove(nora: Holder) -> None:
    assert problem(nora.visitor.post("/keys/challenges", {})) == (409, "not-self-held")
    proof = {"id": "A" * 22, "bytes": "A" * 43}
    assert problem(add(nora, nora.slot("password"), proof)) == (409, "not-self-held")
    assert problem(remove(nora, "A" * 22, proof)) == (409, "not-self-held")


def test_challenges_do_not_pile_up(sqlite_house: House, nora: Holder) -> None:
    nora.enrol()
    for _ in range(MOST_CHALLENGES + 1):
        last = nora.proof()
    with all_firms("a test"), sqlite_house.parts.database.read() as connection:
        assert len(connection.execute(select(key_challenges.c.id)).all()) <= MOST_CHALLENGES
    assert add(nora, nora.slot("password", os.urandom(32)), last).status_code == 201


def test_a_passkeys_secret_in_the_body_is_refused(nora: Holder) -> None:
    nora.enrol()
    body = {"text": nora.slot("password"), "prf": {"results": {"first": "A" * 43}}}
    assert problem(nora.visitor.post("/keys/slots", body)) == (422, "prf-in-body")


def with_passkey(holder: Holder) -> str:
    """A passkey of hers; its id."""
    authenticator = Authenticator()
    asked = holder.visitor.post("/passkeys/options", {}).json["options"]
    body = {"credential": authenticator.make(asked), "name": "Telephone"}
    made = holder.visitor.post("/passkeys", body)
    assert made.status_code == 201, made.json
    return str(made.json["id"])


def test_a_passkey_stays_while_a_keyslot_is_sealed_under_it(nora: Holder) -> None:
    credential, secret = with_passkey(nora), bytes([7] * 32)
    under = {"text": nora.slot("passkey", secret, credential=credential), "name": "Telephone"}
    begun = nora.begin(slots=[*nora.slots(), under])
    assert begun.status_code == 201, begun.json
    path = f"/passkeys/{credential}"
    assert problem(nora.visitor.api("DELETE", path)) == (409, "passkey-needed")
    nora.complete(begun.json["id"], nora.answer(begun.json["challenge"]))
    assert problem(nora.visitor.api("DELETE", path)) == (409, "passkey-needed")
    assert remove(nora, of_kind(nora, "passkey")).status_code == 204
    assert nora.visitor.api("DELETE", path).status_code == 204
    assert nora.visitor.api("GET", "/passkeys").json["passkeys"] == []
    text = nora.slot("passkey", secret, credential=credential)
    assert problem(add(nora, text)) == (422, "keyslot-foreign")


def test_a_passkey_of_another_is_nobodys(sqlite_house: House, nora: Holder) -> None:
    foreign = signed_in(sqlite_house, "tom@client.example")
    credential = with_passkey(foreign)
    there = nora.visitor.api("DELETE", f"/passkeys/{credential}")
    nowhere = nora.visitor.api("DELETE", f"/passkeys/{'A' * 43}")
    assert (there.status_code, there.data) == (404, nowhere.data)
    text = nora.slot("passkey", bytes([7] * 32), credential=credential)
    assert problem(nora.begin(slots=[*nora.slots(), {"text": text, "name": "x"}])) == (
        422, "keyslot-foreign",
    )  # fmt: skip
