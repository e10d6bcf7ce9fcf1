"""`letterlock db upgrade`, and what every first start prepares: tables and master key."""

import argparse
from typing import TYPE_CHECKING, Any

from server.base.settings import BadSetting, Settings, from_environment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.base.vault import Vault


def add(commands: Any) -> None:
    """Add the command to the parser."""
    database = commands.add_parser("db", help="the database")
    database.add_argument("action", choices=["upgrade"])
    database.set_defaults(run=_upgrade)


def _upgrade(_: argparse.Namespace) -> None:
    upgrade(from_environment())


def upgrade(settings: Settings) -> None:
    """Bring the tables to this version."""
    from server import migrations  # noqa: PLC0415 a command loads what it runs

    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrations.upgrade(settings.database_url)
    if not settings.demo:
        _lay_ballast(settings)
    _fill_log(settings)


def _fill_log(settings: Settings) -> None:
    """Keys from before there was a key log get their first events."""
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs
    from server.keys.log import service as log  # noqa: PLC0415 a command loads what it runs

    database = Database(settings.database_url)
    try:
        with all_firms("keys from before the log are logged"), database.write() as connection:
            for firm in firms.every(connection):
                if log.count_missing(connection, firm.id):
                    log.append_missing(connection, Vault.load(settings.master_key), firm.id)
    finally:
        database.close()


def _lay_ballast(settings: Settings) -> None:
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs

    database = Database(settings.database_url)
    if database.disk is not None:
        database.disk.prepare()
    database.close()


def ensure_master_key(settings: Settings) -> None:
    """Make the master key at the first start; later, see that it opens this database.

    Raises:
        BadSetting: It is gone, and the database holds what it sealed; or it is another.
    """
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault  # noqa: PLC0415 a command loads what it runs
    from server.firms import service as firms  # noqa: PLC0415 a command loads what it runs

    database = Database(settings.database_url)
    try:
        with database.read() as connection:
            first = firms.count(connection) == 0
        if first:
            Vault.make(settings.master_key)
        vault = Vault.load(settings.master_key)
        with all_firms("the master key is tried on each"), database.write() as connection:
            _try_canaries(connection, vault)
    finally:
        database.close()


def _try_canaries(connection: "Connection", vault: "Vault") -> None:
    from server.base import canary  # noqa: PLC0415 a command loads what it runs

    for firm_id in canary.firms(connection):
        if canary.opens(connection, vault, firm_id) is False:
            raise BadSetting(
                "the master key is not the one that sealed this database: put the right one in "
                "its place. `letterlock canary` says what this one would not open"
            )
        canary.ensure(connection, vault, firm_id)
