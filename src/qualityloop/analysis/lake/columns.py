"""Columns as the lake stores them: types, what is derived from them, which days they span."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.datasets import ColumnType, Computed, Dataset, Derived, Elapsed, LocalPart
from qualityloop.analysis.engine.duckdb import quoted

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


def month_sql(dataset: Dataset, zone: str) -> str:
    """SQL: the local month of a row, like 2026-03."""
    return f"strftime({local_time(dataset.instant, zone)}, '%Y-%m')"


def derived_columns(dataset: Dataset, present: frozenset[str], calendar: bool) -> list[Derived]:
    """The derived columns that can be computed from the `present` ones; working time only with a calendar."""
    return [
        column
        for column in dataset.derived
        if set(column.inputs) <= present and (calendar or not (isinstance(column, Elapsed) and column.working))
    ]


def local_time(instant: str, zone: str) -> str:
    """SQL: what the column `instant` reads on the wall clock of `zone`."""
    return f"timezone({quoted(zone)}, \"{instant}\" AT TIME ZONE 'UTC')"


def derived_sql(column: Derived, zone: str) -> str:
    """SQL of a derived column; clock time for working ones, which `working_time` computes."""
    if isinstance(column, LocalPart):
        local = local_time(column.instant, zone)
        return {
            "day": f"CAST({local} AS DATE)",
            "hour": f"CAST(hour({local}) AS BIGINT)",
            "weekday": f"CAST(isodow({local}) AS BIGINT)",
        }[column.part]
    if isinstance(column, Computed):
        return f"CAST({column.sql} AS {_SQL_TYPES[column.type]})"
    divisor = _MICROSECONDS[column.unit]
    return f'CAST(epoch_us("{column.end}") - epoch_us("{column.start}") AS DOUBLE) / {divisor!r}'


def check_schema(contract: Dataset, schema: pa.Schema) -> None:
    """ValueError where columns are unknown, missing or of a wrong type."""
    declared = {column.name: column for column in contract.columns}
    unknown = set(schema.names) - set(declared)
    missing = {column.name for column in contract.columns if column.required} - set(schema.names)
    wrong = [f.name for f in schema if f.name in declared and f.type != ARROW_TYPES[declared[f.name].type]]
    for what, names in (("unknown columns", unknown), ("missing columns", missing), ("wrong types", set(wrong))):
        if names:
            raise ValueError(f"{contract.name}: {what}: {', '.join(sorted(names))}")


def working_time(table: pa.Table, column: Elapsed, calendar: WorkingCalendar) -> pa.Array:
    """The values of a derived column that counts working time."""
    starts, ends = (table.column(name).to_numpy().astype("datetime64[us]") for name in column.inputs)
    seconds = calendar.working_seconds(starts, ends)
    return pa.array(seconds / (_MICROSECONDS[column.unit] / 1e6), pa.float64(), mask=np.isnan(seconds))


def day_ranges(table: pa.Table) -> dict[str, Sequence[str]]:
    """First and last day in each column of days."""
    ranges: dict[str, Sequence[str]] = {}
    for field_ in table.schema:
        if field_.type == pa.date32() and table.num_rows:
            found = pc.min_max(table.column(field_.name)).as_py()
            if found["min"] is not None:
                ranges[field_.name] = (found["min"].isoformat(), found["max"].isoformat())
    return ranges
