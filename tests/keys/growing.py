"""Persons with keys, and what a reader makes of an answer about them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from server.base.errors import NotFound
from server.base.tenancy import all_firms, for_firm
from server.crypto.encoding import b64u
from server.crypto.log.answer import Asking, Believed, check_answer
from server.crypto.log.checkpoint import Trust
from server.crypto.log.event import Keys
from server.firms import service as firms
from server.keys import service as keys
from server.keys.log import service as log
from server.keys.log.models import key_logs
from server.people import service as people
from server.people.service import Person
from tests.house import House


def firm_of(house: House) -> str:
    """The id of the demo firm."""
    with all_firms("a test looks for its firm"), house.parts.database.read() as connection:
        return firms.every(connection)[0].id


@contextmanager
def writing(house: House) -> Iterator[Connection]:
    """A transaction of the demo firm."""
    with for_firm(firm_of(house)), house.parts.database.write() as connection:
        yield connection


def person(connection: Connection, house: House, address: str) -> Person:
    """Who has this address, made if need be."""
    firm_id = connection.get_execution_options()["letterlock_firm"]
    return people.find_or_make(
        connection, house.parts.vault, firm_id=firm_id, address=address, name=""
    )


def with_keys(connection: Connection, house: House, address: str, *, signs: bool = False) -> Person:
    """Who has this address and, from now on, keys."""
    found = person(connection, house, address)
    keys.ensure(connection, house.parts.vault, found, signs=signs)
    return found


def size_of(connection: Connection, firm_id: str) -> int:
    """How many entries there are."""
    where = key_logs.c.firm_id == firm_id
    return int(connection.execute(select(key_logs.c.size).where(where)).scalar() or 0)


def asked(
    connection: Connection, house: House, who: Person, before: Believed | None = None
) -> Believed:
    """What a reader believes who checks the answer about `who`, having believed `before`."""
    signs = _signing_key(connection, who)
    kept = before.checkpoint if before else None
    since = kept.size if kept else 0
    present = log.present(connection, house.parts.vault, who.firm_id, since=since)
    said = log.answer(connection, house.parts.vault, who, present, signing_key=signs)
    reading = keys.reading_key(connection, who)
    asking = Asking(
        address=who.address,
        keys=Keys(reading.fingerprint, signs, reading.level, reading.level),
        directory_key=keys.directory_key(connection, who.firm_id),
        trust=Trust(log.log_key(connection, who.firm_id)),
        kept=kept,
        known=before.seen if before else None,
    )
    return check_answer(said.text, said.signature, asking)


def _signing_key(connection: Connection, who: Person) -> str | None:
    try:
        return b64u(keys.signing_key(connection, who).public)
    except NotFound:
        return None
