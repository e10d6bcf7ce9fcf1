"""A letter is sealed again for the new key of a reader who gave up a lost one; for nobody else."""

import base64
from typing import Any

from server.crypto.envelope import open_envelope
from server.crypto.grants import parse_grant
from tests.house import House
from tests.keys.conftest import signed_in
from tests.keys.holding import Holder
from tests.keys.test_given_up import replaced
from tests.messages.notices import MAYA, begun, got
from tests.messages.test_added_readers import add, granted, sealed
from tests.sandbox.running import eventually


def problem(answer: Any) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def written(house: House) -> Any:
    """A letter of Ann's to Maya, sent."""
    made = begun(house)
    assert made.send().status_code == 202
    house.work()
    return made


def fared(draft: Any) -> list[tuple[str, bool]]:
    readers = draft.desk.api("GET", f"/messages/{draft.id}/helpdesk").json["readers"]
    return [(one["address"], one["new_key"] is not None) for one in readers]


def unsealed(holder: Holder, letter: str) -> Any:
    """Her envelope, opened with her present key."""
    answer = holder.visitor.post(f"/messages/{letter}/open", {}).json
    assert answer["envelope_key"] == holder.key
    assert answer["envelope_until"] is None
    return open_envelope(holder.identity, base64.b64decode(answer["envelope"]))


def test_who_gave_up_a_lost_key_is_given_the_letter_again_by_one_grant(house: House) -> None:
    before = written(house)
    maya = signed_in(house)
    maya.enrol()
    after = written(house)
    assert fared(before) == fared(after) == [(MAYA, False)]
    new = replaced(maya)
    for draft in (before, after):
        assert fared(draft) == [(MAYA, True)]
        assert add(draft, sealed(draft, MAYA)).status_code == 202
        house.work()
        assert fared(draft) == [(MAYA, False)]
        (grant,) = unsealed(new, draft.id).grants
        found = parse_grant(grant.text)
        assert (found.address, found.role, found.key) == (MAYA, "late", new.key)
        assert problem(granted(draft, MAYA)[1]) == "reads-already"
        assert eventually(lambda subject=draft.subject: got(house, subject) == 2)


def test_a_reader_whose_letters_open_is_not_given_one_twice(sqlite_house: House) -> None:
    draft = written(sqlite_house)
    assert problem(granted(draft, MAYA)[1]) == "statement-refused"  # it lists this very key
    signed_in(sqlite_house).enrol()
    assert problem(granted(draft, MAYA)[1]) == "reads-already"
