"""What the server can see of a grant to one more reader of a letter that was sent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import parse_address
from server.base.database import now_ms
from server.base.errors import Conflict, NotFound
from server.base.vault import Vault
from server.crypto.envelope import Envelope
from server.crypto.errors import LevelRefused, Refusal
from server.crypto.grants import (
    Grant,
    GrantedBy,
    check_grant,
    check_granter,
    merge_hash,
    parse_grant,
)
from server.crypto.levels import Copy, Leveled, level_of
from server.crypto.statement import MAX_READERS, PENDING, parse_statement
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.leveling import service as leveling
from server.messages.service import (
    ADDRESSED,
    GRANTED,
    LATE,
    MAIL,
    RECALLED,
    FirmOnly,
    Recalled,
    StaleKeys,
    StatementRefused,
    own_row,
    signed_with,
)
from server.messages.signing.service import CLOCK_S, ClockOff, directory_agrees, is_firms_own
from server.messages.waiting.states import service as states
from server.messages.waiting.states.service import ReadsAlready
from server.people import service as people
from server.people.service import Person

ROLES: Final = frozenset({LATE, *ADDRESSED})


class ReadersChanged(Conflict):
    """The sender's own envelope was sealed for other readers than the letter has now."""

    code = "readers-changed"
    title = "The letter's readers changed meanwhile"
    detail = "Another window has added a reader. Nothing was changed; open the letter again."


class KeyReplaced(Conflict):
    """The letter was signed with a key that its sender has replaced since."""

    code = "key-replaced"
    title = "You have another key now"
    detail = (
        "You signed this letter with a key that you have replaced since, so nobody can be added to "
        "it. Nothing was changed; write a new letter to this person."
    )


class TooManyReaders(Conflict):
    """200 readers, or as many grants as an envelope holds."""

    code = "too-many-readers"
    title = "This letter has no room for more readers"
    detail = "This letter has as many readers as it can have. Write a new one to the others."


@dataclass(frozen=True, slots=True)
class Checked:
    """A grant that the server could see to be right, for whom, and what the sender's envelope holds.

    `envelope` is None for who holds her own key; `file` is hers. `waited` are the new reader's rows
    for which the letter waits: a grant of her role gives it, one of the role `late` ends that too.
    """

    grant: Grant
    reader: Person
    waited: tuple[store.Row, ...]
    own: store.Row
    file: bytes
    envelope: Envelope | None


