"""What the tenant's administrator has granted, set by `POST /sandbox/tenant`.

consented: the delegated permissions that have consent; null for all that the sandbox knows.
mailboxes: null when the app holds Mail.Send for every mailbox, as a role in its tokens. With a
list, role based access control lets it send from these mailboxes only, and its tokens hold no role
(learn.microsoft.com/exchange/permissions-exo/application-rbac).
held: the mailboxes under a litigation hold; null for none.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

_NAME = "tenant"
_CONSENTS = "consents "


class BadTenant(ValueError):
    """Not a name or value of the three."""


@dataclass(frozen=True)
class Granted:
    """What was granted; None as above."""

    consented: tuple[str, ...] | None = None
    mailboxes: tuple[str, ...] | None = None
    held: tuple[str, ...] | None = None

    def allows(self, permission: str) -> bool:
        """Whether a delegated permission has consent."""
        return self.consented is None or permission in self.consented

    def lets_send(self, address: str) -> bool:
        """Whether the app alone may send from a mailbox."""
        return self.mailboxes is None or address in self.mailboxes

    def is_held(self, address: str) -> bool:
        """Whether a mailbox is under a hold."""
        return address in (self.held or ())


def granted(db: sqlite3.Connection) -> Granted:
    """What is granted now."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_NAME,)).fetchone()
    kept = json.loads(row["value"]) if row else {}
    return Granted(**{name: value and tuple(value) for name, value in kept.items()})


def change(db: sqlite3.Connection, wanted: dict[str, Any]) -> dict[str, Any]:
    """Grant or withdraw; the names not mentioned stay. Returns what is granted then.

    Raises:
        BadTenant: Another name, or a value that is neither null nor a list of words.
    """
    for name, value in wanted.items():
        words = value is None or (
            isinstance(value, list) and all(isinstance(word, str) for word in value)
        )
        if name not in Granted.__dataclass_fields__ or not words:
            raise BadTenant(name)
    kept = {**asdict(granted(db)), **wanted}
    db.execute("DELETE FROM setting WHERE name = ?", (_NAME,))
    db.execute("INSERT INTO setting VALUES (?, ?)", (_NAME, json.dumps(kept)))
    return kept


def consents_of(db: sqlite3.Connection, address: str) -> tuple[str, ...]:
    """The permissions to which a person has consented for herself."""
    row = db.execute("SELECT value FROM setting WHERE name = ?", (_CONSENTS + address,)).fetchone()
    return tuple(json.loads(row["value"])) if row else ()


def note_consent(db: sqlite3.Connection, address: str, permission: str) -> None:
    """A person consents for herself."""
    kept = json.dumps([*consents_of(db, address), permission])
    db.execute("DELETE FROM setting WHERE name = ?", (_CONSENTS + address,))
    db.execute("INSERT INTO setting VALUES (?, ?)", (_CONSENTS + address, kept))
