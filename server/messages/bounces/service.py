"""Watches the mailboxes from which notices went, for reports that they came back.

By polling rows, not by push: a report an hour late is soon enough. Each mailbox has one row, which
comes back less and less often, until two days after its last notice (RFC 5321 4.5.4.1 lets a mail
wait four or five; Exchange gives up after one).
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.database import now_ms
from server.base.events import append_event
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.events import service as events
from server.events.service import BOUNCED, REPORTED, SENT, UNCONFIRMED
from server.firms.service import Firm
from server.messages import store
from server.messages.notices import service as notices
from server.messages.ports import Report
from server.messages.service import NOTICE
from server.messages.telling.service import AGAIN, RECALL
from server.people import service as people

KIND: Final = "bounces"
FIRST_MS: Final = 60_000
LONGEST_MS: Final = 3_600_000
WATCHED_MS: Final = 2 * 24 * 3_600_000


def watch(connection: Connection, *, firm_id: str, person_id: str | None) -> None:
    """A notice has left a person's mailbox, or the firm's (None): watch it from now on."""
    now = now_ms(connection)
    keep_watching(connection, firm_id=firm_id, person_id=person_id, since=now, last=now, now=now)


def keep_watching(
    connection: Connection,
    *,
    firm_id: str,
    person_id: str | None,
    since: int,
    last: int,
    now: int,
) -> None:
    """Look again, for reports since `since`: in half the time that has passed since the `last` notice."""
    if now > last + WATCHED_MS:
        return
    box = mailboxes.of_person(person_id) if person_id else mailboxes.of_firm(firm_id)
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.CHORES,
        kind=KIND,
        payload={"person_id": person_id or "", "since": str(since), "last": str(last)},
        mailbox=box,
        after_ms=min(max((now - last) // 2, FIRST_MS), LONGEST_MS),
        once=f"{KIND} {box}",
        joined=_joined,
    )


def _joined(waiting: Mapping[str, str], new: Mapping[str, str]) -> Mapping[str, str]:
    """A row that waits has not looked yet: it still begins where it would have, and goes on longer."""
    since = min(int(waiting["since"]), int(new["since"]))
    last = max(int(waiting["last"]), int(new["last"]))
    return {**new, "since": str(since), "last": str(last)}


def note(
    connection: Connection, vault: Vault, firm: Firm, report: Report, *, person_id: str | None
) -> bool:
    """Note a report about a notice that left this mailbox. Safe to repeat. Returns whether it was one.

    Whoever has a notice knows its id and could forge a report about it; that marks a reader as not
    reached and changes nothing else.
    """
    if _note_alone(connection, firm, report, person_id=person_id):
        return True
    entry = _entry(connection, firm, report)
    if entry is None or not _from_here(connection, entry, person_id):
        return False
    notices.move(connection, entry, only={UNCONFIRMED}, to=SENT)  # it came back, so it had left
    planned = events.of(connection, firm_id=firm.id, about=entry["id"], kind=NOTICE)
    known = {one.state for one in planned} & {BOUNCED, REPORTED}
    by_address = {people.get(connection, vault, one.person_id).address: one for one in planned}
    failed = [(by_address.get(address), status) for address, status in report.failures]
    if not report.failures and len(planned) == 1:
        failed = [(planned[0], "")]
    new = [
        f"{BOUNCED} {status}".strip()
        for delivery, status in failed
        if delivery and _bounced(connection, firm, entry, delivery.person_id, status)
    ]
    if not failed and events.mark(
        connection, firm_id=firm.id, about=entry["id"], kind=NOTICE, state=REPORTED, only={SENT}
    ):
        new = [REPORTED]
    if new and not known:
        notices.tell_administrator(connection, entry, reason=new[0][:64], came_back=True)
    return True


def _note_alone(
    connection: Connection, firm: Firm, report: Report, *, person_id: str | None
) -> bool:
    """A report about a mail to one reader alone, which is known by its delivery's mark."""
    for kind in (AGAIN, RECALL) if report.delivery_id else ():
        about = events.about_of(
            connection, firm_id=firm.id, kind=kind, delivery_id=report.delivery_id
        )
        entry = store.entry(connection, firm.id, about) if about else None
        if entry is None or entry["sender_id"] != person_id:
            continue
        planned = events.of(connection, firm_id=firm.id, about=entry["id"], kind=kind)
        own = next(one for one in planned if one.id == report.delivery_id)
        events.mark(
            connection,
            firm_id=firm.id,
            about=entry["id"],
            kind=kind,
            state=BOUNCED,
            reason=report.failures[0][1] if report.failures else None,
            only={SENT, UNCONFIRMED},
            person_id=own.person_id,
        )
        return True
    return False


def _bounced(
    connection: Connection, firm: Firm, entry: store.Row, person_id: str, status: str
) -> bool:
    bounced = events.mark(
        connection,
        firm_id=firm.id,
        about=entry["id"],
        kind=NOTICE,
        state=BOUNCED,
        reason=status or None,
        only={SENT, REPORTED},
        person_id=person_id,
    )
    if bounced:
        append_event(
            connection,
            firm_id=firm.id,
            kind="notice.bounced",
            person_id=person_id,
            about=entry["id"],
        )
    return bool(bounced)


def _entry(connection: Connection, firm: Firm, report: Report) -> store.Row | None:
    """The message whose notice a report names: by the delivery's mark, else by Message-ID."""
    found: str | None = None
    if report.delivery_id:
        found = events.about_of(
            connection, firm_id=firm.id, kind=NOTICE, delivery_id=report.delivery_id
        )
    for message_id in [found] if found else _ours(firm, report.named):
        entry = store.entry(connection, firm.id, message_id)
        if entry is not None and entry["state"] != "draft":
            return entry
    return None


def _ours(firm: Firm, named: Sequence[str]) -> list[str]:
    """Ids of messages among Message-IDs; the last named is the nearest."""
    host = f"@{urlsplit(firm.origin).hostname}"
    return [one.removesuffix(host) for one in reversed(named) if one.endswith(host)]


def _from_here(connection: Connection, entry: store.Row, person_id: str | None) -> bool:
    if person_id is not None:
        return str(entry["sender_id"]) == person_id
    return people.kind_of(connection, entry["sender_id"]) == "client"
