"""Reports of undelivered mail in the form that Exchange gives them.

A multipart/report (RFC 6522) of a text, a message/delivery-status (RFC 3464) and the headers of
what came back. Written from learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from sandbox.mailboxes.letter import Address, Letter

_BOUNDARY = "_sandbox_report_"
# Exchange's own sender; the same local part in every tenant.
_SENDER = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"


def report(
    returned: Letter, mailbox: str, message_id: str, failures: Sequence[tuple[str, str, str]]
) -> Letter:
    """The report to `mailbox` about a letter. `failures` are (address, status, sentence)."""
    domain = mailbox.rpartition("@")[2]
    sender = Address("Microsoft Outlook", f"{_SENDER}@{domain}")
    reasons = "\n".join(f"{address}: 550 {status} {why}" for address, status, why in failures)
    text = f"Your message could not be delivered.\n\n{reasons}\n"
    subject = f"Undeliverable: {returned.subject}"
    headers = (
        ("Content-Type", f'multipart/report; report-type=delivery-status; boundary="{_BOUNDARY}"'),
        ("X-MS-Exchange-Message-Is-Ndr", ""),
        ("Auto-Submitted", "auto-replied"),
        ("In-Reply-To", message_id),
        ("References", message_id),
    )
    lines = [
        ("From", sender.header), ("To", mailbox), ("Subject", subject),
        ("Date", format_datetime(datetime.now(UTC))), ("MIME-Version", "1.0"), *headers,
    ]  # fmt: skip
    parts = (
        ("text/plain; charset=us-ascii", text),
        ("message/delivery-status", _status(domain, failures)),
        ("message/rfc822", _original(returned, message_id)),
    )
    body = "".join(f"--{_BOUNDARY}\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    head = "".join(f"{name}: {value}\n" for name, value in lines)
    raw = f"{head}\n{body}--{_BOUNDARY}--\n".replace("\n", "\r\n")
    return Letter(
        sender=sender,
        subject=subject,
        to=(Address("", mailbox),),
        body=text,
        headers=headers,
        raw=raw,
    )


def _status(domain: str, failures: Sequence[tuple[str, str, str]]) -> str:
    blocks = [
        f"Original-Recipient: rfc822;{address}\nFinal-Recipient: rfc822;{address}\n"
        f"Action: failed\nStatus: {status}\nDiagnostic-Code: smtp;550 {status} {why}\n"
        for address, status, why in failures
    ]
    return "\n".join([f"Reporting-MTA: dns;mail.{domain}\n", *blocks])


def _original(returned: Letter, message_id: str) -> str:
    """Its headers; of its text nothing, as where Exchange leaves large ones out."""
    lines = [
        ("From", returned.sender.header),
        ("To", ", ".join(one.header for one in returned.to)),
        ("Subject", returned.subject),
        ("Message-ID", message_id),
        *returned.headers,
    ]
    return "".join(f"{name}: {value}\n" for name, value in lines if value) + "\n"
