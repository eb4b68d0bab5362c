"""A score sheet as an Excel table, a line per item: written for a reader, and read back to the same sheet."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any

import python_calamine

from qualityloop.analysis.files.yaml_nodes import unknown_word
from qualityloop.analysis.indicators.xlsx_file import refuse_bombs
from qualityloop.analysis.messages import AnalysisError, Place, Text, message
from qualityloop.analysis.scoring.sheet import Dimension, Item, Sheet

SHEET = Text("评分表", "Score sheet")
HEAD = {
    "key": Text("评分表编号", "Sheet"),
    "name": Text("评分表名称", "Name"),
    "scope": Text("适用业务", "Meant for"),
    "pass_mark": Text("合格线", "Pass mark"),
    "note": Text("说明", "Note"),
}
COLUMNS = {
    "dimension.key": (Text("维度编号", "Dimension key"), 14),
    "dimension.name.zh": (Text("维度（中文）", "Dimension (Chinese)"), 16),
    "dimension.name.en": (Text("维度（英文）", "Dimension (English)"), 18),
    "dimension.weight": (Text("权重（%）", "Weight (%)"), 10),
    "dimension.when": (Text("维度适用条件", "Dimension applies when"), 20),
    "key": (Text("评分项编号", "Item key"), 18),
    "name.zh": (Text("评分项（中文）", "Item (Chinese)"), 24),
    "name.en": (Text("评分项（英文）", "Item (English)"), 26),
    "points": (Text("分值", "Points"), 8),
    "guide.zh": (Text("评分标准（中文）", "Guide (Chinese)"), 40),
    "guide.en": (Text("评分标准（英文）", "Guide (English)"), 40),
    "levels": (Text("档位", "Steps"), 34),
    "critical": (Text("致命项", "Critical"), 12),
    "fails_at": (Text("致命线", "Fails at"), 9),
    "when": (Text("适用条件", "Applies when"), 20),
    "may_not_apply": (Text("可不适用", "May be N/A"), 10),
}
CRITICAL = {"dimension": Text("维度", "dimension"), "sheet": Text("整单", "sheet")}
YES_NO = {True: Text("是", "yes"), False: Text("否", "no")}
_STEP = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[=＝:：]?\s*(.*)")


def sheet_to_xlsx(sheet: Sheet, language: str) -> bytes:
    """One table with heads in `language`; texts are always written as texts, never as formulas."""
    import xlsxwriter  # a quarter of a second, for nothing while pages are served

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": sheet.name.in_language(language), "created": datetime(2026, 1, 1)})  # noqa: DTZ001
    page = book.add_worksheet(SHEET.in_language(language))
    plain = book.add_format({"valign": "top", "text_wrap": True})
    bold = book.add_format({"valign": "top", "bold": True})
    head = book.add_format({"bold": True, "bg_color": "#E6EEF8", "border": 1, "border_color": "#B8C4D6"})
    lines = (
        ("key", [sheet.key]),
        ("name", [sheet.name.zh, sheet.name.en]),
        ("scope", [str(sheet.scope)]),
        ("pass_mark", ["" if sheet.pass_mark is None else _number(sheet.pass_mark)]),
        ("note", [sheet.note.zh, sheet.note.en]),
    )
    for row, (name, values) in enumerate(lines):
        page.write_string(row, 0, HEAD[name].in_language(language), bold)
        for column, value in enumerate(values, 1):
            page.write_string(row, column, value, plain)
    top = len(lines) + 1
    for column, (label, width) in enumerate(COLUMNS.values()):
        page.write_string(top, column, label.in_language(language), head)
        page.set_column(column, column, width)
    for row, (dimension, item) in enumerate(sheet.items(), top + 1):
        for column, cell in enumerate(_cells(dimension, item, language)):
            if isinstance(cell, Decimal):
                page.write_number(row, column, float(cell), plain)
            elif cell:
                page.write_string(row, column, cell, plain)
    page.freeze_panes(top + 1, 6)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    book.close()
    return buffer.getvalue()


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _cells(dimension: Dimension, item: Item, language: str) -> tuple[str | Decimal, ...]:
    steps = "\n".join(
        f"{_number(level.points)} = {level.name.zh}"
        + (f" | {level.name.en}" if level.name.en and level.name.en != level.name.zh else "")
        for level in item.levels
    )
    return (
        dimension.key, dimension.name.zh, dimension.name.en, dimension.weight, str(dimension.when),
        item.key, item.name.zh, item.name.en, item.points, item.guide.zh, item.guide.en, steps,
        CRITICAL[item.critical].in_language(language) if item.critical else "",
        item.fails_at if item.critical else "", str(item.when), YES_NO[item.may_not_apply].in_language(language),
    )  # fmt: skip


def rows_of_xlsx(data: bytes, file: str) -> tuple[dict[str, Any], dict[str, Place]]:
    """The data of a table that `sheet_to_xlsx` wrote, edited perhaps, and the row where each part stands."""
    refuse_bombs(data, file)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        rows = [[_text(c) for c in row] for row in book.get_sheet_by_index(0).to_python(skip_empty_area=False)]
    except (python_calamine.CalamineError, ValueError, IndexError, OSError):
        raise AnalysisError(message("The Excel file cannot be read."), Place(file)) from None
    top = next((n for n, row in enumerate(rows) if {"key", "points"} <= {_column(cell) for cell in row}), None)
    if top is None:
        raise AnalysisError(
            message("No row of heads was found; the columns “{key}” and “{formula}” are needed.",
                    key=COLUMNS["key"][0], formula=COLUMNS["points"][0]),
            Place(file),
        )  # fmt: skip
    found: dict[str, Any] = {}
    places = {"": Place(file, top + 1)}
    for number, row in enumerate(rows[:top], 1):
        _head(row, found, places, Place(file, number))
    columns = _columns(rows[top], Place(file, top + 1))
    dimensions: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows[top + 1 :], top + 2):
        _line(row, columns, dimensions, places, Place(file, number))
    return found | {"dimensions": list(dimensions.values())}, places | {"dimensions": Place(file, top + 1)}


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return "" if cell is None else str(cell).strip()


def _plain(words: str) -> str:
    return unicodedata.normalize("NFKC", words).strip()


def _column(head: str) -> str | None:
    return next((n for n, (t, _) in COLUMNS.items() if _plain(head) in (_plain(t.zh), t.en, n)), None)


def _columns(heads: list[str], place: Place) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, head in enumerate(heads):
        if not head:
            continue
        name = _column(head)
        if name is None:
            labels = [label for t, _ in COLUMNS.values() for label in (t.zh, t.en)]
            raise AnalysisError(unknown_word(head[:60], labels), Place(place.file, place.row, head[:60]))
        found[number] = name
    return found


def _head(row: list[str], found: dict[str, Any], places: dict[str, Place], place: Place) -> None:
    if not row or not row[0]:
        return
    name = next((n for n, t in HEAD.items() if _plain(row[0]) in (_plain(t.zh), t.en)), None)
    if name is None:
        labels = [label for t in HEAD.values() for label in (t.zh, t.en)]
        raise AnalysisError(unknown_word(row[0][:60], labels), Place(place.file, place.row, row[0][:60]))
    values = [*row[1:], "", ""]
    found[name] = {"zh": values[0], "en": values[1]} if name in ("name", "note") else values[0]
    places[name] = place


def _line(
    row: list[str],
    columns: dict[int, str],
    dimensions: dict[str, dict[str, Any]],
    places: dict[str, Place],
    place: Place,
) -> None:
    cells = {name: row[n] for n, name in columns.items() if n < len(row) and row[n]}
    if not cells:
        return
    of_dimension = {n.removeprefix("dimension."): v for n, v in cells.items() if n.startswith("dimension.")}
    key = of_dimension.get("key", "")
    if key not in dimensions:
        dimensions[key] = _nested(of_dimension) | {"items": []}
        places[f"dimensions[{len(dimensions)}]"] = place
    elif of_dimension.get("weight", dimensions[key].get("weight")) != dimensions[key].get("weight"):
        raise AnalysisError(message("“{name}” has another weight in an earlier row.", name=key), place)
    items = dimensions[key]["items"]
    items.append(_item(cells))
    places[f"dimensions[{list(dimensions).index(key) + 1}].items[{len(items)}]"] = place


def _item(cells: dict[str, str]) -> dict[str, Any]:
    item = _nested({n: v for n, v in cells.items() if not n.startswith("dimension.")})
    critical = next((n for n, t in CRITICAL.items() if cells.get("critical") in (t.zh, t.en)), None)
    if critical:
        item["critical"] = critical
    if "levels" in item:
        item["levels"] = [_step(line) for line in re.split(r"[\n;；]", cells["levels"]) if line.strip()]
    return item


def _step(line: str) -> dict[str, Any]:
    match = _STEP.fullmatch(line)
    if match is None:
        return {"points": line.strip()}
    zh, _, en = (part.strip() for part in match[2].partition("|"))
    return {"points": match[1], "name": {"zh": zh, "en": en or zh}}


def _nested(cells: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in cells.items():
        first, _, rest = name.partition(".")
        if rest:
            found.setdefault(first, {})[rest] = value
        else:
            found[first] = value
    return found
