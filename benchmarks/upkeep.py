"""Keeping the lake up to date with a large SQLite database: after one day, after nothing, and all of it anew."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.data import TEAMS, events_sql, tickets_sql
from benchmarks.measure import Contender, Result, run_once

CHUNK = 50_000
INSTANTS = ("created_at", "first_response_at", "resolved_at", "due_at")
OWN = ("channel", "product", "product_kind", "contacts", "reopened", "escalated", "handling_minutes")


def _django(home: str) -> None:
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import set_up

    set_up()


def fill(home: str, tickets: int) -> int:
    """A database of `tickets` tickets and their events, written past Django; the number of rows."""
    from django.core.management import call_command

    _django(home)
    Path(home).mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    from qualityloop.operations.models import Ticket, TicketEvent
    from qualityloop.people.models import Department

    teams = {name: Department.objects.get_or_create(name=name)[0].pk for name in TEAMS}
    source = duckdb.connect()
    with closing(sqlite3.connect(Path(home) / "db.sqlite3", isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")
        instants = ", ".join(f"strftime({c}, '%Y-%m-%d %H:%M:%S') AS {c}" for c in INSTANTS)
        sql = f"SELECT ticket_id AS number, {instants}, team, {', '.join(OWN)} FROM ({tickets_sql(tickets)})"
        _copy(source, sql, target, Ticket, lambda row: {**row, "team_id": teams[row.pop("team")]})
        keys = dict(target.execute("SELECT number, id FROM operations_ticket"))
        sql = (
            'SELECT ticket_id, seq, strftime("at", \'%Y-%m-%d %H:%M:%S\') AS "at", activity, actor'
            f" FROM ({events_sql(tickets)})"
        )
        _copy(source, sql, target, TicketEvent, lambda row: {**row, "ticket_id": keys[row["ticket_id"]]})
        target.execute("ANALYZE")
        counted = target.execute(
            "SELECT (SELECT count(*) FROM operations_ticket) + (SELECT count(*) FROM operations_ticketevent)"
        ).fetchone()
    return int(counted[0])


def _copy(source: duckdb.DuckDBPyConnection, sql: str, target: sqlite3.Connection, model: Any, change: Any) -> None:
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    long_ago = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
    empty = {f.column: None if f.null else long_ago if f.get_internal_type() == "DateTimeField" else "" for f in fields}
    empty |= {f.column: f.default for f in fields if isinstance(f.default, int | str)}
    marks = ", ".join("?" * len(empty))
    insert = f"INSERT INTO {model._meta.db_table} ({', '.join(empty)}) VALUES ({marks})"
    found = source.execute(sql)
    names = [column[0] for column in found.description or ()]
    target.execute("BEGIN")
    while chunk := found.fetchmany(CHUNK):
        rows = ({**empty, **change(dict(zip(names, row, strict=True)))} for row in chunk)
        target.executemany(insert, ([row[c] for c in empty] for row in rows))
    target.execute("COMMIT")


def day(home: str, tickets: int, turn: int) -> int:
    """A day's work: new tickets with their events, and as many of the last two weeks' that were changed."""
    _django(home)
    from django.utils import timezone

    from qualityloop.operations.models import Ticket, TicketEvent

    chance, now, many = random.Random(turn), timezone.now(), max(tickets // 365, 1)
    last = Ticket.objects.order_by("-created_at").values_list("created_at", flat=True)[0]
    new = [
        Ticket(number=f"N{turn}-{n}", created_at=last + timedelta(days=n / many), channel="online", changed_at=now)
        for n in range(many)
    ]
    made = Ticket.objects.bulk_create(new, batch_size=2000)
    TicketEvent.objects.bulk_create(_events(made), batch_size=2000)
    recent = list(Ticket.objects.filter(created_at__gt=last - timedelta(days=14)).values_list("pk", flat=True))
    for start in range(0, many, 500):
        keys = chance.sample(recent, min(500, many - start))
        Ticket.objects.filter(pk__in=keys).update(resolved_at=now, status="closed", changed_at=timezone.now())
    return many


def _events(tickets: list[Any]) -> Iterator[Any]:
    from qualityloop.operations.models import TicketEvent

    for ticket in tickets:
        for seq in range(8):
            at = ticket.created_at + timedelta(minutes=20 * seq)
            yield TicketEvent(ticket=ticket, seq=seq, at=at, activity=f"step {seq}")


def refresh(home: str, rebuild: bool) -> dict[str, Any]:
    """Bring the lake up to date; what was read and written for it."""
    _django(home)
    from qualityloop.foundation.lake.refreshing import bring_up_to_date

    done = bring_up_to_date(rebuild=rebuild, overlap=timedelta(seconds=1))
    return {"read": done.rows_read, "months": done.months, "rebuilt": done.rebuilt}


def run(folder: Path, tickets: int, runs: int) -> tuple[list[Result], str]:
    """Results, the daily refresh first, and a sentence about what each of them read."""
    home = str(folder / "upkeep")
    rows = run_once(Contender("fill", "benchmarks.upkeep:fill", {"home": home, "tickets": tickets}))[2]
    results = [Result("refresh after one day"), Result("refresh when nothing changed"), Result("built anew")]
    run_once(Contender("first", "benchmarks.upkeep:refresh", {"home": home, "rebuild": True}))
    for turn in range(runs):
        run_once(Contender("day", "benchmarks.upkeep:day", {"home": home, "tickets": tickets, "turn": turn}))
        for result, rebuild in zip(results, (False, False, True), strict=True):
            one = Contender(result.name, "benchmarks.upkeep:refresh", {"home": home, "rebuild": rebuild})
            seconds, peak, result.answer = run_once(one)
            result.seconds.append(seconds)
            result.peak_mb = max(result.peak_mb or 0.0, peak)
    daily, idle, anew = (result.answer for result in results)
    said = (
        f"{rows:,} rows in the database at first. After a day {daily['read']:,} rows were read and {daily['months']}"
        f" months written, when nothing had changed {idle['read']:,} rows, anew {anew['read']:,} rows."
    )
    return results, said
