"""Reading a lake: its manifest, its datasets, their months."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.messages import AnalysisError, Place, message

MANIFEST = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Partition:
    """The rows of one local month: `hash` of their contents, `ranges` of each stored local day column."""

    month: str
    files: tuple[Path, ...]
    rows: int
    hash: str
    ranges: dict[str, tuple[date, date]] = field(hash=False)

    def touches(self, day_column: str, start: date, end: date) -> bool:
        """Whether rows whose `day_column` lies in start..end (inclusive) may be here."""
        first_last = self.ranges.get(day_column)
        return first_last is not None and first_last[0] <= end and start <= first_last[1]


@dataclass(frozen=True, slots=True)
class LakeDataset:
    """One fact table of a lake; `columns` are the declared and derived ones that are present."""

    name: str
    rows: int
    columns: frozenset[str]
    partitions: tuple[Partition, ...]

    @property
    def files(self) -> list[Path]:
        """All Parquet files, oldest month first."""
        return [file for partition in self.partitions for file in partition.files]

    def between(self, day_column: str, start: date, end: date) -> list[Partition]:
        """Partitions that may hold rows whose `day_column` lies in start..end (inclusive)."""
        return [partition for partition in self.partitions if partition.touches(day_column, start, end)]

    def days(self, day_column: str) -> tuple[date, date] | None:
        """First and last local day that occur in `day_column`."""
        ranges = [p.ranges[day_column] for p in self.partitions if day_column in p.ranges]
        return (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None


@dataclass(frozen=True, slots=True)
class Lake:
    """One snapshot of a lake, as its manifest described it when it was opened."""

    root: Path
    snapshot: str
    zone: str
    datasets: dict[str, LakeDataset]
    calendar: WorkingCalendar | None = None
    source: dict[str, Any] | None = field(default=None, compare=False)  # what a refresh noted, see LakeWriter.commit

    @classmethod
    def exists(cls, path: Path) -> bool:
        """Whether there is a lake at `path`."""
        return (path / MANIFEST).is_file()

    @classmethod
    def open(cls, path: Path) -> Lake:
        """Open the newest snapshot; AnalysisError where there is none or it is damaged."""
        return opened(path, read_manifest(path))


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest in the folder `path`; AnalysisError where there is none that can be read."""
    try:
        data = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise AnalysisError(message("there is no lake in this folder"), Place(str(path))) from None
    except (ValueError, OSError) as error:
        raise AnalysisError(message("the lake's manifest cannot be read; build it anew"), Place(str(path))) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise AnalysisError(message("the lake was written by another version; build it anew"), Place(str(path)))
    return data


def opened(path: Path, data: dict[str, Any]) -> Lake:
    """The lake in `path` as the manifest `data` describes it."""
    datasets = {}
    for name, entry in data["datasets"].items():
        partitions = tuple(_partition(path / name, item) for item in entry["partitions"])
        missing = [file for partition in partitions for file in partition.files if not file.is_file()]
        if missing:
            raise AnalysisError(message("a file of the lake is missing; build it anew"), Place(str(missing[0])))
        rows = sum(partition.rows for partition in partitions)
        datasets[name] = LakeDataset(name, rows, frozenset(entry["columns"]), partitions)
    calendar = WorkingCalendar.from_json(data["calendar"]) if data["calendar"] else None
    return Lake(path, data["snapshot"], data["zone"], datasets, calendar, data.get("source"))


def _partition(folder: Path, item: dict[str, Any]) -> Partition:
    ranges = {
        column: (date.fromisoformat(first), date.fromisoformat(last))
        for column, (first, last) in item["ranges"].items()
    }
    return Partition(item["month"], tuple(folder / f for f in item["files"]), item["rows"], item["hash"], ranges)
