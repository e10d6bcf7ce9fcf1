"""Letters of a house, and whether they can be read in another."""

import os
from dataclasses import dataclass

from sqlalchemy import text

from server.base.tenancy import all_firms
from tests.house import House, sent

LARGE = os.urandom(300 * 1024)


@dataclass(frozen=True)
class Letters:
    """Ids of a plain letter and of one with a large file."""

    plain: str
    heavy: str


def write_letters(house: House) -> Letters:
    """Send both, and let their notices go out."""
    pane = house.pane()
    plain = pane.send(text="Dear Maya, the plain one")
    heavy = sent(pane.draft(text="Dear Maya, the heavy one", files={"scan.bin": LARGE}))
    house.work()
    return Letters(plain, heavy)


def are_read(house: House, letters: Letters) -> None:
    """A client signs in and reads both, every byte fetched."""
    for message_id, words in ((letters.plain, "plain"), (letters.heavy, "heavy")):
        maya = house.visitor()
        assert maya.sign_in(message_id).status_code == 201
        assert words in str(maya.read(message_id))
        for object_id in object_ids(house, message_id):
            answer = maya.call("GET", f"/api/v1/messages/{message_id}/objects/{object_id}")
            assert answer.status_code == 200
            assert len(answer.data) == int(answer.headers["Content-Length"])


def object_ids(house: House, message_id: str) -> list[str]:
    """The objects of a letter."""
    found = "SELECT id FROM objects WHERE entry_id = :id"
    with all_firms("a test looks"), house.parts.database.read() as connection:
        return list(connection.execute(text(found), {"id": message_id}).scalars())


def count(house: House, table: str) -> int:
    """Rows of a table."""
    with all_firms("a test looks"), house.parts.database.read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
