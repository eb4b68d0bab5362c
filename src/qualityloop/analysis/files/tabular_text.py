"""CSV and its kin: which encoding, delimiter and header row, then rows in batches.

Good files go through pyarrow's reader. A file that is odd (a quotation mark never closed, a row of megabytes, bytes
that are no text) is read again line by line, so that exactly the odd rows are set aside and nothing else.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from .careful_csv import CarefulReader
from .encodings import UNREADABLE, Encoding, Transcoded, from_first_bytes, from_lines
from .source import (
    ROW,
    Broken,
    CarefulReadingNeededError,
    OnBroken,
    ReadOptions,
    Source,
    damaged_gzip,
    name_columns,
    open_bytes,
    position_of,
    read_head,
    size_of,
    wrong_width,
)

DELIMITERS = (",", "\t", ";", "|")
_CHUNK = 1 << 20
_LONG_LINE = 1 << 20  # bytes; longer lines are left to the careful reader
_BLOCK = 8 << 20
_SAMPLE = 256 << 10
_LINES_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Shape:
    """What one pass over the whole file found."""

    encoding: Encoding
    delimiter: str
    header_row: int
    header: tuple[str, ...]
    width: int
    quotes: int
    longest: int
    size: int


class _Scan:
    """Counts quotation marks and the longest line, and collects lines that are not plain ASCII."""

    def __init__(self) -> None:
        self.quotes = 0
        self.longest = 0
        self.size = 0
        self.odd_lines: list[bytes] = []
        self._open_line = 0

    def feed(self, piece: bytes) -> None:
        self.size += len(piece)
        self.quotes += piece.count(b'"')
        lines = piece.split(b"\n")
        lengths = [len(line) for line in lines]
        lengths[0] += self._open_line
        self._open_line = lengths[-1]
        self.longest = max(self.longest, *lengths)
        if not piece.isascii() and len(self.odd_lines) < _LINES_LOOKED_AT:
            # the first and last line of a piece may be cut inside a character
            self.odd_lines += [line for line in lines[1:-1] if not line.isascii()]
            if len(lines) <= 2:
                self.odd_lines.append(piece)


def look_at(path: Path, options: ReadOptions) -> Shape:
    """Find out how the file at `path` is written; what `options` say is not questioned."""
    head = read_head(path, 4096)
    if not head:
        raise AnalysisError(message("the file is empty"), Place(path.name))
    known = Encoding(options.encoding) if options.encoding else from_first_bytes(head)
    scan = _Scan()
    with open_bytes(path) as file, damaged_gzip(path):
        wide = known is not None and known.codec.startswith(("utf-16", "utf-32"))
        stream: Any = _transcoded(file, known.codec, path) if known and wide else file
        while piece := stream.read(_CHUNK):
            scan.feed(piece)
    if scan.size <= _CHUNK and not scan.odd_lines:
        scan.odd_lines = [line for line in read_head(path, _CHUNK).splitlines() if not line.isascii()]
    encoding = known or from_lines(scan.odd_lines)
    lines = _first_lines(path, encoding.codec)
    if not any(line.strip() for line in lines):
        raise AnalysisError(message("the file holds nothing but blanks"), Place(path.name))
    delimiter = options.delimiter or sniff_delimiter(lines)
    rows = list(csv.reader(lines, delimiter=delimiter))
    header_row = options.header_row or find_header(rows)
    if header_row > len(rows):
        raise AnalysisError(message("there is no row {row} to take the names from", row=header_row), Place(path.name))
    widths = Counter(len(row) for row in rows[header_row:] if any(row))
    width = widths.most_common(1)[0][0] if widths else 0
    header = tuple(rows[header_row - 1])
    return Shape(encoding, delimiter, header_row, header, width, scan.quotes, scan.longest, scan.size)


def _transcoded(file: IO[bytes], codec: str, path: Path) -> Transcoded:
    try:
        return Transcoded(file, codec)
    except LookupError:
        raise AnalysisError(message("there is no encoding “{codec}”", codec=codec), Place(path.name)) from None


def _first_lines(path: Path, codec: str) -> list[str]:
    """The first lines, decoded; the last, which may be cut, only where there is no other."""
    with open_bytes(path) as file, damaged_gzip(path):
        raw = io.BufferedReader(_transcoded(file, codec, path), _CHUNK)
        sample = raw.read(_SAMPLE)
        while b"\n" not in sample and b"\r" not in sample and (more := raw.read(_CHUNK)):
            sample += more
            if len(sample) > 64 * _CHUNK:
                break
        whole = not raw.read(1)
    lines = io.StringIO(sample.decode("utf-8", "ignore"), newline="").readlines()
    csv.field_size_limit(1 << 30)
    return lines if whole or len(lines) == 1 else lines[:-1]


def sniff_delimiter(lines: Sequence[str]) -> str:
    """The delimiter under which most lines have the same number of cells, and more than one."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        rows = [row for row in csv.reader(lines[:500], delimiter=delimiter) if row]
        widths = Counter(len(row) for row in rows)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width > 1:
            score = count / len(rows) + min(width, 50) / 1000
            if score > best_score:
                best, best_score = delimiter, score
    return best


