"""12 indicators × team × channel × month over made-up tickets: ours, hand-written DuckDB, pandas, PostgreSQL.

Each answers with the number of values and their sum, so that a contender that computes something else is seen.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks import data
from benchmarks.measure import Contender, Result, race

STANDARD = Path(__file__).with_name("standard.yaml")
START, END = date(2025, 11, 1), date(2026, 10, 31)
QUANTITIES = (
    ("in_5_minutes", "TRUE", "share", "first_response_minutes <= 5"),
    ("in_15_minutes", "channel IN ('phone', 'online')", "share", "first_response_minutes <= 15"),
    ("first_contact", "TRUE", "share", "contacts = 1 AND reopened = 0"),
    ("escalated", "TRUE", "share", "escalated"),
    ("in_time", "TRUE", "share", "in_time"),
    ("mean_response", "TRUE", "avg", "first_response_minutes"),
    ("mean_resolution", "product_kind = 'hardware'", "avg", "resolution_hours"),
    ("mean_handling", "TRUE", "avg", "handling_minutes"),
    ("volume", "TRUE", "count", "ticket_id"),
    ("contacts", "TRUE", "sum", "contacts"),
    ("median_resolution", "TRUE", "median", "resolution_hours"),
    ("contacts_per_ticket", "TRUE", "ratio", "contacts"),
)


def _digest(values: Sequence[float | None]) -> list[float]:
    known = [float(v) for v in values if v is not None and v == v]
    return [len(known), round(sum(known), 2)]


def ours(lake: str, cache: str | None = None, end: str | None = None) -> list[float]:
    """Values with n, interval, status, history and control limits, as `qualityloop diagnose` computes them."""
    from qualityloop.analysis.indicators.evaluate import evaluate
    from qualityloop.analysis.indicators.loading import load_standard

    from qualityloop.analysis.engine import open_engine
    from qualityloop.analysis.lake import Lake

    with open_engine("duckdb") as engine:
        answer = evaluate(
            Lake.open(Path(lake)),
            load_standard(STANDARD),
            engine=engine,
            start=START,
            end=date.fromisoformat(end) if end else END,
            grain="month",
            groupings=[("team", "channel")],
            cache=Path(cache) if cache else None,
        )
    return _digest([v.value for v in answer.values if v.group])


def _aggregate(where: str, kind: str, what: str, *, quantile: str = "quantile_cont({x}, 0.5)") -> tuple[str, str]:
    """(value, n) as somebody who knows SQL would write them."""
    chosen = f"({where})"
    if kind == "share":
        n = f"count(*) FILTER (WHERE {chosen} AND ({what}) IS NOT NULL)"
        return f"CAST(count(*) FILTER (WHERE {chosen} AND ({what})) AS DOUBLE PRECISION) / nullif({n}, 0)", n
    if kind == "ratio":
        return f"CAST(sum({what}) AS DOUBLE PRECISION) / count(*)", "count(*)"
    n = f"count({what}) FILTER (WHERE {chosen})"
    if kind == "count":
        return n, n
    if kind == "median":
        return f"{quantile.format(x=what)} FILTER (WHERE {chosen})", n
    return f"{kind}({what}) FILTER (WHERE {chosen})", n


def _select(month: str, quantile: str) -> str:
    columns = []
    for key, where, kind, what in QUANTITIES:
        value, n = _aggregate(where, kind, what, quantile=quantile)
        columns += [f"{value} AS {key}", f"{n} AS {key}_n"]
    return f"SELECT {month} AS month, team, channel, {', '.join(columns)} FROM tickets GROUP BY 1, 2, 3"


def hand_written(lake: str) -> list[float]:
    """One scan with filtered aggregates over the same Parquet files: value and n only."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW tickets AS SELECT * FROM read_parquet('{lake}/tickets/*.parquet')")
    sql = _select("date_trunc('month', created_at_day)", "quantile_cont({x}, 0.5)")
    rows = connection.execute(sql).fetchall()
    return _digest([row[3 + 2 * i] for row in rows for i in range(len(QUANTITIES))])


