"""Add a reader to a letter that was sent: a grant, an envelope to her, and one notice to her alone.

The grant is signed by the firm's server for a managed sender, in her browser by who holds her own
key. She seals both envelopes herself: the new reader's, and her own anew with all grants. Objects
do not change. A listed reader for whose key the letter waited is given it in the same way, by a
grant of her listed role. Source: docs/spec/statement.md sections 4 and 6, envelope.md section 1,
waiting.md section 3.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from server.base.database import Database
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto import signing as crypto_signing
from server.crypto.encoding import b64u
from server.crypto.errors import Refusal
from server.crypto.grants import (
    SignedGrant,
)
from server.crypto.shape import LEVELS
from server.crypto.signing import Signature
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.granting.checking.service import (
    ROLES,
    Checked,
    ReadersChanged,
    check,
)
from server.messages.ports import SendingRights
from server.messages.sending.service import ask_for_right, envelope_file, reader_name
from server.messages.service import (
    LATE,
    StatementRefused,
    name_place,
    own_message,
)
from server.messages.signing.service import (
    check_signature,
)
from server.messages.telling import service as telling
from server.messages.waiting import service as waiting
from server.messages.waiting.states import service as states
from server.people.service import Person

ADDED: Final = "reader.added"
__all__ = ["ROLES", "Added", "add", "sign"]


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


def sign(
    connection: Connection,
    vault: Vault,
    *,
    firm: Firm,
    sender: Person,
    message_id: str,
    text: str,
    given: Signature | None = None,
    roles: Collection[str] = ROLES,
) -> Signature:
    """Sign a grant for one more reader of a letter that was sent. The caller commits.

    `given` is the signature of a sender who holds her own key: it is checked, not made. `roles` are
    those that may be granted here.

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
        WaitingOver: The letter waits for this reader no more.
        LevelBelow: The firm allows no such level for this letter or reader; nothing was signed.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    check(connection, vault, entry, firm=firm, sender=sender, text=text, roles=roles)
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
    roles: Collection[str] = ROLES,
) -> None:
    """Let one more person read a letter, and queue the notice to her alone: all of it, or nothing.

    Without an `assertion`, at the portal, the notice goes out by the right to send that is kept.

    Raises:
        As `sign`; also
        ReadersChanged: The sender's new envelope does not hold exactly the grants there are, and this one.
        Invalid: An envelope or the name is malformed.
        SignInFirst, NoConsent, Away: As for sending.
    """
    envelope, own = envelope_file(added.envelope), envelope_file(added.own_envelope)
    name, text = reader_name(added.name), added.grant.text
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        check(connection, vault, entry, firm=firm, sender=sender, text=text, roles=roles)
    if assertion is not None:
        ask_for_right(rights, firm=firm, sender=sender, assertion=assertion)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        found = check(connection, vault, entry, firm=firm, sender=sender, text=text, roles=roles)
        _check_signed(connection, vault, sender, found, added=added, own=own)
        _keep(connection, vault, entry, found, envelope=envelope, own=own, name=name, sender=sender)
        telling.queue(
            connection, entry, kind=telling.AGAIN, person_ids=[found.reader.id], sender=sender
        )


def _check_signed(
    connection: Connection,
    vault: Vault,
    sender: Person,
    found: Checked,
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
    found: Checked,
    *,
    envelope: bytes,
    own: bytes,
    name: str,
    sender: Person,
) -> None:
    message_id, firm_id, grant = entry["id"], entry["firm_id"], found.grant
    if grant.role == LATE:
        _keep_late(connection, vault, entry, found, name=name, sender=sender)
    else:
        for one in found.waited:
            waiting.end(connection, one, how=states.GIVEN, by=sender, key=grant.key)
    row = {"entry_id": message_id, "key": grant.key, "firm_id": firm_id, "file": envelope}
    store.insert_envelopes(connection, [row])
    store.replace_envelope(connection, message_id, found.own["key"], own)
    weakest = min(LEVELS.index(grant.level), LEVELS.index(entry["level"]))
    store.update_entry(connection, message_id, {"level": LEVELS[weakest]})


def _keep_late(
    connection: Connection,
    vault: Vault,
    entry: store.Row,
    found: Checked,
    *,
    name: str,
    sender: Person,
) -> None:
    """A reader whom the statement does not list with a key; if the letter waited for hers, it waits no more."""
    message_id, firm_id = entry["id"], entry["firm_id"]
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
            "level": found.grant.level,
            "key": found.grant.key,
            "name_sealed": sealed,
        },
    )
    for one in found.waited:
        waiting.end(connection, one, how=states.PROTECTED, by=sender)
    append_event(connection, firm_id=firm_id, kind=ADDED, person_id=sender.id, about=message_id)
