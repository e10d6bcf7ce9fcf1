"""A key of one's own comes into a pane: past the server, for who holds it, for ten minutes."""

import base64
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select, text

from server.base.database import now_ms
from server.crypto.encoding import b64u, unb64u
from server.keys.self_held.pairing.models import pairings
from server.keys.self_held.pairing.service import AN_HOUR, ANSWER_MS, LIFE_MS
from tests.base.test_housekeeping import keep_house
from tests.house import House, Pane, mailbox
from tests.keys.conftest import signed_in as by_code
from tests.keys.holding import Holder
from tests.keys.pairing import Pairing, of_firm, paired, panes
from tests.keys.test_enrolling import happened, problem
from tests.messages.notices import due, run, value
from tests.people.staff_desk import ANN, BEN, signed_in
from tests.sandbox.running import eventually

GONE = (404, "pairing-gone")
FORGOTTEN = (404, "pane-forgotten")
NOBODY = "A" * 22


def share(pane: Pane, pane_id: str) -> Any:
    return pane.post(f"/panes/{pane_id}/share", {})


def older(house: House, milliseconds: int) -> None:
    """Let so much time go by for pairings."""
    run(house, f"UPDATE pairings SET expires = expires - {milliseconds}")
    run(house, f"UPDATE pairings SET answered = answered - {milliseconds}")


def subjects(house: House, address: str) -> list[str]:
    return [one["subject"] for one in mailbox(house.sandbox, address)]


def test_a_key_comes_into_a_pane_and_the_pane_gets_its_share(house: House) -> None:
    pane, ann = of_firm(house)
    pairing = Pairing(pane, ann)
    begun = pairing.begin()
    assert begun.status_code == 201
    assert abs(begun.json["expires"] - time.time() - LIFE_MS / 1000) < 60
    assert pairing.state().json == {"state": "waiting", "answer": None}
    seen = pairing.look().json
    assert seen.pop("expires") - seen.pop("created") == LIFE_MS // 1000
    assert seen == {
        "recipient": pairing.once.recipient.text, "tag": pairing.tag, "program": "outlook",
        "platform": "windows", "browser": "Edge on Windows",
    }  # fmt: skip
    assert problem(pairing.complete()) == (409, "pairing-unanswered")
    assert pairing.answer().json == {}
    assert pairing.state().json["state"] == "answered"
    assert pairing.opened()["identity"] == b64u(ann.seeds.encryption + ann.seeds.signing)
    assert problem(pairing.look()) == GONE
    done = pairing.complete()
    assert done.status_code == 201
    assert len(unb64u(done.json["share"])) == 32
    assert pairing.state().json == {"state": "answered", "answer": None}
    assert value(house, "SELECT count(*) FROM pairings WHERE answer IS NOT NULL") == 0
    (listed,) = panes(ann)
    assert abs(listed.pop("created") - time.time()) < 60
    assert listed == {
        "id": done.json["pane"], "program": "outlook", "platform": "windows",
        "browser": "Edge on Windows", "kept": True, "used": None,
    }  # fmt: skip
    assert share(pane, done.json["pane"]).json == {"share": done.json["share"]}
    assert abs(panes(ann)[0]["used"] - time.time()) < 60
    database = house.parts.database
    assert (happened(database, "pairing.begun"), happened(database, "pane.paired")) == (1, 1)


def test_a_mail_tells_her_of_a_pane_that_was_paired_and_of_one_that_was_removed(
    house: House,
) -> None:
    pane, ann = of_firm(house)
    made = paired(pane, ann)
    assert ann.visitor.api("DELETE", f"/keys/panes/{made['pane']}").status_code == 204
    assert happened(house.parts.database, "pane.removed") == 1
    house.work()
    for subject in (
        "Outlook on Windows has your key now",
        "Outlook on Windows no longer has your key",
    ):
        assert eventually(lambda wanted=subject: wanted in subjects(house, ANN))
    assert panes(ann) == []
    assert problem(share(pane, made["pane"])) == FORGOTTEN


