"""The row-by-row reader for odd CSV files: sets aside exactly the rows that cannot be read."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from typing import IO

import pyarrow as pa

from qualityloop.analysis.messages import message

from .source import MAX_RECORD, Broken, OnBroken, RowBuffer, wrong_width

_BATCH = 20_000
_MAX_LINES = 1_000  # lines that one quoted cell may span
_KEPT = 10_000  # characters of an over-long row that are kept to show it


class CarefulReader:
    """Splits lines into rows itself, so that one bad quotation mark costs one line and not the rest of the file."""

    def __init__(self, columns: Sequence[str], delimiter: str, header_row: int) -> None:
        self.columns = columns
        self.delimiter = delimiter
        self.header_row = header_row
        self._waiting: deque[str] = deque()
        self._number = 0

    def batches(self, stream: IO[bytes], broken: OnBroken) -> Iterator[pa.Table]:
        """All rows after the header, in batches."""
        csv.field_size_limit(1 << 30)
        text = io.TextIOWrapper(stream, "utf-8", errors="replace", newline="")
        buffer = RowBuffer(self.columns)
        while (row := self._next_row(text, broken)) is not None:
            if self._number <= self.header_row or not row:
                continue
            if len(row) != len(self.columns):
                reason = wrong_width(len(row), len(self.columns))
                broken(Broken(self._number, None, reason, self.delimiter.join(row[:2000])[:_KEPT]))
                continue
            buffer.add(self._number, row)
            if len(buffer.rows) >= _BATCH:
                yield buffer.take()
        if buffer.rows:
            yield buffer.take()

    def _line(self, text: io.TextIOWrapper) -> str:
        if self._waiting:
            return self._waiting.popleft()
        return text.readline(MAX_RECORD + 1)

    def _next_row(self, text: io.TextIOWrapper, broken: OnBroken) -> list[str] | None:
        """The next row; an empty one for a row that was set aside; None at the end."""
        line = self._line(text)
        if not line:
            return None
        self._number += 1
        if len(line) > MAX_RECORD:
            self._skip_long(line, text, broken)
            return []
        if '"' not in line:
            bare = line.rstrip("\r\n")
            return bare.split(self.delimiter) if bare else []
        return self._quoted(line, text, broken)

    def _skip_long(self, first: str, text: io.TextIOWrapper, broken: OnBroken) -> None:
        line = first
        while line and not line.endswith(("\n", "\r")):
            line = self._line(text)
        reason = message("the row is longer than {limit} MB", limit=MAX_RECORD >> 20)
        broken(Broken(self._number, None, reason, first[:_KEPT]))

    def _quoted(self, first: str, text: io.TextIOWrapper, broken: OnBroken) -> list[str]:
        lines = [first]
        size = len(first)
        while True:
            if len(lines) == 1 or '"' in lines[-1]:
                row = self._parsed("".join(lines), len(lines))
                if row is not None:
                    return row
            more = self._line(text)
            if more:
                lines.append(more)
                size += len(more)
            if not more or len(lines) > _MAX_LINES or size > MAX_RECORD:
                self._waiting.extendleft(reversed(lines[1:]))
                reason = message("a quotation mark is opened and never closed")
                broken(Broken(self._number, None, reason, first.rstrip("\r\n")[:_KEPT]))
                return []

    def _parsed(self, record: str, lines: int) -> list[str] | None:
        """The cells of `record`; None while a quotation mark is open, or where several lines do not fit together."""
        try:
            return next(csv.reader(io.StringIO(record, newline=""), delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            if lines > 1 or "unexpected end of data" in str(error):
                return None
            # one line with an odd mark is taken as it stands, unless its last cell is still open
            cells = next(csv.reader(io.StringIO(record, newline=""), delimiter=self.delimiter))
            return None if cells[-1].endswith(("\n", "\r")) else cells
