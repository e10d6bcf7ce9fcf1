"""Sign the statement of an unsent message for a managed sender.

Before it signs, the server checks everything of the statement that it can see: this message, this
sender, these uploads, the directory's keys. Source: docs/spec/statement.md section 6.
"""

from sqlalchemy import Connection

from server.base.errors import NotFound
from server.base.events import append_event
from server.base.vault import Vault
from server.crypto.errors import Refusal
from server.crypto.signing import Signature
from server.crypto.statement import LEVELS, Reader, Statement, parse_statement
from server.firms.service import Firm
from server.keys import service as keys
from server.messages import store
from server.messages.service import AlreadySent, StaleKeys, StatementRefused, own_message
from server.people import service as people
from server.people.service import Person


def sign(
    connection: Connection, vault: Vault, *, firm: Firm, sender: Person, message_id: str, text: str
) -> Signature:
    """Sign the statement of an unsent message for its managed sender. The caller commits.

    Raises:
        NotFound: Not this sender's message.
        AlreadySent: It has been sent.
        StatementRefused: It does not say what the server sees; nothing was signed.
        StaleKeys: A reader's key is not the directory's any more; nothing was signed.
    """
    entry = own_message(connection, firm, sender, message_id, lock=True)
    if entry["state"] != "draft":
        raise AlreadySent
    try:
        statement = parse_statement(text)
    except Refusal as refusal:
        raise StatementRefused(refusal=refusal.code) from refusal
    _check_statement(connection, statement, entry=entry, firm=firm, sender=sender)
    rows = _reader_rows(connection, vault, statement, firm=firm)
    store.replace_readers(connection, message_id, rows)
    changed = {
        "statement_hash": statement.hash,
        "level": statement.level,
        "signed_objects": [item.id for item in statement.objects],
    }
    store.update_entry(connection, message_id, changed)
    append_event(
        connection, firm_id=firm.id, kind="message.signed", person_id=sender.id, about=message_id
    )
    return keys.sign_statement(connection, vault, sender, text)


def _check_statement(
    connection: Connection, statement: Statement, *, entry: store.Row, firm: Firm, sender: Person
) -> None:
    uploaded = {row["id"]: row["sha256"] for row in store.objects_of(connection, entry["id"])}
    own = [reader.address for reader in statement.readers if reader.role == "sender"]
    weakest = min((LEVELS.index(reader.level) for reader in statement.readers), default=0)
    facts = (
        statement.message_id == entry["id"],
        statement.thread_id == entry["thread_id"],
        statement.parents == (),
        statement.expires is None,
        statement.sender.address == sender.address,
        statement.sender.firm == firm.id,
        statement.sender.custody == keys.MANAGED,
        statement.sender.key == keys.signing_key(connection, sender).fingerprint,
        own == [sender.address],
        statement.level == LEVELS[weakest],
        all(uploaded.get(item.id) == item.sha256 for item in statement.objects),
        any(reader.role in {"to", "cc"} for reader in statement.readers),
    )
    if not all(facts):
        raise StatementRefused(refusal="statement-malformed")


def _reader_rows(
    connection: Connection, vault: Vault, statement: Statement, *, firm: Firm
) -> list[store.Row]:
    rows: list[store.Row] = []
    stale: list[str] = []
    for position, reader in enumerate(statement.readers):
        person = _directory_agrees(connection, vault, firm, reader)
        if person is None:
            stale.append(reader.address)
            continue
        rows.append(
            {
                "entry_id": statement.message_id,
                "position": position,
                "firm_id": firm.id,
                "person_id": person.id,
                "role": reader.role,
                "level": reader.level,
                "key": reader.key,
            }
        )
    if stale:
        raise StaleKeys(addresses=stale)
    return rows


def _directory_agrees(
    connection: Connection, vault: Vault, firm: Firm, reader: Reader
) -> Person | None:
    person = people.find(connection, vault, firm_id=firm.id, address=reader.address)
    if person is None:
        return None
    try:
        key = keys.reading_key(connection, person)
    except NotFound:
        return None
    agrees = key.fingerprint == reader.key and key.level == reader.level
    return person if agrees else None
