"""Tables as files: CSV row by row, Excel with constant memory; no cell is ever run as a formula."""

from __future__ import annotations

import csv
import io
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

Cell = str | int | float | bool | date | datetime | None
FORMATS = ("csv", "xlsx")
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_ROWS = 1_048_575  # of an Excel sheet, after the header
LONGEST = 32_767  # characters in an Excel cell
NARROW, WIDE = 8, 48  # of a column, in digits
INSTANT, DAY = 19, 11  # what a time and a day take


class _Echo(io.StringIO):
    """Hands each written line straight back."""

    def write(self, text: str) -> str:  # type: ignore[override]
        return text


def safe_text(text: str) -> str:
    """`text` such that a spreadsheet shows it and does not compute it (OWASP: CSV injection)."""
    return "'" + text if text.startswith(RISKY) else text


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return safe_text(cell) if isinstance(cell, str) else cell


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Lines of a CSV file that Excel opens with its Chinese intact (UTF-8 with a byte order mark)."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow([safe_text(name) for name in header]))
    for row in rows:
        yield str(writer.writerow([_plain(cell) for cell in row]))


def table_response(name: str, form: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponseBase:
    """`rows` as a file called `name` in `form` ("csv" or "xlsx"), streamed."""
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    return FileResponse(_workbook(header, rows), as_attachment=True, filename=f"{name}.xlsx")


def _workbook(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Any:
    import xlsxwriter  # a quarter of a second, for nothing while pages are served

    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7EFFA", "valign": "vcenter"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    widths = [_width(text) + 2 for text in header]
    for column, text in enumerate(header):
        sheet.write_string(0, column, text, bold)
    number = 0
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            break
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell, days)
            if column < len(widths):
                widths[column] = max(widths[column], _width(cell))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, max(NARROW, min(WIDE, width + 1)))
    sheet.freeze_panes(1, 0)
    if header:
        sheet.autofilter(0, 0, min(number, MOST_ROWS), len(header) - 1)
    sheet.set_paper(9)  # A4, all columns on one page, the header on each
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()
    file.seek(0)
    return file


def _width(cell: Cell) -> int:
    """How wide a cell is shown, in digits; a Chinese character takes two."""
    if isinstance(cell, datetime):
        return INSTANT
    if isinstance(cell, date):
        return DAY
    text = "" if cell is None else str(cell)[: 2 * WIDE]
    lines = text.splitlines() or [""]
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines)


def _write(sheet: Any, row: int, column: int, cell: Cell, days: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, column, cell, days)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:LONGEST])
    else:
        sheet.write_number(row, column, cell)
