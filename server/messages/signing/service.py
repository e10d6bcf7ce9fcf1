"""Sign the statement and the grants of an unsent message for a managed sender.

Who holds her own key signs in her browser, and the server checks the same. Before it signs, it checks everything of them that it can see: this message, this sender,
these uploads, the directory's keys, the thread. Source: docs/spec/statement.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.database import now_ms
from server.base.errors import Conflict, Invalid, NotFound
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto import signing as crypto_signing
from server.crypto.errors import Refusal
from server.crypto.grants import Grant, check_grant, check_granter, merge_hash, parse_grant
from server.crypto.shape import LEVELS
from server.crypto.signing import Signature
from server.crypto.statement import MAX_READERS, PENDING, Reader, Statement, parse_statement
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.leveling import service as leveling
from server.messages.service import (
    ADDRESSED,
    GRANTED,
    HIDDEN,
    MAIL,
    AlreadySent,
    FirmOnly,
    OnlyAnswers,
    StaleKeys,
    StatementRefused,
    answerable,
    own_message,
)
from server.messages.waiting import service as waiting
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

CLOCK_S: Final = 3600


class OwnKeyChanged(Conflict):
    """The sender has another key since her page was loaded."""

    code = "own-key-changed"
    title = "You have another key now"
    detail = (
        "Your key has changed since this page was opened, so the letter was not signed. Nothing was "
        "sent; what you wrote is kept as a draft. Load the page anew, and send it from there."
    )


class ClockOff(Invalid):
    """The writer's clock is more than an hour off; the firm's server signs no such time."""

    code = "clock-off"
    title = "Your clock is off"
    detail = (
        "The clock of this device is more than an hour off, so the letter was not signed. "
        "Set the clock and press Send again; nothing was lost."
    )


@dataclass(frozen=True, slots=True)
class Signed:
    """The signature of a statement, and those of its grants in their order."""

    statement: Signature
    grants: tuple[Signature, ...]


def sign(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    text: str,
    grants: Sequence[str] = (),
    given: Signed | None = None,
) -> Signed:
    """Sign the statement of an unsent message, and its grants. The caller commits.

    `given` are the signatures of a sender who holds her own key: they are checked, not made.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        StatementRefused: It does not say what the server sees; nothing was signed.
        OnlyAnswers: A client's, to somebody whom she may not answer; nothing was signed.
        ClockOff: Its time is not about now; nothing was signed.
        FirmOnly: A mail of the record, for somebody outside the firm; nothing was signed.
        StaleKeys: A reader's key is not the directory's any more; nothing was signed.
        OwnKeyChanged: The sender's is not; nothing was signed.
        TooManyWaiting: More than fifty readers have no key of their own; nothing was signed.
        LevelBelow: The firm allows no such level for a reader; nothing was signed.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    if entry["state"] != "draft":
        raise AlreadySent
    try:
        statement = parse_statement(text)
        granted = [_grant(grant, statement) for grant in grants]
    except Refusal as refusal:
        raise StatementRefused(refusal=refusal.code) from refusal
    _check_statement(connection, statement, granted, entry=entry, firm=firm, sender=sender)
    _check_waiting(statement, entry, sender)
    _check_times(connection, statement, granted)
    rows = _reader_rows(connection, vault, statement, granted, firm=firm)
    everybody: list[Reader | Grant] = [*statement.readers, *granted]
    readers = [(one.address, one.level) for one in everybody]
    leveling.check_letter(connection, firm=firm, sender=sender, kind=entry["kind"], readers=readers)
    _check_parents(connection, statement, rows, firm=firm)
    if sender.kind == "client":
        _check_answer(connection, firm, sender, entry, rows)
    signed = _signed(connection, vault, sender, text, grants, given=given)
    store.replace_readers(connection, message_id, rows)
    changed = {
        "statement_hash": statement.hash,
        "signed_with": statement.sender.key,
        "level": statement.level,
        "signed_objects": [item.id for item in statement.objects],
    }
    store.update_entry(connection, message_id, changed)
    append_event(
        connection, firm_id=firm.id, kind="message.signed", person_id=sender.id, about=message_id
    )
    return signed


