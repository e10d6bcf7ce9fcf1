"""Clients who are signed in by a code that they typed a moment ago."""

import pytest
from sqlalchemy import select

from server.base.ids import new_token
from server.base.tenancy import for_firm
from server.firms.models import firms
from server.keys import service as keys
from server.people import service as people
from server.people.sign_ins import service as sign_ins
from tests.house import House
from tests.keys.holding import Holder


def signed_in(house: House, address: str = "maya@client.example") -> Holder:
    """Somebody with a fresh session and a managed key; how a code makes one, others test."""
    visitor, token, vault = house.visitor(), new_token(), house.parts.vault
    with house.parts.database.read() as connection:
        open_firm = firms.c.opened.is_not(None)  # one may be in its first run
        firm = connection.execute(select(firms.c.id).where(open_firm)).scalar_one()
    with for_firm(firm), house.parts.database.write() as connection:
        person = people.find_or_make(connection, vault, firm_id=firm, address=address, name="")
        keys.ensure(connection, vault, person, signs=True)
        sign_ins.begin(connection, vault, token, person=(firm, person.id), about=None, proved=True)
    visitor.http.set_cookie("__Host-session", token, domain="localhost")
    return Holder.of(visitor)


@pytest.fixture
def maya(house: House) -> Holder:
    """Maya, on each engine."""
    return signed_in(house)


@pytest.fixture
def nora(sqlite_house: House) -> Holder:
    """Maya too, where the engine is no part of the question."""
    return signed_in(sqlite_house)
