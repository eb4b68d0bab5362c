"""From files and a mapping to a lake: good rows go in, every other row is in the rejects file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.lake import Lake, LakeWriter
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from . import expressions as sql
from .case_facts import CaseFacts
from .formats import open_source, table_files
from .mapping import Join, Mapping, TableRule, matching
from .rejects import Reason, RejectsWriter
from .source import ROW, Broken, CarefulReadingNeededError, Progress, Source, size_of, without_blanks
from .staging import Judged, Staging
from .tabular_text import raw_line


@dataclass(frozen=True, slots=True)
class Ingested:
    """A lake, and what did not get into it.

    `rejects` counts rejected rows by file, `reasons` says why; `notes` tells what was changed on the way
    (repeated rows dropped, day and month exchanged, values left empty).
    """

    lake: Lake
    rows: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    rejects_path: Path | None = None
    notes: tuple[Message, ...] = ()
    duplicates: dict[str, int] = field(default_factory=dict)
    exchanged: dict[str, int] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """Rows that are not in the lake."""
        return sum(self.rejects.values())

    def to_json(self) -> dict[str, Any]:
        """What the report says about rows that were not used."""
        return {
            "rows": self.rejected,
            "files": dict(self.rejects),
            "reasons": [
                {
                    "file": reason.file,
                    "dataset": reason.dataset,
                    "column": reason.column,
                    "count": reason.count,
                    "reason": {"zh": reason.text.in_language("zh"), "en": reason.text.in_language("en")},
                }
                for reason in self.reasons
            ],
            "duplicates": dict(self.duplicates),
        }


def ingest(
    paths: Sequence[Path] | Path,
    mapping: Mapping | None = None,
    lake: Path | None = None,
    *,
    progress: Progress | None = None,
    language: str = "zh",
    rejects: Path | None = None,
    memory_limit: str | None = None,
) -> Ingested:
    """Read `paths` (files or folders) as `mapping` says and write the lake.

    A folder that already is a lake is opened as it is. Without a mapping one is proposed by looking at the files.
    The rejects go to `rejects`, or to `<lake>.rejects.csv` beside the lake.
    """
    given = [paths] if isinstance(paths, Path) else list(paths)
    if len(given) == 1 and Lake.exists(given[0]):
        return Ingested(Lake.open(given[0]), rows={n: d.rows for n, d in Lake.open(given[0]).datasets.items()})
    if lake is None:
        raise ValueError("where is the lake to be?")
    files = table_files(given)
    if not files:
        raise AnalysisError(message("there is no file to read"), Place(str(given[0]) if given else None))
    if mapping is None:
        from .inspection import inspect_files

        mapping = inspect_files(files).require_complete()
    writer = RejectsWriter(rejects or lake.with_name(f"{lake.name}.rejects.csv"), language)
    try:
        with tempfile.TemporaryDirectory(prefix="qualityloop-") as temp:
            return _Ingest(
                files=files,
                mapping=mapping,
                lake=lake,
                rejects=writer,
                progress=progress,
                temp=Path(temp),
                memory_limit=memory_limit,
            ).run()
    except duckdb.OutOfMemoryException as error:
        raise AnalysisError(message("not enough memory; give more with --memory, or fewer columns in --by")) from error
    finally:
        writer.discard()


class _Ingest:
    """One run."""

    def __init__(
        self,
        *,
        files: Sequence[Path],
        mapping: Mapping,
        lake: Path,
        rejects: RejectsWriter,
        progress: Progress | None,
        temp: Path,
        memory_limit: str | None,
    ) -> None:
        self.files = list(files)
        self.mapping = mapping
        self.lake = lake
        self.rejects = rejects
        self.progress = progress
        self.memory_limit = memory_limit
        self.staging = Staging(temp, memory_limit)
        self.notes: list[Message] = []
        self.duplicates: dict[str, int] = {}
        self.exchanged: dict[str, int] = {}
        self._sources: list[tuple[str, Path, TableRule]] = []
        self._totals: dict[tuple[str, str, str], int] = {}
        self._done = 0
        self._size = 0

    def run(self) -> Ingested:
        """Read everything, then write."""
        try:
            plan = [(table, self._files_of(table.files, table.line)) for table in self.mapping.tables]
            self._size = sum(size_of(file) for _, files in plan for file in files) or 1
            for position, (table, files) in enumerate(plan):
                targets = {rule.target for t, _ in plan if t.dataset == table.dataset for rule in t.columns}
                self.staging.open_dataset(DATASETS[table.dataset], targets)
                self._read_joins(table)
                self._read_table(table, files, position)
            self._drop_duplicates()
            return self._write()
        finally:
            self.staging.close()

    def _files_of(self, patterns: Sequence[str], line: int | None) -> list[Path]:
        found = matching(patterns, self.files)
        if not found:
            place = Place(self.mapping.file, line) if self.mapping.file else None
            raise AnalysisError(message("no file is called {patterns}", patterns=", ".join(patterns)), place)
        return found

    def _read_joins(self, table: TableRule) -> None:
        for position, join in enumerate(table.joins):
            pieces = []
            for file in self._files_of(join.files, join.line):
                source = open_source(file, join.read)
                self._need(source, [right for _, right in join.on], source.columns)
                pieces += [batch.drop_columns([ROW]) for batch in self._all(source, table.dataset)]
            whole = pa.concat_tables(pieces, promote_options="default") if pieces else pa.table({})
            self._store_join(join, whole, f"join_{position}")

    def _store_join(self, join: Join, whole: pa.Table, name: str) -> None:
        """One row for each key: of several with the same key the first, and a note."""
        whole = whole.rename_columns([f"{join.name}.{column}" for column in whole.column_names])
        keys = ", ".join(sql.name(f"{join.name}.{right}") for _, right in join.on)
        connection = self.staging.connection
        connection.register("joined_rows", without_blanks(whole))
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM joined_rows "
            f"QUALIFY row_number() OVER (PARTITION BY {keys}) = 1"
        )
        connection.unregister("joined_rows")
        repeated = whole.num_rows - self.staging.single(f"SELECT count(*) FROM {name}")[0]
        if repeated:
            self.notes.append(
                message("{name}: {count} rows repeat the key of another; the first of each counts",
                        name=join.name, count=repeated)
            )  # fmt: skip

    def _all(self, source: Source, dataset: str) -> list[pa.Table]:
        mark = self.rejects.mark()

        def broken(row: Broken) -> None:
            self.rejects.add(source.name, dataset, row)

        try:
            return list(source.batches(broken))
        except CarefulReadingNeededError:
            self.rejects.rewind(mark)
            source.careful = True
            return list(source.batches(broken))

    def _read_table(self, table: TableRule, files: Sequence[Path], position: int) -> None:
        facts = CaseFacts(self.staging, table, self.mapping, position) if table.events else None
        for file in files:
            source = open_source(file, table.read)
            if not source.open_ended:
                self._need(source, needed_columns(table), (*source.columns, *self._joined_columns(table)))
            number = len(self._sources)
            self._sources.append((source.name, file, table))
            self.notes += [note for note in source.notes if note not in self.notes]
            mark, totals = self.rejects.mark(), dict(self._totals)
            try:
                self._read_file(source, table, facts, number)
            except CarefulReadingNeededError:
                self.rejects.rewind(mark)
                self._totals = totals
                if facts:
                    facts.forget_file(number)
                else:
                    self.staging.forget_file(table.dataset, number)
                source.careful = True
                self._read_file(source, table, facts, number)
            self._done += size_of(file)
        if facts:
            judged = facts.finish()
            self._count(table, judged)
            self._reject_later(table, [(f, row, check.column, check.reason) for f, row, check in judged.rejected])

    def _read_file(self, source: Source, table: TableRule, facts: CaseFacts | None, number: int) -> None:
        seen: set[str] = set()
        needed = needed_columns(table)
        source.wanted = frozenset(needed) if source.open_ended else None

        def broken(row: Broken) -> None:
            self.rejects.add(source.name, table.dataset, row)

        for batch in source.batches(broken):
            seen.update(batch.column_names)
            whole = _with_columns(batch, needed, table)
            judged = (
                facts.add_batch(whole, number) if facts else self.staging.add_batch(whole, table, self.mapping, number)
            )
            self._count(table, judged)
            if judged.rejected:
                wanted = {row: (check.column, check.reason) for _, row, check in judged.rejected}
                for row, (column, reason, raw) in _raw_rows(batch, wanted).items():
                    broken(Broken(row, _source_column(table, column), reason, raw))
            self._report(source)
        if source.open_ended and seen:
            self._need(source, needed, (*seen, *source.columns, *self._joined_columns(table)))

    def _report(self, source: Source) -> None:
        if self.progress:
            done, of = source.done()
            share = done / of if of else 0.0
            self.progress(min(self._size, self._done + round(share * size_of(source.path))), self._size)

    def _joined_columns(self, table: TableRule) -> list[str]:
        names: list[str] = []
        for position in range(len(table.joins)):
            names += [row[0] for row in self.staging.connection.execute(f"DESCRIBE join_{position}").fetchall()]
        return names

    def _need(self, source: Source, needed: Sequence[str], available: Iterable[str]) -> None:
        have = set(available)
        for column in needed:
            if column not in have:
                raise AnalysisError(
                    message("the file has no column “{column}”; it has: {names}",
                            column=column, names=", ".join(source.columns[:40])),
                    Place(source.name),
                )  # fmt: skip

    def _count(self, table: TableRule, judged: Judged) -> None:
        for kind, found in (("emptied", judged.emptied), ("exchanged", judged.exchanged)):
            for column, count in found.items():
                key = (kind, table.dataset, column)
                self._totals[key] = self._totals.get(key, 0) + count
        if judged.left_out:
            key = ("left out", table.dataset, "")
            self._totals[key] = self._totals.get(key, 0) + judged.left_out

    def _reject_later(self, table: TableRule, found: list[tuple[int, int, str, Message]]) -> None:
        """Reject rows that were found wanting only after their file had been read; it is read again to show them."""
        by_file: dict[int, dict[int, tuple[str, Message]]] = {}
        for file, row, column, reason in found:
            by_file.setdefault(file, {})[row] = (column, reason)
        for number, wanted in by_file.items():
            name, path, rule = self._sources[number]
            source = open_source(path, rule.read)
            source.careful = True
            for batch in source.batches(lambda broken: None):
                for row, (column, reason, raw) in _raw_rows(batch, wanted).items():
                    self.rejects.add(name, rule.dataset, Broken(row, _source_column(rule, column), reason, raw))

    def _drop_duplicates(self) -> None:
        for name in self.staging.datasets:
            dataset = DATASETS[name]
            tables = [table for table in self.mapping.tables if table.dataset == name]
            if any((rule := table.rule(column)) and rule.numbered for table in tables for column in dataset.key):
                continue
            dropped, conflicts = self.staging.duplicates(dataset)
            if dropped:
                self.duplicates[name] = dropped
                self.notes.append(message("{dataset}: {count} rows repeat another exactly and were dropped",
                                          dataset=dataset.label, count=dropped))  # fmt: skip
            self._reject_later(
                tables[0],
                [
                    (
                        file,
                        row,
                        dataset.key[0],
                        message("the key is taken by row {row}, with other contents", row=first),
                    )
                    for file, row, first in conflicts
                ],
            )

    def _write(self) -> Ingested:
        counts = {name: self.staging.count(name) for name in self.staging.datasets}
        if not any(counts.values()):
            raise AnalysisError(self._nothing(), Place(", ".join(dict.fromkeys(name for name, _, _ in self._sources))))
        calendar = self.mapping.calendar
        with LakeWriter(self.lake, zone=self.mapping.zone, calendar=calendar, memory_limit=self.memory_limit) as writer:
            for name in self.staging.datasets:
                if not counts[name]:
                    continue
                numbered = [
                    rule.target for t in self.mapping.tables if t.dataset == name for rule in t.columns if rule.numbered
                ]
                writer.write(name, self.staging.finished(DATASETS[name], numbered))
            lake = writer.commit()
        path = self.rejects.publish()
        if self.progress:
            self.progress(self._size, self._size)
        return Ingested(
            lake, counts, dict(self.rejects.counts), self.rejects.reasons, path, tuple(self._all_notes()),
            self.duplicates, self.exchanged,
        )  # fmt: skip

    def _nothing(self) -> Message:
        if not self.rejects.reasons:
            return message("there are column names but no rows")
        first = self.rejects.reasons[0]
        return message(
            "no row could be used; {count} were rejected, most often because of: {reason}",
            count=sum(self.rejects.counts.values()),
            reason=first.text,
        )

    def _all_notes(self) -> list[Message]:
        notes = list(self.notes)
        for (kind, name, column), count in self._totals.items():
            label = DATASETS[name].label
            if kind == "exchanged":
                self.exchanged[f"{name}.{column}"] = count
                notes.append(message("{dataset}: day and month exchanged in {count} values of {column}",
                                     dataset=label, count=count, column=column))  # fmt: skip
            elif kind == "emptied":
                notes.append(message("{dataset}: {count} values of {column} could not be read and are left empty",
                                     dataset=label, count=count, column=column))  # fmt: skip
            else:
                notes.append(
                    message("{dataset}: {count} rows left out, as the mapping says", dataset=label, count=count)
                )
        return notes


def needed_columns(table: TableRule) -> list[str]:
    """Every column of the file (or of a joined file) that the table speaks of."""
    names: list[str] = []
    for rule in table.columns:
        names += rule.sources
        if rule.take and rule.take.of:
            names.append(rule.take.of)
    if table.events:
        names += [table.events.case, table.events.activity, *table.events.time.sources]
        names += [table.events.seq] if table.events.seq else []
    names += [column for column, _ in (*table.only, *table.excluding)]
    names += [left for join in table.joins for left, _ in join.on]
    return list(dict.fromkeys(names))


def _join_columns(table: TableRule, needed: Sequence[str]) -> list[str]:
    prefixes = tuple(f"{join.name}." for join in table.joins)
    return [name for name in needed if prefixes and name.startswith(prefixes)]


def _with_columns(batch: pa.Table, needed: Sequence[str], table: TableRule) -> pa.Table:
    """The batch with the columns that its records did not happen to have; joined columns come later."""
    joined = _join_columns(table, needed)
    for name in needed:
        if name not in batch.column_names and name not in joined:
            batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch.select([*[name for name in needed if name in batch.column_names], ROW])


def _raw_rows(batch: pa.Table, wanted: dict[int, tuple[str, Message]]) -> dict[int, tuple[str, Message, str]]:
    """The wanted rows of a batch, written as lines again."""
    rows = batch.filter(pc.is_in(batch[ROW], pa.array(list(wanted), pa.int64())))
    found: dict[int, tuple[str, Message, str]] = {}
    for row in rows.to_pylist():
        found.setdefault(row[ROW], (*wanted[row[ROW]], raw_line(row)))
    return found


def _source_column(table: TableRule, target: str) -> str:
    """What the column is called in the file."""
    rule = table.rule(target)
    if rule is None:
        return target
    if rule.sources:
        return ", ".join(rule.sources)
    return rule.take.of or target if rule.take else target
