"""Work of the outbox for notices in doubt and notices that wait."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from server.base.database import Database, now_ms
from server.base.outbox import Job
from server.base.vault import Vault
from server.events import service as events
from server.events.service import FAILED, QUEUED, SENT, UNCONFIRMED
from server.firms import service as firms
from server.messages import store
from server.messages.bounces import service as bounces
from server.messages.notices import service as notices
from server.messages.ports import (
    ConsentMissing,
    Found,
    MailboxReader,
    MailboxRefused,
    OutcomeUnknown,
    Owner,
    SignInAgain,
    SignInMail,
    Sought,
    SystemMailbox,
)
from server.messages.sending.tasks import compose, may_look_for
from server.messages.service import NOTICE
from server.people import service as people

_MARGIN_MS: Final = 300_000  # how far the mailbox's clock may be behind ours


def look(database: Database, vault: Vault, job: Job, reader: MailboxReader) -> None:
    """Look for a notice in doubt in its sender's mailbox.

    Found: it was sent. Not found twice: it is sent again, once. Something like it without its mark, or no
    right to look: a person is asked.

    Raises:
        MailboxAway: The worker tries again.
    """
    since, number = int(job.payload["since"]), int(job.payload["number"])
    with database.read() as connection:
        entry = store.entry(connection, job.firm_id, job.payload["message_id"])
        if entry is None:
            return
        planned = events.of(connection, firm_id=job.firm_id, about=entry["id"], kind=NOTICE)
    if {delivery.state for delivery in planned} != {UNCONFIRMED}:
        return  # the sender has answered meanwhile
    firm, notice = compose(database, vault, entry, delivery_id=planned[0].id)
    by_client = notice.reply_to is not None
    owner = Owner(
        tenant_id=firm.tenant_id,
        person_id=None if by_client else entry["sender_id"],
        address=firm.brand.mailbox if by_client else notice.sender_address,
    )
    sought = Sought(
        delivery_id=notice.delivery_id,
        message_id=notice.message_id,
        subject=notice.subject,
        addresses=frozenset(address for address, _ in (*notice.to, *notice.cc)),
    )
    begin = datetime.fromtimestamp((since - _MARGIN_MS) / 1000, tz=UTC)
    try:
        found = reader.look(owner, sought, since=begin)
    except (ConsentMissing, MailboxRefused, SignInAgain):
        found = Found.DOUBTFUL
    _conclude(database, entry, found, since=since, number=number, by_client=by_client)


def _conclude(
    database: Database,
    entry: store.Row,
    found: Found,
    *,
    since: int,
    number: int,
    by_client: bool,
) -> None:
    last = number + 1 == len(notices.LOOK_MS)
    with database.write() as connection:
        if found is Found.THERE:
            notices.move(connection, entry, only={UNCONFIRMED}, to=SENT)
            person_id = None if by_client else entry["sender_id"]
            bounces.watch(connection, firm_id=entry["firm_id"], person_id=person_id)
        elif not last:
            notices.queue_look(connection, entry, since=since, number=number + 1)
        elif found is Found.DOUBTFUL:
            notices.ask_somebody(connection, entry)
        elif notices.move(connection, entry, only={UNCONFIRMED}, to=QUEUED):
            notices.queue(connection, entry, by_client=by_client, resent=True)


def give_up_looking(connection: Connection, job: Job) -> None:
    """The mailbox could not be looked into for days: somebody is asked. The caller commits."""
    entry = store.entry(connection, job.firm_id, job.payload["message_id"])
    if entry is not None:
        notices.ask_somebody(connection, entry)


def give_up(connection: Connection, job: Job, system: SystemMailbox) -> None:
    """The outbox sets a notice aside: say so to the sender. One in doubt stays in doubt.

    The caller commits, the row with it.
    """
    entry = store.entry(connection, job.firm_id, job.payload["message_id"])
    if entry is None:
        return
    if not notices.move(connection, entry, only={QUEUED}, to=FAILED, reason="gave-up"):
        firm = firms.get(connection, job.firm_id)
        may_look = may_look_for(connection, job, entry, system)
        notices.doubt(connection, firm, entry, since=now_ms(connection), may_look=may_look)


def ask_to_sign_in(database: Database, vault: Vault, job: Job, mail: SignInMail) -> None:
    """Mail somebody of the firm that letters of hers wait, unless none does any more.

    Raises:
        MailboxAway: The worker tries again.
    """
    with database.read() as connection:
        firm = firms.get(connection, job.firm_id)
        person = people.get(connection, vault, job.payload["person_id"])
        held = len(notices.held_of(connection, firm, person))
    if not held:
        return
    try:
        mail.send_sign_in(
            tenant_id=firm.tenant_id,
            brand=firm.brand,
            to=(person.address, person.name),
            held=held,
        )
    except OutcomeUnknown:
        return  # one mail too few is mended by the pane; a second one is a nuisance
    except MailboxRefused:
        return