def check_signature(held: keys.PublicKey, domain: str, text: str, signature: Signature) -> None:
    """Check a signature that a sender made with her own key.

    Raises:
        StatementRefused: It is not of this text, or not by the key that the directory holds.
    """
    code = "grant-signature" if domain == crypto_signing.GRANT else "statement-signature"
    try:
        crypto_signing.verify(held.public, domain, text, signature, refusal=code)
    except Refusal as refusal:
        raise StatementRefused(refusal=refusal.code) from refusal


def _signed(
    connection: Connection,
    vault: Vault,
    sender: Person,
    text: str,
    grants: Sequence[str],
    *,
    given: Signed | None,
) -> Signed:
    held = keys.signing_key(connection, sender)
    if (held.level == keys.MANAGED) != (given is None):
        raise StatementRefused(refusal="statement-signature")
    if given is None:
        return Signed(
            statement=keys.sign_statement(connection, vault, sender, text),
            grants=tuple(keys.sign_grant(connection, vault, sender, grant) for grant in grants),
        )
    if len(given.grants) != len(grants):
        raise StatementRefused(refusal="grant-signature")
    check_signature(held, crypto_signing.STATEMENT, text, given.statement)
    for grant, signature in zip(grants, given.grants, strict=True):
        check_signature(held, crypto_signing.GRANT, grant, signature)
    return given


def _grant(text: str, statement: Statement) -> Grant:
    grant = parse_grant(text)
    check_grant(grant, statement)
    check_granter(grant, statement)
    if grant.role != HIDDEN or grant.merge != merge_hash({}):
        raise Refusal("grant-malformed")
    return grant


def _check_statement(
    connection: Connection,
    statement: Statement,
    grants: Sequence[Grant],
    *,
    entry: store.Row,
    firm: Firm,
    sender: Person,
) -> None:
    uploaded = {row["id"]: row["sha256"] for row in store.objects_of(connection, entry["id"])}
    own = [reader.address for reader in statement.readers if reader.role == "sender"]
    levels = [reader.level for reader in statement.readers] + [grant.level for grant in grants]
    weakest = min((LEVELS.index(level) for level in levels), default=0)
    for_oneself = entry["kind"] == MAIL
    reached = (
        for_oneself or any(reader.role in ADDRESSED for reader in statement.readers) or bool(grants)
    )
    named = {reader.address for reader in statement.readers}
    hidden = [grant.address for grant in grants]
    held = keys.signing_key(connection, sender)
    if _is_of_an_earlier_key(connection, sender, statement, held):
        raise OwnKeyChanged
    facts = (
        statement.message_id == entry["id"],
        statement.thread_id == entry["thread_id"],
        statement.expires is None,
        not statement.readers_grant,
        statement.sender.address == sender.address,
        statement.sender.firm == firm.id,
        statement.sender.custody == held.level,
        statement.sender.key == held.fingerprint,
        own == [sender.address],
        statement.level == LEVELS[weakest],
        all(uploaded.get(item.id) == item.sha256 for item in statement.objects),
        entry["draft_object"] not in {item.id for item in statement.objects},
        reached,
        len(set(hidden)) == len(hidden) and not named & set(hidden),
        len(statement.readers) + len(grants) <= MAX_READERS,
    )
    if not all(facts):
        raise StatementRefused(refusal="statement-malformed")
    if for_oneself and not is_firms_own(firm, [*statement.readers, *grants]):
        raise FirmOnly