def pandas(lake: str) -> list[float]:
    """The usual notebook: read the columns that are needed, group, aggregate."""
    import pandas as pd

    columns = [
        *("created_at_day", "team", "channel", "product_kind", "ticket_id", "first_response_minutes"),
        *("contacts", "reopened", "escalated", "in_time", "resolution_hours", "handling_minutes"),
    ]
    frame = pd.read_parquet(f"{lake}/tickets", columns=columns)
    frame["month"] = pd.to_datetime(frame["created_at_day"]).dt.to_period("M")
    answered = frame["first_response_minutes"]
    frame["in_5_minutes"] = (answered <= 5).astype(float).where(answered.notna())
    selected = answered.notna() & frame["channel"].isin(["phone", "online"])
    frame["in_15_minutes"] = (answered <= 15).astype(float).where(selected)
    frame["first_contact"] = ((frame["contacts"] == 1) & (frame["reopened"] == 0)).astype(float)
    frame["escalated"] = frame["escalated"].astype(float)
    frame["in_time"] = frame["in_time"].astype(float)
    frame["mean_resolution"] = frame["resolution_hours"].where(frame["product_kind"] == "hardware")
    table = frame.groupby(["month", "team", "channel"], observed=True).agg(
        in_5_minutes=("in_5_minutes", "mean"),
        in_15_minutes=("in_15_minutes", "mean"),
        first_contact=("first_contact", "mean"),
        escalated=("escalated", "mean"),
        in_time=("in_time", "mean"),
        mean_response=("first_response_minutes", "mean"),
        mean_resolution=("mean_resolution", "mean"),
        mean_handling=("handling_minutes", "mean"),
        volume=("ticket_id", "count"),
        contacts=("contacts", "sum"),
        median_resolution=("resolution_hours", "median"),
    )
    table["contacts_per_ticket"] = table["contacts"] / table["volume"]
    return _digest(table.to_numpy().ravel().tolist())


def postgresql(dsn: str) -> list[float]:
    """The same SQL on PostgreSQL, its table analysed."""
    import psycopg

    sql = _select("date_trunc('month', created_at_day)", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {x})")
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(sql.encode()).fetchall()
    return _digest([row[3 + 2 * i] for row in rows for i in range(len(QUANTITIES))])


def _as_postgres() -> list[str]:
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextlib.contextmanager
def postgres_with_tickets(lake: Path) -> Iterator[str | None]:
    """A PostgreSQL of our own on a socket, with the tickets loaded; None where it is not installed."""
    import duckdb
    import psycopg

    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    binaries = found[-1].parent if found else None
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="qualityloop-pg-"))
    folder.chmod(0o777)
    run = _as_postgres()
    cluster, log = folder / "data", folder / "log"
    subprocess.run(
        [*run, binaries / "initdb", "-D", cluster, "-A", "trust", "-U", "bench"], check=True, capture_output=True
    )
    options = f"-c listen_addresses='' -k {folder} -c shared_buffers=1GB -c work_mem=256MB -c fsync=off"
    try:
        subprocess.run(
            [*run, binaries / "pg_ctl", "-D", cluster, "-l", log, "-w", "-o", options, "start"],
            check=True,
            capture_output=True,
        )
        dsn = f"host={folder} user=bench dbname=postgres"
        with psycopg.connect(dsn) as connection:
            connection.execute(
                "CREATE TABLE tickets (ticket_id text, created_at_day date, team text, channel text, product_kind text,"
                " first_response_minutes float8, contacts int8, reopened int8, escalated bool, in_time bool,"
                " resolution_hours float8, handling_minutes float8)"
            )
            names = [c.name for c in (connection.execute("SELECT * FROM tickets").description or [])]
            csv = folder / "tickets.csv"
            source = f"SELECT {', '.join(names)} FROM read_parquet('{lake}/tickets/*.parquet')"
            duckdb.sql(f"COPY ({source}) TO '{csv}' (HEADER false)")
            with connection.cursor().copy("COPY tickets FROM STDIN (FORMAT csv)") as copy, csv.open("rb") as file:
                while block := file.read(1 << 20):
                    copy.write(block)
            connection.commit()
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE tickets")
        yield dsn
    finally:
        subprocess.run(
            [*run, binaries / "pg_ctl", "-D", cluster, "-m", "immediate", "stop"], check=False, capture_output=True
        )
        shutil.rmtree(folder, ignore_errors=True)


def compare(lake: Path, runs: int) -> list[Result]:
    """Ours and the three others, in turn."""
    path: dict[str, Any] = {"lake": str(lake)}
    with postgres_with_tickets(lake) as dsn:
        contenders = [
            Contender("QualityLoop", "benchmarks.indicators:ours", path),
            Contender("hand-written DuckDB", "benchmarks.indicators:hand_written", path),
            Contender("pandas", "benchmarks.indicators:pandas", path),
        ]
        if dsn:
            contenders.append(
                Contender("PostgreSQL", "benchmarks.indicators:postgresql", {"dsn": dsn}, measured_memory=False)
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
            timed = race([Contender("refresh", "benchmarks.indicators:ours", arguments)], 1)[0]
        results[0].seconds += timed.seconds
        results[0].peak_mb = timed.peak_mb
        full = race([Contender("full", "benchmarks.indicators:ours", {"lake": str(path)})], 1)[0]
        results[1].seconds += full.seconds
        results[1].peak_mb = full.peak_mb
        if timed.answer != full.answer:
            raise RuntimeError(f"the refresh computed something else: {timed.answer} ≠ {full.answer}")
        shutil.rmtree(path)
    return results
