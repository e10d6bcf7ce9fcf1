"""The same thing asked for several times at once, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from server.people.sign_ins.allowances.service import PER_HOUR
from tests.house import House, Pane
from tests.sandbox.running import API

DRAFT = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"}


def at_once(call: Callable[[int], Any], times: int = 6) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(call, range(times)))


def panes(house: House, address: str = "ann@hart.example") -> list[Pane]:
    token = house.sandbox.sign_in(address, [API])["access_token"]
    return [Pane(house, house.app.test_client(), token) for _ in range(6)]


def test_a_first_sign_in_from_six_panes_makes_one_person(house: House) -> None:
    six = panes(house)
    answers = at_once(lambda n: six[n].put("/me", {}))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json["lookup"]["text"].split('"key":"')[1][:43] for a in answers}) == 1


def test_a_new_reader_looked_up_six_times_has_one_key(house: House) -> None:
    house.pane()
    six = panes(house)
    body = {"readers": [{"address": "new@client.example"}]}
    answers = at_once(lambda n: six[n].post("/lookups", body))
    assert {a.status_code for a in answers} == {200}
    with house.parts.database.read() as connection:
        query = "SELECT count(*) FROM persons WHERE kind = 'client'"
        assert connection.execute(text(query)).scalar_one() == 1


def test_one_draft_created_six_times_is_one_message(house: House) -> None:
    house.pane()
    six = panes(house)
    answers = at_once(lambda n: six[n].post("/messages", DRAFT))
    assert {a.status_code for a in answers} == {201}
    assert len({a.json["id"] for a in answers}) == 1


def test_one_key_used_six_times_at_once_is_done_once(house: House) -> None:
    house.pane()
    six, same = panes(house), {"Idempotency-Key": "r" * 22}
    answers = at_once(lambda n: six[n].call("POST", "/messages", DRAFT, headers=same))
    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.json["id"] for a in answers if a.status_code == 201}) == 1


def test_a_letter_sent_six_times_at_once_has_one_notice(house: House) -> None:
    draft = house.pane().draft()
    draft.sign()
    answers = at_once(lambda _: draft.send())
    assert {a.status_code for a in answers} == {202}
    with house.parts.database.read() as connection:
        query = "SELECT count(*) FROM outbox WHERE kind = 'notice'"
        assert connection.execute(text(query)).scalar_one() == 1


def test_twelve_codes_asked_for_at_once_stay_within_the_limit(house: House) -> None:
    message = house.pane().send()
    body = {"address": "maya@client.example"}
    answers = at_once(lambda _: house.visitor().post(f"/messages/{message}/codes", body), times=12)
    assert {a.status_code for a in answers} == {202}
    with house.parts.database.read() as connection:
        query = "SELECT count(*) FROM codes WHERE person_id IS NOT NULL"
        assert connection.execute(text(query)).scalar_one() == PER_HOUR


def test_of_thirty_guesses_at_once_five_are_counted(house: House) -> None:
    message = house.pane().send()
    maya = house.visitor()
    maya.ask_code(message)
    cookie = maya.http.get_cookie("__Host-code", domain="localhost")
    assert cookie is not None

    def guess(_: int) -> Any:
        other = house.visitor()
        other.http.set_cookie("__Host-code", cookie.value, domain="localhost")
        return other.post("/sessions", {"code": "AAAA-AAAA"})

    answers = at_once(guess, times=30)
    assert {a.status_code for a in answers} == {403}
    left = [a.json["tries_left"] for a in answers if "tries_left" in a.json]
    assert sorted(left) == [1, 2, 3, 4]
