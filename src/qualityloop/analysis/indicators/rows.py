"""The rows behind a number: exporting them and computing again gives the same number."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pyarrow as pa

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.engine import Dialect, Engine
from qualityloop.analysis.engine.literal import text_sql
from qualityloop.analysis.indicators.evaluate.plan import (
    Source,
    denominator_of,
    grouping_obstacle,
    obstacle,
    source_of,
)
from qualityloop.analysis.indicators.language.sql import column_sql, joined
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.lake import Lake, LakeDataset
from qualityloop.analysis.messages import AnalysisError, message

Side = Literal["all", "numerator", "not_numerator", "denominator"]


def rows_behind(
    lake: Lake,
    indicator: Indicator,
    *,
    engine: Engine,
    start: date,
    end: date,
    group: Group = (),
    side: Side = "all",
    limit: int | None = None,
    offset: int = 0,
    order: str | None = None,
    descending: bool = True,
) -> pa.Table:
    """Rows that count in the indicator in the local days start..end, newest first, with all columns of their dataset.

    "numerator" are those of them that meet the condition of a share, "not_numerator" the others; "denominator" are
    the rows of the other dataset where the indicator is counted per something. `order` is another column to sort by.
    """
    selection = _selection(lake, indicator, engine=engine, start=start, end=end, group=group, side=side)
    if selection is None:
        return pa.table({})
    dataset, table, where = selection
    contract = DATASETS[dataset.name]
    names = [c.name for c in (*contract.columns, *contract.derived) if c.name in dataset.columns]
    if order is not None and order not in names:
        raise AnalysisError(message("There is no column “{column}”.", column=order))
    keys = [name for name in dict.fromkeys([order or contract.instant, *contract.key]) if name in names]
    columns = ", ".join(column_sql(name, engine.dialect) for name in names)
    direction = "DESC" if descending else "ASC"
    by = ", ".join(
        f"{column_sql(name, engine.dialect)} {direction if i == 0 else 'ASC'} NULLS LAST" for i, name in enumerate(keys)
    )
    page = f" LIMIT {int(limit)}" if limit is not None else ""
    page += f" OFFSET {int(offset)}" if offset else ""
    return engine.query(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {by}{page}")


def count_behind(
    lake: Lake,
    indicator: Indicator,
    *,
    engine: Engine,
    start: date,
    end: date,
    group: Group = (),
    side: Side = "all",
) -> int:
    """How many rows `rows_behind` has without a limit."""
    selection = _selection(lake, indicator, engine=engine, start=start, end=end, group=group, side=side)
    if selection is None:
        return 0
    _, table, where = selection
    return int(engine.query(f"SELECT count(*) AS n FROM {table} WHERE {where}").column("n")[0].as_py())


def _selection(
    lake: Lake, indicator: Indicator, *, engine: Engine, start: date, end: date, group: Group, side: Side
) -> tuple[LakeDataset, str, str] | None:
    """Dataset, attached table and condition; None where no partition can hold such a row."""
    source = _asked(indicator, side)
    reason = obstacle(source, lake) or grouping_obstacle([source], tuple(c for c, _ in group), lake)
    if reason:
        raise AnalysisError(reason)
    dataset = lake.datasets[source.dataset]
    touched = dataset.between(source.day, start, end)
    if not touched:
        return None
    table = f"rows_{dataset.name}"
    engine.attach(table, [file for partition in touched for file in partition.files])
    dialect = engine.dialect
    conditions = [
        f"{column_sql(source.day, dialect)} BETWEEN DATE '{start}' AND DATE '{end}'",
        *(group_condition(source.dataset, column, value, dialect) for column, value in group),
        source.where.sql(dialect) if source.where else None,
        source.formula.rows_condition(dialect),
        _side_condition(source, side, dialect),
    ]
    return dataset, column_sql(table, dialect), joined(conditions) or "TRUE"


def _asked(indicator: Indicator, side: Side) -> Source:
    if side != "denominator":
        return source_of(indicator)
    per = denominator_of(indicator)
    if per is None:
        raise AnalysisError(message("This indicator has no denominator of its own."))
    return per


def _side_condition(source: Source, side: Side, dialect: Dialect) -> str | None:
    if side in ("all", "denominator"):
        return None
    numerator = source.formula.numerator_condition(dialect)
    if numerator is None:  # every row that counts is in the numerator
        return None if side == "numerator" else "FALSE"
    return numerator if side == "numerator" else f"(NOT coalesce({numerator}, FALSE))"


def group_condition(dataset: str, column: str, value: str | None, dialect: Dialect) -> str:
    """SQL for the rows of one group, as its column and value are written in a Group."""
    name = column_sql(column, dialect)
    if value is None:
        return f"({name} IS NULL)"
    found = DATASETS[dataset].column(column)
    if found is not None and found.type == "text":
        return f"({name} = {text_sql(value, dialect)})"
    return f"(CAST({name} AS {'STRING' if dialect == 'spark' else 'VARCHAR'}) = {text_sql(value, dialect)})"
