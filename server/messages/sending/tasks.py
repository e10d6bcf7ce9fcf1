"""Work of the outbox for messages: the notification."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.errors import Away, DiskFull
from server.base.mail import one_line
from server.base.outbox import Job, hold
from server.base.vault import Vault
from server.events import service as events
from server.events.service import BOUNCED, CANCELLED, QUEUED, SENDING, SENT, UNCONFIRMED
from server.firms import service as firms
from server.firms.service import Firm
from server.messages import store
from server.messages.bounces import service as bounces
from server.messages.notices import service as notices
from server.messages.ports import (
    FOR_ALL,
    FOR_SOME,
    GIVEN,
    ConsentMissing,
    MailboxAway,
    MailboxRefused,
    Notice,
    OutcomeUnknown,
    Party,
    Report,
    SenderMailbox,
    SignInAgain,
    SystemMailbox,
)
from server.messages.sending.service import MAX_SUBJECT
from server.messages.service import (
    ADDRESSED,
    HIDDEN,
    MAIL,
    NOTICE,
    RECALLED,
    name_place,
    subject_place,
)
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person

_RE: Final = "Re: "
_WAITS_S: Final = (0.5, 2, 6, 12)


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """Where notices go out: the sender's own mailbox, or the firm's for a client's answer."""

    sender: SenderMailbox
    system: SystemMailbox


def send_notice(database: Database, vault: Vault, job: Job, mailboxes: Mailboxes) -> None:
    """Send the one notification of a message, and note how that ended.

    An unknown outcome is never tried again here: twice is worse than late (architecture.md 4.6).

    Raises:
        MailboxAway: Not taken; the worker tries again, and the state says that it waits.
        LeaseLost: Somebody else has this job by now.
    """
    message_id = job.payload["message_id"]
    with database.read() as connection:
        entry = store.entry(connection, job.firm_id, message_id)
        if entry is None or entry["state"] == "draft":
            return
        planned = events.of(connection, firm_id=job.firm_id, about=message_id, kind=NOTICE)
    states = {delivery.state for delivery in planned}
    if entry["state"] == RECALLED and states == {QUEUED}:
        _cancel(database, entry)
        return
    if states == {SENDING}:  # whoever sent it died before he knew: it may have left
        begun = min(delivery.changed for delivery in planned)
        _doubt(database, job, entry, mailboxes.system, since=begun)
        return
    if states != {QUEUED} and not (states == {BOUNCED} and notices.CAME_BACK in job.payload):
        return
    firm, notice = compose(database, vault, entry, delivery_id=planned[0].id)
    if (since := _begin(database, job, entry)) is None:
        return
    try:
        refused_for = _post(mailboxes, firm, entry, notice)
    except SignInAgain as again:
        claims = again.claims
        _note(lambda: _hold(database, vault, entry, claims=claims))
    except OutcomeUnknown:
        _note(lambda: _doubt(database, job, entry, mailboxes.system, since=since))
    except (MailboxAway, MailboxRefused, ConsentMissing) as refused:
        _not_taken(database, entry, refused)
    else:
        _note(lambda: _mark_sent(database, vault, firm, entry, notice, refused_for=refused_for))


def _begin(database: Database, job: Job, entry: store.Row) -> int | None:
    """Mark that a try begins, with a whole lease before it. Returns when; None if it is not ours."""
    with database.write() as connection:
        hold(connection, job)
        may_begin = {QUEUED, BOUNCED} if notices.CAME_BACK in job.payload else {QUEUED}
        began = notices.move(connection, entry, only=may_begin, to=SENDING)
        return now_ms(connection) if began else None


def _cancel(database: Database, entry: store.Row) -> None:
    """The letter was recalled while its notice waited: nobody is called to it any more."""
    with database.write() as connection:
        notices.move(connection, entry, only={QUEUED}, to=CANCELLED)


