"""What the pages say to browsers about the fields into which passwords are typed."""

import re
from pathlib import Path

from tests.house import House
from tests.people.staff_desk import signed_in

FIELD = re.compile(r"<input[^>]*>")
WAYS = {"new-password", "current-password"}
SCRIPTS = ("web/pages/src/key", "web/pages/src/pair", "web/pages/src/unlock")


def test_passwords_are_hidden_while_they_are_typed_and_managers_may_fill_them_in(
    house: House,
) -> None:
    maya, letter = house.visitor(), house.pane().send()
    maya.sign_in(letter)
    ben = signed_in(house)
    found = []
    pages = {"/key": maya, f"/m/{letter}": maya, "/staff/key": ben, "/staff/pair": ben}
    for path, visitor in pages.items():
        for field in FIELD.findall(visitor.call("GET", path).text):
            named = re.search(r'autocomplete="([a-z-]+)"', field)
            if 'type="password"' in field or (named and named.group(1) in WAYS):
                found.append(field)
                assert 'type="password"' in field, field
                assert named is not None, field
                assert named.group(1) in WAYS, field
                assert "onpaste" not in field
                assert "maxlength" not in field
    assert len(found) >= 6


def test_nothing_stops_a_paste_where_a_password_is_typed() -> None:
    scripts = [path for folder in SCRIPTS for path in Path(folder).rglob("*.ts")]
    assert len(scripts) > 5
    for path in scripts:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"[\"'](?:paste|beforeinput|copy|drop)[\"']", source), path


def test_pages_of_staff_know_staff_by_their_own_sign_in_alone(house: House) -> None:
    maya, letter = house.visitor(), house.pane().send()
    maya.sign_in(letter)
    ben = signed_in(house)
    for path, part in (("/staff/key", 'data-stage="enrol"'), ("/staff/pair", 'data-stage="ask"')):
        hers, his = maya.call("GET", path).text, ben.call("GET", path).text
        assert part not in hers
        assert "maya@client.example" not in hers
        assert "Sign in with Microsoft" in hers
        assert part in his
        assert 'data-address="ben@hart.example"' in his