def test_the_same_call_once_more_gets_the_same_answer(house: House) -> None:
    pane, ann = of_firm(house)
    pairing = Pairing(pane, ann)
    first = pairing.begin().json
    assert pairing.begin().json == first
    assert problem(pairing.begin(program="word")) == (409, "pairing-taken")
    file, proof = pairing.sealed(), ann.proof()
    assert [pairing.answer(file, proof).status_code for _ in range(2)] == [200, 200]
    assert pairing.begin().json == first
    assert problem(pairing.answer()) == (409, "pairing-answered")
    done = pairing.complete()
    assert pairing.complete().json == done.json
    assert pairing.answer(file, proof).status_code == 200
    assert [one["kept"] for one in panes(ann)] == [True]
    assert (
        pairing.complete(kept=False).json == done.json
    )  # its storage failed with the share in hand
    assert [one["kept"] for one in panes(ann)] == [False]
    database = house.parts.database
    assert (happened(database, "pairing.begun"), happened(database, "pane.paired")) == (1, 1)


def test_a_new_pairing_takes_the_place_of_one_that_is_not_answered(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    answered, waiting, last = (Pairing(pane, ann) for _ in range(3))
    answered.begin()
    answered.answer()
    waiting.begin()
    last.begin()
    assert problem(waiting.state()) == problem(waiting.look()) == GONE
    assert problem(waiting.answer()) == GONE
    assert (answered.complete().status_code, last.state().json["state"]) == (201, "waiting")


def test_eight_completions_at_once_are_one_pane(house: House) -> None:
    pane, ann = of_firm(house)
    pairing = Pairing(pane, ann)
    pairing.begin()
    pairing.answer()
    others = [Pane(house, house.app.test_client(), pane.token) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        path = f"/pairings/{pairing.id}/completion"
        answers = list(threads.map(lambda one: one.post(path, {"kept": True}), others))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == len(panes(ann)) == 1


def test_who_has_no_key_of_her_own_has_nothing_to_pair(house: House) -> None:
    pane = house.pane(BEN)
    ben = Holder.of(signed_in(house, BEN))
    assert problem(Pairing(pane, ben).begin()) == (409, "not-self-held")
    assert panes(ben) == []


def test_ten_are_begun_in_an_hour(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    for _ in range(AN_HOUR):
        last = Pairing(pane, ann)
        assert last.begin().status_code == 201
    assert problem(Pairing(pane, ann).begin()) == (429, "too-many")
    assert last.begin().status_code == 201  # the same again
    other, ben = of_firm(sqlite_house, BEN)
    assert Pairing(other, ben).begin().status_code == 201
    run(sqlite_house, "UPDATE events SET at = at - 3600000")
    assert Pairing(pane, ann).begin().status_code == 201


def test_another_persons_pairings_and_panes_are_as_those_of_nobody(house: House) -> None:
    pane, ann = of_firm(house)
    other, ben = of_firm(house, BEN)
    waiting = Pairing(pane, ann)
    made = paired(pane, ann)
    waiting.begin()
    body = {"answer": waiting.sealed(), "proof": ben.proof()}
    calls: list[Callable[[str, str], Any]] = [
        lambda one, _: other.call("GET", f"/pairings/{one}"),
        lambda one, _: other.post(f"/pairings/{one}/completion", {"kept": True}),
        lambda _, one: share(other, one),
        lambda _, one: other.call("DELETE", f"/panes/{one}"),
        lambda one, _: ben.visitor.api("GET", f"/keys/pairings/{one}"),
        lambda one, _: ben.visitor.post(f"/keys/pairings/{one}/answer", body),
        lambda one, _: ben.visitor.api("DELETE", f"/keys/pairings/{one}"),
        lambda _, one: ben.visitor.api("DELETE", f"/keys/panes/{one}"),
    ]
    for call in calls:
        hers, nobodys = call(waiting.id, made["pane"]), call(NOBODY, NOBODY)
        assert hers.status_code == 404
        assert hers.data == nobodys.data
    assert panes(ben) == []
    assert waiting.state().json == {"state": "waiting", "answer": None}
    assert share(pane, made["pane"]).json == {"share": made["share"]}
    # An id is one's own: Ben's pairing of Ann's id is neither refused nor hers.
    his = Pairing(other, ben, id=waiting.id)
    assert his.begin().status_code == 201
    assert his.look().json["recipient"] != waiting.look().json["recipient"]


def test_no_client_pairs_and_nobody_who_reads_by_a_code(house: House) -> None:
    house.pane()
    for address in ("maya@client.example", ANN):
        visitor = by_code(house, address).visitor
        proof = {"id": NOBODY, "bytes": "A" * 43}
        for method, path, body in (
            ("GET", f"/keys/pairings/{NOBODY}", None),
            ("POST", f"/keys/pairings/{NOBODY}/answer", {"answer": "AAAA", "proof": proof}),
            ("DELETE", f"/keys/pairings/{NOBODY}", None),
            ("GET", "/keys/panes", None),
            ("DELETE", f"/keys/panes/{NOBODY}", None),
        ):
            assert problem(visitor.api(method, path, body)) == (403, "staff-only")


def test_only_who_proves_the_key_answers(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    _, ben = of_firm(sqlite_house, BEN)
    pairing = Pairing(pane, ann)
    pairing.begin()
    for proof in ({**ann.proof(), "bytes": "A" * 43}, ben.proof()):
        assert problem(pairing.answer(proof=proof)) == (403, "key-not-proved")
    proof = ann.proof()
    for file in (
        "!",
        base64.b64encode(b"no age file").decode(),
        base64.b64encode(b"age-encryption.org/v1\n" + bytes(16 * 1024)).decode(),
    ):
        assert problem(pairing.answer(file, proof))[0] == 422
    assert pairing.state().json == {"state": "waiting", "answer": None}
    assert pairing.answer(proof=proof).status_code == 200  # it was not spent


def test_what_is_no_one_time_recipient_is_refused(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    pairing = Pairing(pane, ann)
    for wrong in (
        {"recipient": "age1pq1" + "q" * 1952},
        {"recipient": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"},
        {"id": "A" * 20},
        {"tag": "A" * 42},
        {"tag": "!" * 43},
        {"program": "teams"},
        {"platform": "amiga"},
    ):
        assert pairing.begin(**wrong).status_code == 422
    assert pairing.begin().status_code == 201


def test_it_lives_ten_minutes_and_its_answer_two(house: House) -> None:
    pane, ann = of_firm(house)
    pairing = Pairing(pane, ann)
    pairing.begin()
    older(house, LIFE_MS - 10_000)
    assert pairing.look().status_code == 200
    older(house, 11_000)
    assert problem(pairing.look()) == problem(pairing.state()) == problem(pairing.answer()) == GONE
    assert pairing.begin().status_code == 201  # anew
    assert pairing.answer().status_code == 200
    older(house, ANSWER_MS + 1_000)
    assert problem(pairing.state()) == problem(pairing.complete()) == GONE
    assert panes(ann) == []


def test_an_answer_is_deleted_after_two_minutes_by_a_job_of_its_own(house: House) -> None:
    pane, ann = of_firm(house)
    pairing, waiting = Pairing(pane, ann), Pairing(pane, ann)
    pairing.begin()
    pairing.answer()
    waiting.begin()
    rows = select(func.count()).select_from(pairings)
    with house.parts.database.read() as connection:
        due_at = connection.execute(
            text("SELECT run_at FROM outbox WHERE kind = 'forget-answers'")
        ).scalar_one()
        assert abs(due_at - now_ms(connection) - ANSWER_MS) < 60_000
    run(house, f"UPDATE pairings SET answered = answered - {ANSWER_MS + 1}")
    due(house)
    house.work()
    with house.parts.database.read() as connection:
        assert connection.execute(rows).scalar_one() == 1
    assert waiting.state().json["state"] == "waiting"
    older(house, LIFE_MS)
    keep_house(house, "sweep-pairings")
    with house.parts.database.read() as connection:
        assert connection.execute(rows).scalar_one() == 0


def test_what_was_not_hers_she_refuses(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    for is_answered in (False, True):
        pairing = Pairing(pane, ann)
        pairing.begin()
        if is_answered:
            pairing.answer()
        assert pairing.refuse().status_code == 204
        assert problem(pairing.state()) == problem(pairing.complete()) == GONE
        assert problem(pairing.refuse()) == GONE
    assert happened(sqlite_house.parts.database, "pairing.refused") == 2
    paired_one = Pairing(pane, ann)
    paired_one.begin()
    paired_one.answer()
    paired_one.complete()
    assert problem(paired_one.refuse()) == GONE
    assert len(panes(ann)) == 1
