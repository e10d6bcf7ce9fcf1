"""Signing in by a passkey: what opens a session, and that every refusal is the same one."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from server.base import housekeeping
from server.base.housekeeping import DAY_MS
from server.crypto.encoding import b64u
from server.people.passkeys.signing_in import LIFE_MS
from server.people.sign_ins.service import WRONG_PER_NETWORK
from tests.house import House, Visitor
from tests.people.authenticator import FLAG, Authenticator
from tests.people.test_passkeys import MAYA, events, firm_id, made, run, signed_in, told

REFUSED = (403, "urn:letterlock:problem:passkey-refused")


@pytest.fixture
def key(house: House) -> Authenticator:
    """Maya's passkey."""
    return passkey(house)


def passkey(house: House, kind: str = "EdDSA") -> Authenticator:
    authenticator = Authenticator(kind)
    assert made(signed_in(house, MAYA), authenticator).status_code == 201
    return authenticator


def challenge(visitor: Visitor) -> dict[str, Any]:
    answer = visitor.post("/passkeys/challenges", {})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json["options"]
    return found


def enter(visitor: Visitor, authenticator: Authenticator) -> Any:
    credential = authenticator.get(challenge(visitor))
    return visitor.post("/sessions/passkey", {"credential": credential})


def test_a_passkey_signs_in(house: House, key: Authenticator) -> None:
    visitor = house.visitor()
    answer = enter(visitor, key)
    assert (answer.status_code, answer.json) == (201, {"signed_in": True})
    assert answer.headers["Set-Cookie"].startswith("__Host-session=")
    [listed] = visitor.api("GET", "/passkeys").json["passkeys"]
    assert listed["used"] >= listed["created"]
    assert events(house, "passkey.used") == 1


def test_a_passkey_ends_the_session_that_this_browser_had(house: House, key: Authenticator) -> None:
    visitor = signed_in(house, MAYA)
    earlier = visitor.http.get_cookie("__Host-session", domain="localhost")
    assert earlier is not None
    assert enter(visitor, key).status_code == 201
    assert visitor.api("GET", "/passkeys").status_code == 200
    visitor.http.set_cookie("__Host-session", earlier.value, domain="localhost")
    assert visitor.api("GET", "/passkeys").status_code == 401


def test_the_challenge_asks_for_a_verified_user_and_names_nobody(house: House) -> None:
    visitor = house.visitor()
    answer = visitor.post("/passkeys/challenges", {})
    asked = answer.json["options"]
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    assert asked["allowCredentials"] == []
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-passkey=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=300"} <= set(
        cookie.split("; ")
    )


def test_a_session_by_passkey_is_not_fresh(house: House, key: Authenticator) -> None:
    visitor = house.visitor()
    assert enter(visitor, key).status_code == 201
    answer = visitor.post("/passkeys/options", {})
    assert told(answer) == (403, "urn:letterlock:problem:fresh-code-needed")


def test_whatever_fails_is_refused_in_the_same_bytes(house: House, key: Authenticator) -> None:
    unknown = enter(house.visitor(), Authenticator("EdDSA", handle=key.handle))
    wrongs: list[dict[str, Any]] = [
        {"origin": "https://evil.example"},
        {"rp": "evil.example"},
        {"flags": FLAG.UP},
        {"flags": FLAG.UV},
        {"cross_origin": True},
        {"handle": b64u(b"somebody else")},
        {"key": Authenticator("EdDSA").key},
        {"id": b"nobody's passkey"},
        {"id": b""},
    ]
    for wrong in wrongs:
        visitor = house.visitor()
        answer = enter(visitor, replace(key, **wrong))
        assert told(answer) == REFUSED, wrong
        assert answer.data == unknown.data
        assert sorted(answer.headers.keys()) == sorted(unknown.headers.keys())
        assert visitor.api("GET", "/passkeys").status_code == 401
    for body in ({}, {"rawId": "x"}, {"rawId": "eA", "response": {}}):
        visitor = house.visitor()
        challenge(visitor)
        answer = visitor.post("/sessions/passkey", {"credential": body})
        assert (told(answer), answer.data) == (REFUSED, unknown.data), body
    for right in (key, replace(key, handle="")):
        assert enter(house.visitor(), right).status_code == 201


def test_a_challenge_works_once(house: House, key: Authenticator) -> None:
    visitor = house.visitor()
    credential = key.get(challenge(visitor))
    assert visitor.post("/sessions/passkey", {"credential": credential}).status_code == 201
    assert told(visitor.post("/sessions/passkey", {"credential": credential})) == REFUSED
    assert enter(visitor, key).status_code == 201


def test_a_challenge_that_was_answered_wrongly_is_gone(house: House, key: Authenticator) -> None:
    visitor = house.visitor()
    asked = challenge(visitor)
    bad = visitor.post("/sessions/passkey", {"credential": Authenticator().get(asked)})
    assert told(bad) == REFUSED
    assert told(visitor.post("/sessions/passkey", {"credential": key.get(asked)})) == REFUSED


