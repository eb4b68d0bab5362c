"""Where rows wait, typed and checked, until a whole dataset is there: a DuckDB that may spill to disk.

Each row carries the number of its file, its row there, and a running number (`#n`) that keeps the files' order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS, Column, Dataset
from qualityloop.analysis.engine.duckdb import connect, quoted
from qualityloop.analysis.lake import ARROW_TYPES
from qualityloop.analysis.messages import Message, message

from . import expressions as sql
from .mapping import ColumnRule, Mapping, TableRule
from .plain_values import plainly_typed
from .source import ROW, without_blanks

FILE, NUMBER = "#file", "#n"
_TYPED = "#typed "  # before the name of a column that was typed as a whole
_COUNTED = {"instant": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


@dataclass(frozen=True, slots=True)
class Check:
    """A rule of the contract as SQL over the typed row: true where it is broken."""

    broken: str
    column: str
    reason: Message


@dataclass(slots=True)
class Judged:
    """Rows of a batch that broke a rule, and what was changed or left empty on the way."""

    rejected: list[tuple[int, int, Check]] = field(default_factory=list)
    emptied: dict[str, int] = field(default_factory=dict)
    exchanged: dict[str, int] = field(default_factory=dict)
    left_out: int = 0
    rows: int = 0


class Staging:
    """The waiting room of one ingest."""

    def __init__(self, temp: Path, memory_limit: str | None = None) -> None:
        self.connection = connect(memory_limit=memory_limit, temp=temp / "spill")
        self._count = 0
        self._columns: dict[str, tuple[Column, ...]] = {}

    def close(self) -> None:
        self.connection.close()

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets for which there is a table."""
        return tuple(self._columns)

    def open_dataset(self, dataset: Dataset, targets: Collection[str]) -> None:
        """Make the empty table of `dataset`, with the columns `targets` that will be filled and the required ones."""
        if dataset.name in self._columns:
            return
        columns = tuple(column for column in dataset.columns if column.required or column.name in targets)
        fields = [(column.name, ARROW_TYPES[column.type]) for column in columns]
        empty = pa.schema([*fields, (FILE, pa.int32()), (ROW, pa.int64()), (NUMBER, pa.int64())]).empty_table()
        self.connection.register("empty_rows", empty)
        self.connection.execute(f"CREATE TEMP TABLE {sql.name('stage_' + dataset.name)} AS SELECT * FROM empty_rows")
        self.connection.unregister("empty_rows")
        self._columns[dataset.name] = columns

    def forget_file(self, dataset: str, file: int) -> None:
        """Take back the rows of a file that must be read again."""
        self.connection.execute(f'DELETE FROM {sql.name("stage_" + dataset)} WHERE "{FILE}" = {file}')

    def take_in(self, batch: pa.Table, table: TableRule, texts: Sequence[str], file: int, into: str) -> int:
        """Keep the `texts` (SQL over the batch and its joins) of the table's rows; how many rows are not its."""
        self.connection.register("batch", self._numbered(without_blanks(batch)))
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS {_chosen(table, texts, file)}")
        self.connection.unregister("batch")
        return batch.num_rows - self.single(f"SELECT count(*) FROM {into}")[0] if _filters(table) else 0

    def _numbered(self, batch: pa.Table) -> pa.Table:
        start = self._count
        self._count += batch.num_rows
        return batch.append_column(NUMBER, pa.array(np.arange(start, self._count, dtype=np.int64)))

    def add_batch(self, batch: pa.Table, table: TableRule, mapping: Mapping, file: int) -> Judged:
        """Read a batch as `table` says; the good rows wait here, the others are answered."""
        clean = self._numbered(without_blanks(batch))
        dataset = DATASETS[table.dataset]
        texts, typed = [], set()
        for rule in table.columns:
            if rule.numbered:
                continue
            text = sql.text_of(rule, mapping.missing)
            plain = None
            if len(rule.sources) == 1 and rule.sources[0] in clean.column_names:
                kind = _declared(dataset, rule.target).type
                plain = plainly_typed(clean[rule.sources[0]], rule, kind, mapping.missing, mapping.zone)
            if plain is not None:
                text = sql.name(_TYPED + rule.target)
                clean = clean.append_column(_TYPED + rule.target, plain.values)
                text = sql.typed_wall(text, rule.zone or mapping.zone) if plain.wall else text
                typed.add(rule.target)
            texts.append(f"{text} AS {sql.name('t_' + rule.target)}")
        self.connection.register("batch", clean)
        judged = self.judge(f"({_chosen(table, texts, file)})", table, mapping, typed)
        self.connection.unregister("batch")
        judged.left_out = batch.num_rows - judged.rows
        return judged

    def judge(self, source: str, table: TableRule, mapping: Mapping, typed: Collection[str] = ()) -> Judged:
        """Type the texts of `source`, store what keeps the contract, answer what does not.

        The columns `typed` need no more reading. Where that is all of them the rows are checked in one scan, and
        stored in another, without being copied in between.
        """
        dataset = DATASETS[table.dataset]
        rules = [rule for rule in table.columns if not rule.numbered]
        checks: list[Check] = []
        values = []
        measures: list[tuple[str, ColumnRule, str]] = []
        for rule in rules:
            column = _declared(dataset, rule.target)
            text = sql.name("t_" + rule.target)
            if rule.target in typed:
                value = text
            elif _typed_take(rule):
                value = f"CAST({text} AS {_COUNTED[column.type]})"
            else:
                value = _value(text, rule, column, mapping)
                measures += _measures(rule, column, text)
                if rule.bad == "reject" and (column.type != "text" or rule.otherwise == "reject"):
                    checks.append(_unreadable(rule, column, text))
            values.append(f"{value} AS {sql.name(rule.target)}")
        quick = not measures and not checks
        checks += contract_checks(dataset, [rule.target for rule in rules])
        names = ", ".join([*(sql.name(rule.target) for rule in rules), f'"{FILE}"', f'"{ROW}"', f'"{NUMBER}"'])
        cases = " ".join(f"WHEN {check.broken} THEN {position}" for position, check in enumerate(checks, 1))
        rows = f"SELECT {', '.join(values)}, * FROM {source}"
        stage = f"INSERT INTO {sql.name('stage_' + dataset.name)} ({names}) SELECT {names} FROM"
        if quick:
            any_broken = " OR ".join(check.broken for check in checks)
            count, broken = self.single(f"SELECT count(*), count(*) FILTER (WHERE {any_broken}) FROM ({rows})")
            if not broken:
                self.connection.execute(f"{stage} ({rows})")
                return Judged(rows=count)
        self.connection.execute(
            f'CREATE OR REPLACE TEMP TABLE judged AS SELECT *, CASE {cases} ELSE 0 END AS "#rule" FROM ({rows})'
        )
        self.connection.execute(f'{stage} judged WHERE "#rule" = 0')
        return self._answer(checks, measures)

    def _answer(self, checks: Sequence[Check], measures: Sequence[tuple[str, ColumnRule, str]]) -> Judged:
        judged = Judged(rows=self.single("SELECT count(*) FROM judged")[0])
        broken = self.connection.execute(
            f'SELECT "{FILE}", "{ROW}", "#rule" FROM judged WHERE "#rule" > 0 ORDER BY "{NUMBER}"'
        )
        judged.rejected = [(file, row, checks[rule - 1]) for file, row, rule in broken.fetchall()]
        if measures:
            counts = self.single(
                f'SELECT {", ".join(measure[2] for measure in measures)} FROM judged WHERE "#rule" = 0'
            )
            for (kind, rule, _), count in zip(measures, counts, strict=True):
                target = judged.emptied if kind == "emptied" else judged.exchanged
                if count:
                    target[rule.target] = count
        return judged

    def duplicates(self, dataset: Dataset) -> tuple[int, list[tuple[int, int, int]]]:
        """Drop rows that repeat an earlier one exactly; of rows with the same key and different content keep the first.

        Answers the number dropped, and (file, row, row of the first) of the conflicting ones.
        """
        table = sql.name("stage_" + dataset.name)
        key = ", ".join(sql.name(column) for column in dataset.key)
        content = ", ".join(sql.name(column.name) for column in self._columns[dataset.name])
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE later AS WITH repeated AS "
            f"(SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1) "
            f'SELECT {table}."{FILE}" AS file, {table}."{ROW}" AS line, {table}."{NUMBER}" AS n, '
            f'first_value({table}."{ROW}") OVER keyed AS first_line, '
            f"hash({content}) = first_value(hash({content})) OVER keyed AS same, row_number() OVER keyed AS place "
            f"FROM {table} SEMI JOIN repeated USING ({key}) "
            f'WINDOW keyed AS (PARTITION BY {key} ORDER BY {table}."{NUMBER}") QUALIFY place > 1'
        )
        dropped = self.single("SELECT count(*) FROM later WHERE same")[0]
        conflicts = self.connection.execute(
            "SELECT file, line, first_line FROM later WHERE NOT same ORDER BY n"
        ).fetchall()
        self.connection.execute(f'DELETE FROM {table} WHERE "{NUMBER}" IN (SELECT n FROM later)')
        return dropped, conflicts

    def finished(self, dataset: Dataset, numbered: Sequence[str]) -> pa.RecordBatchReader:
        """The rows of a dataset in their final form, unordered: only columns that hold anything, or are required."""
        columns = ", ".join(self._final(dataset, numbered))
        table = sql.name("stage_" + dataset.name)
        return self.connection.sql(f"SELECT {columns} FROM {table}").to_arrow_reader(100_000)

    def in_order(self, dataset: Dataset, numbered: Sequence[str], size: int, start: int) -> Iterator[pa.Table]:
        """The same from row `start` on, in the order in which they came, with FILE and ROW beside them."""
        columns = ", ".join([*self._final(dataset, numbered), f'"{FILE}"', f'"{ROW}"'])
        table = sql.name("stage_" + dataset.name)
        query = f'SELECT {columns} FROM {table} ORDER BY "{NUMBER}" OFFSET {start}'
        waiting: list[pa.RecordBatch] = []
        for batch in self.connection.sql(query).to_arrow_reader(size):
            waiting.append(batch)
            while sum(part.num_rows for part in waiting) >= size:
                whole = pa.Table.from_batches(waiting)
                yield whole.slice(0, size)
                waiting = whole.slice(size).to_batches()
        if any(part.num_rows for part in waiting):
            yield pa.Table.from_batches(waiting)

    def _final(self, dataset: Dataset, numbered: Sequence[str]) -> list[str]:
        present = self._columns[dataset.name]
        filled = self.single(
            "SELECT "
            + ", ".join(f"count({sql.name(column.name)})" for column in present)
            + f" FROM {sql.name('stage_' + dataset.name)}"
        )
        columns = []
        for column, count in zip(present, filled, strict=True):
            if column.name in numbered:
                rest = [sql.name(part) for part in dataset.key if part != column.name]
                columns.append(
                    f"CAST(row_number() OVER (PARTITION BY {', '.join(rest)} ORDER BY {sql.name(dataset.instant)}, "
                    f'"{NUMBER}") AS BIGINT) AS {sql.name(column.name)}'
                )
            elif count or column.required:
                columns.append(sql.name(column.name))
        return columns

    def count(self, dataset: str) -> int:
        """Rows waiting."""
        return int(self.single(f"SELECT count(*) FROM {sql.name('stage_' + dataset)}")[0])

    def single(self, query: str) -> tuple[int, ...]:
        """The only row that a query answers; all of it is fetched, else the connection stays busy."""
        rows: list[tuple[int, ...]] = self.connection.execute(query).fetchall()
        return rows[0]


