"""An offline page: one file that asks the network for nothing, with a policy in its head that says so."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from qualityloop import __version__
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.reports import bundle
from qualityloop.reports.markup import Child, Html, joined, tag, text

_THEME = Html(
    '<path d="M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0 -18"/><path d="M12 3v18a9 9 0 0 0 0 -18" fill="currentColor"/>'
)
_PRINTER = Html(
    '<path d="M17 17h2a2 2 0 0 0 2 -2v-4a2 2 0 0 0 -2 -2h-14a2 2 0 0 0 -2 2v4a2 2 0 0 0 2 2h2"/>'
    '<path d="M17 9v-4a2 2 0 0 0 -2 -2h-6a2 2 0 0 0 -2 2v4"/>'
    '<path d="M7 15a2 2 0 0 1 2 -2h6a2 2 0 0 1 2 2v4a2 2 0 0 1 -2 2h-6a2 2 0 0 1 -2 -2l0 -4"/>'
)


@dataclass(slots=True)
class Page:
    """Collects sections and the data of their charts, in one language ("zh" or "en")."""

    language: str
    sections: list[tuple[str, str, Html]] = field(default_factory=list)
    charts: int = 0

    @property
    def chinese(self) -> bool:
        """Whether the reader reads Chinese."""
        return self.language.startswith("zh")

    def say(self, words: Message | Text) -> str:
        """`words` in the language of the page."""
        return words.in_language(self.language)

    def chart(self, kind: str, payload: dict[str, Any], *, class_: str = "", hidden: bool = False) -> Html:
        """A chart with its data beside it; `frontend/README.md` has the payloads."""
        self.charts += 1
        name = f"chart-{self.charts}"
        data = json.dumps(_drawable(payload), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        data = data.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
        return joined(
            [
                tag("script", Html(data), type="application/json", id=name),
                tag("div", class_=f"ql-chart {class_}".strip(), data_chart=kind, data_source=name, hidden=hidden),
            ]
        )

    def section(self, key: str, title: Message, *content: Child, lead: Message | None = None) -> None:
        """One part of the document, with its entry in the navigation."""
        words = self.say(title)
        body = tag(
            "section",
            tag("h2", words, id=f"{key}-title"),
            tag("p", self.say(lead), class_="r-lead") if lead else None,
            *content,
            class_="r-section",
            id=key,
            aria_labelledby=f"{key}-title",
        )
        self.sections.append((key, words, body))

    def render(self, *, title: str, subtitle: str, opening: Child = None, foot: Child = None) -> bytes:
        """The whole file."""
        style, script = bundle.style(), bundle.script()
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("meta", name="generator", content=f"QualityLoop {__version__}"),
            tag("link", rel="icon", href="data:,"),
            tag("title", title),
            tag("style", Html(style)),
        )
        body = tag(
            "body",
            tag(
                "div",
                tag(
                    "header",
                    tag("div", tag("h1", title, class_="r-title"), tag("p", subtitle, class_="r-subtitle")),
                    self._tools(),
                    class_="r-head",
                ),
                self._navigation(),
                tag("main", opening, *(section for _, _, section in self.sections)),
                tag("footer", foot, class_="r-foot") if foot else None,
                class_="r-page",
            ),
            tag("script", Html(script)),
        )
        language = "zh-Hans" if self.chinese else "en"
        document = tag("html", head, body, lang=language, data_bs_theme="light")
        return f"<!doctype html>\n{document}\n".encode()

    def _tools(self) -> Html:
        return tag(
            "div",
            _button(self.say(message("Light or dark")), _THEME, data_theme_toggle=True),
            _button(self.say(message("Print")), _PRINTER, data_print=True),
            class_="r-tools",
        )

    def _navigation(self) -> Html:
        links = [tag("a", words, href=f"#{key}") for key, words, _ in self.sections]
        return tag("nav", *links, class_="r-nav", aria_label=self.say(message("Contents")))


def _button(label: str, drawing: Html, **attributes: bool) -> Html:
    icon = Html(
        '<svg class="ql-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{drawing}</svg>'
    )
    return tag("button", icon, text(label), type="button", class_="r-button", **attributes)


def _drawable(thing: Any) -> Any:
    """The same with None for numbers that cannot be drawn, such as an infinite end of an interval."""
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else None
    if isinstance(thing, dict):
        return {key: _drawable(value) for key, value in thing.items()}
    return [_drawable(value) for value in thing] if isinstance(thing, list | tuple) else thing


def _policy(style: str, script: str) -> str:
    """Only this very style and script may run; nothing may be fetched from anywhere."""
    style_hash, script_hash = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)
    )
    return (
        f"default-src 'none'; style-src 'sha256-{style_hash}'; script-src 'sha256-{script_hash}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def scrolling(table: Html, label: str) -> Html:
    """A wide table that scrolls by itself, by keyboard too."""
    return tag("div", table, class_="ql-scroll", tabindex="0", role="group", aria_label=label)


def table(headings: list[Child], rows: list[Html], *, label: str, right: frozenset[int] = frozenset()) -> Html:
    """A table of figures that scrolls by itself; columns in `right` are numbers."""
    cells = [
        tag("th", heading, scope="col", class_="ql-right" if index in right else None)
        for index, heading in enumerate(headings)
    ]
    body = tag("table", tag("thead", tag("tr", *cells)), tag("tbody", *rows), class_="ql-table")
    return scrolling(body, label)


def card(title: Child, *content: Child, note: Child = None, class_: str = "", level: int = 3) -> Html:
    """A panel with a heading."""
    return tag(
        "div",
        tag(
            "div",
            tag(f"h{level}", title, class_="ql-card__title"),
            tag("span", note, class_="ql-card__note") if note else None,
            class_="ql-card__head",
        ),
        tag("div", *content, class_="ql-card__body"),
        class_=f"ql-card {class_}".strip(),
    )


def details(summary: Child, note: Child, *content: Child, open_: bool = False) -> Html:
    """A part that opens on demand, and on paper."""
    return tag(
        "details",
        tag("summary", summary, tag("span", note, class_="ql-muted") if note else None),
        tag("div", *content, class_="r-details__body"),
        class_="r-details",
        data_print_open=True,
        open=open_,
    )


def day_text(day: date) -> str:
    """A date as it is written in tables, the same in both languages."""
    return day.isoformat()
