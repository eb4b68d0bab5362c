"""Sums from the lake: every dimension at once for many indicators, and the cells of a single one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from qualityloop.analysis.datasets import DATASETS, Dataset, day_column
from qualityloop.analysis.engine import Dialect, Engine
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.indicators.language import parse_condition, parse_formula
from qualityloop.analysis.indicators.language.sql import column_sql, double_literal
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.problems.cells import Cells, Dimension, merged
from qualityloop.analysis.problems.measures import Measure, Part

Span = tuple[date, date]
TABLE = "segments"
PEOPLE = frozenset({"agent", "actor", "scorer", "author"})  # a weak point is not a person
BREADTH = 8  # dimensions that are searched together


@dataclass(frozen=True, slots=True)
class Source:
    """The rows and what reads them."""

    lake: Lake
    engine: Engine

    def dimensions(self, dataset: str) -> tuple[str, ...]:
        """The dimensions of a dataset that its rows have, persons left out, in the order of search."""
        present = self.lake.datasets[dataset].columns
        return tuple(name for name in DATASETS[dataset].dimensions if name in present and name not in PEOPLE)

    def shared_dimensions(self, measure: Measure) -> tuple[str, ...]:
        """Dimensions that all tables of a measure have."""
        first, *others = [self.dimensions(part.dataset) for part in measure.parts]
        return tuple(name for name in first if all(name in other for other in others))

    def attach(self, dataset: str, instant: str, days: Sequence[Span]) -> bool:
        """Make the rows of `days` (and others of their months) readable as TABLE; False where there are none."""
        if dataset not in self.lake.datasets:
            return False
        column = day_column(instant)
        months = [p for span in days for p in self.lake.datasets[dataset].between(column, *span)]
        files = list(dict.fromkeys(file for month in months for file in month.files))
        if files:
            self.engine.attach(TABLE, files)
        return bool(files)


@dataclass(slots=True)
class Segment:
    """Sums of one measure over one segment."""

    num: float = 0.0
    den: float = 0.0
    squares: float = 0.0
    beyond: float = 0.0

    def add(self, num: float | None, den: float | None, squares: float | None, beyond: float | None) -> None:
        """Add what another table contributes."""
        self.num += num or 0.0
        self.den += den or 0.0
        self.squares += squares or 0.0
        self.beyond += beyond or 0.0


def scan(source: Source, measures: Sequence[Measure], span: Span) -> dict[str, dict[Group, Segment]]:
    """Sums of everything and by each single dimension, for each measure; one query per table and instant."""
    tables: dict[tuple[str, str], list[tuple[str, Part]]] = defaultdict(list)
    for measure in measures:
        for part in measure.parts:
            tables[part.dataset, part.instant].append((measure.indicator.key, part))
    answer: dict[str, dict[Group, Segment]] = {m.indicator.key: defaultdict(Segment) for m in measures}
    for (dataset, instant), wanted in tables.items():
        if source.attach(dataset, instant, [span]):
            names = source.dimensions(dataset)
            rows = between(instant, [span], source.engine.dialect)
            for row in source.engine.query(_grouped(names, rows, wanted, source.engine.dialect)).to_pylist():
                group: Group = tuple((name, as_text(row[f"d{i}"])) for i, name in enumerate(names) if not row[f"g{i}"])
                for i, (key, _) in enumerate(wanted):
                    answer[key][group].add(row[f"num{i}"], row[f"den{i}"], row[f"squares{i}"], row[f"beyond{i}"])
    return answer


def promising(segments: dict[Group, Segment], names: Sequence[str], *, higher_is_better: bool) -> tuple[str, ...]:
    """The dimensions in which some segment is furthest on the bad side of the mean, in the order of search."""
    everything = segments.get(())
    if everything is None or not everything.den or len(names) <= BREADTH:
        return tuple(names)
    rate, sign = everything.num / everything.den, -1.0 if higher_is_better else 1.0
    excess = dict.fromkeys(names, 0.0)
    for group, segment in segments.items():
        if group and group[0][0] in excess:
            excess[group[0][0]] = max(excess[group[0][0]], sign * (segment.num - rate * segment.den))
    best = sorted(names, key=lambda name: -excess[name])[:BREADTH]
    return tuple(name for name in names if name in best)


def _grouped(names: Sequence[str], rows: str, wanted: Sequence[tuple[str, Part]], dialect: Dialect) -> str:
    """One pass over the rows: grouping sets of everything and of each dimension."""
    columns = [column_sql(name, dialect) for name in names]
    selected = [f"{column} AS d{i}, grouping({column}) AS g{i}" for i, column in enumerate(columns)]
    for i, (_, part) in enumerate(wanted):
        selected += [
            f"CAST({part.num} AS DOUBLE) AS num{i}",
            f"CAST({part.den} AS DOUBLE) AS den{i}",
            f"CAST({part.squares} AS DOUBLE) AS squares{i}",
            f"CAST({part.beyond} AS DOUBLE) AS beyond{i}",
        ]
    grouped = f" GROUP BY GROUPING SETS ({', '.join(['()', *(f'({column})' for column in columns)])})" if names else ""
    return f"SELECT {', '.join(selected)} FROM {TABLE} WHERE {rows}{grouped}"


def load_cells(source: Source, measure: Measure, names: Sequence[str], spans: Sequence[Sequence[Span]]) -> Cells | None:
    """The cells of one measure by `names`; `spans` holds the days of each bucket. None where there are no rows."""
    loaded = [
        _load(source.engine, part, names, days, bucket)
        for bucket, days in enumerate(spans)
        for part in measure.parts
        if days and source.attach(part.dataset, part.instant, days)
    ]
    return merged(loaded) if loaded else None


def _load(engine: Engine, part: Part, names: Sequence[str], days: Sequence[Span], bucket: int) -> Cells:
    grouped = ", ".join(column_sql(name, engine.dialect) for name in names)
    rows = between(part.instant, days, engine.dialect)
    condition = f"{rows} AND {part.where}" if part.where else rows
    sums = f"CAST({part.num} AS DOUBLE) AS num, CAST({part.den} AS DOUBLE) AS den"
    table = engine.query(
        f"SELECT {grouped + ', ' if names else ''}{sums}, CAST({part.squares} AS DOUBLE) AS squares"
        f" FROM {TABLE} WHERE {condition}{' GROUP BY ' + grouped if names else ''}"
    )
    return Cells(
        tuple(_coded(name, table.column(name)) for name in names),
        np.full(table.num_rows, bucket, dtype=np.int64),
        _numbers(table, "num"),
        _numbers(table, "den"),
        _numbers(table, "squares"),
    )


def value_of(source: Source, indicator: Indicator, group: Group, days: Sequence[Span]) -> float | None:
    """The value of one indicator for one group in `days`."""
    if not source.attach(indicator.dataset, indicator.period, days):
        return None
    contract, engine = DATASETS[indicator.dataset], source.engine
    where = parse_condition(indicator.where, contract) if indicator.where else None
    value = parse_formula(indicator.formula, contract).value_sql(engine.dialect, where)
    rows = between(indicator.period, days, engine.dialect)
    conditions = [rows, *(_equals(contract, column, wanted, engine.dialect) for column, wanted in group)]
    found = engine.query(f"SELECT {value} AS value FROM {TABLE} WHERE {' AND '.join(conditions)}").to_pylist()
    return None if found[0]["value"] is None else float(found[0]["value"])


def _equals(contract: Dataset, column: str, wanted: str | None, dialect: Dialect) -> str:
    name, known = column_sql(column, dialect), contract.column(column)
    if wanted is None:
        return f"{name} IS NULL"
    if known and known.type == "text":
        return f"{name} = {text_sql(wanted, dialect)}"
    return f"{name} = {wanted.upper() if wanted in ('true', 'false') else double_literal(float(wanted))}"


def _numbers(table: pa.Table, name: str) -> NDArray[np.float64]:
    return np.nan_to_num(np.asarray(table.column(name).to_numpy(), dtype=np.float64))


def _coded(name: str, column: pa.ChunkedArray) -> Dimension:
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    return Dimension(name, codes, tuple(as_text(value) for value in encoded.dictionary.to_pylist()))


def between(instant: str, days: Sequence[Span], dialect: Dialect) -> str:
    """The condition that the local day of `instant` lies in one of the spans."""
    column = column_sql(day_column(instant), dialect)
    spans = [f"{column} BETWEEN DATE '{first}' AND DATE '{last}'" for first, last in days]
    return f"({' OR '.join(spans)})"


def as_text(value: object) -> str | None:
    """A value of a dimension as groups carry it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
