"""A letter waits for its reader's key: asked for, waiting, given, ended. docs/spec/waiting.md."""

import base64
import json
from typing import Any

import pytest

from server.crypto.envelope import open_envelope
from server.crypto.grants import parse_grant
from server.crypto.statement import parse_statement
from tests.drafts import begin, look_up
from tests.house import House, mailbox
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder
from tests.keys.test_given_up import replaced
from tests.messages.notices import ANN, MAYA, got, run, value
from tests.messages.waiting import (
    PENDING,
    asked,
    giver,
    happened,
    listed,
    own_pane,
    queue,
    states,
    sweep,
    time_is_over,
    waiting,
)
from tests.people.staff_desk import signed_in as at_portal
from tests.sandbox.running import eventually
from tests.self_held import make_self_held

BEN, TOM = "ben@hart.example", "tom@client.example"
HAS_KEY = f"{MAYA} has a key now: your letter can be given"
STOPPED = f"Your letter has stopped waiting for {MAYA}"


def problem(answer: Any) -> tuple[int, str, Any]:
    said = answer.json
    more = said.get("refusal", said.get("addresses", said.get("reason")))
    return answer.status_code, str(said["type"]).rpartition(":")[2], more


def read(maya: Holder, letter: str) -> Any:
    """Her envelope, opened with her own key."""
    answer = maya.visitor.post(f"/messages/{letter}/open", {})
    assert answer.status_code == 200, answer.json
    return open_envelope(maya.identity, base64.b64decode(answer.json["envelope"]))


def told(house: House, subject: str, address: str = ANN) -> int:
    return [m["subject"] for m in mailbox(house.sandbox, address)].count(subject)


def settled(house: House) -> None:
    """What a job of the last lane queued in the first one is done too."""
    for _ in range(2):
        house.work()


def test_a_letter_waits_until_its_readers_key_is_there_and_is_given_by_one_grant(
    house: House,
) -> None:
    ann, before = own_pane(house), told(house, HAS_KEY)
    draft = waiting(ann)
    assert parse_statement(draft.signed).level == "self-held"
    assert value(house, "SELECT count(*) FROM envelopes") == 1  # the sender's own
    maya = signed_in(house)
    said = maya.visitor.post(f"/messages/{draft.id}/open", {})
    assert problem(said)[:2] == (409, "waiting")
    assert said.json["own"] is False
    (thread,) = maya.visitor.api("GET", f"/messages/{draft.id}/thread").json["messages"]
    assert (thread["id"], thread["waiting"], thread["level"]) == (draft.id, True, "self-held")
    assert states(ann) == [(MAYA, "waiting")]
    maya.enrol()
    settled(house)
    assert eventually(lambda: told(house, HAS_KEY) == before + 1)
    assert maya.visitor.post(f"/messages/{draft.id}/open", {}).json["own"] is True
    (ready,) = listed(ann)
    assert (ready["message"], ready["state"], ready["key"]) == (draft.id, "ready", maya.key)
    hand = giver(draft)
    body = hand.made()
    assert hand.give(body).status_code == 202
    house.work()
    assert eventually(lambda: got(house, draft.subject) == 2)  # "the letter is yours now"
    (grant,) = read(maya, draft.id).grants
    found = parse_grant(grant.text)
    assert (found.address, found.role, found.level, found.key) == (
        MAYA,
        "to",
        "self-held",
        maya.key,
    )
    assert listed(ann) == []
    assert problem(hand.give(body))[:2] == (409, "reads-already")
    (thread,) = maya.visitor.api("GET", f"/messages/{draft.id}/thread").json["messages"]
    assert thread["waiting"] is False
    assert sorted(happened(house)) == ["given", "ready", "told"]


