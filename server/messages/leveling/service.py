"""Hold what staff write to the least level that their firm allows for its readers.

A letter is shown at its weakest envelope, so the most that one of its readers demands holds for
every envelope of it. Source: docs/spec/levels.md section 2 rule 7.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from server.base.errors import NotAllowed
from server.base.vault import Vault
from server.crypto.errors import LevelRefused
from server.crypto.levels import Minimum
from server.crypto.shape import LEVELS
from server.firms.leveling import service as leveling
from server.firms.service import Firm
from server.messages import store
from server.people import service as people
from server.people.service import Person

MAIL: Final = "mail"
Leveled = tuple[str, str]  # address and level


class LevelBelow(NotAllowed):
    """A reader's level is below the least that the firm allows; fact `addresses`."""

    code = "level-below"
    title = "Your firm asks for more protection here"
    detail = (
        "A reader's level is below the least that the firm allows. Nothing was sent, and nothing "
        "was lost. Let the letter wait for their own keys, or leave them out."
    )


def check_letter(
    connection: Connection,
    *,
    firm: Firm,
    sender: Person,
    kind: str,
    readers: Sequence[Leveled],
) -> None:
    """Refuse a letter with a reader below the least; who waits counts with the level listed.

    Answers of clients and mails of the record (`kind`) are not held to it.

    Raises:
        LevelBelow: With whoever is below.
    """
    if sender.kind != "staff" or kind == MAIL:
        return
    least = _demanded(leveling.minimum(connection, firm.id), [address for address, _ in readers])
    if below := [one[0] for one in readers if not _allows(least, one)]:
        raise LevelBelow(addresses=sorted(set(below)))


def check_kept(
    connection: Connection, vault: Vault, entry: store.Row, *, firm: Firm, sender: Person
) -> None:
    """The same for a signed letter that is about to go: the rule may have changed since.

    Raises:
        LevelBelow: With whoever is below.
    """
    if not _holds(leveling.minimum(connection, firm.id)):
        return
    readers = _leveled(connection, vault, store.readers_of(connection, entry["id"]))
    check_letter(connection, firm=firm, sender=sender, kind=entry["kind"], readers=readers)


def check_grant(
    connection: Connection,
    vault: Vault,
    entry: store.Row,
    *,
    firm: Firm,
    sender: Person,
    given: Leveled,
    finishes: bool,
) -> None:
    """Refuse to give a sent letter with a key below what one of its readers demands.

    To one whom it does not list (not `finishes`), the letter itself must be of her least level.

    Raises:
        LevelBelow: With the new reader.
    """
    minimum = leveling.minimum(connection, firm.id)
    if sender.kind != "staff" or entry["kind"] == MAIL or not _holds(minimum):
        return
    rows = store.readers_of(connection, entry["id"])
    others = [address for address, _ in _leveled(connection, vault, rows)]
    address, _ = given
    whole = finishes or _allows(minimum, (address, entry["level"]))
    if not whole or not _allows(_demanded(minimum, [*others, address]), given):
        raise LevelBelow(addresses=[address])


def _holds(minimum: Minimum) -> bool:
    return any(level != LEVELS[0] for level in (minimum.least, *minimum.domains.values()))


def _demanded(minimum: Minimum, addresses: Sequence[str]) -> Minimum:
    """What a letter to all of these must be of, whoever reads it."""
    most = max((minimum.least_for(one) for one in addresses), key=LEVELS.index)
    return Minimum(most, {})


def _allows(minimum: Minimum, reader: Leveled) -> bool:
    try:
        minimum.check([reader])
    except LevelRefused:
        return False
    return True


def _leveled(connection: Connection, vault: Vault, rows: Sequence[store.Row]) -> list[Leveled]:
    return [(people.get(connection, vault, row["person_id"]).address, row["level"]) for row in rows]
