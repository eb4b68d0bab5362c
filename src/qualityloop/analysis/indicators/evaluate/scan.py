"""The one place that asks an engine: wide conditional aggregates per group and period, then rolled up.

All formulas of one dataset and period column are answered by one query per cluster of grouping columns; coarser
groupings are added up from its cells with numpy, which is exact for every component: counts and sums add, means
and variances combine (Chan, Golub and LeVeque 1979), and quantiles are taken from the values themselves.
The same SQL runs on every engine; only names and literals are written in its dialect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.engine import Dialect, Engine
from qualityloop.analysis.indicators.evaluate.cells import COMPONENTS, Cells
from qualityloop.analysis.indicators.evaluate.plan import Source
from qualityloop.analysis.indicators.evaluate.rollup import Fine, Rolled
from qualityloop.analysis.indicators.language.sql import column_sql
from qualityloop.analysis.indicators.values import Grain, Grouping
from qualityloop.analysis.lake import LakeDataset, Partition

Floats = NDArray[np.float64]
_FINEST = 8  # a joint grouping may have one cell for this many rows; beyond, separate queries are faster


@dataclass(frozen=True, slots=True)
class Bucket:
    """A period, and the days of it (inclusive) that are asked for."""

    period: date
    first: date
    last: date


@dataclass(slots=True)
class Scan:
    """Sources of one dataset and period column, wanted for the same buckets."""

    dataset: LakeDataset
    day: str
    grain: Grain
    buckets: Sequence[Bucket]
    wanted: dict[Source, list[Grouping]]

    @property
    def partitions(self) -> list[Partition]:
        """The partitions that may hold rows of the buckets."""
        spans = _spans(self.buckets)
        return [p for p in self.dataset.partitions if any(p.touches(self.day, *span) for span in spans)]


def run(scan: Scan, engine: Engine) -> dict[tuple[Source, Grouping], Cells]:
    """Cells of every source and grouping that the scan wants, one column per bucket."""
    partitions = scan.partitions
    groupings = list(dict.fromkeys(g for wanted in scan.wanted.values() for g in wanted))
    answers: dict[tuple[Source, Grouping], Cells] = {}
    table = f"values_{scan.dataset.name}"
    clusters = _clusters(groupings, partitions, table, engine)
    if partitions:
        engine.attach(table, [file for p in partitions for file in p.files])
    periods = [bucket.period for bucket in scan.buckets]
    for cluster in clusters:
        columns = tuple(dict.fromkeys(c for grouping in cluster for c in grouping))
        compiled = _Compiled([s for s, wanted in scan.wanted.items() if set(wanted) & set(cluster)], engine.dialect)
        fine = None
        if partitions:
            fine = Fine(engine.query(_sql(scan, compiled, columns, table, engine.dialect)), columns, periods)
        for grouping in cluster:
            rolled = fine.rolled(grouping) if fine else None
            for source, wanted in scan.wanted.items():
                if grouping in wanted:
                    tables = compiled.tables(source, rolled, len(periods))
                    answers[source, grouping] = Cells(rolled.groups if rolled else [], tables)
    return answers


def _spans(buckets: Sequence[Bucket]) -> list[tuple[date, date]]:
    """Runs of adjoining days."""
    spans: list[tuple[date, date]] = []
    for bucket in sorted(buckets, key=lambda b: b.first):
        if spans and bucket.first <= spans[-1][1] + timedelta(days=1):
            spans[-1] = (spans[-1][0], max(spans[-1][1], bucket.last))
        else:
            spans.append((bucket.first, bucket.last))
    return spans


def _clusters(
    groupings: Sequence[Grouping], partitions: Sequence[Partition], table: str, engine: Engine
) -> list[list[Grouping]]:
    """Groupings that are answered by one query over all of their columns together.

    Joining them is faster than one query each as long as the cells stay few; how many there would be is seen from
    the number of different values in the largest partition.
    """
    maximal = [g for g in groupings if not any(set(g) < set(other) for other in groupings)]
    if len(maximal) <= 1 or not partitions:
        return [list(groupings)]
    sample = max(partitions, key=lambda p: p.rows)
    sizes = _cardinalities({c for g in maximal for c in g}, sample, table, engine)

    def combinations(columns: set[str]) -> float:
        return float(np.prod([float(sizes[c]) for c in columns]))

    joint: list[set[str]] = []
    for grouping in sorted(maximal, key=lambda g: combinations(set(g))):
        for columns in joint:
            if combinations(columns | set(grouping)) * _FINEST <= sample.rows:
                columns |= set(grouping)
                break
        else:
            joint.append(set(grouping))
    clusters: list[list[Grouping]] = [[] for _ in joint]
    for grouping in groupings:
        fitting = [i for i, columns in enumerate(joint) if set(grouping) <= columns]
        clusters[min(fitting, key=lambda i: combinations(joint[i]))].append(grouping)
    return [cluster for cluster in clusters if cluster]


def _cardinalities(columns: set[str], sample: Partition, table: str, engine: Engine) -> dict[str, int]:
    ordered = sorted(columns)
    listed = ", ".join(
        f"approx_count_distinct({column_sql(c, engine.dialect)}) + 1 AS d{i}" for i, c in enumerate(ordered)
    )
    engine.attach(table, sample.files)
    found = engine.query(f"SELECT {listed} FROM {column_sql(table, engine.dialect)}").to_pylist()[0]
    return {c: found[f"d{i}"] for i, c in enumerate(ordered)}


def _sql(scan: Scan, compiled: _Compiled, columns: Grouping, table: str, dialect: Dialect) -> str:
    day = column_sql(scan.day, dialect)
    period = day if scan.grain == "day" else f"CAST(date_trunc('{scan.grain}', {day}) AS DATE)"
    keys = [f"{period} AS __p", *(f"{column_sql(c, dialect)} AS __g{i}" for i, c in enumerate(columns))]
    spans = " OR ".join(f"{day} BETWEEN DATE '{first}' AND DATE '{last}'" for first, last in _spans(scan.buckets))
    groups = ", ".join(["__p", *(f"__g{i}" for i in range(len(columns)))])
    aggregates = ", ".join(f"{sql} AS {name}" for sql, name in compiled.names.items())
    return (
        f"SELECT {groups}, {aggregates} FROM (SELECT {', '.join(keys)}, * FROM {column_sql(table, dialect)}"
        f" WHERE {spans}) AS rows_in_time GROUP BY {groups}"
    )


class _Compiled:
    """The SQL aggregates of sources, each written once however many formulas need it."""

    def __init__(self, sources: Sequence[Source], dialect: Dialect) -> None:
        self.names: dict[str, str] = {}
        self._columns = {
            source: [
                {component: self.names.setdefault(sql, f"__c{len(self.names)}") for component, sql in found.items()}
                for found in _aggregates(source, dialect)
            ]
            for source in sources
        }

    def tables(self, source: Source, rolled: Rolled | None, periods: int) -> dict[str, Floats]:
        """The components of a source by group × period."""
        tables: dict[str, Floats] = {}
        for i, (atom, columns) in enumerate(zip(source.atoms, self._columns[source], strict=True)):
            if rolled is None:
                found = {component: np.zeros((0, periods)) for component in COMPONENTS[atom.kind]}
            elif atom.q is not None:
                found = rolled.quantile(columns["list"], atom.q)
            else:
                found = rolled.reduced(atom.kind, columns)
            tables |= {f"{i}.{component}": table for component, table in found.items()}
        return tables


def _aggregates(source: Source, dialect: Dialect) -> list[dict[str, str]]:
    """SQL aggregates of each function of a source; for quantiles the values themselves, which are ranked here."""
    found = []
    for atom in source.atoms:
        scalar = atom.scalar(dialect) if atom.kind == "quantile" else None
        if scalar is None:
            found.append(atom.components(dialect, source.where))
        else:
            where = f" AND {source.where.sql(dialect)}" if source.where else ""
            found.append({"list": f"array_agg({scalar}) FILTER (WHERE {scalar} IS NOT NULL{where})"})
    return found
