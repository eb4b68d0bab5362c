"""Files into the database: the whole way of an import, beside a plain bulk insert of the same rows."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import data
from benchmarks.measure import Contender, Result, race, run_once

MAPPING = """version: 1
zone: UTC
tables:
  - dataset: tickets
    files: [tickets.csv]
    columns: {ticket_id: ticket_id, created_at: created_at, first_response_at: first_response_at,
      resolved_at: resolved_at, due_at: due_at, channel: channel, team: team, product: product,
      product_kind: product_kind, contacts: contacts, reopened: reopened, escalated: escalated,
      handling_minutes: handling_minutes}
  - dataset: ticket_events
    files: [events.csv]
    columns: {ticket_id: ticket_id, seq: seq, at: at, activity: activity, actor: actor}
"""
AT_ONCE = 20_000


def files(folder: Path, tickets: int) -> None:
    """The made-up tickets and their events as two CSV files."""
    with duckdb.connect() as connection:
        for name, sql in (("tickets", data.tickets_sql(tickets)), ("events", data.events_sql(tickets))):
            connection.execute(f"COPY ({sql}) TO '{folder / name}.csv' (HEADER)")


def empty(home: str) -> None:
    """A migrated database without records."""
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import prepare

    prepare()


def _ready(home: str) -> None:
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import set_up

    set_up()
    from django.conf import settings

    settings.QUALITYLOOP_JOBS = "now"


def ours(home: str, folder: str) -> dict[str, Any]:
    """Everything: store the files, look, map, read, check, compare, write, audit."""
    _ready(home)
    from qualityloop.collection.services import import_create, import_map, import_start

    paths = [Path(folder) / name for name in ("tickets.csv", "events.csv")]
    run = import_create(actor=None, files=[(path.name, path.open("rb")) for path in paths])
    run.refresh_from_db()
    import_map(actor=None, run=run, text=MAPPING)
    import_start(actor=None, run=run)
    run.refresh_from_db()
    if run.state != "done":
        raise RuntimeError(f"{run.state}: {run.error}")
    return {name: of["created"] + of["unchanged"] for name, of in run.counts.items()}


def plain(home: str, folder: str) -> dict[str, int]:
    """The csv module and executemany into the same tables: no checks, no keys looked up but the tickets'."""
    _ready(home)
    from django.db import connection, transaction
    from django.utils import timezone

    from qualityloop.operations.models import Ticket, TicketEvent
    from qualityloop.people.models import Department

    now = timezone.now()
    teams: dict[str, int] = {}
    tickets: list[Any] = []
    with (Path(folder) / "tickets.csv").open(newline="") as file, transaction.atomic():
        for row in csv.DictReader(file):
            team = row.pop("team")
            if team not in teams:
                teams[team] = Department.objects.create(name=team).pk
            cells = {key: value or None for key, value in row.items() if key not in ("ticket_id", "escalated")}
            cells |= {"escalated": row["escalated"] == "true", "number": row["ticket_id"], "team_id": teams[team]}
            cells |= {"external_id": row["ticket_id"], "source": "plain", "recorded_at": now, "changed_at": now}
            tickets.append(cells)
            if len(tickets) == AT_ONCE:
                insert(connection, Ticket, tickets)
        insert(connection, Ticket, tickets)
    numbers = dict(Ticket.objects.values_list("external_id", "pk"))
    events: list[Any] = []
    with (Path(folder) / "events.csv").open(newline="") as file, transaction.atomic():
        for row in csv.DictReader(file):
            ticket = numbers[row.pop("ticket_id")]
            events.append({**row, "ticket_id": ticket})
            if len(events) == AT_ONCE:
                insert(connection, TicketEvent, events)
        insert(connection, TicketEvent, events)
    return {"tickets": Ticket.objects.count(), "ticket_events": TicketEvent.objects.count()}


def insert(connection: Any, model: Any, rows: list[dict[str, Any]]) -> None:
    """Rows by attname; the list is empty afterwards."""
    if not rows:
        return
    fields = {f.attname: f for f in model._meta.concrete_fields if not f.primary_key}
    empty = {name: "" if not f.null and f.get_internal_type() in ("CharField", "TextField") else None
             for name, f in fields.items()}  # fmt: skip
    names = list(fields)
    sql = (
        f"INSERT INTO {model._meta.db_table} ({', '.join(fields[name].column for name in names)}) "
        f"VALUES ({', '.join(['%s'] * len(names))})"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[{**empty, **row}[name] for name in names] for row in rows])
    rows.clear()


def run(folder: Path, tickets: int) -> list[Result]:
    """Ours into an empty database, ours again (everything known), and the plain insert."""
    files(folder, tickets)
    for home in ("ours", "plain"):
        run_once(Contender(home, "benchmarks.importing:empty", {"home": str(folder / home)}))
    results = []
    for name, function, home in (
        ("QualityLoop, whole way", "ours", "ours"),
        ("plain executemany", "plain", "plain"),
        ("QualityLoop, the same files again", "ours", "ours"),
    ):
        arguments = {"home": str(folder / home), "folder": str(folder)}
        results += race([Contender(name, f"benchmarks.importing:{function}", arguments)], 1)
    if results[0].answer != results[1].answer:
        raise RuntimeError(f"not the same rows: {results[0].answer} and {results[1].answer}")
    return results
