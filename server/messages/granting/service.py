"""Add a reader to a letter that was sent: a grant, an envelope to her, and one notice to her alone.

The grant is signed by the firm's server for a managed sender, in her browser by who holds her own
key. She seals both envelopes herself: the new reader's, and her own anew with all grants. Objects do not change. Source: docs/spec/statement.md
sections 4 and 6, envelope.md section 1.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import parse_address
from server.base.database import Database, now_ms
from server.base.errors import Conflict, NotFound
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto import signing as crypto_signing
from server.crypto.encoding import b64u
from server.crypto.envelope import Envelope
from server.crypto.errors import Refusal
from server.crypto.grants import (
    Grant,
    GrantedBy,
    SignedGrant,
    check_grant,
    check_granter,
    merge_hash,
    parse_grant,
)
from server.crypto.shape import LEVELS
from server.crypto.signing import Signature
from server.crypto.statement import MAX_READERS, parse_statement
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.ports import SendingRights
from server.messages.sending.service import ask_for_right, envelope_file, reader_name
from server.messages.service import (
    LATE,
    MAIL,
    RECALLED,
    FirmOnly,
    Recalled,
    StaleKeys,
    StatementRefused,
    name_place,
    own_message,
    own_row,
    signed_with,
)
from server.messages.signing.service import (
    CLOCK_S,
    ClockOff,
    check_signature,
    directory_agrees,
    is_firms_own,
)
from server.messages.telling import service as telling
from server.people import service as people
from server.people.service import Person

ADDED: Final = "reader.added"


class ReadsAlready(Conflict):
    """This person is among the letter's readers; nothing was changed."""

    code = "reads-already"
    title = "This person can read it already"
    detail = "This person is among the letter's readers already. Nothing was changed."


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What a sender hands over: the signed grant, both envelopes in base64, what she calls her.

    `before`, from who holds her own key: base64url SHA-256 of the own envelope that this replaces.
    """

    grant: SignedGrant
    envelope: str
    own_envelope: str
    name: str = ""
    before: str | None = None


@dataclass(frozen=True, slots=True)
class _Checked:
    """A grant that the server could see to be right, for whom, and what the sender's envelope holds.

    `envelope` is None for who holds her own key; `file` is hers.
    """

    grant: Grant
    reader: Person
    own: store.Row
    file: bytes
    envelope: Envelope | None


def sign(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    text: str,
    given: Signature | None = None,
) -> Signature:
    """Sign a grant for one more reader of a letter that was sent. The caller commits.

    `given` is the signature of a sender who holds her own key: it is checked, not made.

    Raises:
        NotFound: Not this sender's letter, or not sent.
        Recalled: It was recalled.
        StatementRefused: The grant does not say what the server sees; nothing was signed.
        ClockOff: Its time is not about now.
        StaleKeys: The key is not the directory's.
        ReadsAlready: This person reads it.
        TooManyReaders: There is no room.
        FirmOnly: It is a mail of the record, and this person is not of the firm.
        KeyReplaced: The letter was signed with another key than the sender has now.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    _check(connection, vault, entry, firm=firm, sender=sender, text=text)
    held = keys.signing_key(connection, sender)
    if (held.level == keys.MANAGED) != (given is None):
        raise StatementRefused(refusal="grant-signature")
    if given is not None:
        check_signature(held, crypto_signing.GRANT, text, given)
    append_event(
        connection, firm_id=firm.id, kind="grant.signed", person_id=sender.id, about=message_id
    )
    return given or keys.sign_grant(connection, vault, sender, text)


def add(
    database: Database,
    vault: Vault,
    rights: SendingRights,
    *,
    firm: Firm,
    sender: Person,
    assertion: str | None,
    message_id: str,
    added: Added,
) -> None:
    """Let one more person read a letter, and queue the notice to her alone: all of it, or nothing.

    Raises:
        As `sign`; also
        ReadersChanged: The sender's new envelope does not hold exactly the grants there are, and this one.
        Invalid: An envelope or the name is malformed.
        SignInFirst, NoConsent, Away: As for sending.
    """
    envelope, own = envelope_file(added.envelope), envelope_file(added.own_envelope)
    name = reader_name(added.name)
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        _check(connection, vault, entry, firm=firm, sender=sender, text=added.grant.text)
    ask_for_right(rights, firm=firm, sender=sender, assertion=assertion)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        found = _check(connection, vault, entry, firm=firm, sender=sender, text=added.grant.text)
        _check_signed(connection, vault, sender, found, added=added, own=own)
        _keep(connection, vault, entry, found, envelope=envelope, own=own, name=name)
        telling.queue(
            connection, entry, kind=telling.AGAIN, person_ids=[found.reader.id], sender=sender
        )
        append_event(connection, firm_id=firm.id, kind=ADDED, person_id=sender.id, about=message_id)


