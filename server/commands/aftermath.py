"""What a restored house must not do again: what may have been done after the backup is asked about.

Runs in the transaction that restores, so on the tables as they were when the backup was made:
what they did not have yet is left out.
"""

import json
from typing import Any, Final

from sqlalchemy import Connection, func, inspect, select

from server.base import mailboxes
from server.base.database import metadata, now_ms
from server.base.ids import new_id
from server.events.service import HELD, QUEUED, SENDING, UNCONFIRMED
from server.messages.service import NOTICE
from server.migrations import tables as _tables  # noqa: F401 fills metadata

RESTORED: Final = "restored"
deliveries: Final = metadata.tables["deliveries"]
entries: Final = metadata.tables["entries"]
outbox: Final = metadata.tables["outbox"]
persons: Final = metadata.tables["persons"]
# A pane may have been removed since: it is paired anew.
_GONE: Final = ("sessions", "codes", "idempotency_keys", "setup_keys", "pairings", "panes")
_OPEN: Final = deliveries.c.state.in_((QUEUED, SENDING, HELD))


def settle(connection: Connection) -> int:
    """End sign-ins, and have somebody say whether a notice went out that was on its way then.

    What stood in the outbox may have been done since: done again, it would be twice. Senders are
    asked in the pane; a client cannot look, so for hers a row is set aside for the administrator.
    What was set aside stays so, as in doubt. Returns how many letters are asked about.
    """
    there = set(inspect(connection).get_table_names())
    for name in _GONE:
        if name in there:
            connection.execute(metadata.tables[name].delete())
    _keep_only_doubts(connection)
    by_clients = _by_clients(connection)
    concerned = select(func.count(deliveries.c.about.distinct())).where(_OPEN)
    count = int(connection.execute(concerned).scalar_one())
    values = {"state": UNCONFIRMED, "reason": RESTORED, "changed": now_ms(connection)}
    connection.execute(deliveries.update().where(_OPEN).values(**values))
    for firm_id, message_id in by_clients:
        _set_aside(connection, firm_id, message_id, has_mailboxes="outbox_mailboxes" in there)
    return count


def _keep_only_doubts(connection: Connection) -> None:
    """Nothing is left that a worker would send. What was set aside may have been sent since."""
    mail = outbox.c.lane.in_((mailboxes.CODES, mailboxes.NOTICES))
    kept = (outbox.c.kind == NOTICE) & (outbox.c.state == "dead")
    connection.execute(outbox.delete().where(mail & ~kept))
    if "reason" in _columns(connection):
        connection.execute(outbox.update().where(mail & kept).values(reason=UNCONFIRMED))


def _by_clients(connection: Connection) -> list[tuple[str, str]]:
    """Firm and id of the clients' answers whose notices were on their way."""
    found = (
        select(entries.c.firm_id, entries.c.id)
        .join(persons, persons.c.id == entries.c.sender_id)
        .join(deliveries, deliveries.c.about == entries.c.id)
        .where(persons.c.kind == "client", deliveries.c.kind == NOTICE, _OPEN)
        .distinct()
    )
    return [(row[0], row[1]) for row in connection.execute(found)]


def _set_aside(
    connection: Connection, firm_id: str, message_id: str, *, has_mailboxes: bool
) -> None:
    now, mailbox = now_ms(connection), mailboxes.of_firm(firm_id)
    if has_mailboxes:
        mailboxes.ensure(connection, mailbox, firm_id)
    row: dict[str, Any] = {
        "id": new_id(), "firm_id": firm_id, "lane": mailboxes.NOTICES, "kind": NOTICE,
        "payload": json.dumps({"message_id": message_id}), "created": now, "run_at": now,
        "leased_until": 0, "tries": 0, "state": "dead", "mailbox": mailbox, "reason": UNCONFIRMED,
    }  # fmt: skip
    known = _columns(connection)
    values = {name: value for name, value in row.items() if name in known}
    connection.execute(outbox.insert().values(**values))


def _columns(connection: Connection) -> set[str]:
    """The columns of the outbox as it is now."""
    return {str(column["name"]) for column in inspect(connection).get_columns("outbox")}