def _declared(dataset: Dataset, name: str) -> Column:
    column = dataset.column(name)
    if not isinstance(column, Column):
        raise ValueError(f"{dataset.name} declares no column {name}")
    return column


def _typed_take(rule: ColumnRule) -> bool:
    """Whether an event column already has its type: instants in UTC, and counts."""
    take = rule.take
    return take is not None and (take.what not in {"first", "last"} or take.of is None)


def _value(text: str, rule: ColumnRule, column: Column, mapping: Mapping) -> str:
    return sql.value_of(text, rule, column.type, column.unit, mapping.zone)


def _measures(rule: ColumnRule, column: Column, text: str) -> Iterator[tuple[str, ColumnRule, str]]:
    if rule.bad == "empty":
        yield "emptied", rule, f"count(*) FILTER (WHERE {text} IS NOT NULL AND {sql.name(rule.target)} IS NULL)"
    if rule.repair == "day_month":
        yield "exchanged", rule, sql.exchanged_count(text, rule)


def _unreadable(rule: ColumnRule, column: Column, text: str) -> Check:
    kinds = {
        "text": message("the value is not among those that the mapping knows"),
        "integer": message("this is not a whole number"),
        "number": message("this is not a number"),
        "boolean": message("this is neither yes nor no"),
        "instant": message("this is not an instant as the mapping describes it"),
        "date": message("this is not a date as the mapping describes it"),
    }
    return Check(f"({text} IS NOT NULL AND {sql.name(rule.target)} IS NULL)", rule.target, kinds[column.type])


