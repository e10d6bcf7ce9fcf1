"""Referee of the mail inside a MIME sendMail, of which Microsoft's description says "a string".

Rules: RFC 5322 sections 2.1.1 and 3.6; learn.microsoft.com/graph/outlook-send-mime-message.
"""

import base64
import re
from email import message_from_bytes, policy
from email.message import EmailMessage

import requests

MOST_BYTES = 4 * 1024 * 1024
LONGEST_LINE = 998
ONCE = ("from", "to", "subject", "date", "message-id", "mime-version")


class Faulty(AssertionError):
    """What is wrong with the letter."""


def read(answer: requests.Response) -> EmailMessage:
    """The mail that was sent in the request of `answer`.

    Raises:
        Faulty: It is no mail that Exchange would take and every reader's program show.
    """
    asked = answer.request
    if asked.headers["Content-Type"] != "text/plain":
        raise Faulty("not sent as MIME")
    if not isinstance(asked.body, bytes) or len(asked.body) > MOST_BYTES:
        raise Faulty("no bytes, or too many")
    try:
        raw = base64.b64decode(asked.body, validate=True)
    except ValueError as error:
        raise Faulty("not base64") from error
    _check_lines(raw)
    letter = message_from_bytes(raw, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    _check_headers(letter)
    return letter


def parts(letter: EmailMessage) -> dict[str, str]:
    """What each part says, by its media type."""
    return {part.get_content_type(): str(part.get_content()) for part in letter.iter_parts()}


def _check_lines(raw: bytes) -> None:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        raise Faulty("lines that do not end in CRLF")
    if any(len(line) > LONGEST_LINE for line in raw.split(b"\r\n")):
        raise Faulty("a line of more than 998 bytes")
    if not raw.isascii():
        raise Faulty("bytes beyond ASCII")


def _check_headers(letter: EmailMessage) -> None:
    defects = [letter.defects, *(part.defects for part in letter.walk())]
    if any(defects):
        raise Faulty(f"defects: {defects}")
    for name in ONCE:
        if len(letter.get_all(name, [])) != 1:
            raise Faulty(f"{name} is there {len(letter.get_all(name, []))} times")
    if letter["bcc"] is not None:
        raise Faulty("hidden copies in the open")
    if list(parts(letter)) != ["text/plain", "text/html"]:
        raise Faulty("not text and html, in this order")
