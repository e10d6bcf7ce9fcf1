"""The demo's people: one firm with a tenant, and clients whose mail is somebody else's."""

import uuid
from dataclasses import dataclass

from sandbox.config import TENANT_DOMAIN, TENANT_ID


@dataclass(frozen=True)
class Person:
    """A mailbox and whose it is.

    `oid` is the object id in the tenant, None for people of other companies. `signs_in` is
    False for the shared mailbox: as in Microsoft 365, nobody signs in to one.
    """

    address: str
    name: str
    oid: str | None
    signs_in: bool = False
    note: str = ""

    @property
    def in_tenant(self) -> bool:
        """Whether Graph knows this mailbox."""
        return self.oid is not None


def _oid(address: str) -> str:
    return str(uuid.uuid5(uuid.UUID(TENANT_ID), address))


PEOPLE = (
    Person("ann@hart.example", "Ann Lee", _oid("ann"), True, "Hart & Co, administrator"),
    Person("ben@hart.example", "Ben Carey", _oid("ben"), True, "Hart & Co"),
    Person("portal@hart.example", "Hart & Co", _oid("portal"), False, "Hart & Co, shared mailbox"),
    Person("maya@client.example", "Maya Okafor", None, False, "a client of Hart & Co"),
    Person("tom@client.example", "Tom Birchall", None, False, "a client of Hart & Co"),
)
# In Ann's and Ben's contacts, with no mailbox here. One has a client's name, at another domain.
CONTACTS = (("Maya Okafor", "maya.okafor@post.example"), ("Iris Meyer", "iris@post.example"))
DOMAINS = frozenset({TENANT_DOMAIN, "client.example"})
SERVICE_PRINCIPAL = _oid("service principal of the app")


def by_address(address: str) -> Person | None:
    """The person of an address, in any case."""
    wanted = address.strip().lower()
    return next((person for person in PEOPLE if person.address == wanted), None)


def senders(person: Person) -> tuple[Person, ...]:
    """In whose names somebody may send: one's own, and in the tenant that of the shared mailbox."""
    shared = (one for one in PEOPLE if one.in_tenant and not one.signs_in)
    return (person, *shared) if person.signs_in else (person,)


def by_oid(oid: str) -> Person | None:
    """The person of an object id of the tenant."""
    return next((person for person in PEOPLE if person.oid is not None and person.oid == oid), None)


def in_tenant(oid_or_address: str) -> Person | None:
    """A mailbox of the tenant by object id or user principal name, as Graph's `/users/{id}`."""
    person = by_oid(oid_or_address.lower()) or by_address(oid_or_address)
    return person if person is not None and person.in_tenant else None
