"""Begin to seal an ordinary mail into the record: once for each person and mail.

It is a message of the kind `mail`, in a thread of its own, that nobody outside the firm may read:
signing and granting hold to that. The server learns no Message-ID. It gets the pane's hash of one,
which is kept sealed and found by a keyed index. Source: docs/adr/0028-mails-in-the-record.md.
"""

import uuid

from sqlalchemy import Connection

from server.base.database import serialise
from server.base.vault import Vault
from server.firms.service import Firm
from server.messages import service as messages
from server.messages import store
from server.people.service import Person


def begin(
    connection: Connection, vault: Vault, *, firm: Firm, sender: Person, mail: str
) -> store.Row:
    """The message of this mail: the one there is, in whatever state, or a new one.

    `mail` is the pane's hash, 43 characters of base64url. The caller commits.

    Raises:
        TooManyDrafts: She has begun 200 that were not sent.
    """
    index = messages.mail_index(vault, firm.id, sender.id, mail)
    serialise(connection, f"mail {index}")
    known = vault.indexes("mail", firm.id, sender.id, mail)
    if found := store.entry_by_mail(connection, sender.id, known):
        return found
    return messages.begin(
        connection,
        firm=firm,
        sender=sender,
        draft_id=str(uuid.uuid4()),
        kind=messages.MAIL,
        about=lambda message_id: {
            "mail_index": index,
            "mail_sealed": vault.seal_text(messages.mail_place(firm.id, message_id), mail),
        },
    )
