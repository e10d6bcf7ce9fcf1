"""`letterlock canary`: does this master key open this database, and if not, what is lost?"""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from server.base.settings import BadSetting, Settings, from_environment

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from server.base.vault import Vault

SHOWN: Final = 20


def add(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("canary", help="try the master key on the database")
    parser.add_argument("--all", action="store_true", help="name every lost letter")
    parser.set_defaults(run=lambda options: say(from_environment(), everything=options.all))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the master key opens of one firm.

    `readers` are persons whose managed keys it does not open; `lost` the ids of sent letters that
    none of their readers can open any more, `narrowed` of those that some cannot.
    """

    firm_id: str
    name: str
    opens: bool
    letters: int
    readers: int
    lost: tuple[str, ...]
    narrowed: int


def say(settings: Settings, *, everything: bool = False) -> int:
    """Print what the master key opens. Returns the exit status: 1 if anything is lost."""
    try:
        verdicts = try_key(settings)
    except BadSetting as error:
        sys.stderr.write(f"letterlock: {error}\n")
        return 1
    for verdict in verdicts:
        _say(verdict, everything=everything)
    return 0 if all(verdict.opens and not verdict.lost for verdict in verdicts) else 1


def try_key(settings: Settings) -> list[Verdict]:
    """Try the master key on every firm's canary and every wrapping key. Changes nothing.

    Raises:
        BadSetting: There is no master key, or no database of this version.
    """
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.base import canary  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.tenancy import all_firms  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault  # noqa: PLC0415 a command loads what it runs
    from server.migrations import tables  # noqa: F401, PLC0415 fills metadata

    vault = Vault.load(settings.master_key)
    if not migrations.is_current(settings.database_url):
        raise BadSetting("there is no database of this version: run `letterlock db upgrade` first")
    database = Database(settings.database_url, patience_s=None)
    try:
        with all_firms("the master key is tried on each"), database.read() as connection:
            return [_verdict(connection, vault, firm) for firm in canary.firms(connection)]
    finally:
        database.close()


def _verdict(connection: "Connection", vault: "Vault", firm_id: str) -> Verdict:
    from sqlalchemy import select  # noqa: PLC0415 a command loads what it runs

    from server.base import canary  # noqa: PLC0415 a command loads what it runs
    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs

    firms = metadata.tables["firms"].c
    name = connection.execute(select(firms.name).where(firms.id == firm_id)).scalar_one()
    closed = _closed(connection, vault, firm_id)
    letters = _letters(connection, firm_id)
    lost = tuple(key for key, readers in letters.items() if readers and readers <= closed)
    some = sum(1 for readers in letters.values() if readers & closed) - len(lost)
    opens = canary.opens(connection, vault, firm_id)
    return Verdict(
        firm_id=firm_id,
        name=name,
        opens=not closed if opens is None else opens,
        letters=len(letters),
        readers=len(closed - {firm_id}),
        lost=lost,
        narrowed=some,
    )


def _closed(connection: "Connection", vault: "Vault", firm_id: str) -> set[str]:
    """The owners of managed keys whose wrapping key does not open."""
    from sqlalchemy import select  # noqa: PLC0415 a command loads what it runs

    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs
    from server.base.sealed import place_of  # noqa: PLC0415 a command loads what it runs
    from server.crypto.errors import SealRefused  # noqa: PLC0415 a command loads what it runs

    table = metadata.tables["wrapping_keys"]
    closed: set[str] = set()
    statement = select(table).where(table.c.firm_id == firm_id)
    for row in connection.execute(statement).mappings():
        try:
            vault.unseal(place_of(table.c.sealed, row), row["sealed"])
        except SealRefused:
            closed.add(str(row["owner_id"]))
    return closed


def _letters(connection: "Connection", firm_id: str) -> dict[str, set[str]]:
    """Sent letters to those of their readers who have an envelope."""
    from sqlalchemy import select  # noqa: PLC0415 a command loads what it runs

    from server.base.database import metadata  # noqa: PLC0415 a command loads what it runs

    entries, readers = metadata.tables["entries"], metadata.tables["readers"]
    keys = metadata.tables["keys"].c
    sent = (
        select(entries.c.id, readers.c.person_id, keys.custody)
        .select_from(
            entries.join(readers, readers.c.entry_id == entries.c.id).join(
                keys.id.table, keys.fingerprint == readers.c.key
            )
        )
        .where(
            entries.c.firm_id == firm_id,
            readers.c.firm_id == firm_id,
            keys.firm_id == firm_id,
            entries.c.sealed_at.is_not(None),
        )
        .order_by(entries.c.sealed_at, entries.c.id)
    )
    found: dict[str, set[str]] = {}
    for entry_id, person_id, custody in connection.execute(sent):
        # A key that its owner keeps does not hang on the master key: it stands for itself.
        owner = person_id if custody == "managed" else f"own {person_id}"
        found.setdefault(entry_id, set()).add(owner)
    return found


def _say(verdict: Verdict, *, everything: bool) -> None:
    say = sys.stdout.write
    if verdict.opens and not verdict.lost:
        say(f"{verdict.name}: the master key opens it; {verdict.letters} letters, none lost.\n")
        return
    say(
        f"{verdict.name}: the master key is NOT the one that sealed this database.\n"
        f"It does not open the keys of {verdict.readers} persons. Of {verdict.letters} letters, "
        f"{len(verdict.lost)} can be opened by nobody, {verdict.narrowed} by some of their "
        "readers. Names and addresses stay closed too.\n"
        "Nothing was changed: with the right master key everything opens again.\n"
    )
    shown = verdict.lost if everything else verdict.lost[:SHOWN]
    for message_id in shown:
        say(f"  {message_id}\n")
    if len(shown) < len(verdict.lost):
        say(f"  and {len(verdict.lost) - len(shown)} more: letterlock canary --all\n")
