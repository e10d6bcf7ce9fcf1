"""A composed mail with its addresses, as MIME (RFC 5322, RFC 2046)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, make_msgid

from server.base.mail import Brand, Mail, one_line
from server.mail.compose import NAME_LIMIT, MailComposer
from server.messages.ports import Notice, Party
from server.messages.waiting.ports import WaitingNews
from server.people.news.ports import News


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
        """The notice of one message, from its sender; or that she recalled it."""
        if notice.recalled_at is not None:
            return self._recalled(notice, notice.recalled_at)
        mail = self._composer.compose_notice(
            brand=notice.brand,
            sender_name=notice.sender_name,
            sender_address=notice.sender_address,
            subject=notice.subject,
            reader_names=[name for _, name in (*notice.to, *notice.cc)],
            sent_at=notice.sent_at,
            url=notice.url,
            delivery_id=notice.delivery_id,
            is_mail=notice.is_mail,
            waits=notice.waits,
        )
        sender = (notice.sender_address, notice.sender_name)
        return build(mail, sender=sender, readers=Readers.of(notice), thread=Thread.of(notice))

    def _recalled(self, notice: Notice, recalled_at: datetime) -> bytes:
        mail = self._composer.compose_recalled(
            brand=notice.brand,
            sender_name=notice.sender_name,
            sender_address=notice.sender_address,
            subject=notice.subject,
            sent_at=notice.sent_at,
            recalled_at=recalled_at,
            url=notice.url,
            delivery_id=notice.delivery_id,
        )
        sender = (notice.sender_address, notice.sender_name)
        return build(mail, sender=sender, readers=Readers.of(notice), thread=Thread.of(notice))

    def reply(self, notice: Notice) -> bytes:
        """The notice that a client has answered, from the system's mailbox, in her name."""
        brand, handler = notice.brand, notice.reply_to or (notice.brand.mailbox, "")
        mail = self._composer.compose_reply(
            brand=brand,
            sender_name=notice.sender_name,
            handler_address=handler[0],
            subject=notice.subject,
            sent_at=notice.sent_at,
            url=notice.url,
            delivery_id=notice.delivery_id,
        )
        name = one_line(f"{notice.sender_name} via {brand.name}", limit=NAME_LIMIT)
        return build(
            _by_a_machine(mail),
            sender=(brand.mailbox, name),
            readers=Readers.of(notice),
            thread=Thread.of(notice),
            reply_to=handler,
        )

    def code(
        self,
        *,
        brand: Brand,
        to: str,
        code: str,
        asked_at: datetime,
        browser: str,
        expires_at: datetime,
        purpose: str,
    ) -> bytes:
        """The mail with a code, from the system's mailbox."""
        mail = self._composer.compose_code(
            brand=brand,
            code=code,
            asked_at=asked_at,
            browser=browser,
            expires_at=expires_at,
            purpose=purpose,
        )
        return build(
            _by_a_machine(mail),
            sender=(brand.mailbox, brand.name),
            readers=Readers(to=[(to, "")]),
            thread=Thread(date=asked_at),
        )

    def sign_in(self, *, brand: Brand, to: Party, held: int) -> bytes:
        """The mail that asks somebody of the firm to sign in, from the system's mailbox."""
        mail = self._composer.compose_sign_in(brand=brand, name=to[1], held=held)
        return build(
            _by_a_machine(mail),
            sender=(brand.mailbox, brand.name),
            readers=Readers(to=[to]),
            thread=Thread(date=datetime.now(UTC)),
        )

    def news(self, *, brand: Brand, to: str, news: News) -> bytes:
        """The mail about what was done to somebody's own key, from the system's mailbox."""
        return build(
            _by_a_machine(self._composer.compose_news(brand=brand, news=news)),
            sender=(brand.mailbox, brand.name),
            readers=Readers(to=[(to, "")]),
            thread=Thread(date=news.at),
        )

    def waiting(self, *, brand: Brand, to: Party, news: WaitingNews) -> bytes:
        """The mail to a sender whose letters wait for a reader's key, from the system's mailbox."""
        mail = self._composer.compose_waiting(brand=brand, name=to[1], news=news)
        return build(
            _by_a_machine(mail),
            sender=(brand.mailbox, brand.name),
            readers=Readers(to=[to]),
            thread=Thread(date=datetime.now(UTC)),
        )

    def trial(self, *, brand: Brand, to: str, asked_at: datetime) -> bytes:
        """The mail that tries the system's mailbox during a firm's first run."""
        return build(
            _by_a_machine(self._composer.compose_trial(brand=brand, asked_at=asked_at)),
            sender=(brand.mailbox, brand.name),
            readers=Readers(to=[(to, "")]),
            thread=Thread(date=asked_at),
        )


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom a mail goes to."""

    to: Sequence[Party]
    cc: Sequence[Party] = ()
    hidden: Sequence[Party] = ()

    @classmethod
    def of(cls, notice: Notice) -> "Readers":
        """The readers of a notice."""
        return cls(to=notice.to, cc=notice.cc, hidden=notice.hidden)


@dataclass(frozen=True, slots=True)
class Thread:
    """When a mail was written, its Message-ID (made if None), and what it answers, oldest first."""

    date: datetime
    message_id: str | None = None
    references: Sequence[str] = ()

    @classmethod
    def of(cls, notice: Notice) -> "Thread":
        """The place of a notice in its thread."""
        return cls(notice.sent_at, notice.message_id, notice.references)


def build(
    mail: Mail, *, sender: Party, readers: Readers, thread: Thread, reply_to: Party | None = None
) -> bytes:
    """One multipart/alternative message, text first (RFC 5322 section 3.6.4 for the thread)."""
    message = EmailMessage(policy=_Wire(linesep="\r\n"))
    message["From"] = _address(sender)
    if reply_to:
        message["Reply-To"] = _address(reply_to)
    for name, parties in (("To", readers.to), ("Cc", readers.cc), ("Bcc", readers.hidden)):
        if parties:
            message[name] = [_address(party) for party in parties]
    message["Subject"] = _ascii(mail.subject)  # it decodes what looks encoded: encode first
    message["Date"] = format_datetime(thread.date)
    domain = sender[0].rpartition("@")[2]
    own = f"<{thread.message_id}>" if thread.message_id else make_msgid(domain=domain)
    message["Message-ID"] = own
    if thread.references:
        message["In-Reply-To"] = f"<{thread.references[-1]}>"
        message["References"] = " ".join(f"<{item}>" for item in thread.references)
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _by_a_machine(mail: Mail) -> Mail:
    """Ask robots not to answer (RFC 3834; the second is Exchange's, MS-OXCMAIL 2.2.3.2.14).

    Not `All`: that would suppress the reports of mail that could not be delivered as well.
    """
    robots = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "OOF, AutoReply"}
    headers = {**mail.headers, **robots}
    return Mail(subject=mail.subject, html=mail.html, text=mail.text, headers=headers)


def _address(party: Party) -> Address:
    address, name = party
    return Address(display_name=one_line(name, limit=NAME_LIMIT), addr_spec=address)


def _ascii(text: str) -> str:
    """The text, or encoded words of RFC 2047, short enough to stand behind a header's name."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=64).encode(linesep="")
