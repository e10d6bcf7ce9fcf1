"""Staff at the portal and their own keys: everything up to the end, which waits for the pane."""

from server.base.tenancy import all_firms
from tests.house import House
from tests.keys.conftest import signed_in as client_signed_in
from tests.keys.holding import Holder
from tests.keys.test_enrolling import keys_of, problem
from tests.people.staff_desk import BEN, signed_in
from tests.people.test_passkeys import run


def test_a_key_of_staff_is_begun_and_read_back_and_its_end_is_refused(house: House) -> None:
    pane = house.pane(BEN)
    letter = pane.send()
    ben = Holder.of(signed_in(house))
    before = ben.visitor.api("GET", "/keys/own").json
    assert before["custody"] == "managed"
    begun = ben.begin()
    assert begun.status_code == 201, begun.json
    back = ben.visitor.api("GET", f"/keys/enrolments/{begun.json['id']}").json
    ben.open_slots(back["slots"])
    assert [one["key"] for one in back["old"]] == [before["key"]]
    answer = ben.complete(begun.json["id"], ben.answer(back["challenge"]))
    assert problem(answer) == (409, "pane-not-paired")
    assert answer.json["title"] == "Your pane cannot be paired yet"
    assert "nothing was changed" in answer.json["detail"]
    assert ben.visitor.api("GET", "/keys/own").json == before
    with all_firms("a test"):
        assert {row["custody"] for row in keys_of(house.parts.database, ben.person)} == {"managed"}
    # The pane goes on as before.
    assert pane.call("POST", f"/messages/{letter}/open", {}).status_code == 200
    assert pane.send()


def test_what_changes_a_key_of_staff_needs_a_fresh_sign_in(house: House) -> None:
    house.pane(BEN)
    ben = Holder.of(signed_in(house))
    begun = ben.begin().json
    run(house, "UPDATE sessions SET proved = proved - 601000 WHERE kind = 'staff'")
    assert problem(ben.begin()) == (403, "fresh-sign-in-needed")
    ended = ben.complete(begun["id"], ben.answer(begun["challenge"]))
    assert problem(ended) == (403, "fresh-sign-in-needed")


def test_staff_at_their_mailbox_enrol_nothing(house: House) -> None:
    house.pane(BEN)
    by_code = client_signed_in(house, BEN)
    assert problem(by_code.begin()) == (403, "clients-only")
    assert Holder.of(signed_in(house)).begin().status_code == 201
