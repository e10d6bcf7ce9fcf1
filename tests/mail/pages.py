"""Read a mail's html as a reader's program does: words, links, and what it would fetch."""

import re
from html.parser import HTMLParser


class Page(HTMLParser):
    """The visible words, the links with their words, all tags and attributes of one mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.links: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._hidden = 0
        self.feed(html)
        self.close()

    @property
    def words(self) -> str:
        """What a person reads, white space folded."""
        return re.sub(r"\s+", " ", "".join(self._words)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = {name: value or "" for name, value in attrs}
        self.attributes += found.items()
        if tag in {"style", "title"}:
            self._hidden += 1
        if tag == "a":
            self.links.append((found.get("href", ""), ""))
        if tag in {"p", "h1", "b", "td", "div"}:
            self._words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"style", "title"}:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self._words.append(data)
        if self.links and not self.links[-1][1] and data.strip():
            self.links[-1] = (self.links[-1][0], data.strip())
