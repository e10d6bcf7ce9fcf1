"""Letters that wait for their sender's sign-in: held, told by one mail, resumed."""

import json
from typing import Any

import pytest

from tests.drafts import Draft
from tests.house import House, mailbox
from tests.messages.notices import ANN, begun, due, notice, run, sent, value
from tests.sandbox.running import eventually

ASKED = "Sign in to Outlook once more, so that your letter can go"
CHALLENGED = {"status": 401, "path": "sendMail"}

# What these rest on in the database (names that hold once, events, states) has its tests on both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def draft(house: House) -> Draft:
    return begun(house)


def lose_the_right(house: House) -> None:
    run(house, "DELETE FROM token_caches")


def asked(house: House) -> int:
    titles = [one["subject"] for one in mailbox(house.sandbox, ANN)]
    return sum(title.startswith("Sign in to Outlook") for title in titles)


def open_pane(draft: Draft) -> Any:
    """What the pane hears when its person opens it."""
    return draft.desk.api("PUT", "/me", {}).json["held"]


def test_the_sender_is_told_by_one_mail_however_many_letters_wait(
    house: House, draft: Draft
) -> None:
    before, other = asked(house), begun(house)
    draft.send()
    other.send()
    lose_the_right(house)
    for _ in range(3):
        house.work()
        due(house)
    assert (notice(draft), notice(other)) == (("held", "sign-in"), ("held", "sign-in"))
    assert value(house, "SELECT count(*) FROM outbox") == 0
    open_pane(draft)
    house.work()
    eventually(lambda: sent(house, draft.subject) + sent(house, other.subject) == 2)
    assert asked(house) == before + 1  # the post keeps the order, so a second one would be there


def test_the_mail_names_no_letter_and_holds_no_link_to_sign_in_with(
    house: House, draft: Draft
) -> None:
    draft.send()
    lose_the_right(house)
    house.work()
    found = eventually(lambda: house.sandbox.inbox(ANN, ASKED))
    assert draft.subject not in str(found)
    assert draft.id not in str(found)
    assert "href" not in found["html"].replace('href="tel:', "")
    assert "http" not in found["text"]


def test_signing_in_sends_what_waited_and_a_later_lapse_is_told_anew(
    house: House, draft: Draft
) -> None:
    before = asked(house)
    draft.send()
    lose_the_right(house)
    house.work()
    assert open_pane(draft) is None
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(house, draft.subject) == 1)
    other = begun(house)
    other.send()
    lose_the_right(house)
    house.work()
    house.work()
    assert notice(other)[0] == "held"
    eventually(lambda: asked(house) == before + 1)


def test_who_signs_in_before_the_mail_is_written_gets_none(house: House, draft: Draft) -> None:
    before = asked(house)
    house.sandbox.faults(graph={"status": 503, "times": 9, "path": "portal"})
    draft.send()
    lose_the_right(house)
    house.work()
    house.sandbox.faults(graph=None)
    open_pane(draft)
    due(house)
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(house, draft.subject) == 1)
    assert asked(house) == before


def test_a_second_factor_for_what_waits_is_asked_for_when_the_pane_opens(
    house: House, draft: Draft
) -> None:
    draft.send()
    lose_the_right(house)
    house.work()
    house.sandbox.faults(obo="mfa")
    held = open_pane(draft)
    assert held["count"] == 1
    assert "access_token" in json.loads(held["claims"])
    assert notice(draft)[0] == "held"
    house.sandbox.faults(obo=None)
    assert open_pane(draft) is None


def test_what_graph_asks_of_the_worker_is_asked_of_the_sender(house: House, draft: Draft) -> None:
    """Continuous access evaluation: the token is refused with claims, and so is its renewal."""
    draft.send()
    house.sandbox.faults(graph={**CHALLENGED, "times": 2})
    house.work()
    assert notice(draft) == ("held", "sign-in")
    challenge = value(house, "SELECT challenge FROM token_caches")
    assert challenge is not None
    assert bytes(challenge) != b"{}"
    house.sandbox.faults(obo="blocked")
    assert open_pane(draft) == {"count": 1, "claims": "{}"}
    house.sandbox.faults(obo=None)
    assert open_pane(draft) is None
    house.work()
    assert notice(draft)[0] == "sent"
    assert value(house, "SELECT challenge FROM token_caches") is None


def test_a_token_that_graph_refuses_once_is_renewed_without_anybody(
    house: House, draft: Draft
) -> None:
    draft.send()
    house.sandbox.faults(graph={**CHALLENGED, "times": 1})
    house.work()
    assert notice(draft)[0] == "sent"
    eventually(lambda: sent(house, draft.subject) == 1)


def test_missing_consent_is_the_administrators_and_nothing_is_lost(
    house: House, draft: Draft
) -> None:
    import requests

    tenant = f"{house.sandbox.url}/sandbox/tenant"
    try:
        assert requests.post(tenant, json={"consented": ["User.Read"]}, timeout=5).ok
        refused = draft.send()
    finally:
        assert requests.post(tenant, json={"consented": None}, timeout=5).ok
    assert (refused.status_code, refused.json["type"]) == (403, "urn:letterlock:problem:no-consent")
    assert "administrator" in refused.json["detail"]
    assert draft.send().status_code == 202


def test_a_colleagues_sign_in_sends_nothing_of_hers(house: House, draft: Draft) -> None:
    draft.send()
    lose_the_right(house)
    house.work()
    house.pane("ben@hart.example")
    house.work()
    assert notice(draft)[0] == "held"
