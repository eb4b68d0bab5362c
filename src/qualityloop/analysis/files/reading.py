"""Files read as a mapping says: good rows wait, typed and checked, to be delivered; every other row is rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.messages import AnalysisError, Message, Place, message

from . import expressions as sql
from .case_facts import CaseFacts
from .formats import open_source
from .mapping import Join, Mapping, TableRule, matching
from .rejects import Rejects
from .repairs import NOTHING, Repairs, as_batch, without
from .source import ROW, Broken, CarefulReadingNeededError, OnBroken, Progress, Source, size_of, without_blanks
from .staging import FILE, Judged, Staging
from .tabular_text import raw_line

TAKEN = message("the key is taken by row {row}, with other contents").msgid


@dataclass(frozen=True, slots=True)
class Delivery:
    """Some rows of a dataset in their final form; for each the source and the row where it stands."""

    table: pa.Table
    sources: list[str]
    rows: list[int]


class Reading:
    """One delivery of files on its way in. `read` first, then what waits can be taken in any order."""

    def __init__(
        self,
        files: Sequence[Path],
        mapping: Mapping,
        rejects: Rejects,
        *,
        temp: Path,
        progress: Progress | None = None,
        memory_limit: str | None = None,
        repairs: Repairs = NOTHING,
    ) -> None:
        self.files = list(files)
        self.mapping = mapping
        self.rejects = rejects
        self.repairs = repairs
        self.progress = progress
        self.size = 0  # bytes of all files, each counted as often as it is read
        self.staging = Staging(temp, memory_limit)
        self.duplicates: dict[str, int] = {}
        self.exchanged: dict[str, int] = {}
        self._notes: list[Message] = []
        self._sources: list[tuple[str, Path, TableRule]] = []
        self._totals: dict[tuple[str, str, str], int] = {}
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.staging.close()

    def read(self) -> None:
        """Read everything; AnalysisError where no row at all could be used."""
        plan = [(table, self._files_of(table.files, table.line)) for table in self.mapping.tables]
        self.size = sum(size_of(file) for _, files in plan for file in files) or 1
        for position, (table, files) in enumerate(plan):
            targets = {rule.target for t, _ in plan if t.dataset == table.dataset for rule in t.columns}
            self.staging.open_dataset(DATASETS[table.dataset], targets)
            self._read_joins(table)
            self._read_table(table, files, position)
        self._drop_duplicates()

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each dataset wait; datasets to whose rows others refer come first."""
        return {name: self.staging.count(name) for name in DATASETS if name in self.staging.datasets}

    @property
    def source_names(self) -> tuple[str, ...]:
        """What was read, each once."""
        return tuple(dict.fromkeys(name for name, _, _ in self._sources))

    def finished(self, dataset: str) -> pa.RecordBatchReader:
        """The rows of a dataset in their final form, unordered."""
        return self.staging.finished(DATASETS[dataset], self._numbered(dataset))

    def deliveries(self, dataset: str, size: int, start: int = 0) -> Iterator[Delivery]:
        """The rows of a dataset in the order of the files, `size` at a time, the first `start` left out.

        The order is the same whenever the same files are read under the same mapping.
        """
        name, numbered = DATASETS[dataset], self._numbered(dataset)
        for table in self.staging.in_order(name, numbered, size, start):
            files = [self._sources[number][0] for number in table[FILE].to_pylist()]
            yield Delivery(table.drop_columns([FILE, ROW]), files, table[ROW].to_pylist())

    def _numbered(self, dataset: str) -> list[str]:
        tables = [table for table in self.mapping.tables if table.dataset == dataset]
        return [rule.target for table in tables for rule in table.columns if rule.numbered]

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
            self._notes.append(
                message("{name}: {count} rows repeat the key of another; the first of each counts",
                        name=join.name, count=repeated)
            )  # fmt: skip

    def _all(self, source: Source, dataset: str) -> list[pa.Table]:
        mark = self.rejects.mark()
        try:
            return list(self._batches(source, dataset, self._to_rejects(source.name, dataset)))
        except CarefulReadingNeededError:
            self.rejects.rewind(mark)
            source.careful = True
            return list(self._batches(source, dataset, self._to_rejects(source.name, dataset)))

    def _to_rejects(self, name: str, dataset: str) -> OnBroken:
        return lambda row: self.rejects.add(name, dataset, row)

    def _batches(self, source: Source, dataset: str, broken: OnBroken) -> Iterator[pa.Table]:
        """What the source gives, with the repaired rows in place of those that they replace."""
        mended = self.repairs.of(source.name, dataset)
        if not mended:
            yield from source.batches(broken)
            return
        for batch in source.batches(lambda row: None if row.row in mended else broken(row)):
            yield without(batch, mended)
        yield as_batch(mended)

    def _read_table(self, table: TableRule, files: Sequence[Path], position: int) -> None:
        facts = CaseFacts(self.staging, table, self.mapping, position) if table.events else None
        for file in files:
            if self.repairs.alone:
                self._read_repaired(table, file)
            else:
                self._read_whole(table, file, facts)
            self._done += size_of(file)
        if facts:
            judged = facts.finish()
            self._count(table, judged)
            self._reject_later([(f, row, check.column, check.reason) for f, row, check in judged.rejected])

    def _read_repaired(self, table: TableRule, file: Path) -> None:
        """Only the repaired rows of a file, which is not opened for them."""
        for name in self.repairs.sources(file.name, table.dataset):
            number = len(self._sources)
            self._sources.append((name, file, table))
            self._take(as_batch(self.repairs.of(name, table.dataset)), table, None, number)

    def _read_whole(self, table: TableRule, file: Path, facts: CaseFacts | None) -> None:
        source = open_source(file, table.read)
        if not source.open_ended:
            self._need(source, needed_columns(table), (*source.columns, *self._joined_columns(table)))
        number = len(self._sources)
        self._sources.append((source.name, file, table))
        self._notes += [note for note in source.notes if note not in self._notes]
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

    def _read_file(self, source: Source, table: TableRule, facts: CaseFacts | None, number: int) -> None:
        seen: set[str] = set()
        needed = needed_columns(table)
        source.wanted = frozenset(needed) if source.open_ended else None
        for batch in self._batches(source, table.dataset, self._to_rejects(source.name, table.dataset)):
            seen.update(batch.column_names)
            self._take(batch, table, facts, number)
            self._report(source)
        if source.open_ended and seen:
            self._need(source, needed, (*seen, *source.columns, *self._joined_columns(table)))

    def _take(self, batch: pa.Table, table: TableRule, facts: CaseFacts | None, number: int) -> None:
        """Let the good rows of a batch wait, reject the others."""
        whole = _with_columns(batch, needed_columns(table), table)
        judged = facts.add_batch(whole, number) if facts else self.staging.add_batch(whole, table, self.mapping, number)
        self._count(table, judged)
        if judged.rejected:
            wanted = {row: (check.column, check.reason) for _, row, check in judged.rejected}
            for row in _rejected(batch, wanted, table):
                self.rejects.add(self._sources[number][0], table.dataset, row)

    def _report(self, source: Source) -> None:
        if self.progress:
            done, of = source.done()
            share = done / of if of else 0.0
            self.progress(min(self.size, self._done + round(share * size_of(source.path))), self.size)

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

    def _reject_later(self, found: list[tuple[int, int, str, Message]]) -> None:
        """Reject rows that were found wanting only after their file had been read; it is read again to show them."""
        by_file: dict[int, dict[int, tuple[str, Message]]] = {}
        for file, row, column, reason in found:
            by_file.setdefault(file, {})[row] = (column, reason)
        for number, wanted in by_file.items():
            name, _, rule = self._sources[number]
            for batch in self._once_more(number):
                for broken in _rejected(batch, wanted, rule):
                    self.rejects.add(name, rule.dataset, broken)

    def _once_more(self, number: int) -> Iterator[pa.Table]:
        """All rows of a source that was read before."""
        name, path, rule = self._sources[number]
        if self.repairs.alone:
            yield as_batch(self.repairs.of(name, rule.dataset))
            return
        source = open_source(path, rule.read)
        source.careful = True
        yield from self._batches(source, rule.dataset, lambda broken: None)

    def rows_of(self, wanted: dict[str, set[int]], dataset: str) -> Iterator[tuple[str, Broken]]:
        """Rows of `dataset` by source and number, as they came: for those who refuse what was delivered to them."""
        for number, (name, _, rule) in enumerate(self._sources):
            rows = wanted.get(name) if rule.dataset == dataset else None
            if rows:
                nothing = dict.fromkeys(rows, ("", message("")))
                for batch in self._once_more(number):
                    for broken in _rejected(batch, nothing, rule):
                        yield name, broken

    def _drop_duplicates(self) -> None:
        for name in self.staging.datasets:
            dataset = DATASETS[name]
            tables = [table for table in self.mapping.tables if table.dataset == name]
            if any((rule := table.rule(column)) and rule.numbered for table in tables for column in dataset.key):
                continue
            dropped, conflicts = self.staging.duplicates(dataset)
            if dropped:
                self.duplicates[name] = dropped
                self._notes.append(message("{dataset}: {count} rows repeat another exactly and were dropped",
                                          dataset=dataset.label, count=dropped))  # fmt: skip
            self._reject_later(
                [(file, row, dataset.key[0], message(TAKEN, row=first)) for file, row, first in conflicts]
            )

    def nothing(self) -> Message:
        """Why nothing waits."""
        if not self.rejects.reasons:
            return message("there are column names but no rows")
        first = self.rejects.reasons[0]
        return message(
            "no row could be used; {count} were rejected, most often because of: {reason}",
            count=sum(self.rejects.counts.values()),
            reason=first.text,
        )

    def notes(self) -> list[Message]:
        """What was changed on the way, and what else there is to know."""
        notes = list(self._notes)
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


def _rejected(batch: pa.Table, wanted: dict[int, tuple[str, Message]], table: TableRule) -> list[Broken]:
    """The wanted rows of a batch with their cells, each once."""
    rows = batch.filter(pc.is_in(batch[ROW], pa.array(list(wanted), pa.int64())))
    found: dict[int, Broken] = {}
    for row in rows.to_pylist():
        number = row.pop(ROW)
        if number not in found:
            column, reason = wanted[number]
            found[number] = Broken(number, _source_column(table, column), reason, raw_line(row), row)
    return list(found.values())


def _source_column(table: TableRule, target: str) -> str:
    """What the column is called in the file."""
    rule = table.rule(target)
    if rule is None:
        return target
    if rule.sources:
        return ", ".join(rule.sources)
    return rule.take.of or target if rule.take else target
