"""The system's mail by SMTP (RFC 5321), with TLS (RFC 3207, RFC 8314) and authentication (RFC 4954).

A connection for each mail: the system sends few, and a kept one that died looks just like a mail
whose outcome is unknown. Only between the final dot and its answer is an outcome unknown; before
it nothing was sent, after it the server has said what it did.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from server.base.mail import Brand
from server.base.settings import LOOPBACK
from server.firms.first_run.ports import TrialFailed
from server.messages.ports import MailboxAway, MailboxRefused, Notice, OutcomeUnknown, Party
from server.messages.waiting.ports import WaitingNews
from server.people.news.ports import News
from server.people.sign_ins.ports import MailAway, MailRefused

TIMEOUT_S: Final = 20
_PORTS: Final = {"smtp": 587, "smtps": 465}
_TAKEN: Final = 250
_GO_ON: Final = 354
_FOR_GOOD: Final = 500
_SETTLED: Final = frozenset({2, 4, 5})  # what the server has done with a whole mail, RFC 5321 4.2.1
_ENHANCED: Final = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


class Smtp:
    """One server by its URL: `smtp://` with STARTTLS, `smtps://` with TLS from the start.

    TLS is required and the server's name checked, except for `smtp://` to this machine.
    `context` says whom TLS trusts; by default what the system trusts.
    """

    def __init__(self, url: str, *, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        self._implicit = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._context = context or ssl.create_default_context()
        self._needs_tls = self._host not in LOOPBACK

    def carry(self, *, sender: str, readers: Sequence[str], mime: bytes) -> dict[str, str]:
        """Send one mail to every reader whom the server does not refuse.

        Returns:
            Those whom it refused for good, each with the reason; the others have it.

        Raises:
            MailboxAway: Not taken: no connection, no sign-in, no TLS, or the server said later, be
                it for one reader.
            MailboxRefused: Not taken for anybody, and never will be.
            OutcomeUnknown: After the final dot came no answer that can be read.
        """
        connection = self._connect()
        try:
            refused = self._envelope(connection, sender, readers)
            self._content(connection, mime)
        finally:
            _leave(connection)
        return refused

    def greet(self, *, sender: str) -> None:
        """Go as far as naming the sender, and send nothing: for `doctor`.

        Raises:
            MailboxAway: No connection, no sign-in or no TLS; its cause says which.
            MailboxRefused: The server does not take mail from `sender`.
        """
        connection = self._connect()
        try:
            self._envelope(connection, sender, ())
        finally:
            _leave(connection)

    def _connect(self) -> smtplib.SMTP:
        try:
            if self._implicit:
                made: smtplib.SMTP = smtplib.SMTP_SSL(
                    self._host, self._port, timeout=TIMEOUT_S, context=self._context
                )
            else:
                made = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_S)
        except OSError as error:  # SMTPException and SSLError are OSErrors
            raise MailboxAway from error
        try:
            made.ehlo_or_helo_if_needed()
            if not self._implicit and (self._needs_tls or made.has_extn("starttls")):
                made.starttls(context=self._context)
                made.ehlo()
            if self._user:
                made.login(self._user, self._password)
        except OSError as error:
            made.close()
            raise MailboxAway from error
        return made

    @staticmethod
    def _envelope(connection: smtplib.SMTP, sender: str, readers: Sequence[str]) -> dict[str, str]:
        refused: dict[str, str] = {}
        try:
            _judge(*connection.mail(sender))
            for reader in readers:
                try:
                    _judge(*connection.rcpt(reader))
                except MailboxRefused as error:
                    refused[reader] = error.reason
        except OSError as error:
            raise MailboxAway from error
        if refused and len(refused) == len({*readers}):
            raise MailboxRefused(refused[readers[0]], of_mail=True)
        return refused

    @staticmethod
    def _content(connection: smtplib.SMTP, mime: bytes) -> None:
        try:
            code, words = connection.docmd("DATA")
        except OSError as error:
            raise MailboxAway from error
        if code != _GO_ON:
            _judge(code, words)
        end = b".\r\n" if mime.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            connection.send(_LEADING_DOT.sub(b"..", mime) + end)
            code, words = connection.getreply()
        except OSError as error:
            raise OutcomeUnknown from error
        if code // 100 not in _SETTLED:
            raise OutcomeUnknown
        _judge(code, words)


class SmtpSystemMailbox:
    """Sends as the firm's system mailbox, by SMTP.

    Implements people.sign_ins.ports.CodeMail, people.news.ports.NewsMail, messages.ports.SystemMailbox
    and SignInMail, messages.waiting.ports.WaitingMail, and firms.first_run.ports.TrialMail. `render_*` make the MIME, as for Graph's system mailbox.
    """

    keeps_sent = False

    def __init__(
        self,
        smtp: Smtp,
        render_code: Callable[..., bytes],
        render_reply: Callable[[Notice], bytes],
        render_trial: Callable[..., bytes],
        render_sign_in: Callable[..., bytes],
        *,
        render_news: Callable[..., bytes],
        render_waiting: Callable[..., bytes],
    ) -> None:
        self._smtp = smtp
        self._render_code = render_code
        self._render_reply = render_reply
        self._render_trial = render_trial
        self._render_sign_in = render_sign_in
        self._render_news = render_news
        self._render_waiting = render_waiting

    def send_reply_notice(self, *, tenant_id: str, notice: Notice) -> Mapping[str, str]:
        """Send one notice for a client who answers. Hidden readers stand in the envelope alone."""
        del tenant_id  # the server's own sign-in decides
        parties = (*notice.to, *notice.cc, *notice.hidden)
        return self._smtp.carry(
            sender=notice.brand.mailbox,
            readers=[address for address, _ in parties],
            mime=self._render_reply(replace(notice, hidden=())),
        )

    def send_sign_in(self, *, tenant_id: str, brand: Brand, to: Party, held: int) -> None:
        """Ask somebody of the firm to sign in, because letters of hers wait for it."""
        del tenant_id
        mime = self._render_sign_in(brand=brand, to=to, held=held)
        self._smtp.carry(sender=brand.mailbox, readers=[to[0]], mime=mime)

    def send_code(
        self,
        *,
        tenant_id: str,
        brand: Brand,
        to: str,
        code: str,
        asked_at: datetime,
        browser: str,
        expires_at: datetime,
        purpose: str,
    ) -> None:
        """Send one code; an unknown outcome is tried again, because a second code mail is harmless."""
        del tenant_id
        mime = self._render_code(
            brand=brand,
            to=to,
            code=code,
            asked_at=asked_at,
            browser=browser,
            expires_at=expires_at,
            purpose=purpose,
        )
        self._to_one(brand, to, mime)

    def send_news(self, *, tenant_id: str, brand: Brand, to: str, news: News) -> None:
        """Tell somebody what was done to her own key."""
        del tenant_id
        self._to_one(brand, to, self._render_news(brand=brand, to=to, news=news))

    def send_waiting(self, *, tenant_id: str, brand: Brand, to: Party, news: WaitingNews) -> None:
        """Tell a sender what became of letters that wait."""
        del tenant_id
        self._to_one(brand, to[0], self._render_waiting(brand=brand, to=to, news=news))

    def _to_one(self, brand: Brand, to: str, mime: bytes) -> None:
        """Send to one person; an unknown outcome is tried again, because a second mail is harmless."""
        try:
            self._smtp.carry(sender=brand.mailbox, readers=[to], mime=mime)
        except MailboxRefused as error:
            raise (MailRefused(error.reason) if error.of_mail else MailAway()) from error
        except (MailboxAway, OutcomeUnknown) as error:
            raise MailAway from error

    def send_trial(self, *, tenant_id: str, brand: Brand, to: str, asked_at: datetime) -> None:
        """Send the first run's trial mail, once."""
        del tenant_id
        mime = self._render_trial(brand=brand, to=to, asked_at=asked_at)
        try:
            self._smtp.carry(sender=brand.mailbox, readers=[to], mime=mime)
        except MailboxAway as error:
            raise TrialFailed(why(error)) from error
        except MailboxRefused as error:
            raise TrialFailed(error.reason) from error
        except OutcomeUnknown as error:
            raise TrialFailed("unknown") from error


def why(error: MailboxAway) -> str:
    """One word for what kept a mail: certificate, sign-in, no-tls, later or connection."""
    match error.__cause__:
        case ssl.SSLCertVerificationError():
            return "certificate"
        case smtplib.SMTPAuthenticationError():
            return "sign-in"
        case smtplib.SMTPNotSupportedError():
            return "no-tls"
        case None:
            return "later"
        case _:
            return "connection"


def _judge(code: int, words: bytes) -> None:
    """Nothing for 2xx; the server's words are not kept, for they may repeat an address."""
    if _TAKEN <= code < 300:  # noqa: PLR2004 the end of the class 2xx
        return
    if code < _FOR_GOOD:
        raise MailboxAway
    enhanced = _ENHANCED.match(words)
    raise MailboxRefused(f"SMTP {code}{' ' + enhanced[1].decode() if enhanced else ''}")


def _leave(connection: smtplib.SMTP) -> None:
    """Say goodbye; what was sent is decided already, so a lost line changes nothing."""
    with suppress(OSError):
        connection.quit()
    connection.close()
