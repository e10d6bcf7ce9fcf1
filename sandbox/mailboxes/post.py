"""The post: accepted now, in Sent Items and the Inboxes a moment later, as in Microsoft 365.

What is accepted lies in the table `pending` in the same transaction, so a kill loses nothing;
each letter leaves the table in the transaction that delivers it, so nothing comes twice.
"""

import logging
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime

from sandbox import faults
from sandbox.database import Database
from sandbox.mailboxes import store
from sandbox.mailboxes.letter import Address, Letter, loads
from sandbox.mailboxes.report import report
from sandbox.people import DOMAINS, by_address

log = logging.getLogger(__name__)
_IDLE = 5.0


def accept(
    db: sqlite3.Connection, mailbox: str, letter: Letter, *, save: bool, moment: float
) -> None:
    """Queue one letter for `moment` seconds; the caller commits.

    `save` keeps a copy in the sender's Sent Items.
    """
    db.execute(
        "INSERT INTO pending (due, mailbox, save, letter) VALUES (?, ?, ?, ?)",
        (time.time() + moment, mailbox, save, letter.dumps()),
    )


def deliver_due(db: sqlite3.Connection, at: float) -> float | None:
    """Deliver all that is due at `at` (Unix time); the time of the next, None when none waits."""
    if "delivery" in faults.current(db):
        return None
    for row in db.execute("SELECT * FROM pending WHERE due <= ? ORDER BY seq", (at,)).fetchall():
        _deliver(db, row["mailbox"], loads(row["letter"]), save=bool(row["save"]))
        db.execute("DELETE FROM pending WHERE seq = ?", (row["seq"],))
    (due,) = db.execute("SELECT min(due) FROM pending").fetchone()
    return float(due) if due is not None else None


def _deliver(db: sqlite3.Connection, mailbox: str, letter: Letter, *, save: bool) -> None:
    domain = mailbox.rpartition("@")[2]
    message_id = letter.message_id or store.new_internet_message_id(domain)
    sent = store.now()
    if save:
        store.add(
            db, mailbox, "sentitems", letter,
            internet_message_id=message_id, sent=sent, is_read=True,
        )  # fmt: skip
    arriving = replace(letter, bcc=(), headers=_transport_headers(letter, message_id))
    failures = []
    for recipient in letter.recipients:
        person = by_address(recipient.address)
        if person is None:
            failures.append(recipient)
            continue
        store.add(
            db, person.address, "inbox", arriving,
            internet_message_id=message_id, sent=sent, is_read=False,
        )  # fmt: skip
    if failures:
        _return_to_sender(db, mailbox, letter, message_id, failures)


def _transport_headers(letter: Letter, message_id: str) -> tuple[tuple[str, str], ...]:
    stamp = format_datetime(datetime.now(UTC))
    lines = [
        ("Received", f"from sandbox by sandbox with Microsoft Graph; {stamp}"),
        ("From", letter.sender.header),
        ("To", ", ".join(person.header for person in letter.to)),
        ("Cc", ", ".join(person.header for person in letter.cc)),
        ("Reply-To", ", ".join(person.header for person in letter.reply_to)),
        ("Subject", letter.subject),
        ("Date", stamp),
        ("Message-ID", message_id),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/html" if letter.is_html else "text/plain"),
    ]
    return (*((name, value) for name, value in lines if value), *letter.headers)


def _return_to_sender(
    db: sqlite3.Connection,
    mailbox: str,
    letter: Letter,
    message_id: str,
    failures: list[Address],
) -> None:
    returned = report(letter, mailbox, message_id, [_reason(one) for one in failures])
    own_id = store.new_internet_message_id(mailbox.rpartition("@")[2])
    store.add(
        db, mailbox, "inbox", returned,
        internet_message_id=own_id, sent=store.now(), is_read=False,
    )  # fmt: skip


def _reason(recipient: Address) -> tuple[str, str, str]:
    """Address, enhanced status code (RFC 3463) and a sentence."""
    domain = recipient.address.rpartition("@")[2].lower()
    if domain in DOMAINS:
        return recipient.address, "5.1.10", f"there is no such mailbox at {domain}."
    return recipient.address, "5.7.1", "this is a sandbox: nothing leaves this machine."


class Postman(threading.Thread):
    """Delivers what is due; woken by `nudge`, at the latest every few seconds."""

    def __init__(self, database: Database) -> None:
        """Not started yet: a thread does not survive the server's fork."""
        super().__init__(name="postman", daemon=True)
        self._database = database
        self._wake = threading.Event()
        self._stopping = False

    def nudge(self) -> None:
        """Say that there is post."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the transaction in hand, then end."""
        self._stopping = True
        self._wake.set()
        self.join()

    def run(self) -> None:
        """Deliver until stopped."""
        while not self._stopping:
            try:
                with self._database.writing() as db:
                    due = deliver_due(db, time.time())
            except sqlite3.OperationalError:
                log.exception("The post waits: the database did not answer. Nothing is lost.")
                due = time.time() + 1
            wait = _IDLE if due is None else min(max(due - time.time(), 0), _IDLE)
            self._wake.wait(wait + 0.005)
            self._wake.clear()