def test_one_mail_tells_of_all_letters_and_no_second_one(house: House) -> None:
    ann = own_pane(house)
    waiting(ann)
    waiting(ann)
    maya = signed_in(house)
    maya.enrol()
    settled(house)
    subject = f"{MAYA} has a key now: your letters can be given"
    assert eventually(lambda: told(house, subject) == 1)
    replaced(maya)
    queue(house, ann, "key-made", person_id=maya.person)  # as a job that is done twice
    settled(house)
    assert sorted(happened(house)) == ["ready", "ready", "told"]
    assert [one["state"] for one in listed(ann)] == ["ready", "ready"]


def test_no_envelope_for_who_waits_is_anywhere_so_the_server_can_give_her_nothing(
    house: House,
) -> None:
    ann = own_pane(house)
    look_up(ann, [TOM])
    make_self_held(house.parts, TOM)
    draft = waiting(ann, [MAYA, TOM])
    with_keys = {one["key"] for one in json.loads(draft.signed)["readers"]} - {"pending"}
    assert len(with_keys) == 2
    sql = "SELECT count(*) FROM envelopes WHERE entry_id = '{}' AND key {} IN ('{}')"
    keys = "', '".join(with_keys)
    assert value(house, sql.format(draft.id, "", keys)) == 2
    assert value(house, sql.format(draft.id, "NOT", keys)) == 0
    maya = signed_in(house)
    path = f"/messages/{draft.id}/objects/{draft.object_id}"
    assert problem(maya.visitor.api("GET", path))[:2] == (409, "waiting")
    body = {"draft_id": "6f0d2a7e-5b1c-4c5e-9a53-2f1f0c9d1a11", "reply_to": draft.id}
    assert problem(maya.visitor.post("/messages", body))[:2] == (409, "waiting")
    extra = [*draft.envelopes(), {"key": "A" * 43, "age": draft.envelopes()[0]["age"]}]
    again = asked(ann, [MAYA, TOM])
    assert again.sign().status_code == 200
    assert problem(again.send(envelopes=extra))[:2] == (422, "invalid")


def test_who_has_her_key_does_not_wait(house: House) -> None:
    ann = own_pane(house)
    draft = asked(ann)
    assert draft.sign().status_code == 200
    maya = signed_in(house)
    maya.enrol()
    assert problem(draft.send()) == (409, "stale-keys", [MAYA])
    assert problem(draft.sign()) == (409, "stale-keys", [MAYA])
    assert value(house, "SELECT count(*) FROM envelopes") == 0


@pytest.mark.parametrize("case", ["managed", "lower", "hidden", "twice", "weak"])
def test_a_letter_that_may_not_wait_is_not_signed(sqlite_house: House, case: str) -> None:
    house = sqlite_house
    ann = house.pane() if case == "managed" else own_pane(house)
    hidden = [TOM] if case == "hidden" else []
    draft = asked(ann, [MAYA, TOM], hidden=hidden) if case != "hidden" else asked(ann, hidden=[TOM])
    changes: dict[str, Any] = {}
    if case == "lower":
        changes = {"level": "managed"}
    elif case == "twice":
        rows = json.loads(draft.statement())["readers"]
        (maya,) = [one for one in rows if one["address"] == MAYA]
        both = [*rows, maya | {"role": "cc"}]
        changes = {"readers": sorted(both, key=lambda one: (one["address"], one["role"]))}
    elif case == "weak":
        draft.readers = [one | {"level": "passphrase"} for one in draft.readers]
    answer = draft.sign(**changes)
    assert problem(answer) == (422, "statement-refused", "statement-malformed")


def test_fifty_wait_and_no_more(sqlite_house: House) -> None:
    ann = own_pane(sqlite_house)
    draft = asked(ann)
    some = [
        draft.readers[0] | PENDING | {"address": f"r{number:02}@client.example"}
        for number in range(50)
    ]
    draft.readers = [*draft.readers, *some]
    assert problem(draft.sign())[:2] == (422, "too-many-waiting")
    draft.readers = draft.readers[:-1]
    # Fifty may: of these the directory knows Maya alone.
    assert problem(draft.sign())[:2] == (409, "stale-keys")


