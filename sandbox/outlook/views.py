"""Mailboxes as the window's own JSON, and drafts back from it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sandbox.mailboxes import html
from sandbox.mailboxes.letter import Address, Attachment, Letter, parse_addresses
from sandbox.mailboxes.store import Folder, Item
from sandbox.people import Person, senders


def folder(one: Folder) -> dict[str, Any]:
    """A line of the folder list."""
    return {"id": one.well_known, "name": one.name, "total": one.total, "unread": one.unread}


def person(one: Address) -> dict[str, str]:
    """A sender or recipient."""
    return {"name": one.name, "address": one.address}


def summary(item: Item) -> dict[str, Any]:
    """A line of the message list."""
    letter = item.letter
    return {
        "id": item.id,
        "subject": letter.subject,
        "from": person(letter.sender),
        "to": [person(one) for one in letter.to],
        "sent": item.sent,
        "is_read": item.is_read,
        "is_draft": item.is_draft,
        "preview": " ".join(_text(letter).split())[:120],
        "conversation_id": item.conversation_id,
    }


def message(item: Item) -> dict[str, Any]:
    """All of one message."""
    letter = item.letter
    return {
        **summary(item),
        "folder": item.folder.rpartition("-")[2],
        "cc": [person(one) for one in letter.cc],
        "bcc": [person(one) for one in letter.bcc],
        "html": letter.body if letter.is_html else None,
        "text": _text(letter),
        "headers": [list(pair) for pair in letter.headers],
        "internet_message_id": item.internet_message_id,
        "attachments": [asdict(one) for one in letter.attachments],
    }


def document(item: Item) -> str:
    """The html document of the reading pane's frame."""
    letter = item.letter
    if letter.is_html:
        return html.with_outward_links(letter.body)
    body = html.with_outward_links(html.from_text(letter.body))
    style = "pre{white-space:pre-wrap;overflow-wrap:anywhere;font:15px/1.5 system-ui,sans-serif}"
    scheme = '<meta name="color-scheme" content="light dark">'
    return f"<!doctype html><meta charset=utf-8>{scheme}<style>{style}</style>{body}"


def _text(letter: Letter) -> str:
    if not letter.is_html:
        return letter.body
    return letter.text or html.text_of(letter.body)


class BadDraft(ValueError):
    """The compose form sent something else than its fields."""


def draft(raw: object, owner: Person) -> Letter:
    """The letter of the compose form: recipients as typed, a body, custom headers, files.

    With `text` the body is html and `text` the same without markup; without it the body is plain.

    Raises:
        BadDraft: A field is missing or no text, or somebody else is the sender.
    """
    if not isinstance(raw, Mapping):
        raise BadDraft
    fields = [raw.get(name) for name in ("to", "cc", "bcc", "subject", "body")]
    headers, text = raw.get("headers", {}), raw.get("text")
    wanted = raw.get("from", owner.address)
    sender = next((one for one in senders(owner) if one.address == wanted), None)
    if not all(isinstance(one, str) for one in fields) or not isinstance(headers, Mapping):
        raise BadDraft
    if sender is None:
        raise BadDraft
    to, cc, bcc, subject, body = map(str, fields)
    return Letter(
        sender=Address(sender.name, sender.address),
        subject=subject,
        to=parse_addresses(to),
        cc=parse_addresses(cc),
        bcc=parse_addresses(bcc),
        is_html=text is not None,
        body=body,
        text=str(text or ""),
        headers=tuple((str(name), str(value)) for name, value in headers.items()),
        attachments=tuple(map(_attachment, raw.get("attachments", ()))),
    )


def _attachment(raw: object) -> Attachment:
    if not isinstance(raw, Mapping):
        raise BadDraft
    ident, name, kind, content = (
        str(raw.get(one, "")) for one in ("id", "name", "type", "content")
    )
    return Attachment(ident, name, kind, content, bool(raw.get("inline")))