def find_header(rows: Sequence[Sequence[object]]) -> int:
    """Number of the first row that is filled nearly as well as the fullest of the first 20 (titles stand above it)."""
    filled = [sum(cell not in (None, "") for cell in row) for row in rows[:20]]
    need = 0.6 * max(filled, default=0)
    for number, count in enumerate(filled, 1):
        if count and count >= need:
            return number
    return 1


class TextSource(Source):
    """A CSV, TSV, semicolon or pipe file."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        super().__init__(path, options)
        self.shape = look_at(path, options)
        self.columns, self.notes = name_columns(self.shape.header, self.shape.width, self.name)
        if self.shape.encoding.doubt:
            self.notes.append(_in_file(self.name, self.shape.encoding.doubt))
        self.careful = self.shape.longest > _LONG_LINE or self.shape.quotes % 2 == 1
        self._file: IO[bytes] | None = None
        self._size = size_of(path)

    def found_options(self) -> ReadOptions:
        """The options that were found out, written down."""
        shape = self.shape
        return replace(
            self.options, encoding=shape.encoding.codec, delimiter=shape.delimiter, header_row=shape.header_row
        )

    def done(self) -> tuple[int, int]:
        return (position_of(self._file) if self._file and not self._file.closed else 0, self._size)

    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        with open_bytes(self.path) as file, damaged_gzip(self.path):
            self._file = file
            stream = _transcoded(file, self.shape.encoding.codec, self.path)
            tables = self._carefully(stream, broken) if self.careful else self._quickly(stream, broken)
            for read in tables:
                table = read
                if stream.zeros or stream.damaged:
                    table = _without_damage(table, stream, broken, self.shape.delimiter)
                table = _without_blank_rows(table)
                if table.num_rows:
                    yield table

    def _carefully(self, stream: Transcoded, broken: OnBroken) -> Iterator[pa.Table]:
        reader = CarefulReader(self.columns, self.shape.delimiter, self.shape.header_row)
        return reader.batches(io.BufferedReader(stream, _CHUNK), broken)

    def _quickly(self, stream: Transcoded, broken: OnBroken) -> Iterator[pa.Table]:
        numbering = _Numbering(first=self.shape.header_row + 1)

        def note(row: Any) -> str:
            if "\n" in row.text or row.number is None:
                numbering.void = True
                return "skip"
            numbering.skipped.append(row.number)
            broken(Broken(row.number, None, wrong_width(row.actual_columns, row.expected_columns), row.text))
            return "skip"

        try:
            reader = pacsv.open_csv(
                io.BufferedReader(stream, _CHUNK),
                read_options=pacsv.ReadOptions(
                    use_threads=False, block_size=_BLOCK, skip_rows=self.shape.header_row,
                    column_names=list(self.columns),
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.shape.delimiter, invalid_row_handler=note, ignore_empty_lines=False,
                    newlines_in_values=self.shape.quotes > 0,
                ),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(self.columns, pa.string()), strings_can_be_null=False,
                ),
            )  # fmt: skip
            for batch in reader:
                if numbering.void or (self.shape.quotes and _swallowed(batch, self.shape.delimiter)):
                    raise CarefulReadingNeededError
                if batch.num_rows:
                    yield pa.table([*batch.columns, numbering.take(batch.num_rows)], names=[*self.columns, ROW])
        except pa.ArrowInvalid as error:
            if "Empty CSV file" in str(error):
                return
            raise CarefulReadingNeededError from error
        if numbering.void:
            raise CarefulReadingNeededError


class _Numbering:
    """Numbers of the good rows: all numbers but those of the skipped ones."""

    def __init__(self, first: int) -> None:
        self.next = first
        self.skipped: list[int] = []
        self.void = False
        self._used = 0

    def take(self, count: int) -> pa.Array:
        numbers: list[pa.Array] = []
        missing = count
        self.skipped[self._used :] = sorted(self.skipped[self._used :])
        while missing:
            gap = self.skipped[self._used] if self._used < len(self.skipped) else None
            upto = self.next + missing if gap is None else min(gap, self.next + missing)
            numbers.append(pa.array(range(self.next, upto), pa.int64()))
            missing -= upto - self.next
            self.next = upto
            if gap == upto:
                self.next += 1
                self._used += 1
        return pa.concat_arrays(numbers)


def _swallowed(batch: pa.RecordBatch, delimiter: str) -> bool:
    """Whether a cell of several lines holds a line that looks like a whole row: a quotation mark may be missing."""
    need = batch.num_columns - 1
    for column in batch.columns:
        if need and pc.max(pc.binary_length(column)).as_py():
            suspects = column.filter(pc.match_substring(column, "\n"))
            if any(line.count(delimiter) >= need for cell in suspects.to_pylist() for line in cell.split("\n")):
                return True
    return False


def _in_file(file: str, text: Message) -> Message:
    return message("{file}: {text}", file=file, text=text)


def _without_damage(table: pa.Table, stream: Transcoded, broken: OnBroken, delimiter: str) -> pa.Table:
    """Set aside the rows that hold bytes which are no text, or NUL."""
    for sign, wanted, reason in (
        (UNREADABLE, stream.damaged, message("bytes that are no text in the file's encoding")),
        ("\0", stream.zeros, message("a NUL character stands in the text")),
    ):
        if not wanted:
            continue
        for name in table.column_names:
            if name == ROW:
                continue
            hit = pc.fill_null(pc.match_substring(table[name], sign), False)
            if not pc.any(hit).as_py():
                continue
            for row in table.filter(hit).to_pylist():
                raw = _shown(raw_line(row, delimiter))
                cells = {key: value and _shown(value) for key, value in row.items() if key != ROW}
                broken(Broken(row[ROW], name, reason, raw, cells))
            table = table.filter(pc.invert(hit))
    return table


def _shown(text: str) -> str:
    """`text` with bytes that are no text, and NUL, written out: \\xff, \\0."""
    return text.replace(UNREADABLE, "").replace("\0", "\\0")


def _without_blank_rows(table: pa.Table) -> pa.Table:
    """Drop the rows that hold nothing at all."""
    blank = pc.equal(table.column(0), "")
    if not pc.any(blank).as_py():
        return table
    for name in table.column_names[1:]:
        if name != ROW:
            blank = pc.and_(blank, pc.equal(table[name], ""))
    return table.filter(pc.invert(blank))


def raw_line(row: dict[str, Any], delimiter: str = ",") -> str:
    """A row written as one line again."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow([v for k, v in row.items() if k != ROW])
    return out.getvalue()
