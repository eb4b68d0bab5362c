"""Tickets that another system sends, by REST and by webhook, beside a plain insert of the same rows."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import data
from benchmarks.measure import Contender, Result, run_once

SIZES = ((1, 11), (1000, 6))  # rows in a call, calls; the first of them is not counted
MAPPING = """version: 1
tables:
  - dataset: tickets
    files: [sample.jsonl]
    columns: {ticket_id: ticket_id, created_at: created_at, first_response_at: first_response_at,
      resolved_at: resolved_at, due_at: due_at, channel: channel, team: team, product: product,
      product_kind: product_kind, contacts: contacts, reopened: reopened,
      escalated: {from: escalated, "true": ["true"], "false": ["false"]}, handling_minutes: handling_minutes}
"""


def bodies(rows: int, calls: int) -> list[list[dict[str, Any]]]:
    """The rows of each call as they travel."""
    found = duckdb.connect().execute(data.tickets_sql(rows * calls))
    names = [column[0] for column in found.description or ()]
    made = [
        {n: f"{c.isoformat()}Z" if hasattr(c, "isoformat") else c for n, c in zip(names, row, strict=True)}
        for row in found.fetchall()
    ]
    return [made[start : start + rows] for start in range(0, len(made), rows)]


def _ready(home: str) -> None:
    os.environ["QUALITYLOOP_HOME"] = home
    from qualityloop.config.prepare import set_up

    set_up()
    from django.conf import settings

    settings.QUALITYLOOP_JOBS = "queue"  # tagging, checks and the lake follow later, once for many calls
    settings.ALLOWED_HOSTS = ["*"]
    settings.QUALITYLOOP_API_PER_MINUTE = settings.QUALITYLOOP_API_PER_MINUTE_AND_ADDRESS = 10**6


def _import() -> None:
    """What a worker does at once: the import itself, which is counted with its call."""
    from qualityloop.foundation.jobs.models import JobRun, State
    from qualityloop.foundation.jobs.performing import perform

    for key in JobRun.objects.filter(key="collection.import", state=State.QUEUED).values_list("pk", flat=True):
        perform(key)


def rest(home: str, rows: int, calls: int) -> dict[str, Any]:
    """POST records/tickets, each call imported before the next."""
    _ready(home)
    from django.test import Client

    from qualityloop.foundation.accounts import account_create
    from qualityloop.foundation.api.services import token_create

    user = account_create(username="bench", password="a good Passw0rd", role="director")
    secret = token_create(actor=user, name="bench", days=30, read_only=False)[1]
    head = {"Authorization": f"Bearer {secret}"}
    seconds = []
    for body in bodies(rows, calls):
        text, begin = json.dumps({"source": "bench", "rows": body}), time.perf_counter()
        answer = Client().post("/api/v1/records/tickets", text, content_type="application/json", headers=head)
        _import()
        seconds.append(time.perf_counter() - begin)
        if answer.status_code != 202:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    return _done(seconds)


def webhook(home: str, rows: int, calls: int) -> dict[str, Any]:
    """Signed calls of a webhook with a mapping, each imported before the next."""
    _ready(home)
    from django.test import Client

    from qualityloop.collection.importing.headers import fingerprint
    from qualityloop.collection.models import DataSource, SavedMapping
    from qualityloop.foundation.accounts import account_create
    from qualityloop.foundation.webhooks import signing

    user = account_create(username="bench", password="a good Passw0rd", role="admin")
    given = bodies(rows, calls)
    header = fingerprint(list(given[0][0]))
    mapping = SavedMapping.objects.create(
        name="bench", source="bench", text=MAPPING, fingerprint=header, headers={"sample.jsonl": header}, actor=user
    )
    source = DataSource.objects.create(
        name="bench", kind="webhook", options={"secret": "s" * 40}, mapping=mapping, actor=user
    )
    seconds = []
    for body in given:
        text, now, begin = json.dumps(body).encode(), int(time.time()), time.perf_counter()
        head = {"QualityLoop-Timestamp": str(now), "QualityLoop-Signature": signing.signature("s" * 40, now, text)}
        answer = Client().post(f"/hooks/{source.pk}/", text, content_type="application/json", headers=head)
        _import()
        seconds.append(time.perf_counter() - begin)
        if answer.status_code != 202:
            raise RuntimeError(f"{answer.status_code}: {answer.content[:300]!r}")
    return _done(seconds)


def plain(home: str, rows: int, calls: int) -> dict[str, Any]:
    """The same rows parsed and inserted, one transaction a call, nothing else."""
    _ready(home)
    from django.db import connection, transaction
    from django.utils import timezone

    from benchmarks.importing import insert
    from qualityloop.operations.models import Ticket
    from qualityloop.people.models import Department

    teams: dict[str, int] = {}
    seconds = []
    for body in bodies(rows, calls):
        text, begin = json.dumps(body), time.perf_counter()
        with transaction.atomic():
            now, made = timezone.now(), []
            for row in json.loads(text):
                team, number = row.pop("team"), row.pop("ticket_id")
                if team not in teams:
                    teams[team] = Department.objects.create(name=team).pk
                made.append(
                    {**row, "number": number, "external_id": number, "source": "plain", "team_id": teams[team],
                     "recorded_at": now, "changed_at": now}
                )  # fmt: skip
            insert(connection, Ticket, made)
        seconds.append(time.perf_counter() - begin)
    return _done(seconds)


def _done(seconds: list[float]) -> dict[str, Any]:
    from qualityloop.operations.models import Ticket

    return {"tickets": Ticket.objects.count(), "seconds": seconds}


def run(folder: Path, runs: int) -> dict[str, list[Result]]:
    """By size of the calls: seconds of one call by REST, by webhook, and of the plain insert."""
    tables, home, ready = {}, folder / "intake", folder / "intake-empty"
    run_once(Contender("empty", "benchmarks.importing:empty", {"home": str(ready)}))
    for rows, calls in SIZES:
        results = [Result(name) for name in ("REST", "webhook", "plain")]
        for result in results * runs:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(ready, home)
            arguments = {"home": str(home), "rows": rows, "calls": calls}
            one = Contender(result.name, f"benchmarks.intake:{result.name.lower()}", arguments)
            _seconds, peak, answer = run_once(one)
            if answer["tickets"] != rows * calls:
                raise RuntimeError(f"{result.name}: {answer['tickets']} tickets instead of {rows * calls}")
            result.seconds += answer["seconds"][1:]  # the first call loads what it needs
            result.peak_mb = max(result.peak_mb or 0.0, peak)
        tables[f"One call with {rows:,} tickets until they are in the database, SQLite"] = results
    return tables
