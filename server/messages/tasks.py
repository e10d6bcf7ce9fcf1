"""Work of the outbox for messages: the notification."""

from datetime import UTC, datetime

from server.base.database import Database
from server.base.events import append_event
from server.base.outbox import Job
from server.base.vault import Vault
from server.events import service as events
from server.firms import service as firms
from server.firms.service import Firm
from server.messages import store
from server.messages.ports import (
    MailboxAway,
    MailboxRefused,
    Notice,
    OutcomeUnknown,
    SenderMailbox,
    SignInAgain,
)
from server.messages.service import NOTICE, name_place, subject_place
from server.people import service as people
from server.people.service import Person


def send_notice(database: Database, vault: Vault, job: Job, mailbox: SenderMailbox) -> None:
    """Send the one notification of a message as its sender, and note how that ended.

    An unknown outcome is never tried again here: twice is worse than late (architecture.md 4.6).

    Raises:
        MailboxAway: Not taken; the worker tries again, and the state says that it waits.
    """
    message_id = job.payload["message_id"]
    with database.read() as connection:
        entry = store.entry(connection, job.firm_id, message_id)
        if entry is None or entry["state"] == "draft":
            return
        planned = events.of(connection, firm_id=job.firm_id, about=message_id, kind=NOTICE)
    states = {delivery.state for delivery in planned}
    if states == {events.SENDING}:  # whoever sent it died before he knew: it may have left
        _mark(database, entry, events.UNCONFIRMED, "no-answer")
        return
    if states != {events.QUEUED}:
        return
    firm, notice = _notice(database, vault, entry, delivery_id=planned[0].id)
    state, reason = events.SENT, None
    _mark(database, entry, events.SENDING, None)
    try:
        mailbox.send_notice(tenant_id=firm.tenant_id, person_id=entry["sender_id"], notice=notice)
    except MailboxAway:
        _mark(database, entry, events.QUEUED, "away")
        raise
    except SignInAgain:
        state, reason = events.HELD, "sign-in"
    except MailboxRefused as refused:
        state, reason = events.FAILED, refused.reason[:64]
    except OutcomeUnknown:
        state, reason = events.UNCONFIRMED, "no-answer"
    _mark(database, entry, state, reason)


def _notice(
    database: Database, vault: Vault, entry: store.Row, *, delivery_id: str
) -> tuple[Firm, Notice]:
    firm_id, message_id = entry["firm_id"], entry["id"]
    with database.read() as connection:
        firm = firms.get(connection, firm_id)
        sender = people.get(connection, vault, entry["sender_id"])
        readers = [
            (row["role"], _party(vault, row, people.get(connection, vault, row["person_id"])))
            for row in store.readers_of(connection, message_id)
        ]
    place = subject_place(firm_id, message_id)
    return firm, Notice(
        brand=firm.brand,
        sender_address=sender.address,
        sender_name=sender.shown_name,
        to=[party for role, party in readers if role == "to"],
        cc=[party for role, party in readers if role == "cc"],
        subject=vault.unseal_text(place, entry["subject_sealed"]),
        sent_at=datetime.fromtimestamp(entry["sealed_at"] / 1000, tz=UTC),
        url=f"{firm.origin}/m/{message_id}",
        delivery_id=delivery_id,
    )


def _party(vault: Vault, row: store.Row, person: Person) -> tuple[str, str]:
    """Address and name of a reader: the sender's name for her, else the one that Entra gave."""
    if row["name_sealed"] is None:
        return person.address, person.name
    place = name_place(row["firm_id"], row["entry_id"], row["position"])
    return person.address, vault.unseal_text(place, row["name_sealed"])


def give_up_notice(database: Database, job: Job) -> None:
    """The outbox has set this notice aside: say so to the sender."""
    with database.read() as connection:
        entry = store.entry(connection, job.firm_id, job.payload["message_id"])
    if entry is not None:
        _mark(database, entry, events.FAILED, "gave-up")


def _mark(database: Database, entry: store.Row, state: str, reason: str | None) -> None:
    firm_id, message_id = entry["firm_id"], entry["id"]
    with database.write() as connection:
        events.mark(
            connection,
            firm_id=firm_id,
            about=message_id,
            kind=NOTICE,
            state=state,
            reason=reason,
        )
        current = store.entry(connection, firm_id, message_id, lock=True)
        if state == events.SENT and current is not None and current["state"] == "sealed":
            store.update_entry(connection, message_id, {"state": "delivered"})
        append_event(
            connection,
            firm_id=firm_id,
            kind=f"notice.{state}",
            person_id=entry["sender_id"],
            about=message_id,
        )
