"""Work of the outbox: one mail about a letter, to one reader."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from server.base.database import Database
from server.base.events import facts_about
from server.base.ids import new_token
from server.base.outbox import Job, hold
from server.base.vault import Vault
from server.events import service as events
from server.events.service import CANCELLED, FAILED, QUEUED, SENDING, SENT, UNCONFIRMED, Delivery
from server.firms.service import Firm
from server.messages import store
from server.messages.bounces import service as bounces
from server.messages.ports import (
    ConsentMissing,
    MailboxAway,
    MailboxRefused,
    Notice,
    OutcomeUnknown,
    SenderMailbox,
    SignInAgain,
)
from server.messages.sending.tasks import compose, party, waits_of
from server.messages.service import RECALLED
from server.messages.telling import service as telling
from server.people import service as people

KINDS: Final = (telling.AGAIN, telling.RECALL)


def send(database: Database, vault: Vault, job: Job, mailbox: SenderMailbox) -> None:
    """Send it, and note how that ended. An unknown outcome is never tried again here.

    Raises:
        MailboxAway: Not taken; the worker tries again.
        LeaseLost: Somebody else has this job by now.
    """
    with database.read() as connection:
        entry = store.entry(connection, job.firm_id, job.payload["message_id"])
        if entry is None:
            return
        planned = events.of(connection, firm_id=job.firm_id, about=entry["id"], kind=job.kind)
    own = next((one for one in planned if one.person_id == job.payload["to"]), None)
    if own is None:
        return
    if own.state == SENDING:  # whoever sent it died before he knew
        _end(database, job, to=UNCONFIRMED, reason="no-answer")
        return
    if entry["state"] == RECALLED and job.kind == telling.AGAIN:
        _move(database, job, only=QUEUED, to=CANCELLED)
        return
    if own.state != QUEUED:
        return
    firm, notice = _compose(database, vault, job, entry, own)
    with database.write() as connection:
        hold(connection, job)
        began = telling.move(
            connection,
            firm_id=job.firm_id,
            message_id=entry["id"],
            kind=job.kind,
            person_id=own.person_id,
            only=QUEUED,
            to=SENDING,
        )
    if began:
        _post(database, job, mailbox, firm, notice)


def give_up(connection: Connection, job: Job) -> None:
    """The outbox sets it aside: say so to the sender. The caller commits."""
    telling.give_up(
        connection,
        firm_id=job.firm_id,
        message_id=job.payload["message_id"],
        kind=job.kind,
        person_id=job.payload["to"],
    )


def _post(
    database: Database,
    job: Job,
    mailbox: SenderMailbox,
    firm: Firm,
    notice: Notice,
) -> None:
    sender_id = job.payload["from"]
    try:
        mailbox.send_notice(tenant_id=firm.tenant_id, person_id=sender_id, notice=notice)
    except MailboxAway:
        _end(database, job, to=QUEUED, reason="away")
        raise
    except OutcomeUnknown:
        _end(database, job, to=UNCONFIRMED, reason="no-answer")
    except MailboxRefused as refused:
        _end(database, job, to=FAILED, reason=refused.reason[:64])
    except SignInAgain:
        _end(database, job, to=FAILED, reason="sign-in")
    except ConsentMissing:
        _end(database, job, to=FAILED, reason="consent")
    else:
        _end(database, job, to=SENT)
        if firm.look_up:
            with database.write() as connection:
                bounces.watch(connection, firm_id=firm.id, person_id=sender_id)


def _end(database: Database, job: Job, *, to: str, reason: str | None = None) -> None:
    _move(database, job, only=SENDING, to=to, reason=reason)


def _move(
    database: Database,
    job: Job,
    *,
    only: str,
    to: str,
    reason: str | None = None,
) -> None:
    with database.write() as connection:
        telling.move(
            connection,
            firm_id=job.firm_id,
            message_id=job.payload["message_id"],
            kind=job.kind,
            person_id=job.payload["to"],
            only=only,
            to=to,
            reason=reason,
        )


def _compose(
    database: Database, vault: Vault, job: Job, entry: store.Row, own: Delivery
) -> tuple[Firm, Notice]:
    """The letter's notice, to this reader alone.

    A mail of its own with an id of its own, or mailboxes would take it for the first one; it names
    that one, so that they stand together.
    """
    firm, first = compose(database, vault, entry, delivery_id=own.id)
    with database.read() as connection:
        reader = people.get(connection, vault, own.person_id)
        by = people.get(connection, vault, job.payload["from"])
        rows = store.readers_of(connection, entry["id"])
        facts = facts_about(
            connection, firm_id=firm.id, about=entry["id"], kinds=("message.recalled",)
        )
    hers = [one for one in rows if one["person_id"] == reader.id]
    host = first.message_id.partition("@")[2]
    recalled = max((one.last for one in facts), default=0)
    told = job.kind == telling.RECALL
    return firm, replace(
        first,
        sender_address=by.address,
        sender_name=by.shown_name,
        to=[party(vault, hers[0], reader)],
        cc=(),
        hidden=(),
        reply_to=None,
        message_id=f"{entry['id']}.{new_token()}@{host}",
        references=[*first.references, first.message_id],
        recalled_at=datetime.fromtimestamp(recalled / 1000, tz=UTC) if told else None,
        waits=waits_of(hers[-1:]),
    )
