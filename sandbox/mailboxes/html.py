"""Text of html, and html that is safe to show in a frame without scripts."""

import html
import re
from html.parser import HTMLParser

_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
_SILENT = frozenset({"style", "script", "head", "title"})
_LINK = re.compile(r"<(a|area)(?=[\s>/])", re.IGNORECASE)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in _BREAKS:
            self.parts.append("\n")
        if tag == "a":
            self.href = dict(attrs).get("href")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT and self.silent > 0
        if tag in _BREAKS:
            self.parts.append("\n")
        if tag == "a" and self.href is not None:
            self.parts.append(f" <{self.href}>")
            self.href = None

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of(markup: str) -> str:
    """Readable text of html, link targets in angle brackets, no empty line twice."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    lines = (line.strip() for line in "".join(parser.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def with_outward_links(markup: str) -> str:
    """Html whose links open a new tab without an opener, targets untouched.

    The attributes go first in the tag: of two alike, browsers keep the first.
    """
    return _LINK.sub(r'<\1 target="_blank" rel="noopener noreferrer"', markup)


def from_text(text: str) -> str:
    """Html that shows plain text as it is, bare web addresses as links."""
    escaped = html.escape(text)
    linked = re.sub(
        r"https?://[^\s<>\"]+[^\s<>\".,;:!?)]", lambda m: f'<a href="{m[0]}">{m[0]}</a>', escaped
    )
    return f'<pre class="text">{linked}</pre>'
