"""The letter in a sendMail request, as JSON or as MIME, checked as the service checks it."""

import base64
import binascii
import email
import email.policy
import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any, TypeGuard

from sandbox.graph.errors import GraphError, bad_request
from sandbox.mailboxes.letter import Address, Letter, parse_addresses
from sandbox.people import Person

_MESSAGE_ID = re.compile(r"<[^\s<>@]{1,200}@[^\s<>@]{1,200}>")
MAX_HEADERS = 5
MAX_RECIPIENTS = 500
_ROUTING = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "sender", "reply-to",
     "mime-version", "content-type", "content-transfer-encoding", "return-path", "received"}
)  # fmt: skip


def from_json(body: object, sender: Person) -> tuple[Letter, bool]:
    """The letter, and whether a copy goes to Sent Items. Parameter names in either case.

    Raises:
        GraphError: What the service refuses too, and attachments, which the sandbox cannot keep.
    """
    if not _is_object(body):
        raise bad_request("BadRequest", "Unable to read JSON request payload.")
    message = _either(body, "message")
    if not _is_object(message):
        raise bad_request("ErrorInvalidParameter", "The message is missing.")
    if message.get("attachments"):
        raise bad_request("BadRequest", "The sandbox keeps no attachments: see docs/sandbox.md.")
    content = message.get("body") or {}
    own = Address(sender.name, sender.address)
    _check_sender(_person(message["from"]) if message.get("from") else own, sender)
    letter = Letter(
        sender=own,
        subject=str(message.get("subject") or ""),
        to=_people(message, "toRecipients"),
        cc=_people(message, "ccRecipients"),
        bcc=_people(message, "bccRecipients"),
        reply_to=_people(message, "replyTo"),
        is_html=str(content.get("contentType", "text")).lower() == "html",
        body=str(content.get("content") or ""),
        headers=_headers(message),
        properties=_properties(message),
        categories=tuple(map(str, message.get("categories") or ())),
        importance=str(message.get("importance") or "normal").lower(),
    )
    save = _either(body, "saveToSentItems")
    return _checked(letter), str(save).lower() != "false"


def from_mime(raw: bytes, sender: Person) -> Letter:
    """The letter of a base64 MIME body.

    Raises:
        GraphError: Not base64, no such sender, no recipient.
    """
    try:
        decoded = base64.b64decode(b"".join(raw.split()), validate=True)
    except binascii.Error as cause:
        text = "Invalid base64 string for MIME content."
        raise bad_request("ErrorMimeContentInvalidBase64String", text) from cause
    parsed = email.message_from_bytes(decoded, policy=email.policy.default)
    own = Address(sender.name, sender.address)
    _check_sender(next(iter(parse_addresses(str(parsed.get("From", "")))), own), sender)
    if any(part.get_content_disposition() == "attachment" for part in parsed.walk()):
        raise bad_request("BadRequest", "The sandbox keeps no attachments: see docs/sandbox.md.")
    html, plain = _part(parsed, "html"), _part(parsed, "plain")
    custom = [(n.lower(), str(v)) for n, v in parsed.items() if n.lower() not in _ROUTING]
    return _checked(
        Letter(
            sender=own,
            subject=str(parsed.get("Subject", "")),
            to=parse_addresses(str(parsed.get("To", ""))),
            cc=parse_addresses(str(parsed.get("Cc", ""))),
            bcc=parse_addresses(str(parsed.get("Bcc", ""))),
            reply_to=parse_addresses(str(parsed.get("Reply-To", ""))),
            is_html=html is not None,
            body=html if html is not None else plain or "",
            text=plain or "" if html is not None else "",
            headers=tuple(custom),
            message_id=_message_id(parsed),
        )
    )


def _message_id(parsed: EmailMessage) -> str:
    given = str(parsed.get("Message-ID", "")).strip()
    return given if _MESSAGE_ID.fullmatch(given) else ""


def _part(parsed: EmailMessage, kind: str) -> str | None:
    part = parsed.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else None


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _either(body: Mapping[str, Any], name: str) -> object:
    capital = name[0].upper() + name[1:]
    return body[name] if name in body else body.get(capital)


def _person(raw: object) -> Address:
    inner = raw.get("emailAddress") if _is_object(raw) else None
    if not _is_object(inner):
        raise bad_request("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    return Address(str(inner.get("name") or ""), str(inner.get("address") or "").strip())


def _people(message: Mapping[str, Any], field: str) -> tuple[Address, ...]:
    return tuple(_person(one) for one in message.get(field) or ())


def _headers(message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    raw = message.get("internetMessageHeaders")
    if raw is None:
        return ()
    pairs = tuple((str(one.get("name", "")), str(one.get("value", ""))) for one in raw)
    if not pairs or len(pairs) > MAX_HEADERS:
        text = f"Internet message headers must be 1 to {MAX_HEADERS} in number."
        raise bad_request("InvalidInternetMessageHeaderCollection", text)
    if not all(name.lower().startswith("x-") and name.isprintable() for name, _ in pairs):
        text = "The internet message header names should start with 'x-' or 'X-'."
        raise bad_request("InvalidInternetMessageHeader", text)
    return pairs


def _properties(message: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    raw = message.get("singleValueExtendedProperties") or ()
    return tuple((str(one.get("id", "")), str(one.get("value", ""))) for one in raw)


def _check_sender(named: Address, sender: Person) -> None:
    if named.address.lower() != sender.address:
        text = "The user account which was used to submit this request does not have the right"
        raise GraphError(
            403, "ErrorSendAsDenied", f"{text} to send mail on behalf of the specified account."
        )


def _checked(letter: Letter) -> Letter:
    if not letter.recipients or not all(one.is_valid for one in letter.recipients):
        raise bad_request("ErrorInvalidRecipients", "At least one recipient isn't valid.")
    if len(letter.recipients) > MAX_RECIPIENTS:
        text = "The number of recipients exceeds the limit of the mailbox."
        raise bad_request("ErrorExceededMaxRecipientLimit", text)
    return letter
