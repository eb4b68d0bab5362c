"""Rows in memory into the database: our receiving beside a plain insert into the same tables, keys and indexes."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import data, postgres
from benchmarks.importing import empty
from benchmarks.measure import Contender, Result, run_once


def _ready(home: str, database: str) -> None:
    os.environ["QUALITYLOOP_HOME"], os.environ["QUALITYLOOP_DATABASE"] = home, database
    from qualityloop.config.prepare import set_up

    set_up()


def prepared(home: str, database: str) -> None:
    """A migrated database without records."""
    os.environ["QUALITYLOOP_DATABASE"] = database
    empty(home)


def ours(home: str, database: str, folder: str) -> dict[str, Any]:
    """Check, compare with what is there, look up teams and tickets, write 20,000 rows a transaction."""
    _ready(home, database)
    import pyarrow.parquet as pq

    from qualityloop.foundation.records.models import Batch
    from qualityloop.foundation.records.receiving import receive

    begin, counts = time.perf_counter(), {}
    batch = Batch.objects.create(label="bench")
    for name in ("tickets", "ticket_events"):
        received = receive(name, pq.read_table(Path(folder) / f"{name}.parquet"), source="bench", batch=batch)
        counts[name] = received.created + received.unchanged
    return {"seconds": time.perf_counter() - begin, "rows": counts}


def plain(home: str, database: str, folder: str) -> dict[str, Any]:
    """What one would write by hand: COPY (PostgreSQL) or executemany (SQLite), one transaction a table, no checks."""
    _ready(home, database)
    import pyarrow as pa
    from django.db import transaction

    from qualityloop.operations.models import Ticket, TicketEvent
    from qualityloop.people.models import Department

    begin, source, home_of = time.perf_counter(), duckdb.connect(), Path(folder)
    for name in ("tickets", "ticket_events"):
        source.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{home_of / name}.parquet')")
    names = [row[0] for row in source.execute("SELECT DISTINCT team FROM tickets ORDER BY 1").fetchall()]
    keys = [Department.objects.create(name=name).pk for name in names]
    source.register("teams", pa.table({"team": names, "team_id": keys}))
    with transaction.atomic():
        _write(
            source,
            Ticket,
            "SELECT *, ticket_id AS number, ticket_id AS external_id, 'plain' AS source,"
            " now() AT TIME ZONE 'UTC' AS recorded_at, now() AT TIME ZONE 'UTC' AS changed_at"
            " FROM tickets JOIN teams USING (team)",
        )
    known = list(Ticket.objects.values_list("external_id", "pk"))
    found = pa.table({"ticket_id": [row[0] for row in known], "key": [row[1] for row in known]})
    source.register("known", found)
    with transaction.atomic():
        sql = 'SELECT key AS ticket_id, seq, "at", activity, actor FROM ticket_events JOIN known USING (ticket_id)'
        _write(source, TicketEvent, sql)
    seconds = time.perf_counter() - begin
    return {
        "seconds": seconds,
        "rows": {"tickets": Ticket.objects.count(), "ticket_events": TicketEvent.objects.count()},
    }


def _write(source: duckdb.DuckDBPyConnection, model: Any, sql: str) -> None:
    from django.db import connection

    given = {row[0] for row in source.execute(f"DESCRIBE {sql}").fetchall()}
    columns, cells = [], []
    for field in model._meta.concrete_fields:
        if field.primary_key or (field.attname not in given and field.null):
            continue
        columns.append(field.column)
        default = field.get_default() if field.attname not in given else None
        cells.append(f'"{field.attname}"' if field.attname in given else _literal(default))
    rows = f"SELECT {', '.join(cells)} FROM ({sql})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "rows.csv"
                source.execute(f"COPY ({rows}) TO '{file}' (HEADER false, FORCE_QUOTE *)")
                copying = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
                with cursor.copy(copying) as copy, file.open("rb") as opened:
                    while block := opened.read(1 << 20):
                        copy.write(block)
            return
        marks = ", ".join(["%s"] * len(columns))
        insert = f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({marks})"
        found = source.execute(rows)
        while chunk := found.fetchmany(20_000):
            cursor.executemany(insert, chunk)


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return "'" + str(value or "").replace("'", "''") + "'"


def run(folder: Path, tickets: int, runs: int) -> dict[str, list[Result]]:
    """By database: ours into an empty one and the plain insert in turn, then the same rows once more into ours."""
    with duckdb.connect() as connection:
        for name, sql in (("tickets", data.tickets_sql(tickets)), ("ticket_events", data.events_sql(tickets))):
            connection.execute(f"COPY ({sql}) TO '{folder / name}.parquet' (FORMAT parquet)")
    found = {"SQLite": _race(folder / "sqlite", folder, None, runs)}
    with postgres.server() as server:
        if server is not None:
            found["PostgreSQL"] = _race(folder / "postgresql", folder, server, runs)
    return found


def _race(homes: Path, folder: Path, server: postgres.Server | None, runs: int) -> list[Result]:
    results = [Result("QualityLoop"), Result("plain insert"), Result("QualityLoop, the same rows again")]
    _create(server, "empty")
    run_once(Contender("prepare", "benchmarks.receiving:prepared", _place(homes, server, "empty")))
    for _turn in range(runs):
        for result, function in zip(results, ("ours", "plain", "ours"), strict=True):
            if result is not results[2]:
                shutil.rmtree(homes / function, ignore_errors=True)
                shutil.copytree(homes / "empty", homes / function)
                _create(server, function, "empty")
            arguments = {**_place(homes, server, function), "folder": str(folder)}
            one = Contender(result.name, f"benchmarks.receiving:{function}", arguments)
            _with_set_up, peak, answer = run_once(one)
            result.seconds.append(answer["seconds"])
            result.answer = answer["rows"]
            result.peak_mb = max(result.peak_mb or 0.0, peak)
    if len({str(result.answer) for result in results}) > 1:
        raise RuntimeError(f"not the same rows: {[result.answer for result in results]}")
    return results


def _place(homes: Path, server: postgres.Server | None, name: str) -> dict[str, str]:
    return {"home": str(homes / name), "database": server.address(name) if server else ""}


def _create(server: postgres.Server | None, name: str, template: str = "template1") -> None:
    if server is None:
        return
    import psycopg

    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
