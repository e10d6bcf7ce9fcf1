"""A new code on its way: its row, and the job that mails it."""

import json
from typing import Any

from sqlalchemy import Connection

from server.base import mailboxes
from server.base.outbox import enqueue
from server.base.vault import Vault
from server.crypto.encoding import b64u
from server.people.sign_ins import store


def keep(
    connection: Connection, vault: Vault, row: dict[str, Any], *, code: str, browser_words: str
) -> None:
    """Keep a code, hashed, and queue its mail, in which it stands sealed. The caller commits."""
    store.insert_code(connection, {**row, "code_index": vault.index("code", row["id"], code)})
    content = {"code": code, "browser": browser_words, "asked": row["created"]}
    content["purpose"] = row["purpose"]
    _queue_mail(
        connection,
        vault,
        firm_id=row["firm_id"],
        code_id=row["id"],
        reader_id=row["person_id"],
        about=row["about"],
        content=content,
    )


def _queue_mail(
    connection: Connection,
    vault: Vault,
    *,
    firm_id: str,
    code_id: str,
    reader_id: str | None,
    about: str | None,
    content: dict[str, Any],
) -> None:
    sealed = vault.seal((firm_id, "outbox", code_id, "code"), json.dumps(content).encode())
    payload = {"code_id": code_id, "sealed": b64u(sealed)}
    if about:
        payload["about"] = about
    if reader_id:
        payload["person_id"] = reader_id
    enqueue(
        connection,
        firm_id=firm_id,
        lane=mailboxes.CODES,
        kind="code",
        payload=payload,
        # What sends nothing takes no place from codes that are mailed; the caller writes as much.
        mailbox=mailboxes.of_firm(firm_id) if reader_id else None,
    )
