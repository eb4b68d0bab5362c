"""The handbook as a Word document."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from qualityloop.reports.handbook.collecting import Handbook, IndicatorEntry, Part, Source, StandardChapter

FONT = "Noto Sans CJK SC"
ACCENT, MUTED = RGBColor(0x1A, 0x5F, 0xB4), RGBColor(0x59, 0x64, 0x73)
Rows = Iterable[Sequence[str]]


def handbook_word(handbook: Handbook) -> bytes:
    """The whole document; the table of contents is filled in by Word when it is opened."""
    paper = _Paper(handbook)
    paper.cover()
    paper.sources()
    for chapter in handbook.standards:
        paper.standard(chapter)
    for part in handbook.maps:
        paper.process(part)
    for part in handbook.sheets:
        paper.sheet(part)
    for part in handbook.sops:
        paper.sop(part)
    paper.others()
    buffer = io.BytesIO()
    paper.document.save(buffer)
    return buffer.getvalue()


class _Paper:
    def __init__(self, handbook: Handbook) -> None:
        self.handbook = handbook
        self.document: Any = Document()
        self._styles()
        self._page()

    def _styles(self) -> None:
        sizes = {"Normal": 10, "Title": 28, "Subtitle": 12, "Heading 1": 17, "Heading 2": 13, "Heading 3": 11}
        for name, size in sizes.items():
            style = self.document.styles[name]
            style.font.name, style.font.size = FONT, Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
                fonts.set(qn(script), FONT)
            for themed in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(themed), None)
            if name != "Normal":
                style.font.color.rgb = ACCENT if name.startswith("Heading") else RGBColor(0x1C, 0x23, 0x2D)
        self.document.styles["Normal"].paragraph_format.space_after = Pt(4)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin = section.bottom_margin = Cm(2)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = foot.add_run(f"{self.handbook.title} · {timezone.localtime(self.handbook.at):%Y-%m-%d} · ")
        run.font.size, run.font.color.rgb = Pt(8), MUTED
        self._field(foot, "PAGE")

    def _field(self, paragraph: Any, code: str, shown: str = "", size: float = 8) -> None:
        """A field that Word computes, such as the number of the page; `shown` until it has."""
        for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", None), ("end", None)):
            run = paragraph.add_run(shown if kind == "shown" else "")
            run.font.size = Pt(size)
            if kind == "shown":
                continue
            if kind:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
            else:
                mark = OxmlElement("w:instrText")
                mark.set(qn("xml:space"), "preserve")
                mark.text = f" {text} "
            run._r.append(mark)

    def cover(self) -> None:
        """Title, day, what it is made from; then the table of contents."""
        for _blank in range(6):
            self.document.add_paragraph()
        self.document.add_paragraph(self.handbook.title, style="Title")
        day = timezone.localtime(self.handbook.at)
        self.document.add_paragraph(_("As in force on %(day)s") % {"day": f"{day:%Y-%m-%d %H:%M}"}, style="Subtitle")
        self.muted(_("Made by QualityLoop from the standards that are in force. Fingerprint: %(print)s.")
                   % {"print": self.handbook.fingerprint})  # fmt: skip
        self.document.add_page_break()
        self.document.add_paragraph(_("Contents"), style="Subtitle")
        chapters = "\n".join(f"{source.kind}: {source.name}" for source in self.handbook.sources)
        self._field(self.document.add_paragraph(), 'TOC \\o "1-2" \\h \\z \\u', chapters, 10)
        update = OxmlElement("w:updateFields")
        update.set(qn("w:val"), "true")
        self.document.settings.element.append(update)
        self.document.add_page_break()

    def heading(self, text: str, level: int) -> None:
        self.document.add_heading(text, level)

    def muted(self, text: str) -> None:
        run = self.document.add_paragraph().add_run(text)
        run.font.color.rgb, run.font.size = MUTED, Pt(9)

    def table(self, heads: Sequence[str], rows: Rows, widths: Sequence[float] = ()) -> None:
        """A table with a head that is repeated on each page; rows stay whole."""
        table = self.document.add_table(rows=1, cols=len(heads))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for cell, words in zip(table.rows[0].cells, heads, strict=True):
            self._cell(cell, words, bold=True)
            shade = OxmlElement("w:shd")
            shade.set(qn("w:val"), "clear")
            shade.set(qn("w:fill"), "E7EFFA")
            cell._tc.get_or_add_tcPr().append(shade)
        self._mark(table.rows[0], "w:tblHeader")
        for row in rows:
            made = table.add_row()
            self._mark(made, "w:cantSplit")
            for cell, words in zip(made.cells, row, strict=True):
                self._cell(cell, words)
        if widths:
            table.autofit = False
            for column, width in zip(table.columns, widths, strict=True):
                column.width = Cm(width)
            for row in table.rows:
                for cell, width in zip(row.cells, widths, strict=True):
                    cell.width = Cm(width)
        self.document.add_paragraph()

    def _mark(self, row: Any, name: str) -> None:
        mark = OxmlElement(name)
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)

    def _cell(self, cell: Any, words: str, *, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(words)
        run.font.size, run.bold = Pt(8.5), bold

    def _source(self, source: Source) -> None:
        words = f"{source.key} · v{source.number}"
        if source.since:
            words += " · " + _("in force since %(day)s") % {"day": f"{source.since:%Y-%m-%d}"}
        if source.review_on:
            words += " · " + _("next review %(day)s") % {"day": f"{source.review_on:%Y-%m-%d}"}
        self.muted(words)

    def sources(self) -> None:
        """Which versions of which documents the handbook says."""
        self.heading(_("What this handbook is made from"), 1)
        rows = [
            (s.kind, s.name, f"v{s.number}", f"{s.since:%Y-%m-%d}" if s.since else "–",
             f"{s.review_on:%Y-%m-%d}" if s.review_on else "–")
            for s in self.handbook.sources
        ]  # fmt: skip
        heads = (_("Kind of document"), _("Document"), _("Version"), _("In force since"), _("Next review"))
        self.table(heads, rows, (3.2, 6.3, 1.8, 2.9, 2.8))

    def standard(self, chapter: StandardChapter) -> None:
        """Indicators by dimension: the table of values, then how each is computed."""
        self.heading(f"{chapter.source.kind}: {chapter.source.name}", 1)
        self._source(chapter.source)
        for name, entries in chapter.groups:
            self.heading(name, 2)
            heads = (_("Indicator"), *(label for label, _value in entries[0].lines))
            rows = [(entry.name, *(value for _label, value in entry.lines)) for entry in entries]
            self.table(heads, rows, (7.4, 3.2, 3.2, 3.2))
            for entry in entries:
                self._indicator(entry)

    def _indicator(self, entry: IndicatorEntry) -> None:
        self.heading(entry.name, 3)
        for label, value in entry.facts:
            self._fact(label, value)
        self._fact(_("Formula"), entry.formula, code=True)
        for gap in entry.gaps:
            self._fact(_("Not stated"), gap)

    def _fact(self, label: str, value: str, *, code: bool = False) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(1)
        paragraph.paragraph_format.left_indent = Cm(0.4)
        head = paragraph.add_run(f"{label}  ")
        head.font.size, head.font.color.rgb = Pt(9), MUTED
        body = paragraph.add_run(value)
        body.font.size = Pt(9)
        if code:
            body.font.name = "DejaVu Sans Mono"
            body.font.size = Pt(8)

    def process(self, part: Part) -> None:
        """A process map: its steps by stage, and who does what."""
        content = part.content
        self.heading(f"{part.source.kind}: {part.source.name}", 1)
        self._source(part.source)
        if content["note"]:
            self.document.add_paragraph(content["note"])
        heads = (
            pgettext("of a process map", "Step"),
            _("Control point"),
            _("Input") + " → " + _("Output"),
            _("Executor"),
            _("Expected time"),
        )
        for stage in content["stages"]:
            self.heading(stage["name"], 2)
            rows = [
                (
                    f"{step['number']} {step['name']}" + (f"（{step['marks']}）" if step["marks"] else ""),
                    step["control"],
                    f"{step['input'] or '–'} → {step['output'] or '–'}",
                    step["executor"] or "–",
                    step["duration"] or "–",
                )
                for step in stage["steps"]
            ]
            self.table(heads, rows, (3.4, 5.4, 4.2, 2, 2))
        self.heading(_("Who does what (RACI)"), 2)
        self.muted(_("R responsible · A accountable · C consulted · I informed"))
        duties = [
            (f"{step['number']} {step['name']}", *("A/R" if d == "AR" else d for _role, d in step["duties"]))
            for stage in content["stages"]
            for step in stage["steps"]
        ]
        self.table((pgettext("of a process map", "Step"), *content["roles"]), duties)

    def sheet(self, part: Part) -> None:
        """A score sheet."""
        content = part.content
        self.heading(f"{part.source.kind}: {part.source.name}", 1)
        self._source(part.source)
        if content["note"]:
            self.document.add_paragraph(content["note"])
        self.muted(
            _("Points are normalised within their dimension and then weighted; items that do not apply leave the base.")
        )
        for dimension in content["dimensions"]:
            self.heading(f"{dimension['name']} {dimension['weight']} %", 2)
            rows = [
                (
                    item["name"] + (f"（{_('critical')}：{item['critical']}）" if item["is_critical"] else ""),
                    item["guide"],
                    "\n".join(f"{points}  {name}" for points, name in item["steps"]) or f"0–{item['points']}",
                    item["points"],
                    item["worth"],
                )
                for item in dimension["items"]
            ]
            heads = (_("Item"), _("How to score it"), _("Scale"), _("Points"), _("Of 100"))
            self.table(heads, rows, (3.6, 5.4, 5, 1.4, 1.6))

    def sop(self, part: Part) -> None:
        """A standard operating procedure."""
        content = part.content
        self.heading(f"{part.source.kind}: {part.source.name}", 1)
        self._source(part.source)
        facts = {
            "purpose": _("Purpose"), "applies_to": _("Applies to"), "tools": _("Tools and material"),
            "records": _("Records kept"), "readers": _("Has to be read by"),
        }  # fmt: skip
        for key, label in facts.items():
            if content[key]:
                self._fact(label, content[key])
        heads = ("#", pgettext("of a procedure", "What"), _("How"), _("Caution"))
        rows = [(str(s["number"]), s["name"], s["how"], s["caution"]) for s in content["steps"]]
        self.table(heads, rows, (0.9, 3.1, 7.5, 5.5))
        self.heading(_("Unusual cases"), 2)
        self.table((_("If"), _("then")), [(u["case"], u["action"]) for u in content["exceptions"]], (5, 12))

    def others(self) -> None:
        """Every other kind of document, as its tables."""
        for other in self.handbook.others:
            for source, sections in other.parts:
                self.heading(f"{source.kind}: {source.name}", 1)
                self._source(source)
                for section in sections:
                    self.heading(section.label, 2)
                    rows = [tuple(cells.get(c, "") for c in section.columns) for _n, cells in section.rows.values()]
                    self.table(tuple(section.columns.values()), rows)
