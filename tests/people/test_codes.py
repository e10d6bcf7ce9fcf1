"""Codes by mail: who gets one, which work, and how often."""

import json
import re

import pytest
from sqlalchemy import select, text

from server.base.errors import NotSignedIn
from server.base.outbox import outbox
from server.crypto.encoding import b64u, unb64u
from server.people.sign_ins.allowances.service import PER_HOUR
from server.people.sign_ins.service import TRIES, WRONG_PER_NETWORK, signed_in
from tests.house import House, Visitor

MAYA = "maya@client.example"
WRONG = "AAAA-AAAA"


@pytest.fixture
def message_id(house: House) -> str:
    return house.pane().send()


@pytest.fixture
def maya(house: House) -> Visitor:
    return house.visitor()


def age_codes_in_outbox(house: House, *, minutes: int) -> None:
    """Seal the waiting code again, as if it had been asked for earlier."""
    vault = house.parts.vault
    with house.parts.database.write() as connection:
        row = connection.execute(select(outbox).where(outbox.c.kind == "code")).mappings().one()
        payload = json.loads(row["payload"])
        place = (row["firm_id"], "outbox", payload["code_id"], "code")
        content = json.loads(vault.unseal(place, unb64u(payload["sealed"])))
        content["asked"] -= minutes * 60_000
        payload["sealed"] = b64u(vault.seal(place, json.dumps(content).encode()))
        connection.execute(
            outbox.update().where(outbox.c.id == row["id"]).values(payload=json.dumps(payload))
        )


def run(house: House, statement: str) -> None:
    with house.parts.database.write() as connection:
        connection.execute(text(statement))


def test_a_code_is_taken_in_small_letters_and_without_its_hyphen(
    maya: Visitor, message_id: str
) -> None:
    typed = maya.ask_code(message_id).replace("-", " ").lower()
    assert maya.post("/sessions", {"code": typed}).status_code == 201
    assert maya.open(message_id).status_code == 200


def test_a_wrong_code_says_how_many_tries_are_left(maya: Visitor, message_id: str) -> None:
    maya.ask_code(message_id)
    answer = maya.post("/sessions", {"code": WRONG})
    assert answer.status_code == 403
    assert answer.json["type"] == "urn:letterlock:problem:wrong-code"
    assert answer.json["detail"] == "That is not the code we sent. 4 tries left."


def test_after_five_wrong_codes_the_right_one_is_refused(maya: Visitor, message_id: str) -> None:
    code = maya.ask_code(message_id)
    answers = [maya.post("/sessions", {"code": WRONG}) for _ in range(TRIES)]
    assert [a.json.get("tries_left") for a in answers] == [4, 3, 2, 1, None]
    sixth = maya.post("/sessions", {"code": code})
    assert sixth.json["type"] == "urn:letterlock:problem:code-gone"


def test_an_expired_code_is_refused(house: House, maya: Visitor, message_id: str) -> None:
    code = maya.ask_code(message_id)
    run(house, "UPDATE codes SET expires = created - 1")
    answer = maya.post("/sessions", {"code": code})
    assert answer.json["type"] == "urn:letterlock:problem:code-gone"


def test_a_code_works_only_in_the_browser_that_asked(
    house: House, maya: Visitor, message_id: str
) -> None:
    code = maya.ask_code(message_id)
    answer = house.visitor().post("/sessions", {"code": code})
    assert answer.json["type"] == "urn:letterlock:problem:code-gone"
    assert maya.post("/sessions", {"code": code}).status_code == 201


def test_a_code_works_once(maya: Visitor, message_id: str) -> None:
    code = maya.ask_code(message_id)
    assert maya.post("/sessions", {"code": code}).status_code == 201
    assert maya.post("/sessions", {"code": code}).status_code == 403


def test_a_repeated_sign_in_with_the_same_key_starts_the_same_session(
    maya: Visitor, message_id: str
) -> None:
    code, again = maya.ask_code(message_id), {"Idempotency-Key": "k" * 22}
    answers = [
        maya.call("POST", "/api/v1/sessions", {"code": code}, headers=again) for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 201]
    # Each lasts as long from the second in which it is given.
    first, second = (re.sub(r"Expires=[^;]+; ", "", a.headers["Set-Cookie"]) for a in answers)
    assert first == second


