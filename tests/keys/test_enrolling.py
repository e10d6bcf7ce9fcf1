"""A managed identity becomes self-held: from the first call to the last, and what is refused."""

import base64
import json
from typing import Any

from sqlalchemy import select, update

from server.base.database import Database
from server.base.events import events
from server.base.tenancy import all_firms
from server.crypto import signing
from server.crypto.encoding import b64u
from server.crypto.envelope import open_envelope
from server.crypto.statement import parse_statement
from server.keys.models import keys, wrapping_keys
from server.keys.self_held.enrolling.service import BACKUPS_MS, LIFE_MS
from server.keys.self_held.models import enrolments, keyslots
from server.messages.models import envelopes
from server.people.sign_ins.models import sessions
from tests.house import House, mailbox
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder, opened_old
from tests.sandbox.running import eventually


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"].rpartition(":")[2]


def keys_of(database: Database, person: str) -> list[Any]:
    with all_firms("a test"), database.read() as connection:
        statement = select(keys).where(keys.c.owner_id == person).order_by(keys.c.created)
        return list(connection.execute(statement).mappings())


def happened(database: Database, kind: str) -> int:
    with all_firms("a test"), database.read() as connection:
        return len(connection.execute(select(events.c.id).where(events.c.kind == kind)).all())


def later(database: Database, milliseconds: int) -> None:
    """Let so much time go by for enrolments."""
    with all_firms("a test"), database.write() as connection:
        earlier = {"expires": enrolments.c.expires - milliseconds}
        connection.execute(update(enrolments).values(**earlier))


def test_a_key_of_her_own_in_place_of_the_firms(house: House, maya: Holder) -> None:
    before = maya.visitor.api("GET", "/keys/own").json
    assert (before["custody"], before["slots"], before["rp"]) == ("managed", [], "localhost")
    begun = maya.begin()
    assert begun.status_code == 201
    assert maya.visitor.api("GET", "/keys/own").json == before
    back = maya.visitor.api("GET", f"/keys/enrolments/{begun.json['id']}").json
    assert {name: back[name] for name in begun.json} == begun.json
    maya.open_slots(back["slots"])
    (old,) = back["old"]
    assert old["key"] == before["key"]
    identity = opened_old(maya.identity, old["age"])
    assert identity.recipient.fingerprint == before["key"]
    done = maya.complete(begun.json["id"], maya.answer(back["challenge"]))
    assert done.status_code == 200
    own = maya.visitor.api("GET", "/keys/own").json
    assert done.json["key"] == own["key"] == maya.key
    assert own["custody"] == "self-held"
    assert own["signing_key"] == b64u(signing.public_key(maya.seeds.signing))
    assert {(slot["kind"], slot["name"]) for slot in own["slots"]} == {
        ("recovery-code", "Recovery code"), ("password", "My password"),
    }  # fmt: skip
    rows = keys_of(house.parts.database, maya.person)
    assert all(row["secret_sealed"] is None for row in rows)
    assert {row["fingerprint"] for row in rows if row["retired"] is None} == {
        maya.key, signing_fingerprint(maya),
    }  # fmt: skip
    retired = next(row["retired"] for row in rows if row["fingerprint"] == before["key"])
    assert done.json["backups_until"] == (retired + BACKUPS_MS) // 1000
    with all_firms("a test"), house.parts.database.read() as connection:
        wrapping = wrapping_keys.c.owner_id == maya.person
        assert connection.execute(select(wrapping_keys).where(wrapping)).first() is None
    assert happened(house.parts.database, "key.self-held") == 1


def signing_fingerprint(holder: Holder) -> str:
    return signing.sign(holder.seeds.signing, signing.STATEMENT, "x").key


def test_an_old_letter_opens_by_the_old_identity_that_she_alone_can_take_out(
    house: House, maya: Holder
) -> None:
    letter = house.pane().send()
    before = maya.visitor.api("GET", "/keys/own").json["key"]
    with all_firms("a test"), house.parts.database.read() as connection:
        own = (envelopes.c.entry_id == letter) & (envelopes.c.key == before)
        row = connection.execute(select(envelopes).where(own)).mappings().one()
    maya.enrol()
    old = maya.old()
    envelope = open_envelope(old[before], bytes(row["file"]))
    assert parse_statement(envelope.statement).message_id == letter


def told(house: House) -> list[dict[str, Any]]:
    """The mails to Maya about her key."""
    inbox = mailbox(house.sandbox, "maya@client.example")
    return [one for one in inbox if one["subject"] == "Your key is yours alone now"]


