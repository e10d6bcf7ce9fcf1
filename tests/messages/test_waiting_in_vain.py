"""What has waited in vain and is sent protected, and lists that are longer than they may be. docs/spec/waiting.md."""

from typing import Any

import pytest

from tests.drafts import look_up
from tests.house import House
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder
from tests.messages.notices import ANN, MAYA
from tests.messages.test_waiting import HAS_KEY, STOPPED, TOM, problem, read, settled, told
from tests.messages.waiting import (
    giver,
    happened,
    listed,
    own_pane,
    states,
    sweep,
    time_is_over,
    waiting,
)
from tests.sandbox.running import eventually
from tests.self_held import make_self_held


def level(holder: Holder, letter: str) -> str:
    """The letter's level today, as she is told when she opens it."""
    answer: Any = holder.visitor.post(f"/messages/{letter}/open", {}).json
    return str(answer["level"])


@pytest.mark.parametrize("over", ["cancelled", "expired", "expired-unswept"])
def test_sent_protected_after_its_time_it_leaves_the_list_and_no_mail_says_it_was_in_vain(
    sqlite_house: House, over: str
) -> None:
    house = sqlite_house
    ann, before = own_pane(house), told(house, STOPPED)
    draft = waiting(ann)
    if over == "cancelled":
        ann.call("DELETE", f"/messages/{draft.id}/waiting", {"address": MAYA})
    else:
        time_is_over(house)
    if over == "expired":
        sweep(house, ann)
        settled(house)
        before += 1
    hand = giver(draft)
    assert hand.give(hand.made(role="late")).status_code == 202
    sweep(house, ann)
    settled(house)
    assert listed(ann) == []
    assert happened(house)[-1] == "protected"
    assert eventually(lambda: told(house, STOPPED) == before)
    # By her own key, once she has one, it is not given once more: she reads it.
    signed_in(house).enrol()
    assert problem(hand.give(hand.made()))[:2] == (409, "reads-already")


def test_what_is_ready_is_in_the_list_however_much_waits(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.messages.waiting.service.LISTED", 2)
    ann = own_pane(house)
    for _ in range(2):
        waiting(ann, [TOM])
    waiting(ann)
    assert states(ann) == [(TOM, "waiting"), (TOM, "waiting")]
    signed_in(house).enrol()
    house.work()
    assert states(ann) == [(MAYA, "ready"), (TOM, "waiting")]


def test_the_others_are_told_that_the_letter_is_protected_since(sqlite_house: House) -> None:
    ann = own_pane(sqlite_house)
    look_up(ann, [TOM])
    tom = signed_in(sqlite_house, TOM)
    tom.enrol()
    draft = waiting(ann, [MAYA, TOM])
    assert level(tom, draft.id) == "self-held"
    hand = giver(draft)
    assert hand.give(hand.made(role="late")).status_code == 202
    assert read(tom, draft.id).grants == ()  # his envelope does not say it
    assert level(tom, draft.id) == "managed"


def test_nobody_is_promised_a_letter_that_its_sender_has_no_key_for_any_more(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    ann, before = own_pane(house), told(house, HAS_KEY)
    draft = waiting(ann)
    maya = signed_in(house)
    make_self_held(house.parts, ANN)
    over = (410, "waiting-over", "key-replaced")
    assert problem(maya.visitor.post(f"/messages/{draft.id}/open", {})) == over
    listing: Any = maya.visitor.api("GET", f"/messages/{draft.id}/thread").json
    assert [one["waiting"] for one in listing["messages"]] == [True]
    maya.enrol()
    settled(house)
    assert problem(maya.visitor.post(f"/messages/{draft.id}/open", {})) == over
    assert told(house, HAS_KEY) == before
    assert states(ann) == [(MAYA, "key-replaced")]
