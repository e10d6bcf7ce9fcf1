"""A firm, and its mails made the way the worker makes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.base.mail import Brand, Mail
from server.mail.compose import MailComposer
from server.messages.waiting.ports import READY, WaitingNews
from server.people.news.ports import News

HART = {
    "name": "Hart & Co",
    "line": "Chartered accountants",
    "telephone": "0117 496 0142",
    "telephone_href": "tel:+441174960142",
    "address": "14 Orchard Lane, Bristol",
    "mailbox": "portal@hart.example",
    "portal_host": "portal.hart.example",
    "firm_1": "#6d2847",
    "firm_2": "#a9c9c2",
    "fill": "#6d2847",
    "on": "#ffffff",
    "text": "#6d2847",
    "fill_dark": "#93486c",
    "on_dark": "#ffffff",
    "text_dark": "#ebb6cd",
    "zone": "Europe/London",
}
NOTICE = {
    "sender_name": "Ann Lee",
    "sender_address": "ann@hart.example",
    "subject": "Your year-end",
    "reader_names": ["Maya Okafor", "Tom Birchall"],
    "sent_at": datetime(2026, 11, 19, 14, 2, tzinfo=UTC),
    "url": "https://portal.hart.example/m/q8Zr3kVtY1mXw0bHc7LdPA",
    "delivery_id": "01JD3F-a_7",
}
CODE = {
    "code": "7KQ2-M8XF",
    "asked_at": datetime(2026, 11, 19, 14, 2, tzinfo=UTC),
    "browser": "Chrome on Windows",
    "purpose": "letter",
    "expires_at": datetime(2026, 11, 19, 14, 2, tzinfo=UTC) + timedelta(minutes=10),
}


class Writer:
    """Composes mails of Hart & Co, each as usual but for what a test names."""

    def __init__(self) -> None:
        self._composer = MailComposer()

    def notice(self, **changes: object) -> Mail:
        brand = changes.pop("brand", Brand(**HART))
        return self._composer.compose_notice(**{"brand": brand, **NOTICE, **changes})

    def recalled(self, **changes: object) -> Mail:
        facts = {name: NOTICE[name] for name in NOTICE if name != "reader_names"}
        at = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)
        brand = Brand(**HART)
        return self._composer.compose_recalled(
            **{"brand": brand, "recalled_at": at, **facts, **changes}
        )

    def code(self, **changes: object) -> Mail:
        brand = changes.pop("brand", Brand(**HART))
        return self._composer.compose_code(**{"brand": brand, **CODE, **changes})

    def waiting(self, what: str = READY, **changes: Any) -> Mail:
        """The mail to a sender whose letters wait, or waited."""
        facts: dict[str, Any] = {
            "what": what,
            "readers": ["Maya Okafor"],
            "letters": 1,
            "url": "https://portal.hart.example/staff/waiting",
            "sent_at": NOTICE["sent_at"],
        }
        name = changes.pop("name", "Ann Lee")
        news = WaitingNews(**facts | changes)
        return self._composer.compose_waiting(brand=Brand(**HART), name=name, news=news)

    def news(self, news: News) -> Mail:
        return self._composer.compose_news(brand=Brand(**HART), news=news)
