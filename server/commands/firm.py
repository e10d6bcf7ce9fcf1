"""`letterlock firm add`, `link`, `hosts`, `hold`: a firm, its first run's link, hosts, legal holds."""

import argparse
import re
import sys
import uuid
from typing import Any
from urllib.parse import urlsplit

from server.base.settings import BadSetting, Settings, from_environment

_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    firm = commands.add_parser("firm", help="add a firm, or make a new set-up link")
    actions = firm.add_subparsers(required=True, metavar="ACTION")
    new = actions.add_parser("add", help="add a firm and print the link to its first run")
    new.add_argument("--tenant", required=True, help="the Directory (tenant) ID in Entra")
    new.add_argument(
        "--domain", required=True, action="append", help="a mail domain of its staff; repeatable"
    )
    new.add_argument("--admin", required=True, help="the address of whoever sets the firm up")
    new.add_argument("--name", help="of the firm, until its admin has said; else the domain")
    new.add_argument("--origin", help="of its portal, if not LETTERLOCK_ORIGIN")
    new.add_argument("--addin-origin", help="of its add-in, if not LETTERLOCK_ADDIN_ORIGIN")
    new.set_defaults(run=_add)
    link = actions.add_parser("link", help="a new set-up link; the old ones stop working")
    link.add_argument("--tenant", required=True, help="the Directory (tenant) ID in Entra")
    link.set_defaults(run=_link)
    hosts = actions.add_parser("hosts", help="bring a firm to other origins")
    hosts.add_argument("--tenant", required=True, help="the Directory (tenant) ID in Entra")
    hosts.add_argument("--origin", help="of its portal; old links go on leading to the old one")
    hosts.add_argument("--addin-origin", help="of its add-in")
    hosts.set_defaults(run=_hosts)
    hold = actions.add_parser("hold", help="say that a mailbox is under a legal hold, or no longer")
    hold.add_argument("--tenant", required=True, help="the Directory (tenant) ID in Entra")
    hold.add_argument("--address", required=True, help="of the mailbox")
    hold.add_argument("--end", action="store_true", help="the hold is over")
    hold.set_defaults(run=_hold)


def _add(options: argparse.Namespace) -> None:
    from server.base import canary  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault  # noqa: PLC0415 a command loads what it runs
    from server.commands import db  # noqa: PLC0415 a command loads what it runs
    from server.firms.first_run import service as first_run  # noqa: PLC0415 a command loads what it runs
    from server.keys import service as keys  # noqa: PLC0415 a command loads what it runs

    settings = from_environment()
    facts = _facts(options, settings)
    database = _migrated(settings)
    db.ensure_master_key(settings)
    vault = Vault.load(settings.master_key)
    with all_firms("a firm is added"), database.write() as connection:
        _must_be_free(connection, facts)
        firm = first_run.begin(connection, **facts)
        keys.ensure_directory_key(connection, vault, firm.id)
        canary.ensure(connection, vault, firm.id)
        link = first_run.new_link(connection, firm)
    database.close()
    _say(link, facts["admin"])


def _link(options: argparse.Namespace) -> None:
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs
    from server.firms.first_run import service as first_run  # noqa: PLC0415 a command loads what it runs

    database = _migrated(from_environment())
    try:
        with all_firms("a set-up link is made"), database.write() as connection:
            firm = firms.of_tenant(connection, _tenant(options.tenant))
            link = first_run.new_link(connection, firm)
    except NotFound as error:
        raise BadSetting("no firm has this tenant; letterlock firm add adds one") from error
    finally:
        database.close()
    _say(link, firm.admin)


