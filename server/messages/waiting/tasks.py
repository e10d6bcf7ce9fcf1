"""Work of the outbox for letters that wait: a key was made, time is over, and the mails of both."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from server.base.database import Database
from server.base.events import append_event
from server.base.outbox import Job, hold
from server.base.vault import Vault
from server.firms import service as firms
from server.firms.service import Firm
from server.messages import store as letters
from server.messages.service import RECALLED
from server.messages.waiting import service as waiting
from server.messages.waiting.ports import EXPIRED, READY, WaitingMail, WaitingNews
from server.messages.waiting.states import service as states
from server.people import service as people
from server.people.service import Person
from server.people.sign_ins.ports import MailRefused

BATCH: Final = 200
PAGE: Final = "/staff/waiting"


def key_made(database: Database, job: Job) -> None:
    """Somebody holds her own key since this job was queued."""
    with database.write() as connection:
        waiting.key_made(connection, job.payload["person_id"])


def run_out(database: Database, job: Job) -> None:
    """End what has waited for thirty days."""
    ended = BATCH
    while ended == BATCH:
        with database.write() as connection:
            hold(connection, job)
            ended = waiting.run_out(connection, job.firm_id, most=BATCH)


def send(database: Database, vault: Vault, job: Job, mail: WaitingMail) -> None:
    """Mail a sender what became of letters of hers, unless there is nothing to say any more.

    Raises:
        MailAway: The mail was not taken; the worker tries again.
    """
    with database.read() as connection:
        firm = firms.get(connection, job.firm_id)
        sender = people.get(connection, vault, job.payload["to"])
        composed = {READY: _ready, EXPIRED: _expired}[job.payload["what"]]
        news = composed(connection, vault, job, firm, sender)
    if news is None or not sender.may_enter:
        return
    kind = "waiting.told"
    to = (sender.address, sender.name)
    try:
        mail.send_waiting(tenant_id=firm.tenant_id, brand=firm.brand, to=to, news=news)
    except MailRefused:
        kind = "waiting.untold"
    with database.write() as connection:
        append_event(connection, firm_id=firm.id, kind=kind, person_id=sender.id, about=None)


def _ready(
    connection: Connection, vault: Vault, job: Job, firm: Firm, sender: Person
) -> WaitingNews | None:
    reader = people.get(connection, vault, job.payload["reader"])
    rows = waiting.still_ready(connection, sender=sender, reader=reader)
    if not rows:
        return None
    return WaitingNews(
        what=READY,
        readers=[waiting.called(vault, rows[-1], reader) or reader.address],
        letters=len(rows),
        url=f"{firm.origin}{PAGE}",
        sent_at=_time(rows[0]["entry_sealed_at"]),
    )


def _expired(
    connection: Connection, vault: Vault, job: Job, firm: Firm, _sender: Person
) -> WaitingNews | None:
    entry = letters.entry(connection, job.firm_id, job.payload["message_id"])
    if entry is None or entry["state"] == RECALLED:
        return None
    rows = letters.readers_of(connection, entry["id"])
    names = [
        waiting.called(vault, row, person) or person.address
        for row in rows
        if row["waiting_ended"] == states.EXPIRED
        for person in (people.get(connection, vault, row["person_id"]),)
    ]
    if not names:
        return None
    return WaitingNews(
        what=EXPIRED,
        readers=names,
        letters=1,
        url=f"{firm.origin}{PAGE}",
        sent_at=_time(entry["sealed_at"]),
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
