"""Every unsafe call may be repeated: its answer is kept for its key, or it says here why not."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, update

from server.base.events import events
from server.base.http import ADDIN, SAFE_METHODS, is_kept, rule_of
from server.base.idempotency import CLAIM_MS, idempotency
from server.base.tenancy import all_firms
from tests.house import ADDIN_ORIGIN, ORIGIN, House, Pane

STATE = "sets one value, or takes one thing away: twice is once"
SECRET = "the answer holds a secret and is made again, not kept (ADR 0006)"
REPEATABLE = {
    "messages.sign_in": STATE,
    "messages.look_up": "the same addresses get the same keys, and a new signature about now",
    "messages.discard": STATE,
    "filing.begin": "one person's mail is one message",
    "drafting.keep": "`before` tells a repetition from another window's saving",
    "drafting.open_draft": SECRET,
    "uploading.put_object": "objects are compared by their bytes",
    "uploading.remove_object": STATE,
    "uploading.append": "a part has its offset: a second one is told where to go on",
    "uploading.give_up": STATE,
    "reading.ask_code": SECRET,
    "reading.open_envelope": SECRET,
    "helpdesk.visit": "a page that is loaded often leaves one fact in ten minutes",
    "sign_ins.start": SECRET,
    "sign_ins.end": STATE,
    "enrolling.begin": "a new enrolment takes the place of one not completed",
    "enrolling.complete": "the same bytes get the same answer",
    "self_held.challenge": "each asks for a proof of its own, and twenty at most wait",
    "self_held.add": "the same keyslot is kept once, and answered again",
    "self_held.rename": STATE,
    "self_held.used": STATE,
    "pairing.begin": "the same recipient waits once, and is answered again",
    "pairing.answer": "the same answer is kept once; another is refused",
    "pairing.complete": SECRET,
    "pairing.share": SECRET,
    "passkeys.options": "a later challenge takes the place of an earlier one",
    "passkeys.make": "a credential is kept once, and answered again",
    "passkeys.rename": STATE,
    "passkeys.challenge": SECRET,
    "passkeys.sign_in": SECRET,
    "staff.begin": "each begins a sign-in of its own, and nothing is kept of it",
    "staff.start": SECRET,
    "staff.end": STATE,
    "proving.ask": SECRET,
    "proving.prove": "a code is used once, and by its key again",
    "first_run.enter": "a set-up link opens one browser; after a lost answer another is made",
    "first_run.record": STATE,
    "first_run.looks": STATE,
    "first_run.hosts": STATE,
    "first_run.trial": "each trial is a trial mail to the person who asks",
    "first_run.mailbox": STATE,
    "first_run.look_up": STATE,
    "first_run.open_firm": STATE,
    "guarding.change": STATE,
    "advising.change": STATE,
    "leveling.change": STATE,
    "stationery.change": STATE,
    "stationery.sign": STATE,
    "stationery.tagline": STATE,
}
DRAFT = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11"}
SAME = {"Idempotency-Key": "r" * 22}


def unsafe(house: House) -> list[tuple[str, str, Any]]:
    """(endpoint, method, path) of every unsafe call."""
    return [
        (route.endpoint, method, re.sub(r"<[^>]+>", "z" * 22, route.rule))
        for route in house.app.url_map.iter_rules()
        for method in sorted(route.methods - SAFE_METHODS)
    ]


def test_every_unsafe_call_keeps_its_answer_or_is_repeatable_by_nature(house: House) -> None:
    found = {endpoint for endpoint, _, _ in unsafe(house)}
    kept = {endpoint for endpoint in found if is_kept(house.app.view_functions[endpoint])}
    assert {"messages.create", "signing.sign", "sending.send"} <= kept
    assert found - kept == set(REPEATABLE)


def test_every_unsafe_call_without_a_key_is_refused_before_anything_else(house: House) -> None:
    for endpoint, method, path in unsafe(house):
        rule = rule_of(house.app.view_functions[endpoint])
        assert rule is not None
        origin = ADDIN_ORIGIN if rule.host == ADDIN else ORIGIN
        answer = house.app.test_client().open(
            path, method=method, base_url=origin, headers={"Sec-Fetch-Site": "same-origin"}
        )
        assert answer.status_code == 422, (method, path)
        assert "Idempotency-Key" in answer.json["detail"]


def test_one_key_at_once_is_one_effect_and_the_same_bytes(house: House) -> None:
    token = house.pane().token
    panes = [Pane(house, house.app.test_client(), token) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda p: p.call("POST", "/messages", DRAFT, headers=SAME), panes)
        )
    later = panes[0].call("POST", "/messages", DRAFT, headers=SAME)
    refused = [answer for answer in answers if answer.status_code == 409]
    assert {a.json["type"] for a in refused} <= {"urn:letterlock:problem:still-running"}
    done = [answer for answer in answers if answer.status_code == 201]
    assert len(done) + len(refused) == 8
    assert {answer.data for answer in [*done, later]} == {later.data}
    with all_firms("test"), house.parts.database.read() as connection:
        made = connection.execute(select(events.c.id).where(events.c.kind == "message.created"))
        assert len(made.all()) == 1


def test_a_key_whose_work_died_may_try_again_after_a_minute(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = house.pane()
    with monkeypatch.context() as dying:
        dying.setattr("server.base.idempotency.release", lambda *_, **__: None)
        dying.setattr("server.messages.service.create", _die)
        assert pane.call("POST", "/messages", DRAFT, headers=SAME).status_code == 500
    waiting = pane.call("POST", "/messages", DRAFT, headers=SAME)
    assert waiting.json["type"] == "urn:letterlock:problem:still-running"
    with all_firms("test"), house.parts.database.write() as connection:
        earlier = idempotency.c.claimed_until - CLAIM_MS
        connection.execute(update(idempotency).values(claimed_until=earlier))
    assert pane.call("POST", "/messages", DRAFT, headers=SAME).status_code == 201


def test_a_key_is_its_owners(house: House) -> None:
    ann, ben = house.pane(), house.pane("ben@hart.example")
    first = ann.call("POST", "/messages", DRAFT, headers=SAME)
    second = ben.call("POST", "/messages", DRAFT, headers=SAME)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] != second.json["id"]


def _die(*_: object, **__: object) -> None:
    raise OSError
