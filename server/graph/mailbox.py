"""The sender's mailbox and the system's mailbox: implement the slices' ports."""

from collections.abc import Callable, Mapping
from datetime import datetime

from server.base.mail import Brand
from server.graph.client import GraphMail
from server.graph.entra import Entra
from server.messages.ports import (
    ConsentMissing,
    MailboxAway,
    MailboxRefused,
    Notice,
    OutcomeUnknown,
    Party,
    SignInAgain,
)
from server.messages.waiting.ports import WaitingNews
from server.people.news.ports import News
from server.people.sign_ins.ports import MailAway, MailRefused


class GraphSenderMailbox:
    """Sends notices as the sender. Implements messages.ports.SenderMailbox.

    `render` makes the MIME of a notice.
    """

    def __init__(self, entra: Entra, graph: GraphMail, render: Callable[[Notice], bytes]) -> None:
        self._entra = entra
        self._graph = graph
        self._render = render

    def close(self) -> None:
        """Give back the connections."""
        self._graph.close()
        self._entra.close()

    def send_notice(self, *, tenant_id: str, person_id: str, notice: Notice) -> None:
        """Send one notice as its sender. A refused token is renewed once: nothing was sent by it."""
        mime = self._render(notice)
        token = self._entra.for_person(tenant_id=tenant_id, person_id=person_id)
        try:
            self._graph.send(token=token, mime=mime)
        except SignInAgain as refused:
            token = self._entra.for_person(
                tenant_id=tenant_id, person_id=person_id, refused=refused
            )
            self._graph.send(token=token, mime=mime)


class GraphSystemMailbox:
    """Sends as the firm's system mailbox.

    Implements people.sign_ins.ports.CodeMail, people.news.ports.NewsMail,
    messages.ports.SystemMailbox and SignInMail. `render_code` makes the MIME of a code mail, from the arguments of `send_code` without the tenant; `render_reply`
    that of the notice that a client has answered; `render_sign_in` that of `send_sign_in`,
    `render_news` that of `send_news`.
    """

    keeps_sent = True

    def __init__(
        self,
        entra: Entra,
        graph: GraphMail,
        render_code: Callable[..., bytes],
        render_reply: Callable[[Notice], bytes],
        render_sign_in: Callable[..., bytes],
        *,
        render_news: Callable[..., bytes],
        render_waiting: Callable[..., bytes],
    ) -> None:
        self._entra = entra
        self._graph = graph
        self._render_code = render_code
        self._render_reply = render_reply
        self._render_sign_in = render_sign_in
        self._render_news = render_news
        self._render_waiting = render_waiting

    def send_reply_notice(self, *, tenant_id: str, notice: Notice) -> Mapping[str, str]:
        """Send one notice for a client who answers. Graph takes it for all readers, or for none."""
        self._send(tenant_id, notice.brand.mailbox, self._render_reply(notice))
        return {}

    def send_sign_in(self, *, tenant_id: str, brand: Brand, to: Party, held: int) -> None:
        """Ask somebody of the firm to sign in, because letters of hers wait for it."""
        self._send(tenant_id, brand.mailbox, self._render_sign_in(brand=brand, to=to, held=held))

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
        mime = self._render_code(
            brand=brand,
            to=to,
            code=code,
            asked_at=asked_at,
            browser=browser,
            expires_at=expires_at,
            purpose=purpose,
        )
        self._to_one(tenant_id, brand, mime)

    def send_news(self, *, tenant_id: str, brand: Brand, to: str, news: News) -> None:
        """Tell somebody what was done to her own key."""
        self._to_one(tenant_id, brand, self._render_news(brand=brand, to=to, news=news))

    def send_waiting(self, *, tenant_id: str, brand: Brand, to: Party, news: WaitingNews) -> None:
        """Tell a sender what became of letters that wait."""
        self._to_one(tenant_id, brand, self._render_waiting(brand=brand, to=to, news=news))

    def _to_one(self, tenant_id: str, brand: Brand, mime: bytes) -> None:
        """Send to one person; an unknown outcome is tried again, because a second mail is harmless."""
        try:
            self._send(tenant_id, brand.mailbox, mime)
        except MailboxAway as error:
            raise MailAway(error.after_ms) from error
        except MailboxRefused as error:
            raise (MailRefused(error.reason) if error.of_mail else MailAway()) from error
        except OutcomeUnknown as error:
            raise MailAway from error

    def _send(self, tenant_id: str, mailbox: str, mime: bytes) -> None:
        """Send as the application; when its own credentials are refused, an admin must mend them."""
        try:
            token = self._entra.for_system(tenant_id=tenant_id)
            try:
                self._graph.send(token=token, mime=mime, mailbox=mailbox)
            except SignInAgain as refused:
                token = self._entra.for_system(tenant_id=tenant_id, refused=refused)
                self._graph.send(token=token, mime=mime, mailbox=mailbox)
        except (SignInAgain, ConsentMissing) as error:
            raise MailboxAway from error
