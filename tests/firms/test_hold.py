"""Whose mailbox the firm named as held is told so at sign-in, and nobody else."""

from server.base.tenancy import all_firms
from server.firms import service as firms
from tests.house import House

ANN, BEN = "ann@hart.example", "ben@hart.example"


def named(house: House, address: str, *, holds: bool) -> None:
    with all_firms("a test"), house.parts.database.write() as connection:
        (firm,) = firms.every(connection)
        firms.hold(connection, firm, address, holds=holds)


def told(house: House, address: str) -> bool:
    answer = house.pane(address).put("/me", {})
    assert answer.status_code == 200, answer.text
    held: bool = answer.get_json()["person"]["mailbox_held"]
    return held


def test_a_hold_is_told_to_the_mailboxs_owner_alone_until_it_ends(house: House) -> None:
    assert not told(house, ANN)
    named(house, ANN, holds=True)
    named(house, BEN, holds=True)
    named(house, BEN, holds=False)
    assert told(house, ANN)
    assert not told(house, BEN)
    named(house, ANN, holds=False)
    assert not told(house, ANN)
