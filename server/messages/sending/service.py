"""Accept a sealed message: one envelope for each signed reader, and no other.

Source: docs/spec/http.md section 3, architecture: the notice goes out from the sender's own
mailbox for staff, from the firm's system mailbox for a client who answers.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from server.base.addresses import parse_address
from server.base.database import Database, now_ms
from server.base.errors import Away, Invalid, NotAllowed, NotSignedIn, TooMany
from server.base.events import append_event
from server.base.mail import UnsafeLine, one_line
from server.base.vault import Vault
from server.crypto.envelope import looks_like_envelope
from server.crypto.statement import PENDING
from server.events import service as events
from server.firms.service import Firm
from server.messages import store
from server.messages.leveling import service as leveling
from server.messages.notices import service as notices
from server.messages.ports import Blobs, ConsentMissing, MailboxAway, SendingRights, SignInAgain
from server.messages.service import (
    ADDRESSED,
    HIDDEN,
    MAIL,
    NOTICE,
    AlreadySent,
    StatementRefused,
    forget_blobs,
    name_place,
    own_message,
    subject_place,
)
from server.messages.waiting import service as waiting
from server.people import service as people
from server.people.service import Person

MAX_SUBJECT: Final = 200
MAX_NAME: Final = 80
MAX_NOTICES_AN_HOUR: Final = 60  # readers told of a client's answers
MAX_NOTICES_A_DAY: Final = 200
_HOUR_MS: Final = 3_600_000


class SignInFirst(NotSignedIn):
    """Entra wants to see the sender; fact `claims` for MSAL."""

    code = "sign-in-again"
    title = "Microsoft asks you to sign in again"
    detail = "Microsoft 365 asks you to sign in again before we may send. Nothing was lost."


class NoConsent(NotAllowed):
    """The firm's administrator has not consented to Mail.Send, or has taken it back."""

    code = "no-consent"
    title = "Letterlock may not send for your firm"
    detail = (
        "Your firm has not allowed Letterlock to send in your name, or no longer does. Ask your "
        "administrator to consent. Your letter is kept here, and nothing has gone out."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What a sender hands over.

    `subject` is public, one line, at most 200 characters, may be empty; `envelopes` the
    fingerprint of each reader's key to base64 of the age file; `names` how the sender calls
    readers, by address, for this notice only.
    """

    subject: str
    statement_hash: str
    envelopes: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)


def send(
    database: Database,
    vault: Vault,
    blobs: Blobs,
    rights: SendingRights,
    *,
    firm: Firm,
    sender: Person,
    assertion: str | None,
    message_id: str,
    sealed: Sealed,
) -> store.Row:
    """Accept a sealed message and queue its notification: all of it, or nothing.

    Safe to retry: a message that was sent answers as it did, to the same letter. For staff the right to send in the
    sender's name is asked for first (`assertion`: the access token of this request, for
    on-behalf-of), so that a challenge of Entra reaches the pane before anything is kept.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: Another letter was sent in its place.
        Invalid: A subject or envelope is malformed, or envelopes are missing or too many.
        TooMany: A client has answered too often.
        SignInFirst: Entra wants to see the sender.
        NoConsent: The firm's consent is missing.
        Away: Entra does not answer.
        StaleKeys: Who was to wait for her key has one by now; nothing was sent.
        LevelBelow: The firm allows no such level for a reader by now; nothing was sent.
    """
    by_client = sender.kind == "client"
    subject = "" if by_client else _public_subject(sealed.subject)
    names = {parse_address(address): reader_name(name) for address, name in sealed.names.items()}
    with database.read() as connection:
        entry = own_message(connection, firm, sender, message_id)
        if _is_sent(entry, sealed):
            return entry
        readers = store.readers_of(connection, message_id)
    expected = {row["key"] for row in readers} - {PENDING}
    envelopes = _envelopes(sealed.envelopes, expected=expected)
    if not by_client:
        ask_for_right(rights, firm=firm, sender=sender, assertion=assertion)
    with database.write() as connection:
        entry = own_message(connection, firm, sender, message_id, lock=True)
        if _is_sent(entry, sealed):
            return entry
        if by_client:
            _limit(connection, firm, sender, readers=len(readers) - 1)
        else:
            notices.resume(connection, firm=firm, sender=sender)
        leveling.check_kept(connection, vault, entry, firm=firm, sender=sender)
        waiting.begin(connection, vault, message_id)
        _name_readers(connection, vault, firm, message_id, names)
        before = store.objects_of(connection, message_id)
        accepted = _accept(
            connection,
            vault,
            firm,
            entry,
            subject=subject,
            envelopes=envelopes,
            by_client=by_client,
        )
        left = store.objects_of(connection, message_id)
    forget_blobs(blobs, firm.id, message_id, before, left=left)
    return accepted


def _is_sent(entry: store.Row, sealed: Sealed) -> bool:
    """Whether this very letter was sent already; what was signed last must be what is sent."""
    same = entry["statement_hash"] == sealed.statement_hash
    if entry["state"] != "draft":
        if not same:
            raise AlreadySent
        return True
    if not same:
        raise StatementRefused(refusal="statement-malformed")
    return False


def _limit(connection: Connection, firm: Firm, sender: Person, *, readers: int) -> None:
    """What clients send goes out from the mailbox that sends the codes, so it has a limit."""
    now = now_ms(connection)
    for span, most in ((_HOUR_MS, MAX_NOTICES_AN_HOUR), (24 * _HOUR_MS, MAX_NOTICES_A_DAY)):
        told = store.count_told(connection, firm.id, sender.id, since=now - span)
        if told + readers > most:
            raise TooMany(
                "You have sent many answers in a short time. This one is kept as a draft; "
                "send it later, or ring us."
            )


def ask_for_right(
    rights: SendingRights, *, firm: Firm, sender: Person, assertion: str | None
) -> None:
    """Get the right to send in somebody's name before anything is kept.

    Raises:
        SignInFirst: Entra wants to see her.
        NoConsent: The firm's consent is missing.
        Away: Entra does not answer.
    """
    try:
        rights.authorise(tenant_id=firm.tenant_id, person_id=sender.id, assertion=assertion or "")
    except SignInAgain as challenge:
        raise SignInFirst(claims=challenge.claims) from challenge
    except ConsentMissing as missing:
        raise NoConsent from missing
    except MailboxAway as away:
        raise Away(
            "Microsoft 365 does not answer. Your letter is kept here; press Send again in a minute."
        ) from away


def _public_subject(subject: str) -> str:
    if len(subject) > MAX_SUBJECT:
        raise Invalid("The subject is too long: at most 200 characters. Nothing was sent.")
    try:
        return one_line(subject, limit=MAX_SUBJECT)
    except UnsafeLine as error:
        raise Invalid("The subject must be one line. Nothing was sent.") from error


def reader_name(name: str) -> str:
    """How a sender calls a reader: one line, cut to 80 characters.

    Raises:
        Invalid: It is not one line.
    """
    try:
        return one_line(name, limit=MAX_NAME)
    except UnsafeLine as error:
        raise Invalid("A reader's name must be one line. Nothing was sent.") from error


def _name_readers(
    connection: Connection, vault: Vault, firm: Firm, message_id: str, names: Mapping[str, str]
) -> None:
    for row in store.readers_of(connection, message_id):
        person = people.get(connection, vault, row["person_id"])
        if name := names.get(person.address):
            sealed = vault.seal_text(name_place(firm.id, message_id, row["position"]), name)
            store.name_reader(connection, message_id, row["position"], sealed)


def _envelopes(files: Mapping[str, str], *, expected: set[str]) -> dict[str, bytes]:
    if files.keys() != expected:
        raise Invalid("There must be one envelope for each signed reader with a key, and no other.")
    return {key: envelope_file(file) for key, file in files.items()}


def envelope_file(text: str) -> bytes:
    """An envelope out of base64, as far as the server can see what it is.

    Raises:
        Invalid: It is none.
    """
    try:
        file = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("An envelope is not base64.") from error
    if not looks_like_envelope(file):
        raise Invalid("An envelope is no age file to a post-quantum key.")
    return file


def _accept(
    connection: Connection,
    vault: Vault,
    firm: Firm,
    entry: store.Row,
    *,
    subject: str,
    envelopes: Mapping[str, bytes],
    by_client: bool,
) -> store.Row:
    message_id, sender_id = entry["id"], entry["sender_id"]
    rows = [
        {"entry_id": message_id, "key": key, "firm_id": firm.id, "file": file}
        for key, file in envelopes.items()
    ]
    store.insert_envelopes(connection, rows)
    store.keep_objects(connection, message_id, entry["signed_objects"])
    changed = {
        "state": "sealed",
        "sealed_at": now_ms(connection),
        "subject_sealed": vault.seal_text(subject_place(firm.id, message_id), subject),
        "draft_object": None,
        "draft_envelope": None,
        "draft_saved": None,
    }
    store.update_entry(connection, message_id, changed)
    # Who seals a mail gets its notice too: it stands in the mailbox where the mail may not.
    told = {*ADDRESSED, HIDDEN, *({"sender"} if entry["kind"] == MAIL else ())}
    readers = [row for row in store.readers_of(connection, message_id) if row["role"] in told]
    events.plan(
        connection,
        firm_id=firm.id,
        about=message_id,
        kind=NOTICE,
        person_ids=[row["person_id"] for row in readers],
    )
    notices.queue(connection, entry, by_client=by_client)
    append_event(
        connection, firm_id=firm.id, kind="message.sealed", person_id=sender_id, about=message_id
    )
    return {**entry, **changed}