def test_a_client_lets_nobody_wait(sqlite_house: House) -> None:
    house = sqlite_house
    ann = house.pane()
    letter = ann.send([MAYA])
    maya = house.visitor()
    maya.sign_in(letter)
    maya.own = make_self_held(house.parts, MAYA)
    maya.me = maya.api("PUT", "/me", {}).json
    draft = begin(maya, to=[ANN], reply_to=letter)
    draft.readers = [one | PENDING for one in draft.readers]
    assert problem(draft.sign()) == (422, "statement-refused", "statement-malformed")


def test_stopping_to_wait_ends_it_for_her_alone(house: House) -> None:
    ann = own_pane(house)
    draft = waiting(ann, [MAYA, TOM])
    path = f"/messages/{draft.id}/waiting"
    for _ in range(2):
        assert ann.call("DELETE", path, {"address": MAYA}).status_code == 204
    assert states(ann) == [(MAYA, "cancelled"), (TOM, "waiting")]
    maya = signed_in(house)
    gone = (410, "waiting-over", "cancelled")
    assert problem(maya.visitor.post(f"/messages/{draft.id}/open", {})) == gone
    assert problem(maya.visitor.api("GET", f"/messages/{draft.id}/thread")) == gone
    maya.enrol()
    house.work()
    assert problem(giver(draft).give(giver(draft).made())) == gone
    assert happened(house) == ["cancelled"]
    again = ann.post(f"/messages/{draft.id}/notices", {"address": MAYA})
    assert problem(again) == gone
    for address in ("nobody@client.example", ANN):
        assert ann.call("DELETE", path, {"address": address}).status_code == 404


def test_thirty_days_end_it_and_the_sender_is_told_once(house: House) -> None:
    ann, before = own_pane(house), told(house, STOPPED)
    draft = waiting(ann)
    maya = signed_in(house)
    time_is_over(house)
    # By the database's clock, before the chore has come by.
    gone = (410, "waiting-over", "expired")
    assert problem(maya.visitor.post(f"/messages/{draft.id}/open", {})) == gone
    for _ in range(2):
        sweep(house, ann)
    assert eventually(lambda: told(house, STOPPED) == before + 1)
    assert happened(house) == ["expired", "told"]
    assert states(ann) == [(MAYA, "expired")]
    run(house, "UPDATE readers SET waiting_over = waiting_over - 1209600001")
    assert states(ann) == []


def test_a_letter_that_was_recalled_waits_no_more(house: House) -> None:
    ann = own_pane(house)
    draft = waiting(ann)
    assert ann.post(f"/messages/{draft.id}/recall", {}).status_code == 200
    assert listed(ann) == []
    maya = signed_in(house)
    assert problem(maya.visitor.post(f"/messages/{draft.id}/open", {}))[:2] == (410, "recalled")
    maya.enrol()
    house.work()
    assert happened(house) == []
    stopped = ann.call("DELETE", f"/messages/{draft.id}/waiting", {"address": MAYA})
    assert stopped.status_code == 410


def test_a_key_that_was_replaced_in_between_is_looked_up_again(sqlite_house: House) -> None:
    house = sqlite_house
    ann = own_pane(house)
    draft = waiting(ann)
    maya = signed_in(house)
    maya.enrol()
    hand = giver(draft)
    to_the_first = hand.made()
    new = replaced(maya)
    assert problem(hand.give(to_the_first)) == (409, "stale-keys", [MAYA])
    assert hand.give(hand.made()).status_code == 202
    assert read(new, draft.id).statement == draft.signed


def test_a_weaker_key_finishes_nothing(sqlite_house: House) -> None:
    house = sqlite_house
    ann = own_pane(house)
    draft = waiting(ann)
    hand = giver(draft)
    assert problem(hand.give(hand.made())) == (422, "statement-refused", "level-waiting")
    # Called self-held, it is not what the directory says.
    claimed = hand.made(level="self-held")
    assert problem(hand.give(claimed)) == (409, "stale-keys", [MAYA])
    signed_in(house).enrol()
    wrong = hand.made(role="cc")
    assert problem(hand.give(wrong)) == (422, "statement-refused", "grant-malformed")
    other = (422, "statement-refused", "grant-malformed")
    assert problem(hand.give(hand.made(TOM))) == other  # never listed
    assert states(ann) == [(MAYA, "ready")]


