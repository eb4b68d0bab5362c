"""A Word document as the reports write it: type, page, tables whose head is repeated, fields that Word fills in."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

FONT = "Noto Sans CJK SC"
LINE = "D5DBE3"
ACCENT, MUTED = RGBColor(0x1A, 0x5F, 0xB4), RGBColor(0x59, 0x64, 0x73)
Rows = Iterable[Sequence[str]]


class Paper:
    """An A4 document; `foot` stands below each page, before its number."""

    def __init__(self, foot: str) -> None:
        self.foot = foot
        self.document: Any = Document()
        self._styles()
        self._page()

    def saved(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        return buffer.getvalue()

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
            if name == "Subtitle":
                style.font.italic = False
            if name.startswith("Heading"):
                style.paragraph_format.space_before = Pt(16 if size > 13 else 12)
                style.paragraph_format.space_after = Pt(4)
                style.paragraph_format.keep_with_next = True
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
        run = foot.add_run(f"{self.foot} · ")
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

    def contents(self, shown: str) -> None:
        """The table of contents, which Word fills in when the file is opened; `shown` until then."""
        title = self.document.add_paragraph().add_run(_("Contents"))
        title.bold, title.font.size, title.font.color.rgb = True, Pt(17), ACCENT
        self._field(self.document.add_paragraph(), 'TOC \\o "1-2" \\h \\z \\u', shown, 10)
        update = OxmlElement("w:updateFields")
        update.set(qn("w:val"), "true")
        self.document.settings.element.append(update)
        self.document.add_page_break()

    def heading(self, text: str, level: int) -> None:
        """A heading of the given level."""
        self.document.add_heading(text, level)

    def muted(self, text: str) -> None:
        """A line of small grey type."""
        run = self.document.add_paragraph().add_run(text)
        run.font.color.rgb, run.font.size = MUTED, Pt(9)

    def table(self, heads: Sequence[str], rows: Rows, widths: Sequence[float] = ()) -> None:
        """A table with a head that is repeated on each page; rows stay whole."""
        table = self.document.add_table(rows=1, cols=len(heads))
        self._drawn(table)
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
        after = self.document.add_paragraph().paragraph_format
        after.space_after, after.line_spacing = Pt(0), Pt(8)

    def _drawn(self, table: Any) -> None:
        """Thin grey lines between the rows and room in the cells, as the pages have it."""
        marks = table._tbl.tblPr
        borders = OxmlElement("w:tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            line = OxmlElement(f"w:{side}")
            there = side in {"top", "bottom", "insideH"}
            for name, value in (("val", "single" if there else "nil"), ("sz", "4"), ("space", "0"), ("color", LINE)):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
        room = OxmlElement("w:tblCellMar")
        for side, width in (("top", 40), ("left", 85), ("bottom", 40), ("right", 85)):
            space = OxmlElement(f"w:{side}")
            space.set(qn("w:w"), str(width))
            space.set(qn("w:type"), "dxa")
            room.append(space)
        look = marks.find(qn("w:tblLook"))
        for element in (borders, room):
            marks.append(element) if look is None else look.addprevious(element)

    def _mark(self, row: Any, name: str) -> None:
        mark = OxmlElement(name)
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)

    def _cell(self, cell: Any, words: str, *, bold: bool = False) -> None:
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(words)
        run.font.size, run.bold = Pt(8.5), bold

    def fact(self, label: str, value: str, *, code: bool = False) -> None:
        """A label and what it says, on a line of its own."""
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