def _not_taken(
    database: Database,
    entry: store.Row,
    refused: MailboxAway | MailboxRefused | ConsentMissing,
) -> None:
    """It has not left. Raises what the worker must know to try again."""
    match refused:
        case MailboxRefused():
            reason = refused.reason[:64]
            _note(lambda: _refuse(database, entry, reason))
        case ConsentMissing():
            _note(lambda: _wait(database, entry, "consent"))
            raise MailboxAway from refused
        case _:
            _note(lambda: _wait(database, entry, "away"))
            raise refused


def _wait(database: Database, entry: store.Row, reason: str) -> None:
    with database.write() as connection:
        notices.move(connection, entry, only={SENDING}, to=QUEUED, reason=reason)


def _refuse(database: Database, entry: store.Row, reason: str) -> None:
    with database.write() as connection:
        notices.refuse(connection, entry, reason=reason)


def _note(mark: Callable[[], None]) -> None:
    """Mark how a try ended. A database that cannot just now is waited for: else it would be in doubt.

    A full disk has given up its ballast, so the second try goes through.
    """
    for wait in _WAITS_S:
        try:
            mark()
        except (Away, DiskFull):
            time.sleep(wait)
        else:
            return
    mark()


def _hold(database: Database, vault: Vault, entry: store.Row, *, claims: str | None) -> None:
    with database.write() as connection:
        notices.hold(connection, vault, entry, claims=claims)


def _mark_sent(
    database: Database,
    vault: Vault,
    firm: Firm,
    entry: store.Row,
    notice: Notice,
    *,
    refused_for: Mapping[str, str],
) -> None:
    """It left; for whom the mail system refused it at once, it is as if it had come back."""
    person_id = None if notice.reply_to is not None else entry["sender_id"]
    with database.write() as connection:
        notices.move(connection, entry, only={SENDING, UNCONFIRMED}, to=SENT)
        if refused_for:
            failures = list(refused_for.items())
            report = Report(
                id="", named=(), delivery_id=notice.delivery_id, failures=failures, seen=0
            )
            bounces.note(connection, vault, firm, report, person_id=person_id)
        if firm.look_up:
            bounces.watch(connection, firm_id=firm.id, person_id=person_id)


def _doubt(
    database: Database, job: Job, entry: store.Row, system: SystemMailbox, *, since: int
) -> None:
    with database.write() as connection:
        firm = firms.get(connection, entry["firm_id"])
        may_look = may_look_for(connection, job, entry, system)
        notices.doubt(connection, firm, entry, since=since, may_look=may_look)


def may_look_for(connection: Connection, job: Job, entry: store.Row, system: SystemMailbox) -> bool:
    """Whether looking can settle a doubt: Sent Items hold such notices, and it was not resent yet."""
    if notices.RESENT in job.payload:
        return False
    return system.keeps_sent or people.kind_of(connection, entry["sender_id"]) != "client"


def _post(mailboxes: Mailboxes, firm: Firm, entry: store.Row, notice: Notice) -> Mapping[str, str]:
    """Send it. Returns for whom alone it was refused, and why."""
    tenant_id = firm.tenant_id
    if notice.reply_to is not None:
        return mailboxes.system.send_reply_notice(tenant_id=tenant_id, notice=notice)
    mailboxes.sender.send_notice(tenant_id=tenant_id, person_id=entry["sender_id"], notice=notice)
    return {}


