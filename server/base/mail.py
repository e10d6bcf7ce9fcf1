"""A mail ready to go, and what a firm's mails wear.

Slices fill these and adapters read them, so that neither needs to know the other.
"""

import re
import unicodedata
from dataclasses import dataclass, field, fields
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_COLOURS = ("firm_1", "firm_2", "fill", "on", "text", "fill_dark", "on_dark", "text_dark")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_PATH = re.compile(r"[MmLlHhVvCcSsQqTtAaZz0-9eE+., -]*")
_TELEPHONE = re.compile(r"tel:\+?[0-9-]{3,20}")
# Embeddings, overrides and isolates let one name turn the words after it around. The two plain
# direction marks stay: Hebrew and Arabic names need them.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BREAKING = {"Cc", "Cs", "Zl", "Zp"}


class UnsafeLine(ValueError):
    """A subject or a name holds a line break or another control: ask for it again without."""

    def __init__(self) -> None:
        super().__init__("a subject or name must be one line without control characters")


class BadBrand(ValueError):
    """A value of the brand cannot stand in a mail: mend the brand named by `field`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the brand's {name} cannot be used in a mail")
        self.field = name


@dataclass(frozen=True)
class Mail:
    """One mail without its addresses. Not printed in full: a subject may hold a code."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)
    headers: dict[str, str]


@dataclass(frozen=True)
class Brand:
    """What a mail of the firm shows. Colours are `#rrggbb`, already checked for contrast.

    `telephone_href` is the whole address (`tel:+441174960142`), `zone` an IANA name
    (`Europe/London`), `portal_host` as the reader types it, `address` one line. During a firm's
    first run telephone, address and mailbox may still be empty. The pages also use `fill_hover`,
    `edge` and `mark_svg`, the data of one SVG path; each may be empty.

    Raises:
        BadBrand: A value is not of its form; nothing was made.
    """

    name: str
    line: str
    telephone: str
    telephone_href: str
    address: str
    mailbox: str
    portal_host: str
    firm_1: str
    firm_2: str
    fill: str
    on: str
    text: str
    fill_dark: str
    on_dark: str
    text_dark: str
    zone: str
    fill_hover: str = ""
    edge: str = ""
    mark_svg: str = ""

    def __post_init__(self) -> None:
        """Refuse what could break out of a style sheet, a link or a line."""
        values: dict[str, str] = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        for name, value in values.items():
            if any(unicodedata.category(letter) in _BREAKING for letter in value):
                raise BadBrand(name)
        for name in _COLOURS:
            if not _COLOUR.fullmatch(values[name]):
                raise BadBrand(name)
        for name in ("fill_hover", "edge"):
            if values[name] and not _COLOUR.fullmatch(values[name]):
                raise BadBrand(name)
        if not _PATH.fullmatch(self.mark_svg):
            raise BadBrand("mark_svg")
        if self.telephone and not _TELEPHONE.fullmatch(self.telephone_href):
            raise BadBrand("telephone_href")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as cause:
            raise BadBrand("zone") from cause


def one_line(text: str, *, limit: int) -> str:
    """A subject or a name as it may stand in a header: one line, trimmed, at most `limit` letters.

    What is longer ends in an ellipsis. Characters that reorder the words around them are taken out.

    Raises:
        UnsafeLine: The text holds a line break, NUL, another control or a lone surrogate.
    """
    plain = text.replace("\t", " ")
    if any(unicodedata.category(letter) in _BREAKING for letter in plain):
        raise UnsafeLine
    plain = " ".join(plain.translate(_TURNING).split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"