def check(
    connection: Connection,
    vault: Vault,
    entry: store.Row,
    *,
    firm: Firm,
    sender: Person,
    text: str,
    roles: Collection[str],
) -> Checked:
    """Check a grant to a reader, and that she does not read the letter yet.

    Raises:
        As granting.sign, but OwnKeyChanged.
    """
    rows, own, file = _kept(connection, entry)
    envelope, grant = _read(connection, vault, entry, own, file, sender=sender, text=text)
    if grant.role not in roles:
        raise StatementRefused(refusal="grant-malformed")
    if abs(grant.created - now_ms(connection) // 1000) > CLOCK_S:
        raise ClockOff
    if entry["kind"] == MAIL and not is_firms_own(firm, [grant]):
        raise FirmOnly
    reader = people.find(
        connection, vault, firm_id=sender.firm_id, address=parse_address(grant.address)
    )
    if reader is not None:
        _check_reads_not(connection, rows, reader)
    waited = _waited(connection, rows, grant, reader)
    if reader is None or not directory_agrees(connection, reader, grant.key, grant.level):
        raise StaleKeys(addresses=[grant.address])
    leveling.check_grant(
        connection,
        vault,
        entry,
        firm=firm,
        sender=sender,
        given=(grant.address, grant.level),
        finishes=grant.role != LATE,
    )
    if grant.role == LATE and len(rows) >= MAX_READERS:
        raise TooManyReaders
    return Checked(grant, reader, waited, own, file, envelope)


def _kept(connection: Connection, entry: store.Row) -> tuple[Sequence[store.Row], store.Row, bytes]:
    """The letter's readers, its sender among them, and her envelope."""
    if entry["state"] == RECALLED:
        raise Recalled
    if entry["state"] == "draft":
        raise NotFound
    rows = store.readers_of(connection, entry["id"])
    own = next(row for row in rows if row["role"] == "sender")
    file = store.envelope(connection, entry["id"], own["key"])
    if file is None:
        raise NotFound
    return rows, own, file


def _check_reads_not(connection: Connection, rows: Sequence[store.Row], reader: Person) -> None:
    row = own_row(rows, reader)
    if row is None or row["key"] == PENDING:
        return
    if keys.given_up(connection, reader, row["key"]) is None:
        raise ReadsAlready


def _waited(
    connection: Connection, rows: Sequence[store.Row], grant: Grant, reader: Person | None
) -> tuple[store.Row, ...]:
    """The reader's rows for which the letter waits; by a grant of her listed role it is given.

    For a grant of the role `late` also those for which it has waited in vain: she reads it now.

    Raises:
        StatementRefused: The letter never waited for her in this role, or for a stronger key.
        WaitingOver: It does no more.
    """
    now = now_ms(connection)
    pending = [row for row in rows if reader is not None and row["person_id"] == reader.id]
    pending = [row for row in pending if row["key"] == PENDING]
    if grant.role == LATE:
        return tuple(row for row in pending if states.state(row, now) in states.UNREAD)
    waited = tuple(row for row in pending if states.waits(row, now))
    listed = next((row for row in pending if row["role"] == grant.role), None)
    if listed is None:
        raise StatementRefused(refusal="grant-malformed")
    if over := states.refusal(listed, now):
        raise over
    if listed not in waited:
        raise StatementRefused(refusal="grant-malformed")
    _check_level(rows, listed, grant)
    return waited


def _check_level(rows: Sequence[store.Row], listed: store.Row, grant: Grant) -> None:
    """Rule 6 of levels.md: a waiting envelope is finished only for a key of at least its level."""
    readers = tuple(
        Copy(row["role"], row["level"], waiting=row["key"] == PENDING)
        for row in rows
        if row["role"] not in GRANTED
    )
    letter = Leveled(
        custody=grant.granted_by.custody,
        stated=listed["level"],
        readers=readers,
        grants=(Copy(grant.role, grant.level),),
    )
    try:
        level_of(letter)
    except LevelRefused as refused:
        raise StatementRefused(refusal=refused.code) from refused


def _read(
    connection: Connection,
    vault: Vault,
    entry: store.Row,
    own: store.Row,
    file: bytes,
    *,
    sender: Person,
    text: str,
) -> tuple[Envelope | None, Grant]:
    """The sender's own envelope, if the server can open it, and the grant checked against it."""
    held = keys.signing_key(connection, sender)
    if signed_with(connection, entry, sender) != held.fingerprint:
        raise KeyReplaced
    try:
        if held.level != keys.MANAGED:
            return None, _parsed_unseen(text, entry, sender, held)
        envelope = keys.open_managed(connection, vault, sender, key=own["key"], file=file)
        return envelope, _parsed(text, envelope)
    except Refusal as refusal:
        raise StatementRefused(refusal=refusal.code) from refusal


def _parsed(text: str, envelope: Envelope) -> Grant:
    """The grant, checked against the letter's statement.

    Raises:
        Refusal: Its code.
    """
    statement, grant = parse_statement(envelope.statement), parse_grant(text)
    check_grant(grant, statement)
    check_granter(grant, statement)
    if grant.role != LATE or grant.merge != merge_hash({}):
        raise Refusal("grant-malformed")
    return grant


def _parsed_unseen(text: str, entry: store.Row, sender: Person, held: keys.PublicKey) -> Grant:
    """The grant, checked against what the server knows of a statement that it cannot open.

    Raises:
        Refusal: Its code.
    """
    grant = parse_grant(text)
    by = GrantedBy(address=sender.address, key=held.fingerprint, custody=held.level)
    if grant.granted_by != by:
        raise Refusal("granter-not-allowed")
    facts = (
        grant.statement == entry["statement_hash"],
        grant.role in ROLES,
        grant.merge == merge_hash({}),
    )
    if not all(facts):
        raise Refusal("grant-malformed")
    return grant
