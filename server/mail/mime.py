"""A composed mail with its addresses, as MIME (RFC 5322, RFC 2046)."""

from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, make_msgid

from server.base.mail import Brand, Mail, one_line
from server.mail.compose import NAME_LIMIT, MailComposer
from server.messages.ports import Notice

Party = tuple[str, str]


class _Wire(EmailPolicy):
    """Folds subject and addresses by the older `Header`.

    The newer folding loses spaces between encoded words (github.com/python/cpython/issues/92081)
    and may encode the comma between two addresses, which makes them one (issue 100884).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header line as it goes out."""
        if parties := getattr(value, "addresses", None):
            words = ", ".join(
                formataddr((_ascii(party.display_name), party.addr_spec)) for party in parties
            )
        elif name.lower() == "subject":
            words = _ascii(value)
        else:
            return super().fold_binary(name, value)
        folded = Header(words, header_name=name).encode(splitchars=", ", linesep=self.linesep)
        return f"{name}: {folded}{self.linesep}".encode("ascii")


class MimeRenderer:
    """Renders notices and code mails for whoever carries them."""

    def __init__(self) -> None:
        self._composer = MailComposer()

    def notice(self, notice: Notice) -> bytes:
        """The notice of one message, from its sender."""
        mail = self._composer.compose_notice(
            brand=notice.brand,
            sender_name=notice.sender_name,
            sender_address=notice.sender_address,
            subject=notice.subject,
            reader_names=[name for _, name in (*notice.to, *notice.cc)],
            sent_at=notice.sent_at,
            url=notice.url,
            delivery_id=notice.delivery_id,
        )
        sender = (notice.sender_address, notice.sender_name)
        return build(mail, sender=sender, to=notice.to, cc=notice.cc, date=notice.sent_at)

    def code(
        self,
        *,
        brand: Brand,
        to: str,
        code: str,
        asked_at: datetime,
        browser: str,
        expires_at: datetime,
    ) -> bytes:
        """The mail with a sign-in code, from the system's mailbox; a robot's answer is not wanted."""
        mail = self._composer.compose_code(
            brand=brand, code=code, asked_at=asked_at, browser=browser, expires_at=expires_at
        )
        headers = {
            **mail.headers, "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"
        }  # fmt: skip
        mail = Mail(subject=mail.subject, html=mail.html, text=mail.text, headers=headers)
        return build(mail, sender=(brand.mailbox, brand.name), to=[(to, "")], cc=(), date=asked_at)


def build(
    mail: Mail, *, sender: Party, to: Sequence[Party], cc: Sequence[Party], date: datetime
) -> bytes:
    """One multipart/alternative message, text first. Parties are (address, name)."""
    message = EmailMessage(policy=_Wire(linesep="\r\n"))
    message["From"] = _address(sender)
    message["To"] = [_address(party) for party in to]
    if cc:
        message["Cc"] = [_address(party) for party in cc]
    message["Subject"] = _ascii(mail.subject)  # it decodes what looks encoded: encode first
    message["Date"] = format_datetime(date)
    message["Message-ID"] = make_msgid(domain=sender[0].rpartition("@")[2])
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _address(party: Party) -> Address:
    address, name = party
    return Address(display_name=one_line(name, limit=NAME_LIMIT), addr_spec=address)


def _ascii(text: str) -> str:
    """The text, or encoded words of RFC 2047, short enough to stand behind a header's name."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=64).encode(linesep="")
