"""Firms: found by tenant, by host, by id."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.errors import NotAllowed, NotFound
from server.base.ids import new_id
from server.base.mail import Brand
from server.firms import store

KEPT_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm. Origins have no path; `domains` are the mail domains of its staff.

    Until `is_open` it is in its first run and nobody writes. `admin` is the address of whoever
    set it up; `record` the record choice, "archive" or "none" ("" before it was made); `look_up`
    says that Mail.ReadBasic was granted, so that Sent Items may be searched when in doubt. `held`
    are addresses whose mailboxes are under a legal hold, as the operator said: `hold`.
    """

    id: str
    name: str
    tenant_id: str
    origin: str
    addin_origin: str
    domains: tuple[str, ...]
    brand: Brand
    is_open: bool
    admin: str
    record: str
    look_up: bool
    held: tuple[str, ...] = ()

    def has_address(self, address: str) -> bool:
        """Whether an address is in one of the firm's domains."""
        return address.rpartition("@")[2] in self.domains

    def is_administrator(self, address: str) -> bool:
        """Whether this is the address of the firm's administrator."""
        return bool(self.admin) and address == self.admin


def add(
    connection: Connection,
    *,
    tenant_id: str,
    origin: str,
    addin_origin: str,
    domains: tuple[str, ...],
    brand: Brand,
    admin: str = "",
) -> Firm:
    """Add a firm, or bring the one that has this tenant to these origins and this brand."""
    if row := store.by_tenant(connection, tenant_id):
        changed: dict[str, Any] = {
            "origin": origin,
            "addin_origin": addin_origin,
            "brand": asdict(brand),
            "admin": admin or row["admin"],
        }
        store.update(connection, row["id"], changed)
        return _firm({**row, **changed})
    values: dict[str, Any] = {
        "id": new_id(),
        "created": now_ms(connection),
        "name": brand.name,
        "tenant_id": tenant_id,
        "origin": origin,
        "addin_origin": addin_origin,
        "domains": list(domains),
        "mailbox": brand.mailbox,
        "brand": asdict(brand),
        "opened": now_ms(connection),
        "admin": admin,
    }
    store.insert(connection, values)
    return get(connection, values["id"])


class AdministratorsOnly(NotAllowed):
    """Somebody of the firm who is not its administrator."""

    code = "administrators-only"
    detail = "This is for your firm's administrator. Nothing was changed."


class NotOpenYet(NotAllowed):
    """The firm is in its first run."""

    code = "not-open"
    title = "Your firm's Letterlock is not open yet"
    detail = (
        "Your firm's Letterlock is still being set up, so nothing can be sent yet. Ask whoever "
        "sets it up; nothing has gone out."
    )


def move(connection: Connection, firm: Firm, *, origin: str, addin_origin: str) -> None:
    """Bring a firm to other origins. Links in mails that went out lead to the old portal."""
    brand = {**asdict(firm.brand), "portal_host": urlsplit(origin).netloc}
    changed = {"origin": origin, "addin_origin": addin_origin, "brand": brand}
    store.update(connection, firm.id, changed)


def hold(connection: Connection, firm: Firm, address: str, *, holds: bool) -> None:
    """Note that a mailbox is under a legal hold, or no longer: Microsoft tells no add-in of it."""
    row = store.by_id(connection, firm.id)
    if row is None:
        raise NotFound
    others = {one for one in row["policies"].get("held", ()) if one != address}
    held = sorted(others | {address} if holds else others)
    store.update(connection, firm.id, {"policies": {**row["policies"], "held": held}})


def count(connection: Connection) -> int:
    """How many firms there are."""
    return store.count(connection)


def every(connection: Connection) -> list[Firm]:
    """All firms, for the operator; oldest first."""
    return [_firm(row) for row in store.every(connection)]


def get(connection: Connection, firm_id: str) -> Firm:
    """The firm with this id.

    Raises:
        NotFound: There is none.
    """
    return _found(store.by_id(connection, firm_id))


def of_tenant(connection: Connection, tenant_id: str) -> Firm:
    """The firm of an Entra tenant.

    Raises:
        NotFound: No firm has this tenant.
    """
    return _found(store.by_tenant(connection, tenant_id))


def of_origin(connection: Connection, origin: str) -> Firm:
    """The firm that answers at this origin, portal or add-in.

    Raises:
        NotFound: No firm does.
    """
    return _found(store.by_origin(connection, origin))


class Doors:
    """The firms by origin, in the memory of this process for KEPT_S.

    A firm that is not open yet is asked for each time: its first run changes it with each step.
    Why: docs/adr/0020-firms-in-memory.md.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, tuple[float, Firm]] = {}

    def at(self, origin: str) -> Firm:
        """The firm that answers at this origin, portal or add-in, as it was KEPT_S ago at most.

        What this process changed is seen at once.

        Raises:
            NotFound: No firm does.
        """
        now = time.monotonic()
        kept = self._kept.get(origin)
        # What was read less than KEPT_S after a change may have been read before its commit.
        if kept is not None and kept[0] > max(now - KEPT_S, store.last_change() + KEPT_S):
            return kept[1]
        self._kept.pop(origin, None)
        with self._database.read() as connection:
            firm = of_origin(connection, origin)
        if firm.is_open:
            self._kept[origin] = now, firm
        return firm


def _found(row: Mapping[str, Any] | None) -> Firm:
    if row is None:
        raise NotFound
    return _firm(row)


def _firm(row: Mapping[str, Any]) -> Firm:
    return Firm(
        id=row["id"],
        name=row["name"],
        tenant_id=row["tenant_id"],
        origin=row["origin"],
        addin_origin=row["addin_origin"],
        domains=tuple(row["domains"]),
        brand=Brand(**row["brand"]),
        is_open=row["opened"] is not None,
        admin=row["admin"],
        record=row["record"],
        look_up=bool(row["policies"].get("look_up")),
        held=tuple(row["policies"].get("held", ())),
    )
