"""Standards as an Excel sheet, the 评估基准表: written for a reader, and read back to the same standard."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from datetime import datetime
from typing import Any

import python_calamine

from qualityloop.analysis.indicators.draft import FIELDS, Draft, Entry, Field, Fields, unknown
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.messages import AnalysisError, Message, Place, Text, message

MAX_BYTES = 5_000_000
MAX_UNPACKED = 50_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 200

SHEET = Text("评估基准表", "Evaluation standard")
KEY = Text("标准编号", "Standard")
VERSION = Text("版本", "Version")
NAME = Text("标准名称", "Name")
PROBLEMS = Text("重点问题个数", "Problems to find")
HEADLINE = Text("重点指标", "Headline")
DIMENSION = Text("维度", "Dimension name")
_HEAD = (KEY, VERSION, NAME, PROBLEMS, HEADLINE, DIMENSION)
_CELL = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_RISKY = ("=", "+", "-", "@")


def standard_to_xlsx(standard: Standard, language: str) -> bytes:
    """One sheet with heads in `language`; texts are always written as texts, never as formulas."""
    import xlsxwriter  # a quarter of a second, for nothing while pages are served

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": standard.name.in_language(language), "created": datetime(2026, 1, 1)})  # noqa: DTZ001
    _write(_Sheet(book, SHEET.in_language(language)), standard, language)
    book.close()
    return buffer.getvalue()


class _Sheet:
    """A worksheet that knows how our cells look."""

    def __init__(self, book: Any, name: str) -> None:
        self.sheet = book.add_worksheet(name)
        base = {"valign": "top", "text_wrap": True}
        self.plain = book.add_format(base)
        self.quoted = book.add_format(base | {"quote_prefix": True})
        self.head = book.add_format(
            base | {"bold": True, "bg_color": "#E6EEF8", "border": 1, "border_color": "#B8C4D6"}
        )
        self.bold = book.add_format(base | {"bold": True})
        self.percent = book.add_format(base | {"num_format": "0.0##%"})

    def text(self, row: int, column: int, value: str, style: Any = None) -> None:
        if value:
            chosen = style or (self.quoted if value.startswith(_RISKY) else self.plain)
            self.sheet.write_string(row, column, value, chosen)

    def number(self, row: int, column: int, value: float, *, percent: bool) -> None:
        self.sheet.write_number(row, column, value, self.percent if percent else self.plain)


def _write(sheet: _Sheet, standard: Standard, language: str) -> None:
    lines: list[tuple[Text, tuple[str, ...]]] = [
        (KEY, (standard.key,)),
        (VERSION, (standard.version,)),
        (NAME, (standard.name.zh, standard.name.en)),
        (PROBLEMS, (str(standard.problem_target),)),
        (HEADLINE, standard.headline),
        *((DIMENSION, (key, name.zh, name.en)) for key, name in standard.dimensions.items()),
    ]
    for row, (label, values) in enumerate(lines):
        sheet.text(row, 0, label.in_language(language), sheet.bold)
        for column, value in enumerate(values, start=1):
            sheet.text(row, column, value)
    top = len(lines) + 1
    for column, field in enumerate(FIELDS):
        sheet.text(top, column, field.label.in_language(language), sheet.head)
        sheet.sheet.set_column(column, column, field.width)
    for row, indicator in enumerate(standard.indicators, start=top + 1):
        for column, field in enumerate(FIELDS):
            _write_cell(sheet, row, column, field, indicator)
    sheet.sheet.freeze_panes(top + 1, 3)
    sheet.sheet.autofilter(top, 0, top + max(len(standard.indicators), 1), len(FIELDS) - 1)


def _write_cell(sheet: _Sheet, row: int, column: int, field: Field, indicator: Indicator) -> None:
    value: Any = indicator
    for part in field.name.split("."):
        value = getattr(value, part) if value is not None else None
    if isinstance(value, float | int):
        sheet.number(row, column, float(value), percent=indicator.unit == "percent")
    elif value is not None:
        sheet.text(row, column, str(value))


def read_xlsx(data: bytes, file: str | None) -> Draft:
    """The entries of a sheet that `standard_to_xlsx` wrote, edited perhaps; heads may be in either language."""
    refuse_bombs(data, file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError, IndexError, OSError):
        raise AnalysisError(message("The Excel file cannot be read."), Place(file)) from None
    texts = [[_text(cell) for cell in row] for row in rows]
    top = next((n for n, row in enumerate(texts) if {"key", "formula"} <= {_field(c) for c in row}), None)
    if top is None:
        problem = message(
            "No row of heads was found; the columns “{key}” and “{formula}” are needed.",
            key=_label("key"),
            formula=_label("formula"),
        )
        raise AnalysisError(problem, Place(file))
    draft = Draft(Place(file))
    for number, row in enumerate(texts[:top], start=1):
        _read_head(draft, row, Place(file, number))
    fields = _columns(texts[top], Place(file, top + 1))
    for number, row in enumerate(texts[top + 1 :], start=top + 2):
        _read_indicator(draft, row, fields, Place(file, number))
    return draft


def _read_indicator(draft: Draft, row: list[str], columns: dict[int, Field], place: Place) -> None:
    entries: Fields = {}
    for column, field in columns.items():
        if column < len(row) and row[column].strip():
            at = Place(place.file, place.row, _heads(field))
            entries[field.name] = Entry(row[column].strip(), at)
    if entries:
        draft.add(entries, place)


def _heads(field: Field) -> str:
    return f"{field.label.zh} / {field.label.en}"


def _label(name: str) -> Text:
    return next(f.label for f in FIELDS if f.name == name)


def _field(head: str) -> str | None:
    """The property that a head names; brackets may be of either width."""
    plain = _plain(head)
    return next((f.name for f in FIELDS if plain in (_plain(f.label.zh), f.label.en, f.name)), None)


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip()


def _columns(heads: list[str], place: Place) -> dict[int, Field]:
    found: dict[int, Field] = {}
    for column, head in enumerate(heads):
        if not head.strip():
            continue
        name = _field(head)
        if name is None:
            labels = [label for f in FIELDS for label in (f.label.zh, f.label.en)]
            raise unknown(head.strip(), labels, Place(place.file, place.row, head.strip()[:60]))
        field = next(f for f in FIELDS if f.name == name)
        if field in found.values():
            raise AnalysisError(message("“{name}” is there twice.", name=head), Place(place.file, place.row, head))
        found[column] = field
    return found


def _read_head(draft: Draft, row: list[str], place: Place) -> None:
    label = row[0].strip() if row else ""
    if not label:
        return
    values = [value.strip() for value in row[1:]] + ["", "", ""]
    kind = next((h for h in _HEAD if label in (h.zh, h.en)), None)
    if kind is None:
        raise unknown(label, [name for h in _HEAD for name in (h.zh, h.en)], Place(place.file, place.row, label[:60]))
    at = Place(place.file, place.row, label)
    names = {f"name.{language}": Entry(value, at) for language, value in zip(("zh", "en"), values[-3:], strict=False)}
    if kind is NAME:
        names = {"name.zh": Entry(values[0], at), "name.en": Entry(values[1], at)}
        draft.head |= names
    elif kind is DIMENSION:
        if values[0] in draft.dimensions:
            raise AnalysisError(message("“{name}” is there twice.", name=values[0]), at)
        draft.dimensions[values[0]] = {"name.zh": Entry(values[1], at), "name.en": Entry(values[2], at)}
    elif kind is HEADLINE:
        draft.headline = [Entry(value, at) for value in values if value]
    else:
        name = {id(KEY): "key", id(VERSION): "version", id(PROBLEMS): "problem_target"}[id(kind)]
        draft.head[name] = Entry(values[0], at)


def _text(cell: Any) -> str:
    """A cell as it would be written; whole numbers without a point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell)


def refuse_bombs(data: bytes, file: str | None) -> None:
    """A small file may unpack to gigabytes, or name a cell so far away that the table between fills the memory."""
    problem: Message | None = None
    if len(data) > MAX_BYTES:
        problem = message("The file is larger than {limit} MB; a standard never is.", limit=MAX_BYTES // 1_000_000)
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                    problem = message("The Excel file unpacks to more than a standard ever needs.")
                elif any(_too_wide(archive.read(n)) for n in archive.namelist() if n.startswith("xl/worksheets/")):
                    problem = message("The sheet has cells far outside the table; delete them.")
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
            problem = message("The Excel file cannot be read.")
    if problem is not None:
        raise AnalysisError(problem, Place(file))


def _too_wide(sheet: bytes) -> bool:
    for letters, digits in _CELL.findall(sheet):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MAX_COLUMNS or int(digits) > MAX_ROWS:
            return True
    return False
