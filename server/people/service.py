"""Persons: found by address or Entra object id, kept sealed.

Staff are who Entra says they are (object id within the firm's tenant, never an address). A
client is an address that could read a code (people/sign_ins).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.base.database import now_ms, serialise
from server.base.errors import NotAllowed, NotFound
from server.base.ids import new_id
from server.base.vault import Vault
from server.people import store


class OutsideFirm(NotAllowed):
    """A signed-in member of the tenant whose address is in none of the firm's domains."""

    code = "outside-firm"
    detail = "Your mail address is in none of the firm's domains. Ask your administrator to add it."


class AddressTaken(NotAllowed):
    """The address belongs to another member of the tenant: a leaver's, given to a successor."""

    code = "address-taken"
    detail = (
        "This address belonged to a colleague, whose letters stay hers. Ask your administrator to "
        "release it."
    )


class Suspended(NotAllowed):
    """Somebody of the firm whose access was ended."""

    code = "suspended"
    title = "Your access has been ended"
    detail = (
        "Your access to Letterlock has been ended. Ask your administrator; nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class Person:
    """One human at one firm. `kind` is staff or client; `state` as architecture section 3 has it."""

    id: str
    firm_id: str
    kind: str
    address: str
    name: str
    state: str = "active"

    @property
    def may_enter(self) -> bool:
        """Whether she may sign in, or go on where she has."""
        return self.state not in {"suspended", "left"}

    @property
    def shown_name(self) -> str:
        """The name, or the address of somebody whose name we do not know."""
        return self.name or self.address


def sign_in_staff(
    connection: Connection,
    vault: Vault,
    *,
    firm_id: str,
    domains: tuple[str, ...],
    object_id: str,
    address: str,
    name: str,
) -> Person:
    """The person behind an Entra token; made at the first sign-in.

    The caller has checked the token and that its tenant is this firm's. Somebody who was a reader
    before he signed in for the first time is found by address, which his own tenant vouches for.

    Raises:
        OutsideFirm: The address is in none of `domains`.
        AddressTaken: It belongs to another object id.
        Suspended: Her access was ended.
    """
    if address.rpartition("@")[2] not in domains:
        raise OutsideFirm
    row = store.person_by_entra(connection, firm_id, object_id)
    if row is None:
        person = find_or_make(connection, vault, firm_id=firm_id, address=address, name=name)
        row = store.person_by_id(connection, person.id)
    if row is None:
        raise NotFound
    if row["entra_object_id"] not in {None, object_id}:
        raise AddressTaken
    _require_entry(of_row(vault, row))
    changed = {
        "kind": "staff",
        "state": "active",
        "entra_object_id": object_id,
        "name_sealed": vault.seal_text(_place(firm_id, row["id"], "name"), name),
    }
    store.update_person(connection, row["id"], changed)
    return of_row(vault, {**row, **changed})


def find_staff(connection: Connection, vault: Vault, *, firm_id: str, object_id: str) -> Person:
    """The person behind an Entra token who has signed in before.

    Raises:
        NotFound: Nobody has; the pane signs in first.
        Suspended: Her access was ended.
    """
    row = store.person_by_entra(connection, firm_id, object_id)
    if row is None:
        raise NotFound("Sign in first: the pane does that by itself when it opens.")
    return _require_entry(of_row(vault, row))


def find_or_make(
    connection: Connection, vault: Vault, *, firm_id: str, address: str, name: str
) -> Person:
    """The person with this address (already parsed), made as a client if there is none.

    A name is taken from whoever writes first and not changed by later writers.
    """
    serialise(connection, address_index(vault, firm_id, address))
    if found := find(connection, vault, firm_id=firm_id, address=address):
        return found
    person_id = new_id()
    row = {
        "id": person_id,
        "firm_id": firm_id,
        "created": now_ms(connection),
        "kind": "client",
        "state": "invited",
        "address_index": address_index(vault, firm_id, address),
        "address_sealed": vault.seal_text(_place(firm_id, person_id, "address"), address),
        "name_sealed": vault.seal_text(_place(firm_id, person_id, "name"), name),
        "entra_object_id": None,
    }
    store.insert_person(connection, row)
    return of_row(vault, row)


def find(connection: Connection, vault: Vault, *, firm_id: str, address: str) -> Person | None:
    """The person with this address (already parsed), if there is one."""
    row = store.person_by_address(connection, firm_id, vault.indexes("address", firm_id, address))
    return of_row(vault, row) if row else None


def get(connection: Connection, vault: Vault, person_id: str) -> Person:
    """The person with this id.

    Raises:
        NotFound: There is none.
    """
    row = store.person_by_id(connection, person_id)
    if row is None:
        raise NotFound
    return of_row(vault, row)


def of_row(vault: Vault, row: Mapping[str, Any]) -> Person:
    """The person of a row of `persons`."""
    firm_id, person_id = row["firm_id"], row["id"]
    return Person(
        id=person_id,
        firm_id=firm_id,
        kind=row["kind"],
        address=vault.unseal_text(_place(firm_id, person_id, "address"), row["address_sealed"]),
        name=vault.unseal_text(_place(firm_id, person_id, "name"), row["name_sealed"]),
        state=row["state"],
    )


def kind_of(connection: Connection, person_id: str) -> str:
    """Whether a person is staff or client, without unsealing anything.

    Raises:
        NotFound: There is none.
    """
    row = store.person_by_id(connection, person_id)
    if row is None:
        raise NotFound
    return str(row["kind"])


def colleagues(connection: Connection, vault: Vault, *, firm_id: str, most: int) -> list[Person]:
    """Those of the firm who have signed in and still may, at most so many."""
    return [of_row(vault, row) for row in store.staff(connection, firm_id, most)]


def several(connection: Connection, vault: Vault, person_ids: Collection[str]) -> list[Person]:
    """The persons with these ids, in no order; unknown ids are left out."""
    return [of_row(vault, row) for row in store.persons_by_ids(connection, person_ids)]


def count_clients(connection: Connection, firm_id: str) -> int:
    """How many clients a firm has written to."""
    return store.count(connection, firm_id, "client")


def address_index(vault: Vault, firm_id: str, address: str) -> str:
    """The keyed index under which an address is found."""
    return vault.index("address", firm_id, address)


def _require_entry(person: Person) -> Person:
    if not person.may_enter:
        raise Suspended
    return person


def _place(firm_id: str, person_id: str, column: str) -> tuple[str, ...]:
    return (firm_id, "persons", person_id, column)
