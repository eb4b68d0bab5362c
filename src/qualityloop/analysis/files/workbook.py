"""Excel and OpenDocument sheets through calamine."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from qualityloop.analysis.messages import AnalysisError, Place, message

from .source import OnBroken, ReadOptions, RowBuffer, Source, name_columns
from .tabular_text import find_header
from .zip_guard import check_container

_BATCH = 20_000


def open_workbook(path: Path) -> Any:
    """The workbook, after a look at what it would unpack to."""
    if zipfile.is_zipfile(path):
        check_container(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise AnalysisError(message("the file is protected by a password"), Place(path.name)) from error
    except (CalamineError, OSError, ValueError) as error:
        raise AnalysisError(
            message("the workbook is damaged: {reason}", reason=str(error)), Place(path.name)
        ) from error


def sheet_names(path: Path) -> list[str]:
    """The visible sheets that hold anything, in order."""
    book = open_workbook(path)
    visible = [
        sheet.name for sheet in book.sheets_metadata if "Visible" in str(sheet.visible) and "Work" in str(sheet.typ)
    ]
    return [name for name in visible if book.get_sheet_by_name(name).height > 0]


def cell_text(value: object) -> str:  # noqa: PLR0911 (one answer per type)
    """A cell as text: whole numbers without point, instants in ISO form."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)


class SheetSource(Source):
    """One sheet of a workbook."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options)
        book = open_workbook(path)
        sheet_name = self._choose(book, options.sheet)
        self.sheet = book.get_sheet_by_name(sheet_name)
        self.sheet_name = sheet_name
        self.name = f"{path.name} [{sheet_name}]" if len(book.sheet_names) > 1 else path.name
        head: list[list[object]] = [list(row) for row in islice(self._rows(), 200)]
        if not any(any(cell not in (None, "") for cell in row) for row in head):
            raise AnalysisError(message("the sheet is empty"), Place(self.name))
        self.header_row = options.header_row or find_header(head)
        if self.header_row > len(head):
            raise AnalysisError(
                message("there is no row {row} to take the names from", row=self.header_row), Place(self.name)
            )
        header = [cell_text(cell) for cell in head[self.header_row - 1]]
        widths = Counter(_filled_width(row) for row in head[self.header_row :])
        self.columns, self.notes = name_columns(header[: _filled_width(header)], max(widths, default=0), self.name)
        self._done = 0

    def _choose(self, book: Any, wanted: str | None) -> str:
        if wanted is not None:
            if wanted in book.sheet_names:
                return wanted
            raise AnalysisError(
                message(
                    "there is no sheet “{sheet}”; the workbook has: {names}",
                    sheet=wanted,
                    names=", ".join(book.sheet_names),
                ),
                Place(self.path.name),
            )
        for name in book.sheet_names:
            if book.get_sheet_by_name(name).height > 0:
                return str(name)
        raise AnalysisError(message("the workbook is empty"), Place(self.path.name))

    def _rows(self) -> Iterator[Sequence[object]]:
        """The rows from the first of the sheet on (calamine leaves out empty rows at the top)."""
        start = self.sheet.start
        for _ in range(start[0] if start else 0):
            yield []
        yield from self.sheet.iter_rows()

    def done(self) -> tuple[int, int]:
        return (self._done, int(self.sheet.total_height))

    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        buffer = RowBuffer(self.columns)
        width = len(self.columns)
        for number, row in enumerate(self._rows(), 1):
            self._done = number
            if number <= self.header_row:
                continue
            cells = [cell_text(cell) for cell in row]
            if not any(cells):
                continue
            cells += [""] * (width - len(cells))
            buffer.add(number, cells[:width])
            if len(buffer.rows) >= _BATCH:
                yield buffer.take()
        if buffer.rows:
            yield buffer.take()


def _filled_width(row: Sequence[object]) -> int:
    for position in range(len(row), 0, -1):
        if row[position - 1] not in (None, ""):
            return position
    return 0
