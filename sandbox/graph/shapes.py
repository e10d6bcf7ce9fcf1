"""Items as Graph's JSON."""

import base64
import hashlib
import html
from typing import Any
from urllib.parse import quote

from sandbox.config import TENANT_ID
from sandbox.mailboxes.html import text_of
from sandbox.mailboxes.letter import Address, Attachment
from sandbox.mailboxes.store import Folder, Item
from sandbox.people import Person

# Only on $select: the real service leaves it out of default answers.
ON_SELECT = frozenset({"internetMessageHeaders"})
# What Mail.ReadBasic never shows.
NOT_BASIC = frozenset({"body", "bodyPreview", "uniqueBody", "singleValueExtendedProperties"})


def user(person: Person) -> dict[str, Any]:
    """The default properties of a user."""
    given, _, surname = person.name.partition(" ")
    return {
        "businessPhones": [],
        "displayName": person.name,
        "givenName": given,
        "jobTitle": None,
        "mail": person.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": "en-GB",
        "surname": surname,
        "userPrincipalName": person.address,
        "id": person.oid,
    }


def folder(item: Folder) -> dict[str, Any]:
    """A mail folder."""
    return {
        "id": item.id,
        "displayName": item.name,
        "parentFolderId": "msgfolderroot",
        "childFolderCount": 0,
        "unreadItemCount": item.unread,
        "totalItemCount": item.total,
        "isHidden": False,
    }


def recipient(person: Address) -> dict[str, Any]:
    """One sender or recipient."""
    return {"emailAddress": {"name": person.name or person.address, "address": person.address}}


def message(item: Item, *, immutable: bool, as_text: bool) -> dict[str, Any]:
    """A message with every property the sandbox knows.

    `immutable` answers `Prefer: IdType="ImmutableId"`, `as_text` a wish for a text body.
    """
    letter, ident = item.letter, item.immutable_id if immutable else item.id
    key = base64.b64encode(hashlib.sha256(f"{item.seq}/{item.change}".encode()).digest()).decode()
    plain = text_of(letter.body) if letter.is_html else letter.body
    return {
        "@odata.etag": f'W/"{key}"',
        "id": ident,
        "createdDateTime": item.created,
        "lastModifiedDateTime": item.modified,
        "changeKey": key,
        "categories": list(letter.categories),
        "receivedDateTime": item.received,
        "sentDateTime": item.sent,
        "hasAttachments": any(not one.inline for one in letter.attachments),
        "internetMessageId": item.internet_message_id,
        "subject": letter.subject,
        "bodyPreview": " ".join(plain.split())[:255],
        "importance": letter.importance,
        "parentFolderId": item.folder,
        "conversationId": item.conversation_id,
        "conversationIndex": key[:32],
        "isDeliveryReceiptRequested": None,
        "isReadReceiptRequested": False,
        "isRead": item.is_read,
        "isDraft": item.is_draft,
        "webLink": f"https://localhost/owa/?ItemID={quote(ident, safe='')}",
        "inferenceClassification": "focused",
        "body": _body(item, plain, as_text=as_text),
        "sender": recipient(letter.sender),
        "from": recipient(letter.sender),
        "toRecipients": [recipient(one) for one in letter.to],
        "ccRecipients": [recipient(one) for one in letter.cc],
        "bccRecipients": [recipient(one) for one in letter.bcc],
        "replyTo": [recipient(one) for one in letter.reply_to],
        "flag": {"flagStatus": "notFlagged"},
        "internetMessageHeaders": [{"name": n, "value": v} for n, v in letter.headers],
        "singleValueExtendedProperties": [{"id": i, "value": v} for i, v in letter.properties],
    }


def attachment(one: Attachment) -> dict[str, Any]:
    """A file of a message, without its content."""
    return {
        "@odata.type": "#microsoft.graph.fileAttachment",
        "id": one.id,
        "name": one.name,
        "contentType": one.type,
        "size": len(base64.b64decode(one.content)),
        "isInline": one.inline,
    }


def mime(item: Item) -> str:
    """A message as MIME."""
    letter = item.letter
    if letter.raw:
        return letter.raw
    kind = "html" if letter.is_html else "plain"
    known = {name.lower() for name, _ in letter.headers}
    own = [
        ("From", letter.sender.header), ("To", ", ".join(one.header for one in letter.to)),
        ("Subject", letter.subject), ("Message-ID", item.internet_message_id),
        ("MIME-Version", "1.0"), ("Content-Type", f"text/{kind}; charset=utf-8"),
    ]  # fmt: skip
    lines = [*letter.headers, *((name, value) for name, value in own if name.lower() not in known)]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return f"{head}\r\n{letter.body}"


def _body(item: Item, plain: str, *, as_text: bool) -> dict[str, str]:
    if as_text:
        return {"contentType": "text", "content": item.letter.text or plain}
    inner = item.letter.body
    if not item.letter.is_html:
        inner = f'<div class="PlainText">{html.escape(inner)}</div>'
    is_whole = "<body" in inner.lower()  # Exchange gives whole documents, and programs count on it
    content = inner if is_whole else f"<html><head></head><body>{inner}</body></html>"
    return {"contentType": "html", "content": content}


def context(base: str, entity: str) -> str:
    """An `@odata.context`; only its form is Microsoft's."""
    return f"{base}/$metadata#{entity}"


def owner(person: Person) -> str:
    """How contexts name a user."""
    return f"users('{person.oid or TENANT_ID}')"