def test_a_challenge_is_that_of_its_browser(house: House, key: Authenticator) -> None:
    visitor, other = house.visitor(), house.visitor()
    credential = key.get(challenge(visitor))
    assert told(other.post("/sessions/passkey", {"credential": credential})) == REFUSED
    challenge(other)
    assert told(other.post("/sessions/passkey", {"credential": credential})) == REFUSED
    assert visitor.post("/sessions/passkey", {"credential": credential}).status_code == 201


def test_a_challenge_lives_five_minutes_whatever_the_cookie_says(
    house: House, key: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = house.visitor()
    with monkeypatch.context() as earlier:
        earlier.setattr("server.people.passkeys.signing_in.LIFE_MS", -1)
        credential = key.get(challenge(visitor))
    assert told(visitor.post("/sessions/passkey", {"credential": credential})) == REFUSED
    with monkeypatch.context() as earlier:
        earlier.setattr("server.people.passkeys.signing_in.LIFE_MS", -1)
        credential = key.get(challenge(visitor))
    cookie = visitor.http.get_cookie("__Host-passkey", domain="localhost")
    assert cookie is not None
    browser, _, expires = cookie.value.partition(".")
    later = f"{browser}.{int(expires) + 300_000}"
    visitor.http.set_cookie("__Host-passkey", later, domain="localhost")
    assert told(visitor.post("/sessions/passkey", {"credential": credential})) == REFUSED


def test_a_repeated_call_with_its_key_starts_the_same_session(
    house: House, key: Authenticator
) -> None:
    visitor, again = house.visitor(), {"Idempotency-Key": "k" * 22}
    key.counter = 7
    body = {"credential": key.get(challenge(visitor))}
    answers = [visitor.api("POST", "/sessions/passkey", body, headers=again) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    first, second = (one.headers["Set-Cookie"].split(";")[0] for one in answers)
    assert first == second
    assert events(house, "passkey.used") == 1


def test_a_counter_that_goes_back_is_refused_and_noted(house: House, key: Authenticator) -> None:
    """A copy of an authenticator counts for itself."""
    for counter, status in ((5, 201), (6, 201), (6, 403), (5, 403), (0, 403), (9, 201)):
        key.counter = counter
        assert enter(house.visitor(), key).status_code == status, counter
    assert events(house, "passkey.refused") == 3


def test_somebody_whose_access_was_ended_is_refused_in_the_same_words(
    house: House, key: Authenticator
) -> None:
    unknown = enter(house.visitor(), Authenticator())
    run(house, "UPDATE persons SET state = 'suspended' WHERE kind = 'client'")
    answer = enter(house.visitor(), key)
    assert told(answer) == REFUSED
    assert answer.data == unknown.data


def test_a_passkey_of_another_firm_opens_nothing_here(house: House, key: Authenticator) -> None:
    with house.parts.database.write() as connection:
        columns = [row[0] for row in _columns(connection)]
        own = ", ".join(
            {"id": "'other'", "tenant_id": "'other'", "origin": "'http://localhost:1'"}.get(
                name, "'http://127.0.0.1:1'" if name == "addin_origin" else name
            )
            for name in columns
        )
        connection.execute(
            text(f"INSERT INTO firms ({', '.join(columns)}) SELECT {own} FROM firms")
        )
        connection.execute(text("UPDATE passkeys SET firm_id = 'other'"))
    assert told(enter(house.visitor(), key)) == REFUSED


def _columns(connection: Any) -> Any:
    from server.firms.models import firms

    return [(column.name,) for column in firms.columns]


def test_a_network_that_only_guesses_is_slowed_and_the_right_one_still_enters(
    house: House, key: Authenticator
) -> None:
    visitor = house.visitor()
    assert told(enter(visitor, Authenticator())) == REFUSED
    copies = "SELECT substr(id, 1, 28) || :n, firm_id, at, kind, person_id, about FROM events"
    with house.parts.database.write() as connection:
        for n in range(WRONG_PER_NETWORK):
            where = " WHERE kind = 'code.wrong' LIMIT 1"
            connection.execute(text(f"INSERT INTO events {copies}{where}"), {"n": f"{n:04d}"})
    assert enter(visitor, Authenticator()).status_code == 429
    assert enter(visitor, key).status_code == 201


def test_asking_keeps_nothing(house: House) -> None:
    challenge(house.visitor())
    with house.parts.database.read() as connection:
        kept = text("SELECT count(*) FROM passkey_challenges")
        assert connection.execute(kept).scalar_one() == 0


def test_answered_challenges_are_swept_when_they_could_not_be_answered_again(
    house: House, key: Authenticator
) -> None:
    assert enter(house.visitor(), key).status_code == 201
    for later_ms, left in ((0, 1), (DAY_MS, 1), (LIFE_MS, 0)):
        run(house, f"UPDATE passkey_challenges SET expires = expires - {later_ms}")
        housekeeping.plant(house.parts.database, [firm_id(house)], {"sweep-passkeys": 0})
        house.work()
        with house.parts.database.read() as connection:
            kept = text("SELECT count(*) FROM passkey_challenges")
            assert connection.execute(kept).scalar_one() == left
