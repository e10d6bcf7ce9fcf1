"""Reports of undelivered mail, as Exchange and others write them.

Source: RFC 3464 (message/delivery-status), RFC 6522 (multipart/report), and for Exchange
learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online.
"""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Final

from server.messages.ports import Report

_SENDERS: Final = ("microsoftexchange", "postmaster", "mailer-daemon")
_MESSAGE_ID: Final = re.compile(r"<([^<>\s]{1,400})>")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_DELIVERY: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
_ORIGINAL: Final = {"message/rfc822", "text/rfc822-headers", "message/global-headers"}


def may_be_report(sender: str) -> bool:
    """Whether mail from this address (small letters) may be one; an empty address is the null path."""
    return not sender or sender.startswith(_SENDERS)


def report_of_mime(report_id: str, mime: bytes, *, seen: int) -> Report | None:
    """The report in a whole mail; None if it is none, or tells of a delay only."""
    parsed = email.message_from_bytes(mime, policy=email.policy.compat32)
    failures = [pair for part in parsed.walk() for pair in _failures(part)]
    if not failures:
        return None
    original = next(filter(None, map(_original, parsed.walk())), None)
    named = [*_named(parsed), *(_named(original) if original is not None else [])]
    delivery = str(original["x-letterlock-delivery"] or "").strip() if original is not None else ""
    return Report(
        id=report_id,
        named=list(dict.fromkeys(named)),
        delivery_id=delivery if _DELIVERY.fullmatch(delivery) else "",
        failures=failures,
        seen=seen,
    )


def report_of_headers(
    report_id: str, headers: Sequence[tuple[str, str]], *, seen: int
) -> Report | None:
    """The report of which only headers (small names) are seen: it names the mail, seldom the reader.

    None if it may be a receipt, or a report of a delay.
    """
    known = dict(headers)
    failed = [one.strip().lower() for one in known.get("x-failed-recipients", "").split(",")]
    failures = [(address, "") for address in failed if "@" in address]
    if not failures and "x-ms-exchange-message-is-ndr" not in known:
        return None
    lines = [value for name, value in headers if name in {"in-reply-to", "references"}]
    named = [found for line in lines for found in _MESSAGE_ID.findall(line)]
    return Report(
        id=report_id,
        named=list(dict.fromkeys(named)),
        delivery_id="",
        failures=failures,
        seen=seen,
    )


def _failures(part: Message) -> Iterator[tuple[str, str]]:
    """Who did not get it and why, of one message/delivery-status."""
    if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
        return
    for block in part.get_payload():
        if not isinstance(block, Message):
            continue
        who = str(block["Original-Recipient"] or block["Final-Recipient"] or "")
        address = who.rpartition(";")[2].strip().lower()
        if "@" in address and str(block["Action"] or "").strip().lower() == "failed":
            status = _STATUS.search(str(block["Status"] or ""))
            yield address, status[0] if status else ""


def _original(part: Message) -> Message | None:
    """The headers of the mail that came back."""
    if part.get_content_type() not in _ORIGINAL:
        return None
    content = part.get_payload()
    if isinstance(content, list):
        return content[0] if content and isinstance(content[0], Message) else None
    return email.message_from_string(str(content), policy=email.policy.compat32)


def _named(message: Message) -> list[str]:
    lines = [str(message[name] or "") for name in ("In-Reply-To", "References", "Message-ID")]
    return [found for line in lines for found in _MESSAGE_ID.findall(line)]
