"""A code typed within a session makes it fresh, and what it is for stands in its mail."""

import pytest
from sqlalchemy import text

from server.people.sign_ins.allowances.service import PER_HOUR
from server.people.sign_ins.proving.service import require_fresh
from server.people.sign_ins.refusals import FreshCodeNeeded
from tests.house import House, Visitor, mailbox
from tests.sandbox.running import eventually

MAYA = "maya@client.example"
WRONG = "AAAA-AAAA"


@pytest.fixture
def message_id(house: House) -> str:
    return house.pane().send()


@pytest.fixture
def maya(house: House, message_id: str) -> Visitor:
    """Maya, signed in by a code of eleven minutes ago."""
    visitor = house.visitor()
    assert visitor.sign_in(message_id).status_code == 201
    assert is_fresh(house, visitor)
    run(house, "UPDATE sessions SET proved = proved - 660000")
    return visitor


def run(house: House, statement: str) -> None:
    with house.parts.database.write() as connection:
        connection.execute(text(statement))


def is_fresh(house: House, visitor: Visitor) -> bool:
    cookie = visitor.http.get_cookie("__Host-session", domain="localhost")
    assert cookie is not None
    try:
        with house.parts.database.read() as connection:
            require_fresh(connection, house.parts.vault, cookie.value)
    except FreshCodeNeeded:
        return False
    return True


def ask(visitor: Visitor) -> str:
    """Ask for a code within the session, and find it in the mailbox."""
    seen = visitor.codes_at(MAYA)
    answer = visitor.post("/sessions/current/codes", {})
    assert answer.status_code == 202, answer.json
    visitor.house.work()
    return eventually(lambda: next(iter(visitor.codes_at(MAYA) - seen), None))


def test_a_session_is_fresh_for_ten_minutes_after_its_code(house: House, maya: Visitor) -> None:
    assert not is_fresh(house, maya)
    answer = maya.post("/sessions/current/code", {"code": ask(maya)})
    assert (answer.status_code, answer.json) == (200, {})
    assert is_fresh(house, maya)


def test_nobody_is_fresh_without_a_session(house: House) -> None:
    for token in (None, "", "x" * 43):
        with (
            house.parts.database.read() as connection,
            pytest.raises(FreshCodeNeeded, match="nothing was changed"),
        ):
            require_fresh(connection, house.parts.vault, token)


def test_its_mail_says_what_it_is_for(house: House, maya: Visitor) -> None:
    code = ask(maya)
    [mail] = [m for m in mailbox(house.sandbox, MAYA) if m["subject"].startswith(f"Code {code}")]
    assert mail["subject"] == f"Code {code} lets you change how you open Hart & Co's letters"


def test_a_code_that_opens_a_letter_proves_nothing_here(
    house: House, maya: Visitor, message_id: str
) -> None:
    answer = maya.post("/sessions/current/code", {"code": maya.ask_code(message_id)})
    assert answer.json["type"] == "urn:letterlock:problem:code-gone"
    assert not is_fresh(house, maya)


def test_a_code_for_a_proof_opens_no_session(maya: Visitor) -> None:
    answer = maya.post("/sessions", {"code": ask(maya)})
    assert answer.json["type"] == "urn:letterlock:problem:code-gone"


def test_a_wrong_code_is_counted_and_five_end_it(house: House, maya: Visitor) -> None:
    code = ask(maya)
    answers = [maya.post("/sessions/current/code", {"code": WRONG}) for _ in range(5)]
    assert [a.json.get("tries_left") for a in answers] == [4, 3, 2, 1, None]
    assert maya.post("/sessions/current/code", {"code": code}).status_code == 403
    assert not is_fresh(house, maya)


def test_it_works_once_and_only_in_the_browser_that_asked(
    house: House, maya: Visitor, message_id: str
) -> None:
    other = house.visitor()
    other.sign_in(message_id)
    code = ask(maya)
    assert other.post("/sessions/current/code", {"code": code}).status_code == 403
    assert maya.post("/sessions/current/code", {"code": code}).status_code == 200
    assert maya.post("/sessions/current/code", {"code": code}).status_code == 403


def test_a_repeated_call_with_its_key_is_answered_alike(house: House, maya: Visitor) -> None:
    body, again = {"code": ask(maya)}, {"Idempotency-Key": "k" * 22}
    path = "/sessions/current/code"
    answers = [maya.api("POST", path, body, headers=again) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    with house.parts.database.read() as connection:
        proofs = text("SELECT count(*) FROM events WHERE kind = 'session.proved'")
        assert connection.execute(proofs).scalar_one() == 1


def test_a_code_of_somebody_elses_session_in_this_browser_proves_nothing(
    house: House, maya: Visitor
) -> None:
    code = ask(maya)
    letter = house.pane().send(to=["tom@client.example"])
    assert maya.sign_in(letter, "tom@client.example").status_code == 201
    run(house, "UPDATE sessions SET proved = proved - 660000")
    answer = maya.post("/sessions/current/code", {"code": code})
    assert answer.json["type"] == "urn:letterlock:problem:code-gone"
    assert not is_fresh(house, maya)


def test_who_used_her_codes_up_is_told_when_the_next_one_is_free(maya: Visitor) -> None:
    """The sign-in had one of them."""
    answers = [maya.post("/sessions/current/codes", {}) for _ in range(PER_HOUR)]
    assert [a.status_code for a in answers] == [202] * (PER_HOUR - 1) + [429]
    assert 3500 < answers[-1].json["retry_after"] <= 3600
    assert answers[-1].headers["Retry-After"] == str(answers[-1].json["retry_after"])


def test_without_a_session_no_code_is_sent(house: House) -> None:
    for path, body in (("codes", {}), ("code", {"code": WRONG})):
        assert house.visitor().post(f"/sessions/current/{path}", body).status_code == 401
