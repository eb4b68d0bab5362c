"""The same import on SQLite and on PostgreSQL: rows, comparison, held rows, repair, undo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.databases import database, served_database

from qualityloop.collection import repairs, services
from qualityloop.collection.importing.existing import existing_rows
from qualityloop.collection.models import HeldRow, ImportRun, ImportState, RejectedRow
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.models import User
from qualityloop.operations.models import Ticket, TicketEvent

__all__ = ["database", "served_database"]

FILES = {
    "tickets.csv": "ticket_id,created_at,team,escalated\nT1,2026-01-05 08:00:00,夜班,yes\nT2,soon,白班,no\n",
    "log.csv": "ticket_id,at,activity\nT1,2026-01-05 08:00:00,open 🙂\nT1,2026-01-05 09:00:00,solve\n",
    "scores.csv": (
        "score_id,scored_at,total,critical_failed,agent\n"
        "S1,2026-01-05 08:00:00,92.5,no,\nS2,2026-01-06 08:00:00,,yes,李\n"
    ),
}
MAPPING = """version: 1
zone: UTC
tables:
  - dataset: tickets
    files: [tickets.csv]
    columns: {ticket_id: ticket_id, created_at: created_at, team: team, escalated: escalated}
  - dataset: ticket_events
    files: [log.csv]
    columns: {ticket_id: ticket_id, seq: {numbered: true}, at: at, activity: activity}
  - dataset: scores
    files: [scores.csv]
    columns: {score_id: score_id, scored_at: scored_at, total: total, critical_failed: critical_failed, agent: agent}
"""


def handed_in(actor: User) -> ImportRun:
    run = services.import_create(actor=actor, files=[(name, text.encode()) for name, text in FILES.items()])
    services.import_map(actor=actor, run=run, text=MAPPING)
    return run


def kinds(counts: dict[str, dict[str, int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(of[k] for k in ("created", "updated", "unchanged", "rejected")) for name, of in counts.items()}


def test_import_again_repair_undo(database: str, settings: Any, tmp_path: Path) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    actor = account_create(username="who", password="a good Passw0rd", role="director")
    run = handed_in(actor)
    services.import_start(actor=actor, run=run)
    run.refresh_from_db()
    assert run.state == ImportState.DONE, run.error
    expected = {"tickets": (1, 0, 0, 1), "ticket_events": (2, 0, 0, 0), "scores": (2, 0, 0, 0)}
    assert kinds(run.counts) == expected
    assert TicketEvent.objects.filter(ticket__external_id="T1").order_by("seq").first().activity == "open 🙂"  # type: ignore[union-attr]
    held = [row for table in existing_rows("scores", "files", ["score_id", "total", "critical_failed", "agent"])
            for row in table.to_pylist()]  # fmt: skip
    assert sorted(held, key=lambda row: row["score_id"]) == [
        {"score_id": "S1", "total": 92.5, "critical_failed": False, "agent": None},
        {"score_id": "S2", "total": None, "critical_failed": True, "agent": "李"},
    ]
    again = handed_in(actor)
    services.import_check(actor=actor, run=again)
    again.refresh_from_db()
    unchanged = {"tickets": (0, 0, 1, 1), "ticket_events": (0, 0, 2, 0), "scores": (0, 0, 2, 0)}
    assert kinds(again.checked["counts"]) == unchanged
    services.import_start(actor=actor, run=again)
    again.refresh_from_db()
    assert kinds(again.counts) == unchanged
    reject = RejectedRow.objects.get(run=run)
    assert json.loads(reject.raw_json)["cells"]["created_at"] == "soon"
    cells = {**reject.cells, "created_at": "2026-01-06 08:00:00"}
    assert repairs.reject_repair(actor=actor, reject=reject, cells=cells) is None
    repairs.rejects_run(actor=actor, run=run)
    assert Ticket.objects.get(external_id="T2").team.name == "白班"
    for one in (again, run):
        one.refresh_from_db()
        services.import_undo(actor=actor, run=one, reason="test")
        one.refresh_from_db()
        assert one.state == ImportState.UNDONE, one.error
    assert not Ticket.objects.exists()
    assert not HeldRow.objects.exists()
