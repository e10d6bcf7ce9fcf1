"""Work of the outbox for news: one mail."""

from datetime import UTC, datetime

from server.base.database import Database
from server.base.events import append_event
from server.base.outbox import Job
from server.base.vault import Vault
from server.firms import service as firms
from server.people import service as people
from server.people.news.ports import News, NewsMail
from server.people.sign_ins.ports import MailRefused


def send(database: Database, vault: Vault, job: Job, mail: NewsMail) -> None:
    """Send the news; an address that is refused for good ends it.

    Raises:
        MailAway: The mail was not taken; the worker tries again.
    """
    with database.read() as connection:
        firm = firms.get(connection, job.firm_id)
        person = people.get(connection, vault, job.payload["person_id"])
    until = job.payload.get("until")
    news = News(
        what=job.payload["what"],
        thing=job.payload["thing"],
        at=_time(job.payload["at"]),
        browser=job.payload["browser"],
        until=_time(until) if until else None,
    )
    kind = "news.sent"
    try:
        mail.send_news(tenant_id=firm.tenant_id, brand=firm.brand, to=person.address, news=news)
    except MailRefused:
        kind = "news.refused"
    with database.write() as connection:
        append_event(connection, firm_id=firm.id, kind=kind, person_id=person.id, about=None)


def _time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC)
