"""What every reader hands on: batches of text columns with the number of their row, and the rows it could not read."""

from __future__ import annotations

import gzip
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.messages import AnalysisError, Message, Place, message

Progress = Callable[[int, int], None]  # done, of
ROW = "#row"  # the column that carries the number of the row in its file, the header row counting as 1
BATCH_ROWS = 100_000
MAX_COLUMNS = 5_000
MAX_RECORD = 4 << 20  # bytes of one row; longer ones are set aside
_GZ_FREE = 1 << 30  # bytes that any gz file may unpack to
_GZ_RATIO = 200


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a file is to be read where its own look is not enough; None means: find out."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    explode: str | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that could not be used: where, why, and how it looks; its cells where it could be split into them."""

    row: int | None
    column: str | None
    reason: Message
    raw: str
    cells: dict[str, str | None] | None = None


OnBroken = Callable[[Broken], None]


class CarefulReadingNeededError(Exception):
    """The quick reader met something it cannot be trusted with; what it gave so far is void."""


class Source(ABC):
    """One table in one file. `columns` may still grow while reading where `open_ended` is set."""

    open_ended = False

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self.path = path
        self.options = options
        self.name = path.name
        self.columns: tuple[str, ...] = ()
        self.notes: list[Message] = []
        self.careful = False
        self.wanted: frozenset[str] | None = None  # the columns that are asked for, where leaving out others saves time

    @abstractmethod
    def batches(self, broken: OnBroken) -> Iterator[pa.Table]:
        """All rows, as text columns and ROW; rows that cannot be read go to `broken`."""

    def done(self) -> tuple[int, int]:
        """How far the reading is (bytes of the file, of)."""
        return (0, 0)


@dataclass(slots=True)
class RowBuffer:
    """Collects rows of one width until they are worth a batch."""

    columns: Sequence[str]
    rows: list[Sequence[str | None]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def add(self, number: int, row: Sequence[str | None]) -> None:
        self.rows.append(row)
        self.numbers.append(number)

    def take(self) -> pa.Table:
        """The rows collected so far as a table; the buffer is empty afterwards."""
        by_column: Iterable[Sequence[str | None]] = (
            zip(*self.rows, strict=True) if self.rows else [[]] * len(self.columns)
        )
        arrays = [pa.array(values, pa.string()) for values in by_column]
        table = pa.table([*arrays, pa.array(self.numbers, pa.int64())], names=[*self.columns, ROW])
        self.rows, self.numbers = [], []
        return table


@dataclass(slots=True)
class RecordBuffer:
    """Collects records whose keys differ until they are worth a batch; only the `wanted` keys where they are known."""

    wanted: frozenset[str] | None = None
    numbers: list[int] = field(default_factory=list)
    _columns: dict[str, list[str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, number: int, row: dict[str, str | None]) -> None:
        place = len(self.numbers)
        self.numbers.append(number)
        columns, wanted = self._columns, self.wanted
        for name, value in row.items():
            if wanted is not None and name not in wanted:
                continue
            cells = columns.get(name)
            if cells is None:
                cells = columns[name] = []
            if len(cells) < place:
                cells.extend([None] * (place - len(cells)))
            cells.append(value)

    def take(self) -> pa.Table:
        """The records collected so far, one column for every key among them; the buffer is empty afterwards."""
        rows = len(self.numbers)
        arrays = [pa.array(cells + [None] * (rows - len(cells)), pa.string()) for cells in self._columns.values()]
        table = pa.table([*arrays, pa.array(self.numbers, pa.int64())], names=[*self._columns, ROW])
        self.numbers, self._columns = [], {}
        return table


def name_columns(header: Sequence[str], width: int, file: str) -> tuple[tuple[str, ...], list[Message]]:
    """Column names that exist and differ, and what had to be said about them."""
    notes: list[Message] = []
    width = max(width, len(header))
    if width > MAX_COLUMNS:
        raise AnalysisError(
            message("the table has {count} columns; more than {limit} cannot be meant", count=width, limit=MAX_COLUMNS),
            Place(file, 1),
        )
    seen = {ROW}
    names: list[str] = []
    for position in range(width):
        given = header[position].strip() if position < len(header) else ""
        name = given or f"column {position + 1}"
        copy = 1
        while name in seen:
            copy += 1
            name = f"{given or f'column {position + 1}'} ({copy})"
        if not given:
            notes.append(
                message(
                    "{file}: column {position} has no name; it is called “{name}”",
                    file=file,
                    position=position + 1,
                    name=name,
                )
            )
        elif copy > 1:
            notes.append(
                message(
                    "{file}: the name “{given}” occurs more than once; column {position} is called “{name}”",
                    file=file,
                    given=given,
                    position=position + 1,
                    name=name,
                )
            )
        seen.add(name)
        names.append(name)
    return tuple(names), notes


def without_blanks(table: pa.Table) -> pa.Table:
    """The cells without blanks around them, empty ones as NULL; what a person sees as the value."""
    columns = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_string(column.type):
            column = pc.utf8_trim_whitespace(column)
            column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def wrong_width(actual: int, expected: int) -> Message:
    """The reason of a row that has more or fewer cells than the header."""
    return message("the row has {actual} cells, the header has {expected}", actual=actual, expected=expected)


class GuardedGzip(gzip.GzipFile):
    """A gz file that refuses to unpack to absurd sizes."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._packed = max(1, path.stat().st_size)
        self._given = 0
        self._label = path.name

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self._given += len(piece)
        if self._given > _GZ_FREE and self._given > _GZ_RATIO * self._packed:
            raise AnalysisError(
                message("the file unpacks to more than {ratio} times its size; it is not read", ratio=_GZ_RATIO),
                Place(self._label),
            )
        return piece


def open_bytes(path: Path) -> IO[bytes]:
    """The file's content, unpacked where it is gz (by its first bytes, not by its name)."""
    if is_gzip(path):
        return cast(IO[bytes], GuardedGzip(path))
    return path.open("rb")


def read_head(path: Path, size: int) -> bytes:
    """The first `size` bytes, unpacked."""
    with open_bytes(path) as file, damaged_gzip(path):
        return file.read(size)


class damaged_gzip:  # noqa: N801 (a context manager, used like a function)
    """Turns the faults of a broken gz file into a message."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (EOFError, gzip.BadGzipFile)) or type(error).__name__ == "error":
            raise AnalysisError(message("the gz file is damaged or incomplete"), Place(self.path.name)) from error


def is_gzip(path: Path) -> bool:
    """Whether the file starts like a gz file."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def position_of(file: IO[bytes]) -> int:
    """How many bytes of the file on disk have been used."""
    if isinstance(file, gzip.GzipFile) and file.fileobj is not None:
        return int(file.fileobj.tell())
    return file.tell()


def size_of(path: Path) -> int:
    """Bytes on disk."""
    return os.stat(path).st_size
