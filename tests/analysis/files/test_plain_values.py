"""Columns typed as a whole have the values that reading them one by one gives."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from qualityloop.analysis.datasets import ColumnType
from qualityloop.analysis.files import expressions as sql
from qualityloop.analysis.files.mapping import ColumnRule
from qualityloop.analysis.files.plain_values import plainly_typed

INSTANTS = [
    "2026-03-01", "2026-03-01 08:30", "2026-03-01 08:30:00", "2026/03/01 08:30:00", "2026-03-01T08:30:00.25",
    "2026-03-01T083000.2", "2026-03-01T08:30:00Z", "2026-03-01 08:30:00+02:00", "2026-03-01 08:30:00 +02:00",
    "2026-03-01T08", "2026-03-01T0830", "2026-3-1 08:30:00", "2026-03-01T08:30:00.25+02", "2026-02-30 00:00:00",
    "2026-03-01 24:00:00", "2026-03-01T08+02:00", "2026-03-01T08Z", "1986-07-01 08:30:00", "1986-07-01 08:30",
    "2026-03-01/08:30", "2026/03-01 08:30", "infinity", "9999-12-31",
]  # fmt: skip
NUMBERS = [
    "0x1F", "+5", "-5", "007", "5.0", "1_000", "9223372036854775807", "9223372036854775808", "1e5", "inf", "nan",
    ".5", "5.", "1e999", "1,234", "1,5", "-0", "",
]  # fmt: skip


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "UTC"])
@pytest.mark.parametrize(
    ("kind", "cells"), [("instant", INSTANTS), ("date", INSTANTS), ("integer", NUMBERS), ("number", NUMBERS)]
)
def test_whole_columns_agree_with_single_values(kind: ColumnType, cells: list[str], zone: str) -> None:
    rule = ColumnRule("x")
    taken = 0
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for cell in cells:
            column = pa.chunked_array([pa.array([cell or None, None], pa.string())])
            found = plainly_typed(column, rule, kind, (), zone)
            if found is None:
                continue
            taken += cell != ""
            connection.register("t", pa.table({"text": column, "value": found.values}))
            value = sql.typed_wall("value", zone) if found.wall else "value"
            slow, quick = connection.execute(
                f"SELECT {sql.value_of('text', rule, kind, None, zone)}, {value} FROM t"
            ).fetchall()[0]
            assert quick == slow, cell
            assert cell == "" or quick is not None, cell
    assert taken >= 4


def test_words_that_mean_missing_are_gone() -> None:
    column = pa.chunked_array([pa.array(["1", "?", "NA"])])
    found = plainly_typed(column, ColumnRule("x", missing=("NA",)), "integer", ("?",), "UTC")
    assert found is not None
    assert found.values.to_pylist() == [1, None, None]