def test_sent_protected_instead_it_waits_no_more_and_its_level_is_lower(house: House) -> None:
    ann = own_pane(house)
    draft = waiting(ann)
    hand = giver(draft)
    assert hand.give(hand.made(role="late")).status_code == 202
    house.work()
    assert listed(ann) == []
    visitor = signed_in(house).visitor
    visitor.house = house
    assert visitor.read(draft.id)["text"] == "Dear Maya"
    (thread,) = visitor.api("GET", f"/messages/{draft.id}/thread").json["messages"]
    assert (thread["level"], thread["waiting"]) == ("managed", False)
    stopped = ann.call("DELETE", f"/messages/{draft.id}/waiting", {"address": MAYA})
    assert problem(stopped)[:2] == (409, "reads-already")
    assert happened(house) == ["protected"]


def test_a_sender_with_another_key_sees_that_the_letter_cannot_be_given(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    ann = own_pane(house)
    draft = waiting(ann)
    signed_in(house).enrol()
    make_self_held(house.parts, ANN)
    assert states(ann) == [(MAYA, "key-replaced")]
    body = {"grant": draft.grant(look_up(ann, [MAYA])[0], role="to")}
    answer = ann.post(f"/messages/{draft.id}/readers/signature", body)
    assert problem(answer)[:2] == (409, "key-replaced")


def test_she_gives_at_the_portal_what_waits_and_does_nothing_else_there(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    ben = own_pane(house, BEN)
    draft = waiting(ben)
    other = ben.draft([TOM])
    assert other.sign().status_code == 200
    assert other.send().status_code == 202
    signed_in(house).enrol()
    page = at_portal(house, BEN)
    hand = giver(draft, page)
    assert states(page) == [(MAYA, "ready")]
    late = hand.made(role="late")
    assert problem(hand.give(late)) == (422, "statement-refused", "grant-malformed")
    assert hand.give(hand.made()).status_code == 202
    house.work()
    assert eventually(lambda: got(house, draft.subject) == 2)
    assert listed(page) == []
    # Given, and what never waited: nothing of it is had here, nor of anybody else.
    for letter in (draft.id, other.id):
        assert page.post(f"/messages/{letter}/open", {}).status_code == 404
        body = {"readers": [{"address": MAYA}], "about": letter}
        assert page.post("/lookups", body).status_code == 404


def test_what_is_not_ones_own_is_as_what_is_not_there(house: House) -> None:
    draft = waiting(own_pane(house))
    ben, page, nobody = house.pane(BEN), at_portal(house, BEN), "z" * 22
    for desk in (ben, page):
        assert listed(desk) == []
        for path, body in (("waiting", {"address": MAYA}),):
            answers = [
                desk.api("DELETE", f"/messages/{one}/{path}", body) for one in (draft.id, nobody)
            ]
            assert [one.status_code for one in answers] == [404, 404]
            assert answers[0].data == answers[1].data
    tom = signed_in(house, TOM).visitor
    answers = [tom.post(f"/messages/{one}/open", {}) for one in (draft.id, nobody)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    assert tom.api("GET", "/waiting").status_code == 401


def test_the_helpdesk_says_that_only_the_key_or_only_the_giving_is_missing(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    ann = own_pane(house)
    draft = waiting(ann)

    def state() -> list[tuple[str, Any]]:
        readers = ann.call("GET", f"/messages/{draft.id}/helpdesk").json["readers"]
        return [(one["state"], one["detail"]) for one in readers]

    assert state() == [("waiting-key", None)]
    signed_in(house).enrol()
    assert state() == [("waiting-ready", None)]
    ann.call("DELETE", f"/messages/{draft.id}/waiting", {"address": MAYA})
    assert state() == [("waiting-over", "cancelled")]
