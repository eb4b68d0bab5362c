"""Writing into a lake: whole datasets, whole months, or single rows by their key."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.datasets import DATASETS, Dataset, Elapsed
from qualityloop.analysis.engine.duckdb import connect, quoted
from qualityloop.analysis.lake.columns import (
    check_schema,
    day_ranges,
    derived_columns,
    derived_sql,
    month_sql,
    working_time,
)
from qualityloop.analysis.lake.snapshot import FORMAT, MANIFEST, Lake, opened, read_manifest
from qualityloop.analysis.messages import AnalysisError, message

Rows: TypeAlias = pa.Table | pa.RecordBatchReader


class LakeBusyError(AnalysisError):
    """Another process is writing."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: rows that are new or differ, rows that are gone, months written anew."""

    written: int
    gone: int
    months: tuple[str, ...]


class LakeWriter:
    """Writes datasets into a lake; nothing is visible before `commit`, and nothing is left if it never comes.

    Used as a context manager: leaving without `commit` drops what was written. Files that a snapshot before
    named are kept for `keep_seconds` after the commit that replaced them (0: until the next commit). With `anew`
    the lake that is there is not looked at; it may be damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        zone: str = "Asia/Shanghai",
        calendar: WorkingCalendar | None = None,
        memory_limit: str | None = None,
        keep_seconds: float = 0,
        anew: bool = False,
    ) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._zone = zone
        self._calendar = calendar
        self._keep_seconds = keep_seconds
        self._lock = (path / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise LakeBusyError(message("another process is writing this lake; try again later")) from None
        for left in path.glob(".staging-*"):  # of a process that was killed; no other one can be writing now
            shutil.rmtree(left, ignore_errors=True)
        self._old = read_manifest(path) if Lake.exists(path) and not anew else None
        self._entries: dict[str, dict[str, Any]] = dict(self._old["datasets"]) if self._old else {}
        self._staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=path))
        self._connection = connect(memory_limit=memory_limit, temp=self._staging / "spill")
        self._connection.execute("SET preserve_insertion_order = true")

    @property
    def snapshot(self) -> str | None:
        """The snapshot that is there now."""
        return self._old["snapshot"] if self._old else None

    @property
    def source(self) -> dict[str, Any] | None:
        """What the last commit noted about where the rows come from."""
        return self._old.get("source") if self._old else None

    @property
    def datasets(self) -> frozenset[str]:
        """The datasets that are in the lake now, staged ones included."""
        return frozenset(self._entries)

    @property
    def fits(self) -> bool:
        """Whether the lake there is was written for the same zone and calendar, so that rows may be merged into it."""
        calendar = self._calendar.to_json() if self._calendar else None
        return self._old is not None and self._old["zone"] == self._zone and self._old["calendar"] == calendar

    def rows(self, dataset: str) -> int:
        """How many rows a dataset has now, staged ones included."""
        return sum(p["rows"] for p in self._entries.get(dataset, {"partitions": ()})["partitions"])

    def write(
        self,
        dataset: str,
        table: Rows,
        mode: Literal["replace", "months"] = "replace",
        *,
        sparse: bool = False,
    ) -> None:
        """Stage the rows of `dataset`; "months" replaces only the local months that occur among them.

        With `sparse` a column without any value counts as absent; `merge` continues such a dataset.
        ValueError where columns are unknown, of a wrong type or missing: what users deliver is checked before.
        """
        contract = DATASETS[dataset]
        check_schema(contract, table.schema)
        present = frozenset(table.schema.names)
        month = month_sql(contract, self._zone)
        with self._delivered(table):
            months = self._stage(contract, present, f"SELECT *, {month} AS __month FROM delivered")
        stored = [self._write_month(contract, present, month, sparse) for month in months]
        self._connection.execute("DROP TABLE stage")
        if sparse:
            self._enter(contract, stored)
            return
        kept: list[dict[str, Any]] = []
        columns = set(present) | {c.name for c in derived_columns(contract, present, self._calendar is not None)}
        if mode == "months" and dataset in self._entries:
            kept = [p for p in self._entries[dataset]["partitions"] if p["month"] not in months]
            columns |= set(self._entries[dataset]["columns"]) if kept else set()
        partitions = sorted([*kept, *stored], key=lambda p: p["month"])
        self._entries[dataset] = {"columns": sorted(columns), "partitions": partitions}

    def merge(self, dataset: str, rows: Rows, gone: Sequence[pa.Table] = ()) -> Merged:
        """Put `rows` in the place of those with the same key, and drop those whose key is in `gone`.

        Tables of `gone` hold the key's columns, or the first of them: then all rows go that begin so. A row that is
        delivered twice counts once. Months in which nothing differs afterwards are not written. The dataset was
        written `sparse`, or is not there yet.
        """
        contract = DATASETS[dataset]
        check_schema(contract, rows.schema)
        present = frozenset(rows.schema.names)
        columns = ", ".join(f'"{c.name}"' for c in contract.columns if c.name in present)
        month = month_sql(contract, self._zone)
        with self._delivered(rows):
            sql = (
                f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT DISTINCT {columns}, {month} AS __month FROM delivered"
            )
            self._guarded(lambda: self._connection.execute(sql))
        if self._one("SELECT count(*) FROM incoming WHERE __month IS NULL"):
            raise ValueError(f"{contract.name}: {contract.instant} may not be missing")
        old = self._entries.get(dataset, {"partitions": []})["partitions"]
        self._find_touched(contract, present, self._files(contract, old), gone)
        written, dropped, months = self._differences(contract)
        if months:
            changed = [p for p in old if p["month"] in months]
            self._stage(contract, present, self._renewed(contract, present, self._files(contract, changed), months))
            stored = [self._write_month(contract, present, month, sparse=True) for month in months]
            kept = [p for p in old if p["month"] not in months]
            self._enter(contract, [*kept, *(p for p in stored if p["rows"])])
        return Merged(written, dropped, tuple(months))

    def drop(self, dataset: str) -> None:
        """Take a dataset out of the lake."""
        self._entries.pop(dataset, None)

    def keys_where(self, dataset: str, column: str, values: pa.Array) -> pa.Table:
        """Keys of the rows whose `column` has one of `values`."""
        contract = DATASETS[dataset]
        key = ", ".join(f'"{name}"' for name in contract.key)
        if dataset not in self._entries or column not in self._entries[dataset]["columns"]:
            return pa.table({name: pa.array([], pa.string()) for name in contract.key})
        files = self._files(contract, self._entries[dataset]["partitions"])
        self._connection.register("wanted", pa.table({"value": values}))
        sql = f'SELECT {key} FROM {_parquet(files)} WHERE "{column}" IN (SELECT value FROM wanted)'
        found = self._guarded(lambda: self._connection.sql(sql).to_arrow_table())
        self._connection.unregister("wanted")
        return found

    @contextmanager
    def _delivered(self, rows: Rows) -> Iterator[None]:
        """Make `rows` readable as table `delivered`."""
        self._connection.register("delivered", rows)
        try:
            yield
        finally:
            self._connection.unregister("delivered")

    def _find_touched(
        self, contract: Dataset, present: frozenset[str], files: list[Path], gone: Sequence[pa.Table]
    ) -> None:
        """Tables `touched` (keys that are delivered or gone) and `old` (their rows as the lake has them)."""
        key = ", ".join(f'"{name}"' for name in contract.key)
        run = self._connection.execute
        run(f"CREATE OR REPLACE TEMP TABLE touched AS SELECT {key} FROM incoming")
        run("CREATE OR REPLACE TEMP TABLE old AS SELECT * FROM incoming LIMIT 0")
        if not files:
            return
        for table in gone:
            self._connection.register("gone", table)
            using = ", ".join(f'"{name}"' for name in table.schema.names)
            sql = f"INSERT INTO touched SELECT {key} FROM {_parquet(files)} SEMI JOIN gone USING ({using})"
            self._guarded(partial(run, sql))
            self._connection.unregister("gone")
        if not self._one("SELECT count(*) FROM touched"):
            return
        hit = f"SELECT DISTINCT filename FROM {_parquet(files, 'filename = true')} SEMI JOIN touched USING ({key})"
        found = self._guarded(lambda: run(hit).fetchall())
        if found:
            columns = ", ".join(f'"{c.name}"' for c in contract.columns if c.name in present)
            those = _parquet([Path(file) for (file,) in found])
            month = month_sql(contract, self._zone)
            run(f"INSERT INTO old SELECT {columns}, {month} FROM {those} SEMI JOIN touched USING ({key})")

    def _differences(self, contract: Dataset) -> tuple[int, int, list[str]]:
        """Rows of `incoming` that are new or differ, rows that only `old` has, and the months of both."""
        key = ", ".join(f'"{name}"' for name in contract.key)
        written = self._one("SELECT count(*) FROM (FROM incoming EXCEPT ALL FROM old)")
        dropped = self._one(f"SELECT count(*) FROM old ANTI JOIN incoming USING ({key})")
        months = self._connection.execute(
            "SELECT DISTINCT __month FROM ("
            "(FROM incoming EXCEPT ALL FROM old) UNION ALL (FROM old EXCEPT ALL FROM incoming)) ORDER BY ALL"
        ).fetchall()
        return written, dropped, [month for (month,) in months]

    def _renewed(self, contract: Dataset, present: frozenset[str], files: list[Path], months: Collection[str]) -> str:
        """SQL: the rows of `months` as they are to be."""
        columns = ", ".join(f'"{c.name}"' for c in contract.columns if c.name in present)
        key = ", ".join(f'"{name}"' for name in contract.key)
        listed = ", ".join(quoted(month) for month in months)
        new = f"SELECT {columns}, __month FROM incoming WHERE __month IN ({listed})"
        if not files:
            return new
        month = month_sql(contract, self._zone)
        left = f"SELECT {columns}, {month} AS __month FROM {_parquet(files)} ANTI JOIN touched USING ({key})"
        return f"{left} UNION ALL {new}"

    def _stage(self, contract: Dataset, present: frozenset[str], source: str) -> list[str]:
        """Keep rows with their derived columns where they can spill to disk; the months that occur."""
        columns = [f'"{column.name}"' for column in contract.columns if column.name in present]
        for column in derived_columns(contract, present, calendar=False):
            columns.append(f'{derived_sql(column, self._zone)} AS "{column.name}"')
        sql = f"CREATE OR REPLACE TEMP TABLE stage AS SELECT {', '.join(columns)}, __month FROM ({source})"
        self._guarded(lambda: self._connection.execute(sql))
        found = self._connection.execute("SELECT DISTINCT __month FROM stage ORDER BY ALL").fetchall()
        if any(month is None for (month,) in found):
            raise ValueError(f"{contract.name}: {contract.instant} may not be missing")
        return [month for (month,) in found]

    def _write_month(
        self, contract: Dataset, present: frozenset[str], month: str, sparse: bool = False
    ) -> dict[str, Any]:
        order = ", ".join(f'"{name}"' for name in (contract.instant, *contract.key))
        table = self._connection.sql(
            f"SELECT * EXCLUDE (__month) FROM stage WHERE __month = {quoted(month)} ORDER BY {order}"
        ).to_arrow_table()
        if self._calendar is not None:
            for column in derived_columns(contract, present, calendar=True):
                if isinstance(column, Elapsed) and column.working:
                    table = table.append_column(column.name, working_time(table, column, self._calendar))
        file = self._staging / "part.parquet"
        # Smaller row groups than the default: a query about one day skips the rest of the month. One chunk per
        # column, so that the same rows give the same file however they came together.
        pq.write_table(table.combine_chunks(), file, compression="zstd", row_group_size=122_880)
        with file.open("rb") as content:
            os.fsync(content.fileno())
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        name = f"{month}-{digest[:16]}.parquet"
        folder = self._staging / contract.name
        folder.mkdir(exist_ok=True)
        file.rename(folder / name)
        stored = {"month": month, "files": [name], "rows": table.num_rows, "hash": digest, "ranges": day_ranges(table)}
        if sparse:
            stored["valued"] = sorted(c for c in present if table.column(c).null_count < table.num_rows)
        return stored

    def _enter(self, contract: Dataset, partitions: Sequence[dict[str, Any]]) -> None:
        """Describe a sparse dataset: its columns are those with a value somewhere, and what derives from them."""
        if not partitions:
            self._entries.pop(contract.name, None)
            return
        valued = frozenset(column for partition in partitions for column in partition["valued"])
        columns = set(valued) | {c.name for c in derived_columns(contract, valued, self._calendar is not None)}
        listed = sorted(partitions, key=lambda p: str(p["month"]))
        self._entries[contract.name] = {"columns": sorted(columns), "partitions": listed}

    def _files(self, contract: Dataset, partitions: Sequence[dict[str, Any]]) -> list[Path]:
        """The files of partitions, staged ones where they are not committed yet."""
        names = [file for partition in partitions for file in partition["files"]]
        staged = self._staging / contract.name
        return [staged / n if (staged / n).is_file() else self._path / contract.name / n for n in names]

    def _one(self, sql: str) -> int:
        found = self._connection.execute(sql).fetchone()
        return int(found[0]) if found else 0

    def _guarded(self, work: Any) -> Any:
        try:
            return work()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise AnalysisError(message("the data cannot be read: {reason}", reason=first)) from error

    def commit(self, source: dict[str, Any] | None = None) -> Lake:
        """Make everything that was written visible at once, and answer with the new snapshot.

        `source` is noted beside it, without being part of the snapshot: the same rows have the same name.
        """
        calendar = self._calendar.to_json() if self._calendar else None
        described = {"format": FORMAT, "zone": self._zone, "calendar": calendar, "datasets": self._entries}
        canonical = json.dumps(described, sort_keys=True, ensure_ascii=False)
        manifest = {**described, "snapshot": hashlib.sha256(canonical.encode()).hexdigest()[:16]}
        if source is not None:
            manifest["source"] = source
        for folder in self._staging.iterdir():
            if folder.name in self._entries:
                (self._path / folder.name).mkdir(exist_ok=True)
                for file in folder.iterdir():
                    file.replace(self._path / folder.name / file.name)
        draft = self._staging / MANIFEST
        with draft.open("w", encoding="utf-8") as out:
            json.dump(manifest, out, sort_keys=True, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(self._path / MANIFEST)
        self._sweep(manifest)
        self._old = manifest
        return opened(self._path, manifest)

    def _sweep(self, manifest: dict[str, Any]) -> None:
        """Delete files that neither this snapshot nor the one before names, and that were replaced long enough ago."""
        now = (self._path / MANIFEST).stat().st_mtime
        current, before = _named(manifest), _named(self._old) if self._old else set()
        for name in DATASETS:
            for file in (self._path / name).glob("*.parquet"):
                if (name, file.name) in current:
                    continue
                if (name, file.name) in before:
                    os.utime(file, (now, now))  # replaced just now
                elif file.stat().st_mtime <= now - self._keep_seconds:
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


def _named(manifest: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (name, file)
        for name, entry in manifest["datasets"].items()
        for partition in entry["partitions"]
        for file in partition["files"]
    }


def _parquet(files: Sequence[Path], option: str = "") -> str:
    """SQL: the rows of Parquet files; columns of all of them, by name."""
    listed = ", ".join(quoted(str(file)) for file in files)
    return f"read_parquet([{listed}], union_by_name = true{', ' + option if option else ''})"