def _check(
    connection: Connection, vault: Vault, entry: store.Row, *, firm: Firm, sender: Person, text: str
) -> _Checked:
    if entry["state"] == RECALLED:
        raise Recalled
    if entry["state"] == "draft":
        raise NotFound
    rows = store.readers_of(connection, entry["id"])
    own = next(row for row in rows if row["role"] == "sender")
    file = store.envelope(connection, entry["id"], own["key"])
    if file is None:
        raise NotFound
    envelope, grant = _read(connection, vault, entry, own, file, sender=sender, text=text)
    if abs(grant.created - now_ms(connection) // 1000) > CLOCK_S:
        raise ClockOff
    if entry["kind"] == MAIL and not is_firms_own(firm, [grant]):
        raise FirmOnly
    reader = people.find(
        connection, vault, firm_id=sender.firm_id, address=parse_address(grant.address)
    )
    if reader is None or not directory_agrees(connection, reader, grant.key, grant.level):
        raise StaleKeys(addresses=[grant.address])
    row = own_row(rows, reader)
    if row is not None and keys.given_up(connection, reader, row["key"]) is None:
        raise ReadsAlready
    if len(rows) >= MAX_READERS:
        raise TooManyReaders
    return _Checked(grant, reader, own, file, envelope)


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
        grant.role == LATE,
        grant.merge == merge_hash({}),
    )
    if not all(facts):
        raise Refusal("grant-malformed")
    return grant


def _check_signed(
    connection: Connection,
    vault: Vault,
    sender: Person,
    found: _Checked,
    *,
    added: Added,
    own: bytes,
) -> None:
    """The grant bears the sender's signature, and her new envelope is the old one and this grant.

    What the envelope of who holds her own key says, she alone sees: she names the one she opened.
    """
    signed = added.grant
    held = keys.signing_key(connection, sender)
    check_signature(held, crypto_signing.GRANT, signed.text, signed.signature)
    if found.envelope is None:
        if added.before != b64u(hashlib.sha256(found.file).digest()):
            raise ReadersChanged
        return
    try:
        after = keys.open_managed(connection, vault, sender, key=found.own["key"], file=own)
    except Refusal as refusal:
        raise StatementRefused(refusal=refusal.code) from refusal
    before = found.envelope
    same = (after.message_key, after.statement, after.signature) == (
        before.message_key, before.statement, before.signature,
    )  # fmt: skip
    if not same or after.grants != (*before.grants, signed):
        raise ReadersChanged


def _keep(
    connection: Connection,
    vault: Vault,
    entry: store.Row,
    found: _Checked,
    *,
    envelope: bytes,
    own: bytes,
    name: str,
) -> None:
    message_id, firm_id, grant = entry["id"], entry["firm_id"], found.grant
    position = 1 + max(row["position"] for row in store.readers_of(connection, message_id))
    sealed = vault.seal_text(name_place(firm_id, message_id, position), name) if name else None
    store.insert_reader(
        connection,
        {
            "entry_id": message_id,
            "position": position,
            "firm_id": firm_id,
            "person_id": found.reader.id,
            "role": LATE,
            "level": grant.level,
            "key": grant.key,
            "name_sealed": sealed,
        },
    )
    row = {"entry_id": message_id, "key": grant.key, "firm_id": firm_id, "file": envelope}
    store.insert_envelopes(connection, [row])
    store.replace_envelope(connection, message_id, found.own["key"], own)
    weakest = min(LEVELS.index(grant.level), LEVELS.index(entry["level"]))
    store.update_entry(connection, message_id, {"level": LEVELS[weakest]})