def contract_checks(dataset: Dataset, present: Sequence[str]) -> list[Check]:
    """The rules of a dataset's contract that concern one row, for the columns that are `present`."""
    checks: list[Check] = []
    for column in dataset.columns:
        if column.name not in present:
            continue
        value = sql.name(column.name)
        if column.required:
            checks.append(Check(f"{value} IS NULL", column.name, message("a value is required here and missing")))
        if column.type in {"instant", "date"}:
            checks.append(
                Check(
                    f"NOT ({value} >= {quoted(sql.EARLIEST)}::TIMESTAMP AND {value} < {quoted(sql.LATEST)}::TIMESTAMP)",
                    column.name,
                    message("a date before 1970 or after 2099 cannot be right"),
                )
            )
        if column.low is not None:
            checks.append(
                Check(f"{value} < {column.low!r}", column.name, message("the value is below {low}", low=column.low))
            )
        if column.high is not None:
            checks.append(
                Check(f"{value} > {column.high!r}", column.name, message("the value is above {high}", high=column.high))
            )
    for earlier, later in dataset.order:
        if earlier in present and later in present:
            checks.append(
                Check(
                    f"{sql.name(later)} < {sql.name(earlier)}",
                    later,
                    message("it lies before {earlier}: a negative duration", earlier=earlier),
                )
            )
    return checks


def _chosen(table: TableRule, texts: Sequence[str], file: int) -> str:
    """SELECT of the `texts` and the place of the batch's rows that belong to the table."""
    columns = ", ".join([*texts, f'{file} AS "{FILE}"', f'batch."{ROW}"', f'batch."{NUMBER}"'])
    where = _filters(table)
    return f"SELECT {columns} FROM {_joined('batch', table)}{' WHERE ' + where if where else ''}"


def _joined(batch: str, table: TableRule) -> str:
    """The batch with the columns of the joined files beside it."""
    source = batch
    for position, join in enumerate(table.joins):
        alias = f"join_{position}"
        conditions = [f"{sql.cell(left, ())} = {alias}.{sql.name(f'{join.name}.{right}')}" for left, right in join.on]
        source += f" LEFT JOIN {alias} ON {' AND '.join(conditions)}"
    return source


def _filters(table: TableRule) -> str:
    """Which rows belong to the table at all."""
    parts = [f"coalesce({sql.cell(column, ())}, '') IN {sql.words(values)}" for column, values in table.only]
    parts += [f"coalesce({sql.cell(column, ())}, '') NOT IN {sql.words(values)}" for column, values in table.excluding]
    return " AND ".join(parts)
