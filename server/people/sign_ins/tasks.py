"""Work of the outbox for sign-ins: the mail with a code, and sweeping up."""

import json
from datetime import UTC, datetime

from server.base.database import Database, now_ms
from server.base.events import append_event
from server.base.housekeeping import DAY_MS, sweep
from server.base.outbox import Job
from server.base.vault import Vault
from server.crypto.encoding import unb64u
from server.firms import service as firms
from server.people import service as people
from server.people.sign_ins import store
from server.people.sign_ins.models import codes, sessions, staff_sign_ins
from server.people.sign_ins.ports import LETTER, CodeMail, MailRefused
from server.people.sign_ins.service import LIFE_MS, SESSION_MS, shown


def send_code(database: Database, vault: Vault, job: Job, mail: CodeMail) -> None:
    """Send one code; send nothing for an address that reads nothing here, or too late.

    An address that the mail system refuses for good ends it: that is no failure of our mailbox.

    Raises:
        MailAway: The mail was not taken; the worker tries again.
    """
    person_id = job.payload.get("person_id")
    if person_id is None:
        return
    place = (job.firm_id, "outbox", job.payload["code_id"], "code")
    content = json.loads(vault.unseal(place, unb64u(job.payload["sealed"])))
    with database.read() as connection:
        if now_ms(connection) > content["asked"] + LIFE_MS:
            return  # an expired code would only confuse
        firm = firms.get(connection, job.firm_id)
        person = people.get(connection, vault, person_id)
    kind = "code.sent"
    try:
        mail.send_code(
            tenant_id=firm.tenant_id,
            brand=firm.brand,
            to=person.address,
            code=shown(content["code"]),
            asked_at=_time(content["asked"]),
            browser=content["browser"],
            expires_at=_time(content["asked"] + LIFE_MS),
            purpose=content.get("purpose", LETTER),  # one that an older version queued has none
        )
    except MailRefused:
        kind = "code.refused"
    with database.write() as connection:
        append_event(
            connection,
            firm_id=firm.id,
            kind=kind,
            person_id=person_id,
            about=job.payload.get("about"),
        )


def sweep_up(database: Database, job: Job) -> None:
    """Take away codes of more than a week ago, and what ended more than a day ago."""
    sweep(database, job, codes, codes.c.id, store.codes_before(7 * DAY_MS))
    ended = store.sessions_ended_before(DAY_MS, life_ms=SESSION_MS)
    sweep(database, job, sessions, sessions.c.id, ended)
    over = store.staff_sign_ins_over(DAY_MS)
    sweep(database, job, staff_sign_ins, staff_sign_ins.c.id, over)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
