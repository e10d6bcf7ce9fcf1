"""Work of the outbox for a first run: the trial mail."""

from datetime import UTC, datetime

from server.base.database import Database
from server.base.outbox import Job
from server.firms import service as firms
from server.firms.first_run import service as first_run
from server.firms.first_run.ports import TrialFailed, TrialMail


def send_trial(database: Database, job: Job, mail: TrialMail) -> None:
    """Send the trial mail of one lane, once, and note what became of it."""
    with database.read() as connection:
        firm = firms.get(connection, job.firm_id)
        brand = first_run.on_trial(connection, firm.id)
    asked_at = datetime.fromtimestamp(job.created / 1000, tz=UTC)
    state, reason = "taken", ""
    try:
        mail.send_trial(tenant_id=firm.tenant_id, brand=brand, to=firm.admin, asked_at=asked_at)
    except TrialFailed as error:
        state, reason = "failed", error.reason
    with database.write() as connection:
        first_run.note_trial(
            connection, firm_id=firm.id, lane=job.payload["lane"], state=state, reason=reason
        )
