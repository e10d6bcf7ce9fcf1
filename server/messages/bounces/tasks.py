"""Work of the outbox for notices that came back: one look into one mailbox."""

from datetime import UTC, datetime
from typing import Final

from server.base.database import Database, now_ms
from server.base.outbox import Job
from server.base.vault import Vault
from server.firms import service as firms
from server.messages.bounces import service as bounces
from server.messages.ports import (
    ConsentMissing,
    MailboxReader,
    MailboxRefused,
    Owner,
    SignInAgain,
)
from server.people import service as people

_OVERLAP_MS: Final = 120_000  # mailboxes' clocks and ours


def collect(database: Database, vault: Vault, job: Job, reader: MailboxReader) -> None:
    """Note the reports of a mailbox, and look again later.

    Where we may not look, nothing is watched until the next notice leaves.

    Raises:
        MailboxAway: The worker tries again.
    """
    person_id = job.payload["person_id"] or None
    since, last = int(job.payload["since"]), int(job.payload["last"])
    with database.read() as connection:
        firm = firms.get(connection, job.firm_id)
        now = now_ms(connection)
        address = firm.brand.mailbox
        if person_id is not None:
            address = people.get(connection, vault, person_id).address
    owner = Owner(tenant_id=firm.tenant_id, person_id=person_id, address=address)
    begin = datetime.fromtimestamp((since - _OVERLAP_MS) / 1000, tz=UTC)
    try:
        reports = reader.reports(owner, since=begin)
    except (ConsentMissing, MailboxRefused, SignInAgain):
        return
    with database.write() as connection:
        for report in reports:
            bounces.note(connection, vault, firm, report, person_id=person_id)
        bounces.keep_watching(
            connection, firm_id=firm.id, person_id=person_id, since=now, last=last, now=now
        )
