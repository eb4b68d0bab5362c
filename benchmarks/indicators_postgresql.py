"""PostgreSQL."""

from __future__ import annotations

import psycopg

from benchmarks.indicators_sql import QUANTITIES, digest, select


def postgresql(dsn: str) -> list[float]:
    """The same SQL on PostgreSQL, its table analysed."""
    sql = select("date_trunc('month', created_at_day)", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {x})")
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(sql.encode()).fetchall()
    return digest([row[3 + 2 * i] for row in rows for i in range(len(QUANTITIES))])
