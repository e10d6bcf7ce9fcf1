"""News for somebody about her own key or sign-in, so that she finds out what she did not do."""

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.database import now_ms
from server.base.outbox import enqueue
from server.people.news.ports import WHAT
from server.people.service import Person

KIND = "news"


def tell(
    connection: Connection,
    person: Person,
    what: str,
    *,
    browser: str,
    thing: str = "",
    until: int | None = None,
) -> None:
    """Queue the mail; it goes when the caller's transaction has committed.

    Args:
        connection: An open write transaction, that of what happened.
        person: Whose key it is.
        what: One of ports.WHAT.
        browser: In which browser, in words of `base.http.browser_words`.
        thing: What was added or removed, as in "a passkey".
        until: When the last backup with the firm's copy is gone; milliseconds since 1970 UTC.
    """
    if what not in WHAT:
        raise ValueError("no such news")
    payload = {
        "person_id": person.id,
        "what": what,
        "thing": thing,
        "browser": browser,
        "at": str(now_ms(connection)),
    }
    if until is not None:
        payload["until"] = str(until)
    enqueue(
        connection,
        firm_id=person.firm_id,
        lane=mailboxes.NOTICES,
        kind=KIND,
        payload=payload,
        mailbox=mailboxes.of_firm(person.firm_id),
    )
