"""The mapping: which columns of which files become which columns of which dataset, and how their values are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from qualityloop.analysis.calendar import WorkingCalendar

from .source import ReadOptions

OTHERWISE = ("keep", "empty", "reject")
BAD = ("reject", "empty")
TAKES = ("first", "last", "count", "repeats", "changes", "returns")
REPAIRS = ("day_month",)
NAMED_FORMATS = ("iso", "excel", "epoch", "epoch_ms", "clock")
DEFAULT_ZONE = "Asia/Shanghai"
_AS_IT_LOOKS = ReadOptions()


@dataclass(frozen=True, slots=True)
class Take:
    """What a column takes from the events of a case.

    first/last: the instant (or the value of `of`) of the first/last event; count: how many events; repeats: how many
    beyond the first; changes: how often the value of `of` changes; returns: how many events come after an event of
    `after`. Only events of `activity` count where it is given; `final` demands that the event ends its case.
    """

    what: str
    of: str | None = None
    activity: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """How one column of the dataset is filled."""

    target: str
    sources: tuple[str, ...] = ()
    joiner: str = " "
    constant: str | None = None
    take: Take | None = None
    numbered: bool = False
    formats: tuple[str, ...] = ()
    zone: str | None = None
    repair: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    otherwise: str = "keep"
    missing: tuple[str, ...] = ()
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    factor: float | None = None
    decimal: str = "."
    bad: str = "reject"
    remark: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class EventLog:
    """Where the events of a case stand, for columns that are taken from them."""

    case: str
    activity: str
    time: ColumnRule
    seq: str | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """Another file whose columns are added by key; they are called `name.column`."""

    name: str
    files: tuple[str, ...]
    on: tuple[tuple[str, str], ...]
    read: ReadOptions = _AS_IT_LOOKS
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TableRule:
    """One dataset filled from some of the files."""

    dataset: str
    files: tuple[str, ...]
    columns: tuple[ColumnRule, ...]
    read: ReadOptions = _AS_IT_LOOKS
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    excluding: tuple[tuple[str, tuple[str, ...]], ...] = ()
    joins: tuple[Join, ...] = ()
    events: EventLog | None = None
    line: int | None = None

    def rule(self, target: str) -> ColumnRule | None:
        """The rule of the dataset's column `target`."""
        return next((rule for rule in self.columns if rule.target == target), None)


@dataclass(frozen=True, slots=True)
class Mapping:
    """All tables of a delivery, and the organisation's zone and calendar."""

    tables: tuple[TableRule, ...]
    zone: str = DEFAULT_ZONE
    calendar: WorkingCalendar | None = field(default=None, hash=False)
    missing: tuple[str, ...] = ()
    file: str | None = None

    def to_yaml(self, language: str = "zh") -> str:
        """The mapping as a file, explained in `language` for those who will edit it."""
        from .mapping_text import mapping_to_yaml

        return mapping_to_yaml(self, language)


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; AnalysisError with line and key where it is wrong."""
    from .mapping_loading import parse_mapping, read_mapping_text

    return parse_mapping(read_mapping_text(path), path.name)


def matching(patterns: Iterable[str], files: Iterable[Path]) -> list[Path]:
    """The files that one of the patterns names (by name, or by the end of the path), in the order of `files`."""
    wanted = tuple(patterns)
    return [
        file
        for file in files
        if any(fnmatch(file.name, pattern) or fnmatch(file.as_posix(), f"*/{pattern}") for pattern in wanted)
    ]
