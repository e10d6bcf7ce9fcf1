"""Passkeys: made by a fresh session, listed, named and removed by their owner alone."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from server.base.ids import new_token
from server.crypto.encoding import b64u
from server.people import service as people
from server.people.passkeys import service as passkeys
from server.people.passkeys.service import MOST
from server.people.sign_ins import service as sign_ins
from tests.house import House, Visitor, mailbox
from tests.people.authenticator import Authenticator
from tests.sandbox.running import eventually

MAYA, TOM = "maya@client.example", "tom@client.example"
NOT_MADE = (422, "urn:letterlock:problem:passkey-not-made")


@pytest.fixture
def maya(house: House) -> Visitor:
    return signed_in(house, MAYA)


def signed_in(house: House, address: str) -> Visitor:
    """Somebody with a fresh session; how a code makes one, others test."""
    visitor, token, vault = house.visitor(), new_token(), house.parts.vault
    firm = firm_id(house)
    with house.parts.database.write() as connection:
        person = people.find_or_make(connection, vault, firm_id=firm, address=address, name="")
        sign_ins.begin(connection, vault, token, person=(firm, person.id), about=None, proved=True)
    visitor.http.set_cookie("__Host-session", token, domain="localhost")
    return visitor


def run(house: House, statement: str) -> None:
    with house.parts.database.write() as connection:
        connection.execute(text(statement))


def events(house: House, kind: str) -> int:
    with house.parts.database.read() as connection:
        counted = text("SELECT count(*) FROM events WHERE kind = :kind")
        return int(connection.execute(counted, {"kind": kind}).scalar_one())


def options(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.post("/passkeys/options", {})
    assert answer.status_code == 201, answer.json
    found: dict[str, Any] = answer.json["options"]
    return found


def made(visitor: Visitor, authenticator: Authenticator, name: str = "My telephone") -> Any:
    credential = authenticator.make(options(visitor))
    return visitor.post("/passkeys", {"credential": credential, "name": name})


def has_mail(house: House, subject: str) -> bool:
    return subject in [one["subject"] for one in mailbox(house.sandbox, MAYA)]


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["type"]


def test_options_ask_for_a_verified_user_and_for_what_keyslots_need(
    house: House, maya: Visitor
) -> None:
    asked = options(maya)
    assert asked["rp"] == {"id": "localhost", "name": "Hart & Co"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert [one["alg"] for one in asked["pubKeyCredParams"]] == [-8, -7, -257]
    assert (asked["attestation"], asked["extensions"]) == ("none", {"prf": {}})
    with house.parts.database.read() as connection:
        person = people.find(connection, house.parts.vault, firm_id=firm_id(house), address=MAYA)
    assert person is not None
    assert person.id not in json.dumps(asked)


def firm_id(house: House) -> str:
    with house.parts.database.read() as connection:
        return str(connection.execute(text("SELECT id FROM firms")).scalar_one())


def test_a_passkey_is_kept_and_listed(maya: Visitor) -> None:
    authenticator = Authenticator()
    answer = made(maya, authenticator)
    assert (answer.status_code, answer.json["id"]) == (201, b64u(authenticator.id))
    listed = maya.api("GET", "/passkeys").json["passkeys"]
    assert listed == [
        {"id": b64u(authenticator.id), "name": "My telephone", "used": None}
        | {"created": answer.json["created"]}
    ]


def test_the_next_options_leave_known_passkeys_out_and_name_the_same_user(maya: Visitor) -> None:
    first = Authenticator()
    made(maya, first)
    known, second = options(maya), Authenticator()
    assert [one["id"] for one in known["excludeCredentials"]] == [b64u(first.id)]
    assert known["excludeCredentials"][0]["transports"] == ["hybrid", "internal"]
    second.make(known)
    assert second.handle == first.handle


def test_its_owner_is_told_by_mail_and_by_an_event(house: House, maya: Visitor) -> None:
    made(maya, Authenticator())
    house.work()
    eventually(lambda: has_mail(house, "A passkey now opens your letters too"))
    assert events(house, "passkey.made") == 1


def test_a_challenge_is_answered_once_even_wrongly(maya: Visitor) -> None:
    asked = options(maya)
    bad = Authenticator(origin="https://evil.example").make(asked)
    assert told(maya.post("/passkeys", {"credential": bad, "name": "x"})) == NOT_MADE
    good = Authenticator().make(asked)
    assert told(maya.post("/passkeys", {"credential": good, "name": "x"})) == NOT_MADE
    assert made(maya, Authenticator()).status_code == 201


def test_without_a_living_challenge_an_empty_one_is_not_answered(
    house: House, maya: Visitor
) -> None:
    body = {"name": "x", "credential": Authenticator().make(options(maya) | {"challenge": ""})}
    run(house, "DELETE FROM passkey_challenges")
    assert told(maya.post("/passkeys", body)) == NOT_MADE


def test_a_challenge_lives_ten_minutes(house: House, maya: Visitor) -> None:
    credential = Authenticator().make(options(maya))
    run(house, "UPDATE passkey_challenges SET expires = expires - 600000")
    answer = maya.post("/passkeys", {"credential": credential, "name": "x"})
    assert told(answer) == NOT_MADE


def test_a_challenge_is_that_of_its_session(house: House, maya: Visitor) -> None:
    other = signed_in(house, MAYA)
    credential = Authenticator().make(options(maya))
    assert told(other.post("/passkeys", {"credential": credential, "name": "x"})) == NOT_MADE
    assert maya.post("/passkeys", {"credential": credential, "name": "x"}).status_code == 201


def test_a_repeated_call_is_answered_alike_and_makes_one(house: House, maya: Visitor) -> None:
    body = {"credential": Authenticator().make(options(maya)), "name": "Mine"}
    answers = [maya.post("/passkeys", body) for _ in range(2)]
    assert answers[0].status_code == 201
    assert answers[0].data == answers[1].data
    assert events(house, "passkey.made") == 1


def test_a_passkey_of_somebody_else_is_not_made_once_more(house: House, maya: Visitor) -> None:
    authenticator = Authenticator()
    made(maya, authenticator)
    assert told(made(signed_in(house, TOM), authenticator)) == NOT_MADE


def test_what_makes_a_passkey_needs_a_fresh_code(house: House, maya: Visitor) -> None:
    credential = Authenticator().make(options(maya))
    run(house, "UPDATE sessions SET proved = proved - 660000")
    for path, body in (
        ("/passkeys/options", {}), ("/passkeys", {"credential": credential, "name": "x"}),
    ):  # fmt: skip
        answer = maya.post(path, body)
        assert told(answer) == (403, "urn:letterlock:problem:fresh-code-needed")


def test_a_body_with_a_result_of_the_prf_is_refused_and_leaves_nothing(
    house: House, maya: Visitor
) -> None:
    secret = {"results": {"first": "c2VjcmV0"}}
    credential = Authenticator().make(options(maya))
    credential["clientExtensionResults"]["prf"] = secret
    answers = [
        maya.post("/passkeys", {"credential": credential, "name": "x"}),
        maya.post("/passkeys", {"credential": {}, "more": [{"prf": secret}]}),
        maya.post("/passkeys/options", {"prf": secret}),
        maya.post("/sessions/passkey", {"credential": credential}),
        maya.post("/passkeys/challenges", {"prf": secret}),
        maya.api("PATCH", "/passkeys/" + "x" * 22, {"name": "x", "prf": secret}),
        maya.api(
            "POST", "/passkeys", data="[" * 30_000 + "]" * 30_000, content_type="application/json"
        ),
    ]
    assert {told(one) for one in answers} == {(422, "urn:letterlock:problem:prf-in-body")}
    with house.parts.database.read() as connection:
        for table in ("passkeys", "idempotency_keys"):
            kept = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "c2VjcmV0" not in str(kept)


def test_a_name_is_one_line_and_kept_sealed(house: House, maya: Visitor) -> None:
    for name in ("", " ", "x" * 61, "a\nb", "a\u202eb"):
        assert made(maya, Authenticator(), name).status_code == 422
    made(maya, Authenticator(), "Blue telephone")
    with house.parts.database.read() as connection:
        for table in ("passkeys", "events", "outbox", "idempotency_keys"):
            kept = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert "Blue" not in str(kept)


def test_a_passkey_is_called_otherwise_by_its_owner_alone(house: House, maya: Visitor) -> None:
    authenticator = Authenticator()
    made(maya, authenticator)
    path = f"/passkeys/{b64u(authenticator.id)}"
    answer = maya.api("PATCH", path, {"name": "Old telephone"})
    assert (answer.status_code, answer.json["name"]) == (200, "Old telephone")
    tom = signed_in(house, TOM)
    foreign = tom.api("PATCH", path, {"name": "Mine"})
    unknown = tom.api("PATCH", "/passkeys/" + "x" * 22, {"name": "Mine"})
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.data == unknown.data
    assert tom.api("GET", "/passkeys").json == {"passkeys": []}
    assert maya.api("GET", "/passkeys").json["passkeys"][0]["name"] == "Old telephone"


def test_twenty_passkeys_are_the_most(sqlite_house: House) -> None:
    maya = signed_in(sqlite_house, MAYA)
    waiting = Authenticator()
    for _ in range(MOST):
        assert made(maya, Authenticator("EdDSA")).status_code == 201
    answers = [
        maya.post("/passkeys/options", {}),
        maya.post(
            "/passkeys",
            {"credential": waiting.make({"user": {"id": "eA"}, "challenge": "eA"}), "name": "x"},
        ),
    ]
    assert {told(one) for one in answers} == {(409, "urn:letterlock:problem:too-many-passkeys")}


def test_a_removed_passkey_is_gone_and_its_owner_told(house: House, maya: Visitor) -> None:
    authenticator = Authenticator()
    made(maya, authenticator)
    credential = b64u(authenticator.id)
    with house.parts.database.write() as connection:
        person = people.find(connection, house.parts.vault, firm_id=firm_id(house), address=MAYA)
        assert person is not None
        assert passkeys.belongs(connection, person.id, credential)
        passkeys.remove(connection, person=person, credential=credential, browser="Firefox")
        assert not passkeys.belongs(connection, person.id, credential)
    assert maya.api("GET", "/passkeys").json == {"passkeys": []}
    house.work()
    eventually(lambda: has_mail(house, "A passkey no longer opens your letters"))
    assert events(house, "passkey.removed") == 1
