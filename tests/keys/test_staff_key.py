"""Staff at the portal take their keys to themselves: by their sign-in at Entra, and a fresh one."""

import json

from sqlalchemy import select

from server.base.tenancy import all_firms
from server.keys.models import wrapping_keys
from tests.house import House
from tests.keys.conftest import signed_in as client_signed_in
from tests.keys.holding import Holder
from tests.keys.test_enrolling import keys_of, problem
from tests.people.staff_desk import BEN, signed_in
from tests.people.test_passkeys import run


def test_the_pages_of_staff_are_there_before_anybody_has_written(house: House) -> None:
    for visitor in (house.visitor(), signed_in(house)):
        for path in ("/staff", "/staff/key", "/staff/pair", "/staff/waiting"):
            assert visitor.call("GET", path).status_code == 200, path


def test_somebody_of_the_firm_takes_her_key_to_herself_by_her_sign_in_at_entra(
    house: House,
) -> None:
    pane = house.pane(BEN)
    letter = pane.send()
    ben = Holder.of(signed_in(house))
    before = ben.visitor.api("GET", "/keys/own").json
    assert before["custody"] == "managed"
    assert ben.enrol()["key"] == ben.key
    after = ben.visitor.api("GET", "/keys/own").json
    assert (after["custody"], after["key"]) == ("self-held", ben.key)
    assert ben.old().keys() == {before["key"]}
    rows = {row["fingerprint"]: row for row in keys_of(house.parts.database, ben.person)}
    assert all(row["secret_sealed"] is None for row in rows.values())
    assert rows[before["key"]]["retired"] is not None
    with all_firms("a test"), house.parts.database.read() as connection:
        owners = connection.execute(select(wrapping_keys.c.owner_id)).scalars().all()
    assert ben.person not in owners
    assert owners  # the firm's own, for one
    # What she wrote before opens by her old identity, in her hands alone.
    opened = pane.call("POST", f"/messages/{letter}/open", {}).json
    assert opened["envelope_key"] == before["key"]
    assert "message_key" not in opened
    # A sign-in of her pane makes her no second key.
    lookup = json.loads(house.pane(BEN).me["lookup"]["text"])
    assert (lookup["key"], lookup["custody"]) == (ben.key, "self-held")


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