def _hosts(options: argparse.Namespace) -> None:
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.base.settings import parse_origin  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    database = _migrated(from_environment())
    try:
        with all_firms("a firm moves"), database.write() as connection:
            firm = firms.of_tenant(connection, _tenant(options.tenant))
            origin = parse_origin("--origin", options.origin or firm.origin)
            addin = parse_origin("--addin-origin", options.addin_origin or firm.addin_origin)
            if urlsplit(origin).hostname == urlsplit(addin).hostname:
                raise BadSetting("portal and add-in need different host names")
            for value in (origin, addin):
                _must_be_its_own(connection, firm.id, value)
            firms.move(connection, firm, origin=origin, addin_origin=addin)
    except NotFound as error:
        raise BadSetting("no firm has this tenant; letterlock firm add adds one") from error
    finally:
        database.close()
    sys.stdout.write(f"The portal is {origin}, the add-in {addin}.\n")


def _hold(options: argparse.Namespace) -> None:
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    address = options.address.strip().lower()
    database = _migrated(from_environment())
    try:
        with all_firms("a mailbox is held"), database.write() as connection:
            firm = firms.of_tenant(connection, _tenant(options.tenant))
            if not firm.has_address(address):
                raise BadSetting("that address is in none of the firm's domains")
            firms.hold(connection, firm, address, holds=not options.end)
    except NotFound as error:
        raise BadSetting("no firm has this tenant; letterlock firm add adds one") from error
    finally:
        database.close()
    state = "no longer under" if options.end else "under"
    sys.stdout.write(
        f"{address} is {state} a legal hold: the pane heeds it from the next sign-in.\n"
    )


def _must_be_its_own(connection: Any, firm_id: str, origin: str) -> None:
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    try:
        taken = firms.of_origin(connection, origin)
    except NotFound:
        return
    if taken.id != firm_id:
        raise BadSetting("another firm lives there already")


def _say(link: str, admin: str) -> None:
    sys.stdout.write(
        f"Give this link to {admin}, by hand or by telephone rather than by mail.\n"
        "It works once, within 24 hours; whoever has it can set the firm up.\n\n"
        f"{link}\n"
    )


def _facts(options: argparse.Namespace, settings: Settings) -> dict[str, Any]:
    """What `begin` takes.

    Raises:
        BadSetting: One of the options cannot be.
    """
    from server.base.addresses import parse_address  # noqa: PLC0415 a command loads what it runs
    from server.base.errors import Invalid  # noqa: PLC0415 a command loads what it runs
    from server.base.settings import parse_origin  # noqa: PLC0415 a command loads what it runs

    domains = tuple(domain.strip().lower().removeprefix("@") for domain in options.domain)
    if not all(_DOMAIN.fullmatch(domain) for domain in domains):
        raise BadSetting("--domain must be a mail domain such as hart.example")
    try:
        admin = parse_address(options.admin)
    except Invalid as error:
        raise BadSetting("--admin must be a mail address such as ann@hart.example") from error
    if admin.rpartition("@")[2] not in domains:
        raise BadSetting("--admin must be an address in one of the firm's domains")
    return {
        "tenant_id": _tenant(options.tenant),
        "origin": parse_origin("--origin", options.origin or settings.origin),
        "addin_origin": parse_origin(
            "--addin-origin", options.addin_origin or settings.addin_origin
        ),
        "domains": domains,
        "admin": admin,
        "name": options.name or domains[0],
    }


def _tenant(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise BadSetting(
            "--tenant must be the Directory (tenant) ID, 32 hexadecimal digits with hyphens"
        ) from error


def _migrated(settings: Settings) -> Any:
    """The database.

    Raises:
        BadSetting: Its tables are not those of this version.
    """
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs

    if not migrations.is_current(settings.database_url):
        raise BadSetting("the tables are not those of this version: run letterlock db upgrade")
    return Database(settings.database_url)


def _must_be_free(connection: Any, facts: dict[str, Any]) -> None:
    from server.base.errors import NotFound  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    for look, value, words in (
        (
            firms.of_tenant,
            facts["tenant_id"],
            "a firm has this tenant already: firm link makes it a new link",
        ),
        (firms.of_origin, facts["origin"], "a firm has this portal already: give --origin"),
        (
            firms.of_origin,
            facts["addin_origin"],
            "a firm has this add-in already: give --addin-origin",
        ),
    ):
        try:
            look(connection, value)
        except NotFound:
            continue
        raise BadSetting(words)
