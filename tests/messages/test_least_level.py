"""What staff write is held to the least level that their firm allows: levels.md section 2 rule 7."""

from typing import Any

import pytest

from tests.house import House, Pane, sent
from tests.keys.conftest import signed_in
from tests.messages.notices import ANN, MAYA, value
from tests.messages.test_mails_in_the_record import draft as mail_of
from tests.messages.test_self_held import TOM, late
from tests.messages.waiting import giver, own_pane, states, waiting

BEN = "ben@hart.example"
CLIENTS = {"least": "managed", "domains": [{"domain": "client.example", "level": "self-held"}]}
EVERYBODY = {"least": "self-held", "domains": []}
NOBODY = {"least": "managed", "domains": []}


def demand(house: House, wanted: dict[str, Any]) -> None:
    """The administrator lets this hold."""
    assert house.pane(ANN).put("/level-rules", wanted).status_code == 200


def below(answer: Any) -> list[str]:
    """Who is below it, of a refusal."""
    assert answer.status_code == 403, answer.json
    assert answer.json["type"] == "urn:letterlock:problem:level-below"
    assert answer.json["detail"].startswith(
        "A reader's level is below the least that the firm allows. Nothing was sent"
    )
    addresses: list[str] = answer.json["addresses"]
    return addresses


def readers(house: House, draft: Any) -> Any:
    return value(house, f"SELECT count(*) FROM readers WHERE entry_id = '{draft.id}'")


def test_a_letter_below_it_is_not_signed_and_its_draft_stays(house: House) -> None:
    demand(house, CLIENTS)
    ben = house.pane(BEN)
    draft = ben.draft([MAYA])
    assert draft.keep("Dear Maya").status_code == 200
    assert below(draft.sign()) == [BEN, MAYA]
    assert readers(house, draft) == 0
    kept: Any = ben.call("GET", "/drafts").json
    assert [one["id"] for one in kept["drafts"]] == [draft.id]
    demand(house, NOBODY)
    sent(draft)


def test_who_waits_counts_with_the_level_that_is_listed(house: House) -> None:
    ann = own_pane(house)
    demand(house, CLIENTS)
    assert below(ann.draft([MAYA]).sign()) == [MAYA]
    waiting(ann)
    assert states(ann) == [(MAYA, "waiting")]


def test_one_reader_s_demand_holds_for_every_copy_of_the_letter(house: House) -> None:
    ann, ben = own_pane(house), house.pane(BEN)
    signed_in(house).enrol()
    demand(house, CLIENTS)
    assert below(ben.draft([MAYA]).sign()) == [BEN]
    assert below(ann.draft([MAYA, BEN]).sign()) == [BEN]
    sent(ann.draft([MAYA]))
    sent(ben.draft([ANN]))


def test_what_all_letters_must_be_holds_within_the_firm_too(house: House) -> None:
    own_pane(house)
    demand(house, EVERYBODY)
    assert below(house.pane(BEN).draft([ANN]).sign()) == [BEN]


def test_the_rule_is_looked_at_again_when_a_signed_letter_goes(house: House) -> None:
    draft = house.pane(BEN).draft([MAYA])
    assert draft.sign().status_code == 200
    demand(house, CLIENTS)
    assert below(draft.send()) == [BEN, MAYA]
    assert value(house, "SELECT count(*) FROM envelopes") == 0
    assert value(house, "SELECT count(*) FROM deliveries") == 0
    demand(house, NOBODY)
    assert draft.send().status_code == 202


def test_a_letter_that_went_answers_as_it_did_whatever_holds_now(house: House) -> None:
    draft = house.pane(BEN).draft([MAYA])
    sent(draft)
    demand(house, CLIENTS)
    assert draft.send().status_code == 202


def added(ann: Pane, draft: Any, body: dict[str, Any]) -> tuple[Any, Any]:
    """Both calls that add a reader."""
    asked_for = {name: body[name] for name in ("grant", "signature")}
    path = f"/messages/{draft.id}/readers"
    return ann.post(f"{path}/signature", asked_for), ann.post(path, body)


@pytest.mark.parametrize("wanted", [CLIENTS, EVERYBODY])
def test_nobody_is_added_below_it(house: House, wanted: dict[str, Any]) -> None:
    ann = own_pane(house)
    signed_in(house).enrol()
    draft = ann.draft([MAYA])
    sent(draft)
    body = late(ann, draft)
    demand(house, wanted)
    assert [below(answer) for answer in added(ann, draft, body)] == [[TOM], [TOM]]
    assert readers(house, draft) == 2
    demand(house, NOBODY)
    assert [answer.status_code for answer in added(ann, draft, body)] == [200, 202]


def test_a_managed_letter_is_not_given_to_who_must_get_end_to_end_ones(house: House) -> None:
    ann = own_pane(house)
    signed_in(house, TOM).enrol()
    draft = ann.draft([BEN])
    sent(draft)
    body = late(ann, draft)
    demand(house, CLIENTS)
    assert [below(answer) for answer in added(ann, draft, body)] == [[TOM], [TOM]]


def test_one_who_waits_is_not_protected_instead_and_is_given_it_with_her_own_key(
    house: House,
) -> None:
    ann = own_pane(house)
    demand(house, CLIENTS)
    draft = waiting(ann)
    one = giver(draft)
    assert below(one.give(one.made(role="late"))) == [MAYA]
    signed_in(house).enrol()
    assert one.give(one.made()).status_code == 202


def test_a_client_answers_and_a_mail_is_sealed_whatever_holds(house: House) -> None:
    ann, maya = house.pane(ANN), signed_in(house).visitor
    letter = ann.send([MAYA], "Dear Maya")
    demand(house, EVERYBODY)
    maya.answer(letter, [ANN])
    assert mail_of(ann, BEN).sign().status_code == 200


def test_another_letter_to_who_has_no_rule_goes_as_ever(house: House) -> None:
    demand(
        house, {"least": "managed", "domains": [{"domain": "bank.example", "level": "self-held"}]}
    )
    sent(house.pane(BEN).draft([MAYA]))
    assert value(house, "SELECT count(*) FROM envelopes") == 2