def test_an_older_code_of_the_same_browser_still_works(maya: Visitor, message_id: str) -> None:
    first = maya.ask_code(message_id)
    maya.ask_code(message_id)
    assert maya.post("/sessions", {"code": first}).status_code == 201


def test_a_stranger_gets_the_same_answer_and_no_mail(house: House, message_id: str) -> None:
    answers = [
        house.visitor().post(f"/messages/{message_id}/codes", {"address": address})
        for address in (MAYA, "nobody@client.example")
    ]
    before = house.visitor().codes_at("tom@client.example")
    tom = house.visitor().post(f"/messages/{message_id}/codes", {"address": "tom@client.example"})
    house.work()
    assert [a.status_code for a in answers] == [tom.status_code] * 2 == [202, 202]
    assert [sorted(a.json) for a in answers] == [["expires"], ["expires"]]
    assert {a.headers.get("Content-Length") for a in (*answers, tom)} == {
        tom.headers["Content-Length"]
    }
    assert house.visitor().codes_at("tom@client.example") == before


def test_a_code_for_one_message_is_not_sent_to_a_reader_of_another(
    house: House, message_id: str
) -> None:
    other = house.pane("ben@hart.example").send(to=["tom@client.example"])
    before = house.visitor().codes_at(MAYA)
    house.visitor().post(f"/messages/{other}/codes", {"address": MAYA})
    house.work()
    assert house.visitor().codes_at(MAYA) <= before


def test_an_address_gets_at_most_five_codes_an_hour(house: House, message_id: str) -> None:
    before = house.visitor().codes_at(MAYA)
    for _ in range(PER_HOUR + 2):
        answer = house.visitor().post(f"/messages/{message_id}/codes", {"address": MAYA})
        assert answer.status_code == 202
    house.work()
    house.visitor().ask_code(house.pane().send(to=["tom@client.example"]), "tom@client.example")
    assert len(house.visitor().codes_at(MAYA) - before) == PER_HOUR


def test_a_network_that_only_guesses_is_slowed(
    house: House, maya: Visitor, message_id: str
) -> None:
    code = maya.ask_code(message_id)
    maya.post("/sessions", {"code": WRONG})
    copies = "SELECT substr(id, 1, 28) || :n, firm_id, at, kind, person_id, about FROM events"
    with house.parts.database.write() as connection:
        for n in range(WRONG_PER_NETWORK):
            where = " WHERE kind = 'code.wrong' LIMIT 1"
            connection.execute(text(f"INSERT INTO events {copies}{where}"), {"n": f"{n:04d}"})
    assert maya.post("/sessions", {"code": WRONG}).status_code == 429
    assert maya.post("/sessions", {"code": code}).status_code == 201


def test_a_session_of_one_firm_is_none_at_another(
    house: House, maya: Visitor, message_id: str
) -> None:
    maya.sign_in(message_id)
    cookie = maya.http.get_cookie("__Host-session", domain="localhost")
    assert cookie is not None
    with house.parts.database.read() as connection, pytest.raises(NotSignedIn):
        signed_in(connection, house.parts.vault, firm_id="another", token=cookie.value)


def test_a_repeated_request_makes_one_code(house: House, message_id: str) -> None:
    visitor, again = house.visitor(), {"Idempotency-Key": "a" * 22}
    path, body = f"/api/v1/messages/{message_id}/codes", {"address": MAYA}
    first = visitor.call("POST", path, body, headers=again)
    second = visitor.call("POST", path, body, headers=again)
    assert first.json == second.json
    with house.parts.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM codes")).scalar_one() == 1


def test_a_code_that_waited_too_long_is_not_sent(house: House, message_id: str) -> None:
    house.work()
    before = house.visitor().codes_at(MAYA)
    house.visitor().post(f"/messages/{message_id}/codes", {"address": MAYA})
    age_codes_in_outbox(house, minutes=11)
    house.work()
    tom = house.pane().send(to=["tom@client.example"])
    house.visitor().ask_code(tom, "tom@client.example")
    assert house.visitor().codes_at(MAYA) <= before


