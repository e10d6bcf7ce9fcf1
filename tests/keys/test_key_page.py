"""What the pages say to browsers about the fields into which passwords are typed."""

import re
from pathlib import Path

from tests.house import House

FIELD = re.compile(r"<input[^>]*>")
WAYS = {"new-password", "current-password"}
SCRIPTS = ("web/pages/src/key", "web/pages/src/unlock")


def test_passwords_are_hidden_while_they_are_typed_and_managers_may_fill_them_in(
    house: House,
) -> None:
    maya, letter = house.visitor(), house.pane().send()
    maya.sign_in(letter)
    found = []
    for path in ("/key", f"/m/{letter}"):
        for field in FIELD.findall(maya.call("GET", path).text):
            named = re.search(r'autocomplete="([a-z-]+)"', field)
            if 'type="password"' in field or (named and named.group(1) in WAYS):
                found.append(field)
                assert 'type="password"' in field, field
                assert named is not None, field
                assert named.group(1) in WAYS, field
                assert "onpaste" not in field
                assert "maxlength" not in field
    assert len(found) >= 3


def test_nothing_stops_a_paste_where_a_password_is_typed() -> None:
    scripts = [path for folder in SCRIPTS for path in Path(folder).rglob("*.ts")]
    assert len(scripts) > 5
    for path in scripts:
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"[\"'](?:paste|beforeinput|copy|drop)[\"']", source), path
