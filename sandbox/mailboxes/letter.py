"""What a person or a program hands over to be sent, as a value."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from email.utils import formataddr, getaddresses
from typing import Any

_ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+")


@dataclass(frozen=True)
class Address:
    """A display name, perhaps empty, and an address."""

    name: str
    address: str

    @property
    def is_valid(self) -> bool:
        """Whether the address could be an internet mail address."""
        return _ADDRESS.fullmatch(self.address) is not None

    @property
    def header(self) -> str:
        """As a mail header writes it."""
        return formataddr((self.name, self.address)) if self.name else self.address


@dataclass(frozen=True)
class Attachment:
    """A file of a mail; `content` is base64, `inline` a picture that stands in the text."""

    id: str
    name: str
    type: str
    content: str
    inline: bool = False


@dataclass(frozen=True)
class Letter:
    """The content of one mail.

    `body` is text or html as `is_html` says; `text` is the sender's own text alternative of an
    html body, empty if there was none. `headers` are the custom internet headers,
    `properties` the single-value extended properties (id, value), `message_id` the sender's own
    Message-ID with its brackets, empty if there was none; `raw` the whole mail as it came, kept for
    reports alone.
    """

    sender: Address
    subject: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    is_html: bool = False
    body: str = ""
    text: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    properties: tuple[tuple[str, str], ...] = ()
    categories: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    importance: str = "normal"
    message_id: str = ""
    raw: str = ""

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody addressed, each once, in order."""
        seen: dict[str, Address] = {}
        for person in (*self.to, *self.cc, *self.bcc):
            seen.setdefault(person.address.lower(), person)
        return tuple(seen.values())

    def dumps(self) -> str:
        """As JSON, for the database."""
        return json.dumps(asdict(self), ensure_ascii=False)


def loads(text: str) -> Letter:
    """The letter that `Letter.dumps` wrote."""
    raw: dict[str, Any] = json.loads(text)
    people = {
        name: tuple(Address(**one) for one in raw[name]) for name in ("to", "cc", "bcc", "reply_to")
    }
    pairs = {
        name: tuple((key, value) for key, value in raw[name]) for name in ("headers", "properties")
    }
    more = {
        "categories": tuple(raw["categories"]),
        "attachments": tuple(Attachment(**one) for one in raw.get("attachments", ())),
        "sender": Address(**raw["sender"]),
    }
    return Letter(**{**raw, **people, **pairs, **more})


def parse_addresses(text: str) -> tuple[Address, ...]:
    """People of a line such as `Ann <ann@a.example>; bob@b.example`."""
    pairs: Iterable[tuple[str, str]] = getaddresses([text.replace(";", ",")])
    return tuple(Address(name, address) for name, address in pairs if name or address)
