"""Hand-written DuckDB."""

from __future__ import annotations

import duckdb

from benchmarks.indicators_sql import QUANTITIES, digest, select


def hand_written(lake: str) -> list[float]:
    """One scan with filtered aggregates over the same Parquet files: value and n only."""
    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW tickets AS SELECT * FROM read_parquet('{lake}/tickets/*.parquet')")
    sql = select("date_trunc('month', created_at_day)", "quantile_cont({x}, 0.5)")
    rows = connection.execute(sql).fetchall()
    return digest([row[3 + 2 * i] for row in rows for i in range(len(QUANTITIES))])
