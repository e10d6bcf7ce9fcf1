"""What became of every letter, counted where its readers look: in their mailboxes."""

import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.prove.kills.desks import Tally
from tests.prove.kills.town import Town

SETTLE_S = 150
_WAITING = "SELECT count(*) FROM outbox WHERE state = 'ready' AND kind IN ('notice', 'look')"
RELEASED = "UPDATE outbox SET leased_until = 0, lease = NULL WHERE leased_until > 0"
_DUE = "UPDATE outbox SET run_at = 0 WHERE kind IN ('notice', 'look') AND run_at > 0"
_OPEN = "UPDATE outbox_mailboxes SET open_until = 0, failures = 0, codes_at = 0, notices_at = 0, starts = '[]'"  # fmt: skip


@dataclass
class Count:
    """Letters by what became of them. `doubts`: how many were ever unconfirmed."""

    accepted: int = 0
    mails: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    doubts: int = 0
    astray: list[str] = field(default_factory=list)  # a doubt that ended as neither said
    twice_filed: int = 0  # in Sent Items


def settle(town: Town) -> bool:
    """Let time pass: leases of the dead run out, looks become due. Returns whether all is done."""
    end = time.monotonic() + SETTLE_S
    town.stop("worker")
    town.run(RELEASED)
    town.start("worker")
    while time.monotonic() < end:
        if not _rows(town, "SELECT seq FROM pending"):  # what Graph took is where it belongs
            town.run(_DUE)
            town.run(_OPEN)
            if not town.rows(_WAITING)[0][0]:
                return True
        time.sleep(1)
    return False


def count(town: Town, tally: Tally, *, basic: bool) -> Count:
    """Compare what was accepted with what is in the mailboxes of the sandbox's own database."""
    result = Count(accepted=len(tally.accepted))
    state_of = dict(town.rows("SELECT about, min(state) FROM deliveries GROUP BY about"))
    doubted = {row[0] for row in town.rows(
        "SELECT DISTINCT about FROM events WHERE kind = 'notice.unconfirmed'"
    )}  # fmt: skip
    got = _received(town)
    for message, readers in tally.accepted.items():
        mails = [got.pop((message, reader), 0) for reader in readers]
        state = state_of.get(message, "none")
        result.mails += sum(mails)
        result.states[state] += 1
        if max(mails) > 1:
            result.doubled.append(message)
        if min(mails) == 0 and (basic or state != "unconfirmed"):
            result.lost.append(message)
        wanted = "sent" if basic else "unconfirmed"
        if message in doubted and state != wanted:
            result.astray.append(message)
    result.mails += sum(got.values())
    result.doubled += [message for (message, _), times in got.items() if times > 1]
    result.doubts = len(doubted)
    filed = _rows(town, "SELECT count(*) FROM message WHERE folder LIKE '%-sentitems'"
                        " GROUP BY mailbox, internet_message_id HAVING count(*) > 1")  # fmt: skip
    result.twice_filed = len(filed)
    return result


def _received(town: Town) -> Counter[tuple[str, str]]:
    """How many mails of each message each reader got; the message is told by the Message-ID."""
    found: Counter[tuple[str, str]] = Counter()
    query = "SELECT internet_message_id, mailbox FROM message WHERE folder LIKE '%-inbox'"
    for mail_id, mailbox in _rows(town, query):
        message, _, host = mail_id.strip("<>").partition("@")
        if host == "localhost":
            found[message, mailbox] += 1
    return found


def _rows(town: Town, query: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(town.sandbox.data / "sandbox.db", timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()
