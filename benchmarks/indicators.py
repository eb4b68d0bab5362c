"""12 indicators × team × channel × month over made-up tickets: ours, hand-written DuckDB, pandas, PostgreSQL.

Each answers with the number of values and their sum, so that a contender that computes something else is seen.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import data, postgres
from benchmarks.measure import Contender, Result, race

END = date(2026, 10, 31)


@contextlib.contextmanager
def postgres_with_tickets(lake: Path) -> Iterator[str | None]:
    """A PostgreSQL with the tickets loaded; None where it is not installed."""
    import duckdb
    import psycopg

    with postgres.server() as server:
        if server is None:
            yield None
            return
        with psycopg.connect(server.dsn) as connection:
            connection.execute(
                "CREATE TABLE tickets (ticket_id text, created_at_day date, team text, channel text, product_kind text,"
                " first_response_minutes float8, contacts int8, reopened int8, escalated bool, in_time bool,"
                " resolution_hours float8, handling_minutes float8)"
            )
            names = [c.name for c in (connection.execute("SELECT * FROM tickets").description or [])]
            csv = server.folder / "tickets.csv"
            source = f"SELECT {', '.join(names)} FROM read_parquet('{lake}/tickets/*.parquet')"
            duckdb.sql(f"COPY ({source}) TO '{csv}' (HEADER false)")
            with connection.cursor().copy("COPY tickets FROM STDIN (FORMAT csv)") as copy, csv.open("rb") as file:
                while block := file.read(1 << 20):
                    copy.write(block)
            connection.commit()
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE tickets")
        yield server.dsn


def compare(lake: Path, runs: int) -> list[Result]:
    """Ours and the three others, in turn."""
    path: dict[str, Any] = {"lake": str(lake)}
    with postgres_with_tickets(lake) as dsn:
        contenders = [
            Contender("QualityLoop", "benchmarks.indicators_ours:ours", path),
            Contender("hand-written DuckDB", "benchmarks.indicators_duckdb:hand_written", path),
            Contender("pandas", "benchmarks.indicators_pandas:pandas", path),
        ]
        if dsn:
            contenders.append(
                Contender(
                    "PostgreSQL", "benchmarks.indicators_postgresql:postgresql", {"dsn": dsn}, measured_memory=False
                )
            )
        results = race(contenders, runs)
    for other in results[1:]:
        if other.answer != results[0].answer:
            raise RuntimeError(f"{other.name} computed something else: {other.answer} ≠ {results[0].answer}")
    return results


def refresh(folder: Path, tickets: int, runs: int) -> list[Result]:
    """A full computation against a refresh after one more day arrived."""
    import duckdb

    from qualityloop.analysis.lake import LakeWriter

    results = [Result("refresh after one more day"), Result("full computation")]
    for run in range(runs):
        path, cache = folder / f"refresh-{run}", folder / f"cache-{run}.sqlite3"
        data.lake(path, tickets=tickets)
        yesterday, today = END - timedelta(days=1), END
        source = duckdb.sql(data.tickets_sql(tickets))
        names = ", ".join(source.columns)
        # The lake as it stood the day before, computed; then the last month comes in again with one more day.
        for last in (yesterday, today):
            with LakeWriter(path) as writer:
                rows = duckdb.sql(
                    f"SELECT {names} FROM source WHERE created_at >= TIMESTAMP '2026-09-30 16:00:00' "
                    f"AND created_at < TIMESTAMP '{last} 16:00:00'"
                )
                writer.write("tickets", rows.to_arrow_table(), mode="months")
                writer.commit()
            arguments = {"lake": str(path), "cache": str(cache)}
            timed = race([Contender("refresh", "benchmarks.indicators_ours:ours", arguments)], 1)[0]
        results[0].seconds += timed.seconds
        results[0].peak_mb = timed.peak_mb
        full = race([Contender("full", "benchmarks.indicators_ours:ours", {"lake": str(path)})], 1)[0]
        results[1].seconds += full.seconds
        results[1].peak_mb = full.peak_mb
        if timed.answer != full.answer:
            raise RuntimeError(f"the refresh computed something else: {timed.answer} ≠ {full.answer}")
        shutil.rmtree(path)
    return results
