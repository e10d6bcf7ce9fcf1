"""Panes that have a key of one's own: they get their share, are listed, and removed."""

from typing import Any

import pytest
from sqlalchemy import select

from server.crypto.encoding import unb64u
from server.keys.self_held.pairing.models import pairings
from server.keys.self_held.pairing.models import panes as pane_rows
from server.keys.self_held.pairing.panes.service import MOST_PANES
from tests.house import House, Pane
from tests.keys.pairing import Pairing, of_firm, paired, panes
from tests.keys.test_enrolling import happened, problem
from tests.keys.test_given_up import replaced
from tests.messages.notices import run
from tests.people.staff_desk import BEN

GONE = (404, "pairing-gone")
FORGOTTEN = (404, "pane-forgotten")


def share(pane: Pane, pane_id: str) -> Any:
    return pane.post(f"/panes/{pane_id}/share", {})


def test_a_pane_forgets_its_key_by_itself(house: House) -> None:
    pane, ann = of_firm(house)
    first, second = paired(pane, ann), paired(pane, ann)
    assert [one["id"] for one in panes(ann)] == [second["pane"], first["pane"]]
    assert pane.call("DELETE", f"/panes/{first['pane']}").status_code == 204
    assert problem(share(pane, first["pane"])) == FORGOTTEN
    assert problem(pane.call("DELETE", f"/panes/{first['pane']}")) == FORGOTTEN
    assert share(pane, second["pane"]).json == {"share": second["share"]}
    assert [one["id"] for one in panes(ann)] == [second["pane"]]
    assert happened(house.parts.database, "pane.forgotten") == 1


def test_another_key_in_the_place_of_hers_ends_every_pane_and_pairing(house: House) -> None:
    pane, ann = of_firm(house)
    other, ben = of_firm(house, BEN)
    made, bens = paired(pane, ann), paired(other, ben)
    waiting, answered = Pairing(pane, ann), Pairing(pane, ann)
    answered.begin()
    answered.answer()
    waiting.begin()
    new = replaced(ann)
    assert panes(new) == []
    assert problem(share(pane, made["pane"])) == FORGOTTEN
    for pairing in (waiting, answered):
        assert problem(pairing.state()) == GONE
    assert share(other, bens["pane"]).json == {"share": bens["share"]}
    assert happened(house.parts.database, "pane.removed") == 1
    assert paired(pane, new)["share"] != made["share"]


def test_a_pane_of_a_key_that_is_not_hers_any_more_gets_no_share(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    made = paired(pane, ann)
    run(sqlite_house, "UPDATE panes SET key = 'another'")
    assert problem(share(pane, made["pane"])) == FORGOTTEN


def test_twenty_panes_are_the_most_and_one_without_storage_gives_way(sqlite_house: House) -> None:
    pane, ann = of_firm(sqlite_house)
    paired(pane, ann, kept=False)
    kept = paired(pane, ann)
    _copies(sqlite_house, kept["pane"], MOST_PANES - 2)
    assert len(panes(ann)) == MOST_PANES
    last = Pairing(pane, ann)
    last.begin()
    last.answer()
    paired(pane, ann)  # takes the place of the first
    listed = panes(ann)
    assert (len(listed), all(one["kept"] for one in listed)) == (MOST_PANES, True)
    assert problem(Pairing(pane, ann).begin()) == (409, "too-many-panes")
    assert problem(last.complete()) == (409, "too-many-panes")
    ann.visitor.api("DELETE", f"/keys/panes/{kept['pane']}")
    assert last.complete().status_code == 201


@pytest.mark.parametrize("ended", ["suspended", "left"])
def test_whose_access_was_ended_gets_no_share(sqlite_house: House, ended: str) -> None:
    pane, ann = of_firm(sqlite_house)
    made = paired(pane, ann)
    run(sqlite_house, f"UPDATE persons SET state = '{ended}' WHERE kind = 'staff'")
    assert problem(share(pane, made["pane"])) == (403, "suspended")


def test_neither_share_nor_browser_lies_open_in_the_tables(house: House) -> None:
    pane, ann = of_firm(house)
    made = paired(pane, ann)
    waiting = Pairing(pane, ann)
    waiting.begin()
    with house.parts.database.read() as connection:
        found = b""
        for table in (pairings, pane_rows):
            for row in connection.execute(select(table)):
                found += b" ".join(
                    bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode()
                    for one in row
                )
    assert waiting.tag.encode() in found  # the control: what is not sealed is seen
    assert made["pane"].encode() in found
    assert unb64u(made["share"]) not in found
    assert b"Edge" not in found


def _copies(house: House, pane_id: str, count: int) -> None:
    """So many more panes like this one, without the pairings that an hour does not allow."""
    with house.parts.database.write() as connection:
        where = pane_rows.c.id == pane_id
        row = dict(connection.execute(select(pane_rows).where(where)).mappings().one())
        vault, firm = house.parts.vault, row["firm_id"]
        for number in range(count):
            copy = f"{number:022d}"
            sealed = vault.seal_text((firm, "panes", copy, "browser"), "Edge")
            connection.execute(
                pane_rows.insert().values(row | {"id": copy, "browser_sealed": sealed})
            )
