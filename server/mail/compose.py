"""Write the system's mails: brand + template -> MJML -> html, and a text part written by hand.

One folder per kind in `templates/`: subject.txt, body.txt, body.mjml. The order of a mail never
changes, so that a reader knows it again. Nothing of a letter's text ever comes here.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from mjml import mjml2html

from server.base.mail import Brand, Mail, one_line
from server.messages.ports import WAITS
from server.messages.waiting.ports import WaitingNews
from server.people.news.ports import News
from server.people.sign_ins.ports import LETTER, PROOF

DELIVERY_HEADER = "x-letterlock-delivery"
SUBJECT_LIMIT = 200
NAME_LIMIT = 80
BROWSER_LIMIT = 60
GREETED_READERS = 3
NAMED_READERS = 5

_CODE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
_DELIVERY = re.compile(r"[0-9A-Za-z_-]{1,64}")
_RE = re.compile(r"^(?:re:\s*)+", re.IGNORECASE)
# Not strftime: its names follow the locale of the process.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


class MailComposer:
    """Writes mails. Holds only its templates: one composer serves every thread and every firm."""

    def __init__(self) -> None:
        """Take the templates' environment, which all composers of a process share."""
        self._templates = _environment()

    def compose_notice(
        self,
        *,
        brand: Brand,
        sender_name: str,
        sender_address: str,
        subject: str,
        reader_names: Sequence[str],
        sent_at: datetime,
        url: str,
        delivery_id: str,
        is_mail: bool = False,
        waits: str = "",
    ) -> Mail:
        """The notice that a letter waits, in the sender's words and from the sender's mailbox.

        Args:
            brand: What the firm's mails wear.
            sender_name: As the firm writes it; the address where it is blank.
            sender_address: Where a reply goes.
            subject: Public; empty or blank gives "Ann Lee has written to you (confidential)".
            reader_names: To and Cc in their order, "" where the name is not known. Never a
                hidden reader: every reader gets this same mail.
            sent_at: Aware; shown in the firm's zone.
            url: The letter's page, http or https.
            delivery_id: Goes out as the header `x-letterlock-delivery`.
            is_mail: The sender has sealed a mail into the record, for colleagues and herself.
            waits: One of messages.ports.WAITS: for whose keys the letter waits, or GIVEN.

        Raises:
            UnsafeLine: Subject or a name holds a line break or another control.
            ValueError: The time has no zone, or url, delivery id or `waits` is not of its form.
        """
        if waits not in WAITS:
            raise ValueError("a letter waits for all, for some or for none")
        if not _DELIVERY.fullmatch(delivery_id):
            raise ValueError("a delivery id has 1 to 64 letters, digits, - or _")
        origin, host, path = _split(url)
        names = [one_line(name, limit=NAME_LIMIT) for name in reader_names]
        return self._compose(
            "notice",
            {DELIVERY_HEADER: delivery_id},
            brand=brand,
            sender=one_line(sender_name, limit=NAME_LIMIT) or sender_address,
            sender_address=one_line(sender_address, limit=SUBJECT_LIMIT),
            subject=one_line(subject, limit=SUBJECT_LIMIT),
            about=_about(subject),
            greeted=_greeted(names),
            many=len(names) > 1,
            readers=_shown(names),
            sent=long_date(sent_at, brand.zone),
            url=url,
            origin=origin,
            host=host,
            path=path,
            is_mail=is_mail,
            waits=waits,
        )

    def compose_recalled(
        self,
        *,
        brand: Brand,
        sender_name: str,
        sender_address: str,
        subject: str,
        sent_at: datetime,
        recalled_at: datetime,
        url: str,
        delivery_id: str,
    ) -> Mail:
        """That a letter was recalled, from the mailbox of who recalled it. It calls nobody anywhere.

        Args as for `compose_notice`; `recalled_at` is aware, and shown in the firm's zone.

        Raises:
            UnsafeLine: Subject or name holds a line break or another control.
            ValueError: A time has no zone, or url or delivery id is not of its form.
        """
        if not _DELIVERY.fullmatch(delivery_id):
            raise ValueError("a delivery id has 1 to 64 letters, digits, - or _")
        return self._compose(
            "recalled",
            {DELIVERY_HEADER: delivery_id},
            brand=brand,
            sender=one_line(sender_name, limit=NAME_LIMIT) or sender_address,
            sender_address=one_line(sender_address, limit=SUBJECT_LIMIT),
            subject=one_line(subject, limit=SUBJECT_LIMIT),
            about=_about(subject),
            sent=long_date(sent_at, brand.zone),
            recalled=long_date(recalled_at, brand.zone),
            origin=_split(url)[0],
        )

    def compose_reply(
        self,
        *,
        brand: Brand,
        sender_name: str,
        handler_address: str,
        subject: str,
        sent_at: datetime,
        url: str,
        delivery_id: str,
    ) -> Mail:
        """The notice that a client has answered; impersonal, from the system's mailbox.

        Args:
            brand: What the firm's mails wear.
            sender_name: The client, as the firm knows her.
            handler_address: Where a reply goes.
            subject: Public, with its "Re: ".
            sent_at: Aware; shown in the firm's zone.
            url: The letter's page, http or https.
            delivery_id: Goes out as the header `x-letterlock-delivery`.

        Raises:
            UnsafeLine: Subject or name holds a line break or another control.
            ValueError: The time has no zone, or url or delivery id is not of its form.
        """
        if not _DELIVERY.fullmatch(delivery_id):
            raise ValueError("a delivery id has 1 to 64 letters, digits, - or _")
        origin, host, path = _split(url)
        return self._compose(
            "reply",
            {DELIVERY_HEADER: delivery_id},
            brand=brand,
            sender=one_line(sender_name, limit=NAME_LIMIT),
            handler=one_line(handler_address, limit=SUBJECT_LIMIT),
            subject=one_line(subject, limit=SUBJECT_LIMIT),
            about=_about(subject),
            sent=long_date(sent_at, brand.zone),
            url=url,
            origin=origin,
            host=host,
            path=path,
        )

    def compose_code(
        self,
        *,
        brand: Brand,
        code: str,
        asked_at: datetime,
        browser: str,
        expires_at: datetime,
        purpose: str,
    ) -> Mail:
        """The mail that carries a code; impersonal, from the system's mailbox.

        Args:
            brand: What the firm's mails wear; its `portal_host` is where to type the code.
            code: As shown, `XXXX-XXXX`. It stands in subject and text and nowhere else.
            asked_at: Aware; shown in the firm's zone.
            browser: Words for the asking browser, such as "Chrome on Windows"; may be empty.
            expires_at: Aware; shown as a time of day and as whole minutes from `asked_at`.
            purpose: What the code is for: `letter` to open one, `proof` to change keys.

        Raises:
            UnsafeLine: `browser` holds a line break or another control.
            ValueError: A time has no zone, or the code is not of its form (it is not repeated).
        """
        if not _CODE.fullmatch(code):
            raise ValueError("a code is shown as four and four capitals or digits")
        if purpose not in {LETTER, PROOF}:
            raise ValueError("a code is for a letter or a proof")
        return self._compose(
            "code",
            {},
            brand=brand,
            code=code,
            asked=long_date(asked_at, brand.zone),
            browser=one_line(browser, limit=BROWSER_LIMIT),
            minutes=max(1, (expires_at - asked_at) // timedelta(minutes=1)),
            until=f"{_local(expires_at, brand.zone):%H:%M}",
            proof=purpose == PROOF,
        )

    def compose_sign_in(self, *, brand: Brand, name: str, held: int) -> Mail:
        """The mail to somebody of the firm whose letters wait for her sign-in.

        Args:
            brand: What the firm's mails wear.
            name: As Entra gave it; may be empty.
            held: How many letters wait, 1 or more.

        Raises:
            UnsafeLine: The name holds a line break or another control.
        """
        plain = one_line(name, limit=NAME_LIMIT)
        return self._compose("sign_in", {}, brand=brand, name=plain, held=held)

    def compose_news(self, *, brand: Brand, news: News) -> Mail:
        """The mail to somebody about what was done to her own key.

        Args:
            brand: What the firm's mails wear.
            news: What, when, in which browser. Its times are aware, and shown in the firm's zone.

        Raises:
            UnsafeLine: The browser's words hold a line break or another control.
            ValueError: A time has no zone.
        """
        until = long_date(news.until, brand.zone).partition(",")[0] if news.until else ""
        return self._compose(
            "news",
            {},
            brand=brand,
            what=news.what,
            thing=news.thing,
            at=long_date(news.at, brand.zone),
            browser=one_line(news.browser, limit=BROWSER_LIMIT),
            until=until,
        )

    def compose_waiting(self, *, brand: Brand, name: str, news: WaitingNews) -> Mail:
        """The mail to somebody of the firm about letters of hers that wait, or waited, for a key.

        Args:
            brand: What the firm's mails wear.
            name: As Entra gave it; may be empty.
            news: What became of them. `sent_at` is aware, and shown in the firm's zone.

        Raises:
            UnsafeLine: A name holds a line break or another control.
            ValueError: The time has no zone, or the address is not one.
        """
        _, host, path = _split(news.url)
        names = [one_line(each, limit=NAME_LIMIT) for each in news.readers]
        return self._compose(
            "waiting",
            {},
            brand=brand,
            name=one_line(name, limit=NAME_LIMIT),
            what=news.what,
            readers=_shown(names),
            many=len(names) > 1,
            letters=news.letters,
            sent=long_date(news.sent_at, brand.zone),
            url=news.url,
            host=host,
            path=path,
        )

    def compose_trial(self, *, brand: Brand, asked_at: datetime) -> Mail:
        """The mail to a firm's admin that tries the system's mailbox.

        Args:
            brand: What the firm's mails wear.
            asked_at: Aware; shown in the firm's zone.

        Raises:
            ValueError: The time has no zone.
        """
        return self._compose("trial", {}, brand=brand, asked=long_date(asked_at, brand.zone))

    def _compose(self, kind: str, headers: dict[str, str], **facts: object) -> Mail:
        def render(name: str) -> str:
            return self._templates.get_template(f"{kind}/{name}").render(facts)

        subject = one_line(render("subject.txt"), limit=SUBJECT_LIMIT)
        facts["title"] = subject
        # Without `fonts` the compiler links web fonts for families it knows: a remote part.
        html = mjml2html(render("body.mjml"), fonts={})
        return Mail(subject=subject, html=html, text=render("body.txt") + "\n", headers=headers)


def long_date(moment: datetime, zone: str) -> str:
    """`Thursday 19 November 2026, 14:02` in the named IANA zone.

    Raises:
        ValueError: The moment has no zone of its own, so nobody knows when it is.
    """
    local = _local(moment, zone)
    day, month = _DAYS[local.weekday()], _MONTHS[local.month - 1]
    return f"{day} {local.day} {month} {local.year}, {local:%H:%M}"


@cache
def _environment() -> Environment:
    """The templates, each compiled once; a value that a template misses is an error."""
    templates = Environment(
        loader=PackageLoader("server.mail"),
        autoescape=select_autoescape(["mjml"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["listed"] = listed
    return templates


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _local(moment: datetime, zone: str) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time in a mail needs a zone")
    return moment.astimezone(ZoneInfo(zone))


def _split(url: str) -> tuple[str, str, str]:
    """Origin, host and path of a letter's page."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("a letter's page is an http or https address without a query")
    return f"{parts.scheme}://{parts.netloc}", parts.netloc, parts.path


def _about(subject: str) -> str:
    """The public subject as a sentence takes it: one line, without the "Re: " of answers."""
    return _RE.sub("", one_line(subject, limit=SUBJECT_LIMIT))


def _greeted(names: Sequence[str]) -> list[str]:
    """Whom to greet by name: everybody, or else nobody, so that no one is left out."""
    by_name = [name for name in names if name and "@" not in name]
    return by_name if len(by_name) == len(names) <= GREETED_READERS else []


def _shown(names: Sequence[str]) -> list[str]:
    """The readers' names for the line that says who the letter went to."""
    shown = [name for name in names if name][:NAMED_READERS]
    rest = len(names) - len(shown)
    if not shown or not rest:
        return shown
    return [*shown, "1 other" if rest == 1 else f"{rest} others"]