def compose(
    database: Database, vault: Vault, entry: store.Row, *, delivery_id: str
) -> tuple[Firm, Notice]:
    """The notice of a message, and its firm."""
    firm_id, message_id = entry["firm_id"], entry["id"]
    with database.read() as connection:
        firm = firms.get(connection, firm_id)
        sender = people.get(connection, vault, entry["sender_id"])
        readers = [
            (row["role"], people.get(connection, vault, row["person_id"]), row)
            for row in store.readers_of(connection, message_id)
        ]
        answered = store.entry(connection, firm_id, entry["reply_to"] or "")
        root = people.get(connection, vault, answered["sender_id"]) if answered else None
    parties = [(role, party(vault, row, person)) for role, person, row in readers]
    subject = _own_subject(vault, entry)
    if not subject and answered:
        subject = _answer_subject(database, vault, answered)
    is_mail = entry["kind"] == MAIL
    staff = [person for _, person, _ in readers if person.kind == "staff"]
    return firm, Notice(
        brand=firm.brand,
        sender_address=sender.address,
        sender_name=sender.shown_name,
        to=[party for role, party in parties if role == "to" or (is_mail and role == "sender")],
        cc=[party for role, party in parties if role == "cc"],
        hidden=[party for role, party in parties if role == HIDDEN],
        subject=subject,
        sent_at=datetime.fromtimestamp(entry["sealed_at"] / 1000, tz=UTC),
        url=f"{firm.origin}/m/{message_id}",
        delivery_id=delivery_id,
        message_id=_mail_id(firm, message_id),
        references=_references(firm, answered),
        is_answer=answered is not None,
        is_mail=is_mail,
        waits=waits_of([row for role, _, row in readers if role in {*ADDRESSED, HIDDEN}]),
        reply_to=_handler(firm, staff, root) if sender.kind == "client" else None,
    )


def waits_of(rows: Sequence[store.Row]) -> str:
    """Which words the notice to these readers has: of WAITS."""
    ended = {row["waiting_ended"] for row in rows}
    waiting = [row for row in rows if row["waiting_until"] and not row["waiting_ended"]]
    if waiting:
        return FOR_ALL if len(waiting) == len(rows) else FOR_SOME
    return GIVEN if ended == {states.GIVEN} and len(rows) == 1 else ""


def _handler(firm: Firm, staff: list[Person], answered: Person | None) -> Party:
    """Whom an ordinary reply to a client's notice reaches: who wrote to her, else who reads it."""
    if answered is not None and answered.kind == "staff":
        staff = [answered]
    return (staff[0].address, staff[0].name) if staff else (firm.brand.mailbox, firm.brand.name)


def _answer_subject(database: Database, vault: Vault, answered: store.Row) -> str:
    """The public subject of what is answered, as its own notice showed it, after "Re: ".

    An answer has none of its own, so it is looked for up the thread.
    """
    with database.read() as connection:
        while not (subject := _own_subject(vault, answered)) and answered["reply_to"]:
            above = store.entry(connection, answered["firm_id"], answered["reply_to"])
            if above is None:
                break
            answered = above
        if not subject:
            sender = people.get(connection, vault, answered["sender_id"])
            subject = f"{sender.shown_name} has written to you (confidential)"
    plain = subject[len(_RE) :] if subject.lower().startswith(_RE.lower()) else subject
    return one_line(f"{_RE}{plain}", limit=MAX_SUBJECT)


def _own_subject(vault: Vault, entry: store.Row) -> str:
    place = subject_place(entry["firm_id"], entry["id"])
    return vault.unseal_text(place, entry["subject_sealed"])


def _mail_id(firm: Firm, message_id: str) -> str:
    """The Message-ID of a message's notice: known before it is sent, so that answers can name it."""
    return f"{message_id}@{urlsplit(firm.origin).hostname}"


def _references(firm: Firm, answered: store.Row | None) -> list[str]:
    """What the notice of an answer names, so that mail programs thread it: thread, then parent.

    The thread's own id never was a mail. It still joins answers where a mail system has given
    the first notice another Message-ID.
    """
    if answered is None:
        return []
    return [_mail_id(firm, answered["thread_id"]), _mail_id(firm, answered["id"])]


def party(vault: Vault, row: store.Row, person: Person) -> Party:
    """Address and name of a reader: the sender's name for her, else the one that Entra gave."""
    if row["name_sealed"] is None:
        return person.address, person.name
    place = name_place(row["firm_id"], row["entry_id"], row["position"])
    return person.address, vault.unseal_text(place, row["name_sealed"])