def test_the_mail_says_when_where_and_until_when(house: House, maya: Holder) -> None:
    maya.enrol()
    house.work()
    mail = eventually(lambda: next(iter(told(house)), None))
    assert mail["from"]["address"] == "portal@hart.example"
    assert happened(house.parts.database, "news.sent") == 1


def test_a_completion_is_repeated_with_the_same_answer(house: House, maya: Holder) -> None:
    begun = maya.begin().json
    answer = maya.answer(begun["challenge"])
    first = maya.complete(begun["id"], answer)
    again = maya.complete(begun["id"], answer)
    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert happened(house.parts.database, "key.self-held") == 1
    assert problem(maya.complete(begun["id"], b64u(bytes(32)))) == (403, "enrolment-not-proved")


def test_wrong_bytes_change_nothing(sqlite_house: House, nora: Holder) -> None:
    begun = nora.begin().json
    for answer in (b64u(bytes(32)), "", "not base64url!"):
        assert problem(nora.complete(begun["id"], answer)) == (403, "enrolment-not-proved")
    assert nora.visitor.api("GET", "/keys/own").json["custody"] == "managed"
    assert nora.complete(begun["id"], nora.answer(begun["challenge"])).status_code == 200


def test_a_new_enrolment_takes_the_place_of_one_not_completed(nora: Holder) -> None:
    first, second = nora.begin().json, nora.begin().json
    assert nora.visitor.api("GET", f"/keys/enrolments/{first['id']}").status_code == 404
    assert problem(nora.complete(first["id"], nora.answer(first["challenge"])))[0] == 404
    assert nora.complete(second["id"], nora.answer(second["challenge"])).status_code == 200


def test_an_enrolment_lives_an_hour(sqlite_house: House, nora: Holder) -> None:
    begun = nora.begin().json
    later(sqlite_house.parts.database, LIFE_MS - 60_000)
    assert nora.visitor.api("GET", f"/keys/enrolments/{begun['id']}").status_code == 200
    later(sqlite_house.parts.database, 60_001)
    gone = nora.visitor.api("GET", f"/keys/enrolments/{begun['id']}")
    never = nora.visitor.api("GET", f"/keys/enrolments/{'A' * 22}")
    assert (gone.status_code, gone.data) == (404, never.data)
    assert problem(nora.complete(begun["id"], nora.answer(begun["challenge"])))[0] == 404


def test_another_persons_enrolment_is_none(sqlite_house: House, nora: Holder) -> None:
    visitor = signed_in(sqlite_house, "tom@client.example").visitor
    begun = nora.begin().json
    answer = {"challenge": nora.answer(begun["challenge"])}
    for method, tail, body in (("GET", "", None), ("POST", "/completion", answer)):
        foreign = visitor.api(method, f"/keys/enrolments/{begun['id']}{tail}", body)
        unknown = visitor.api(method, f"/keys/enrolments/{'A' * 22}{tail}", body)
        assert (foreign.status_code, foreign.data) == (404, unknown.data)


def test_a_session_that_is_not_fresh_begins_and_completes_nothing(
    sqlite_house: House, nora: Holder
) -> None:
    begun = nora.begin().json
    with all_firms("a test"), sqlite_house.parts.database.write() as connection:
        connection.execute(update(sessions).values(proved=sessions.c.proved - 601_000))
    assert problem(nora.begin()) == (403, "fresh-code-needed")
    done = nora.complete(begun["id"], nora.answer(begun["challenge"]))
    assert problem(done) == (403, "fresh-code-needed")
    assert nora.visitor.api("GET", "/keys/own").json["custody"] == "managed"


def test_a_managed_key_that_came_meanwhile_makes_it_begin_again(
    sqlite_house: House, nora: Holder
) -> None:
    begun = nora.begin().json
    with all_firms("a test"), sqlite_house.parts.database.write() as connection:
        own = (keys.c.owner_id == nora.person) & (keys.c.purpose == "encryption")
        connection.execute(update(keys).where(own).values(fingerprint="A" * 43))
    done = nora.complete(begun["id"], nora.answer(begun["challenge"]))
    assert problem(done) == (409, "enrolment-outdated")


def test_who_holds_her_key_herself_enrols_no_other(nora: Holder) -> None:
    nora.enrol()
    assert problem(Holder.of(nora.visitor).begin()) == (409, "already-self-held")


def test_nothing_managed_is_made_beside_a_key_of_her_own(sqlite_house: House, nora: Holder) -> None:
    nora.enrol()
    sqlite_house.pane().post("/lookups", {"readers": [{"address": "maya@client.example"}]})
    assert nora.visitor.api("PUT", "/me", {}).status_code == 200
    present = [
        row for row in keys_of(sqlite_house.parts.database, nora.person) if not row["retired"]
    ]
    assert [row["custody"] for row in present] == ["self-held", "self-held"]


