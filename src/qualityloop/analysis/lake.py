"""The lake: immutable Parquet snapshots, one folder per dataset, a file per local month, one manifest.

Files are named after their contents, so a month that did not change keeps its file, its hash and everything
that was computed from it. A commit writes new files first and then replaces the manifest by a rename: readers
never block and never see half a refresh. Files of the snapshot before are kept until the next commit.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.datasets import DATASETS, ColumnType, Computed, Dataset, Derived, Elapsed, LocalPart
from qualityloop.analysis.engine.duckdb import connect, quoted
from qualityloop.analysis.messages import AnalysisError, Place, message

MANIFEST = "manifest.json"
FORMAT = 1
ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("us"),
    "date": pa.date32(),
}
_SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "instant": "TIMESTAMP",
    "date": "DATE",
}
_MICROSECONDS = {"seconds": 1e6, "minutes": 6e7, "hours": 3.6e9, "days": 8.64e10}


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

    @classmethod
    def exists(cls, path: Path) -> bool:
        """Whether there is a lake at `path`."""
        return (path / MANIFEST).is_file()

    @classmethod
    def open(cls, path: Path) -> Lake:
        """Open the newest snapshot; AnalysisError where there is none or it is damaged."""
        return _open(path, _read_manifest(path))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        data = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise AnalysisError(message("there is no lake in this folder"), Place(str(path))) from None
    except (ValueError, OSError) as error:
        raise AnalysisError(message("the lake's manifest cannot be read; build it anew"), Place(str(path))) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise AnalysisError(message("the lake was written by another version; build it anew"), Place(str(path)))
    return data


def _open(path: Path, data: dict[str, Any]) -> Lake:
    datasets = {}
    for name, entry in data["datasets"].items():
        partitions = tuple(_partition(path / name, item) for item in entry["partitions"])
        missing = [file for partition in partitions for file in partition.files if not file.is_file()]
        if missing:
            raise AnalysisError(message("a file of the lake is missing; build it anew"), Place(str(missing[0])))
        rows = sum(partition.rows for partition in partitions)
        datasets[name] = LakeDataset(name, rows, frozenset(entry["columns"]), partitions)
    calendar = WorkingCalendar.from_json(data["calendar"]) if data["calendar"] else None
    return Lake(path, data["snapshot"], data["zone"], datasets, calendar)


def _partition(folder: Path, item: dict[str, Any]) -> Partition:
    ranges = {
        column: (date.fromisoformat(first), date.fromisoformat(last))
        for column, (first, last) in item["ranges"].items()
    }
    return Partition(item["month"], tuple(folder / f for f in item["files"]), item["rows"], item["hash"], ranges)


def derived_columns(dataset: Dataset, present: frozenset[str], calendar: bool) -> list[Derived]:
    """The derived columns that can be computed from the `present` ones; working time only with a calendar."""
    return [
        column
        for column in dataset.derived
        if set(column.inputs) <= present and (calendar or not (isinstance(column, Elapsed) and column.working))
    ]


def _local(instant: str, zone: str) -> str:
    return f"timezone({quoted(zone)}, \"{instant}\" AT TIME ZONE 'UTC')"


def _derived_sql(column: Derived, zone: str) -> str:
    if isinstance(column, LocalPart):
        local = _local(column.instant, zone)
        return {
            "day": f"CAST({local} AS DATE)",
            "hour": f"CAST(hour({local}) AS BIGINT)",
            "weekday": f"CAST(isodow({local}) AS BIGINT)",
        }[column.part]
    if isinstance(column, Computed):
        return f"CAST({column.sql} AS {_SQL_TYPES[column.type]})"
    divisor = _MICROSECONDS[column.unit]
    return f'CAST(epoch_us("{column.end}") - epoch_us("{column.start}") AS DOUBLE) / {divisor!r}'


class LakeWriter:
    """Writes datasets into a lake; nothing is visible before `commit`, and nothing is left if it never comes.

    Used as a context manager: leaving without `commit` drops what was written.
    """

    def __init__(
        self,
        path: Path,
        *,
        zone: str = "Asia/Shanghai",
        calendar: WorkingCalendar | None = None,
        memory_limit: str | None = None,
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._zone = zone
        self._calendar = calendar
        self._lock = (path / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise AnalysisError(message("another process is writing this lake; try again later")) from None
        self._old = _read_manifest(path) if Lake.exists(path) else None
        self._entries: dict[str, dict[str, Any]] = dict(self._old["datasets"]) if self._old else {}
        self._staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=path))
        self._connection = connect(memory_limit=memory_limit, temp=self._staging / "spill")
        self._connection.execute("SET preserve_insertion_order = true")

    def write(
        self,
        dataset: str,
        table: pa.Table | pa.RecordBatchReader,
        mode: Literal["replace", "months"] = "replace",
    ) -> None:
        """Stage the rows of `dataset`; "months" replaces only the local months that occur among them.

        ValueError where columns are unknown, of a wrong type or missing: what users deliver is checked before.
        """
        contract = DATASETS[dataset]
        _check(contract, table.schema)
        present = frozenset(table.schema.names)
        months = self._stage(contract, table, present)
        stored = [self._write_month(contract, present, month) for month in months]
        self._connection.execute("DROP TABLE stage")
        kept: list[dict[str, Any]] = []
        columns = set(present) | {c.name for c in derived_columns(contract, present, self._calendar is not None)}
        if mode == "months" and dataset in self._entries:
            kept = [p for p in self._entries[dataset]["partitions"] if p["month"] not in months]
            columns |= set(self._entries[dataset]["columns"]) if kept else set()
        partitions = sorted([*kept, *stored], key=lambda p: p["month"])
        self._entries[dataset] = {"columns": sorted(columns), "partitions": partitions}

    def _stage(self, contract: Dataset, table: pa.Table | pa.RecordBatchReader, present: frozenset[str]) -> list[str]:
        """Keep the rows, with their month and derived columns, where they can spill to disk; the months that occur."""
        columns = [f'"{column.name}"' for column in contract.columns if column.name in present]
        for column in derived_columns(contract, present, calendar=False):
            columns.append(f'{_derived_sql(column, self._zone)} AS "{column.name}"')
        month = f"strftime({_local(contract.instant, self._zone)}, '%Y-%m')"
        self._connection.register("incoming", table)
        try:
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE stage AS SELECT {', '.join(columns)}, {month} AS __month FROM incoming"
            )
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise AnalysisError(message("the data cannot be read: {reason}", reason=first)) from error
        finally:
            self._connection.unregister("incoming")
        found = self._connection.execute("SELECT DISTINCT __month FROM stage ORDER BY ALL").fetchall()
        if any(month is None for (month,) in found):
            raise ValueError(f"{contract.name}: {contract.instant} may not be missing")
        return [month for (month,) in found]

    def _write_month(self, contract: Dataset, present: frozenset[str], month: str) -> dict[str, Any]:
        order = ", ".join(f'"{name}"' for name in (contract.instant, *contract.key))
        table = self._connection.sql(
            f"SELECT * EXCLUDE (__month) FROM stage WHERE __month = {quoted(month)} ORDER BY {order}"
        ).to_arrow_table()
        if self._calendar is not None:
            for column in derived_columns(contract, present, calendar=True):
                if isinstance(column, Elapsed) and column.working:
                    table = table.append_column(column.name, _working(table, column, self._calendar))
        file = self._staging / "part.parquet"
        # Smaller row groups than the default: a query about one day skips the rest of the month.
        pq.write_table(table, file, compression="zstd", row_group_size=122_880)
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        name = f"{month}-{digest[:16]}.parquet"
        folder = self._staging / contract.name
        folder.mkdir(exist_ok=True)
        file.rename(folder / name)
        return {"month": month, "files": [name], "rows": table.num_rows, "hash": digest, "ranges": _ranges(table)}

    def commit(self) -> Lake:
        """Make everything that was written visible at once, and answer with the new snapshot."""
        calendar = self._calendar.to_json() if self._calendar else None
        described = {"format": FORMAT, "zone": self._zone, "calendar": calendar, "datasets": self._entries}
        canonical = json.dumps(described, sort_keys=True, ensure_ascii=False)
        manifest = {**described, "snapshot": hashlib.sha256(canonical.encode()).hexdigest()[:16]}
        for folder in self._staging.iterdir():
            if folder.name in self._entries:
                (self._path / folder.name).mkdir(exist_ok=True)
                for file in folder.iterdir():
                    file.replace(self._path / folder.name / file.name)
        draft = self._staging / MANIFEST
        draft.write_text(json.dumps(manifest, sort_keys=True, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._path / MANIFEST)
        self._sweep(manifest)
        self._old = manifest
        return _open(self._path, manifest)

    def _sweep(self, manifest: dict[str, Any]) -> None:
        """Delete files that neither this snapshot nor the one before names."""
        wanted = {
            (name, file)
            for source in (manifest, self._old or {"datasets": {}})
            for name, entry in source["datasets"].items()
            for partition in entry["partitions"]
            for file in partition["files"]
        }
        for name in DATASETS:
            for file in (self._path / name).glob("*.parquet"):
                if (name, file.name) not in wanted:
                    file.unlink(missing_ok=True)

    def close(self) -> None:
        """Drop what was not committed and let others write."""
        self._connection.close()
        shutil.rmtree(self._staging, ignore_errors=True)
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check(contract: Dataset, schema: pa.Schema) -> None:
    declared = {column.name: column for column in contract.columns}
    unknown = set(schema.names) - set(declared)
    missing = {column.name for column in contract.columns if column.required} - set(schema.names)
    wrong = [f.name for f in schema if f.name in declared and f.type != ARROW_TYPES[declared[f.name].type]]
    for what, names in (("unknown columns", unknown), ("missing columns", missing), ("wrong types", set(wrong))):
        if names:
            raise ValueError(f"{contract.name}: {what}: {', '.join(sorted(names))}")


def _working(table: pa.Table, column: Elapsed, calendar: WorkingCalendar) -> pa.Array:
    starts, ends = (table.column(name).to_numpy().astype("datetime64[us]") for name in column.inputs)
    seconds = calendar.working_seconds(starts, ends)
    return pa.array(seconds / (_MICROSECONDS[column.unit] / 1e6), pa.float64(), mask=np.isnan(seconds))


def _ranges(table: pa.Table) -> dict[str, Sequence[str]]:
    ranges: dict[str, Sequence[str]] = {}
    for field_ in table.schema:
        if field_.type == pa.date32() and table.num_rows:
            found = pc.min_max(table.column(field_.name)).as_py()
            if found["min"] is not None:
                ranges[field_.name] = (found["min"].isoformat(), found["max"].isoformat())
    return ranges
