"""HTML of a mail as plain text, and long texts as their beginning."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LONGEST = 200_000  # characters of a body that become text; the raw mail is always kept whole
MOST_LINKS = 5_000
BLOCKS = frozenset(
    ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre", "hr")
)
SILENT = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "object"))


class _Reader(HTMLParser):
    """Collects the words; what no reader sees is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.size = 0
        self.links = 0
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag == "body":  # a head that nobody closed
            self._silent.clear()
        elif tag in BLOCKS:
            self._add("\n")
        elif tag == "a":
            self.links += 1
        elif tag == "img" and (alternative := dict(attrs).get("alt")):
            self._add(f"[{alternative}]")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent and self._silent.pop() != tag:
                pass
        elif tag in BLOCKS and tag != "br":
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._add(data)

    def _add(self, text: str) -> None:
        if self.size <= LONGEST:
            self.pieces.append(text)
            self.size += len(text)


def html_text(source: str) -> str:
    """The words of an HTML text, a line a block."""
    reader = _Reader()
    reader.feed(source[: 20 * LONGEST])
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def tidy(text: str) -> str:
    """A plain body: line ends alike, no trailing blanks, not longer than can be meant."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip()[:LONGEST]