def test_no_code_stands_in_the_database(house: House, maya: Visitor, message_id: str) -> None:
    code = maya.ask_code(message_id).replace("-", "")
    with house.parts.database.read() as connection:
        for table in ("codes", "outbox", "events", "sessions"):
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert code not in str(rows)


def test_an_idle_session_is_over(house: House, maya: Visitor, message_id: str) -> None:
    maya.sign_in(message_id)
    run(house, "UPDATE sessions SET seen = seen - 1900000")
    answer = maya.open(message_id)
    assert answer.status_code == 401
    assert "away for a while" in answer.json["detail"]


@pytest.mark.parametrize(("idle_ms", "noted"), [(1_700_000, 1), (5_000, 0)])
def test_a_use_is_noted_unless_one_was_a_moment_ago(
    house: House, maya: Visitor, message_id: str, idle_ms: int, noted: int
) -> None:
    maya.sign_in(message_id)
    run(house, f"UPDATE sessions SET seen = seen - {idle_ms}")
    [before] = _seen(house)
    assert maya.open(message_id).status_code == 200
    [after] = _seen(house)
    assert (after > before) == noted


def _seen(house: House) -> list[int]:
    with house.parts.database.read() as connection:
        return list(connection.execute(text("SELECT seen FROM sessions")).scalars())


def test_an_old_session_is_over_even_in_use(house: House, maya: Visitor, message_id: str) -> None:
    maya.sign_in(message_id)
    run(house, "UPDATE sessions SET created = created - 43300000")
    assert maya.open(message_id).status_code == 401


def test_after_signing_out_nothing_opens(maya: Visitor, message_id: str) -> None:
    maya.sign_in(message_id)
    cookie = maya.http.get_cookie("__Host-session", domain="localhost")
    assert cookie is not None
    assert maya.call("DELETE", "/api/v1/sessions/current").status_code == 200
    maya.http.set_cookie("__Host-session", cookie.value, domain="localhost")
    assert maya.open(message_id).status_code == 401


def test_signing_in_anew_ends_the_session_that_this_browser_had(
    house: House, maya: Visitor, message_id: str
) -> None:
    maya.sign_in(message_id)
    earlier = maya.http.get_cookie("__Host-session", domain="localhost")
    assert earlier is not None
    other = house.visitor()
    other.sign_in(message_id)
    maya.sign_in(message_id)
    assert maya.open(message_id).status_code == 200
    assert other.open(message_id).status_code == 200  # another browser's goes on
    maya.http.set_cookie("__Host-session", earlier.value, domain="localhost")
    assert maya.open(message_id).status_code == 401


def test_cookies_are_bound_to_the_host_and_hidden_from_scripts(
    maya: Visitor, message_id: str
) -> None:
    cookie = maya.sign_in(message_id).headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_codes_for_strangers_take_no_place_from_a_readers_code(
    house: House, maya: Visitor, message_id: str
) -> None:
    """Nothing is mailed for them, so they do not count among the 30 mails of a minute."""
    house.work()
    run(house, "UPDATE outbox_mailboxes SET starts = '[]', codes_at = 0, notices_at = 0")
    stranger = house.visitor()
    for number in range(40):
        body = {"address": f"x{number}@nowhere.example"}
        assert stranger.post(f"/messages/{message_id}/codes", body).status_code == 202
    assert maya.ask_code(message_id)
    with house.parts.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0


def test_an_address_that_is_refused_ends_its_code_and_closes_no_mailbox(
    house: House, maya: Visitor, message_id: str
) -> None:
    house.work()
    house.sandbox.faults(graph={"status": 400, "times": 1, "path": "sendMail"})
    maya.post(f"/messages/{message_id}/codes", {"address": MAYA})
    house.work()
    with house.parts.database.read() as connection:
        failures = text("SELECT max(failures) FROM outbox_mailboxes")
        assert connection.execute(failures).scalar_one() == 0
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
        refused = text("SELECT count(*) FROM events WHERE kind = 'code.refused'")
        assert connection.execute(refused).scalar_one() == 1
    assert maya.ask_code(message_id)
