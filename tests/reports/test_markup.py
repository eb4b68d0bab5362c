"""Markup: what is not markup is text."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from qualityloop.reports.markup import Html, joined, tag


class _Parts(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


@given(_TEXT, _TEXT)
def test_any_text_stays_text(content: str, attribute: str) -> None:
    parts = _Parts(tag("p", content, title=attribute))
    assert parts.tags == ["p"]
    assert parts.text == content
    assert parts.attributes == [("title", attribute)]


def test_markup_stays_markup() -> None:
    assert joined([tag("b", "1 < 2"), "&"], " · ") == "<b>1 &lt; 2</b> · &amp;"
    assert tag("input", disabled=True, hidden=False, value=None) == "<input disabled>"
    assert tag("div", Html("<hr>"), None, class_="a", data_x="1") == '<div class="a" data-x="1"><hr></div>'
