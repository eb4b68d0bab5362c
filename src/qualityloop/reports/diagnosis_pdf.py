"""The diagnosis report as PDF: the sections of the offline page, with charts that are drawn on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qualityloop.analysis.diagnose import Diagnosis
from qualityloop.analysis.messages import AnalysisError
from qualityloop.reports import diagnosis_html
from qualityloop.reports.drawing import drawn
from qualityloop.reports.handbook.pdf import missing, nothing
from qualityloop.reports.markup import Child, Html, tag
from qualityloop.reports.page import Page

STYLE = Path(__file__).with_name("print.css")


class PrintedPage(Page):
    """The same page for paper: no script, no navigation, everything open."""

    __slots__ = ()

    def chart(self, kind: str, payload: dict[str, Any], *, class_: str = "", hidden: bool = False) -> Html:
        """The chart as a drawing."""
        return Html("") if hidden else drawn(kind, payload)

    def render(self, *, title: str, subtitle: str, opening: Child = None, foot: Child = None) -> bytes:
        """The HTML that is laid out."""
        head = tag(
            "head", tag("meta", charset="utf-8"), tag("title", title), tag("style", Html(STYLE.read_text("utf-8")))
        )
        cover = tag("header", tag("h1", title), tag("p", subtitle), class_="p-head")
        sections = (section for _key, _title, section in self.sections)
        below = tag("footer", foot, class_="p-foot") if foot else None
        body = tag("body", cover, opening, *sections, below)
        document = tag("html", head, body, lang="zh-Hans" if self.chinese else "en")
        return f"<!doctype html>\n{document}\n".encode()


def render(diagnosis: Diagnosis, *, language: str) -> bytes:
    """One PDF in `language`. AnalysisError where this machine cannot make PDF."""
    reason = missing()
    if reason is not None:
        raise AnalysisError(reason)
    import weasyprint

    page = diagnosis_html.laid_out(PrintedPage(language), diagnosis)
    made = weasyprint.HTML(string=page.decode(), url_fetcher=nothing).write_pdf()
    return bytes(made or b"")