def test_somebody_of_the_firm_enrols_at_no_portal(sqlite_house: House) -> None:
    sqlite_house.pane("ben@hart.example")
    for address in ("ben@hart.example", "not-yet@hart.example"):
        ben = signed_in(sqlite_house, address)
        assert problem(ben.begin()) == (403, "clients-only"), address


def without(holder: Holder, kind: str) -> list[dict[str, str]]:
    return [one for one in holder.slots() if json.loads(one["text"])["kind"] != kind]


REFUSED: dict[str, tuple[Any, str]] = {
    "no recovery code": (
        lambda h: {"slots": without(h, "recovery-code") + without(h, "recovery-code")},
        "enrolment-malformed",
    ),
    "nothing but recovery codes": (
        lambda h: {"slots": without(h, "password") + without(h, "password")},
        "enrolment-malformed",
    ),
    "two recovery codes": (
        lambda h: {"slots": h.slots() + without(h, "password")}, "enrolment-malformed",
    ),
    "one slot twice": (lambda h: {"slots": [*(s := h.slots()), s[1]]}, "enrolment-malformed"),
    "a slot of another person": (
        lambda h: {"slots": [*h.slots(), {"text": h.slot("password", person="f" * 32), "name": "x"}]},
        "keyslot-foreign",
    ),
    "a slot of another key": (
        lambda h: {"slots": [*h.slots(), Holder(h.visitor, h.person).slots()[1]]},
        "keyslot-foreign",
    ),
    "a passkey of another site": (
        lambda h: {"slots": [*h.slots(), passkey(h, rp="elsewhere.example")]}, "keyslot-foreign",
    ),
    "a passkey that is not hers": (
        lambda h: {"slots": [*h.slots(), passkey(h)]}, "keyslot-foreign",
    ),
    "firm recovery": (
        lambda h: {"slots": [*h.slots(), {"text": h.slot("firm-recovery", bytes(32)), "name": "x"}]},
        "keyslot-foreign",
    ),
    "a slot that is none": (
        lambda h: {"slots": [*h.slots(), {"text": "{}", "name": "x"}]}, "keyslot-malformed",
    ),
    "a password too cheap": (
        lambda h: {"slots": [*h.slots(), cheaper(h)]}, "keyslot-weak",
    ),
    "a signature for another person": (
        lambda _: {"signed_person": "f" * 32}, "enrolment-malformed",
    ),
    "a signature of another kind": (
        lambda _: {"domain": signing.STATEMENT}, "enrolment-malformed",
    ),
    "another signing key": (
        lambda _: {"signing_key": b64u(signing.public_key(signing.new_seed()))}, "keyslot-foreign",
    ),
    "a classical recipient": (lambda _: {"recipient": "age1x"}, "enrolment-malformed"),
    "another recipient": (
        lambda h: {"recipient": Holder(h.visitor, h.person).identity.recipient.text},
        "keyslot-foreign",
    ),
    "a name of spaces": (
        lambda h: {"slots": [{**one, "name": " "} for one in h.slots()]}, "invalid",
    ),
    "a passkey's secret": (
        lambda _: {"more": {"prf": {"results": {"first": "A" * 43}}}}, "prf-in-body",
    ),
}  # fmt: skip


def passkey(holder: Holder, **more: str) -> dict[str, str]:
    return {"text": holder.slot("passkey", bytes([1] * 32), **more), "name": "Phone"}


def cheaper(holder: Holder) -> dict[str, str]:
    text = holder.slot("password").replace('"memory":65536', '"memory":1024')
    return {"text": text, "name": "x"}


def test_every_refusal_says_why_and_keeps_nothing(sqlite_house: House, nora: Holder) -> None:
    found = {why: problem(nora.begin(**change(nora))) for why, (change, _) in REFUSED.items()}
    assert found == {why: (422, code) for why, (_, code) in REFUSED.items()}
    with all_firms("a test"), sqlite_house.parts.database.read() as connection:
        assert connection.execute(select(enrolments.c.id)).all() == []
        assert connection.execute(select(keyslots.c.id)).all() == []
    assert nora.begin().status_code == 201


def test_what_is_kept_of_names_and_slots_is_sealed(sqlite_house: House, nora: Holder) -> None:
    nora.enrol()
    with all_firms("a test"), sqlite_house.parts.database.read() as connection:
        rows = connection.execute(select(keyslots)).mappings().all()
    assert len(rows) == 2
    for row in rows:
        whole = b"".join(
            cell if isinstance(cell, bytes) else str(cell).encode() for cell in row.values()
        )
        assert b"My password" not in whole
        assert b"argon2id" not in whole
        assert base64.b64encode(b"My password") not in whole
