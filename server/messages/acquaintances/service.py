"""The people whom somebody of the firm knows already, for the field "To".

Her colleagues, and whoever reads a letter of her own; never whom a colleague has written to. They
are given whole, so that what she types is compared in the pane and told to nobody.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.vault import Vault
from server.firms.service import Firm
from server.messages import store
from server.messages.service import name_place
from server.people import service as people
from server.people.service import Person

MOST: Final = 300  # of each sort, the latest first


@dataclass(frozen=True, slots=True)
class Known:
    """One of them. `name` as she calls him, else as he is known; `is_colleague`: he signs in here."""

    address: str
    name: str
    is_colleague: bool


def of(connection: Connection, vault: Vault, *, firm: Firm, person: Person) -> list[Known]:
    """Everybody whom this person knows, without herself: colleagues, then readers, latest first."""
    colleagues = people.colleagues(connection, vault, firm_id=firm.id, most=MOST)
    found = {one.id: Known(one.address, one.name, is_colleague=True) for one in colleagues}
    rows = store.written_to(connection, firm.id, person.id, most=MOST)
    others = {row["person_id"] for row in rows} - found.keys()
    known = {one.id: one for one in people.several(connection, vault, others)}
    for row in rows:
        one = known.get(row["person_id"])
        if one is None or one.id in found or not one.may_enter:
            continue
        found[one.id] = Known(one.address, _name(vault, row, one), is_colleague=False)
    found.pop(person.id, None)
    return list(found.values())


def _name(vault: Vault, row: store.Row, person: Person) -> str:
    if row["name_sealed"] is None:
        return person.name
    place = name_place(row["firm_id"], row["entry_id"], row["position"])
    return vault.unseal_text(place, row["name_sealed"])