def _check_waiting(statement: Statement, entry: store.Row, sender: Person) -> None:
    """Who may be listed without a key: waiting.md section 1. That the sender's is her own is checked."""
    pending = [reader for reader in statement.readers if reader.key == PENDING]
    facts = (
        all(one.role in ADDRESSED and one.level == keys.SELF_HELD for one in pending),
        len({one.address for one in pending}) == len(pending),
        sender.kind == "staff",
        entry["kind"] != MAIL,
        statement.sender.custody == keys.SELF_HELD,
        statement.level == keys.SELF_HELD,
    )
    if pending and not all(facts):
        raise StatementRefused(refusal="statement-malformed")
    if len(pending) > waiting.MOST:
        raise waiting.TooManyWaiting


def _is_of_an_earlier_key(
    connection: Connection, sender: Person, statement: Statement, held: keys.PublicKey
) -> bool:
    """Her key was replaced while she wrote: her page still names the one before."""
    try:
        keys.is_in_custody(connection, sender, statement.sender.key)
    except NotFound:
        return False
    return statement.sender.key != held.fingerprint


def is_firms_own(firm: Firm, readers: Sequence[Reader | Grant]) -> bool:
    """Whether all of these have addresses of the firm."""
    return all(firm.has_address(reader.address) for reader in readers)


def _check_times(connection: Connection, statement: Statement, grants: Sequence[Grant]) -> None:
    """The firm's server vouches for the time: it signs none but about its own."""
    now = now_ms(connection) // 1000
    times = [statement.created, *(grant.created for grant in grants)]
    if any(abs(time - now) > CLOCK_S for time in times):
        raise ClockOff


def _check_parents(
    connection: Connection, statement: Statement, rows: Sequence[store.Row], *, firm: Firm
) -> None:
    """Each parent is a message of this thread that everybody whom the statement lists may read.

    One that a listed reader may not read would show him that there are others.
    """
    sent = store.entries_of_thread(connection, firm.id, statement.thread_id)
    theirs = store.readers_of_many(connection, [entry["id"] for entry in sent])
    listed = {row["person_id"] for row in rows if row["role"] not in GRANTED}
    common = {
        entry["statement_hash"]
        for entry in sent
        if listed <= {row["person_id"] for row in theirs[entry["id"]] if row["role"] not in GRANTED}
        or listed <= {entry["sender_id"], *_hidden(theirs[entry["id"]])}
    }
    if not set(statement.parents) <= common:
        raise StatementRefused(refusal="statement-malformed")


def _hidden(rows: Sequence[store.Row]) -> set[str]:
    return {row["person_id"] for row in rows if row["role"] in GRANTED}


def _check_answer(
    connection: Connection, firm: Firm, sender: Person, entry: store.Row, rows: Sequence[store.Row]
) -> None:
    allowed = answerable(connection, firm, sender, entry["reply_to"]) | {sender.id}
    others = {row["person_id"] for row in rows} - {sender.id}
    if not others or any(r["person_id"] not in allowed or r["role"] == HIDDEN for r in rows):
        raise OnlyAnswers


def _reader_rows(
    connection: Connection,
    vault: Vault,
    statement: Statement,
    grants: Sequence[Grant],
    *,
    firm: Firm,
) -> list[store.Row]:
    rows: list[store.Row] = []
    stale: list[str] = []
    everybody: list[Reader | Grant] = [*statement.readers, *grants]
    for position, reader in enumerate(everybody):
        person = people.find(connection, vault, firm_id=firm.id, address=reader.address)
        if person is None or not directory_agrees(connection, person, reader.key, reader.level):
            stale.append(reader.address)
            continue
        rows.append(
            {
                "entry_id": statement.message_id,
                "position": position,
                "firm_id": firm.id,
                "person_id": person.id,
                "role": reader.role,
                "level": reader.level,
                "key": reader.key,
            }
        )
    if stale:
        raise StaleKeys(addresses=stale)
    return rows


def directory_agrees(connection: Connection, person: Person, key: str, level: str) -> bool:
    """Whether this is the key that the directory holds for a person, at this level.

    Of who is to wait for hers: whether she holds none herself.
    """
    if key == PENDING:
        return states.own_key(connection, person) is None
    try:
        held = keys.reading_key(connection, person)
    except NotFound:
        return False
    return held.fingerprint == key and held.level == level
