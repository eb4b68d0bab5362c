"""Real exports through the pages, with their rejected rows repaired; counts are those of the csv module."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest
from tests.collection.conftest import Wizard

from qualityloop.collection.models import RejectedRow, RejectState
from qualityloop.feedback.models import Complaint
from qualityloop.operations.models import Ticket, TicketEvent

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
MAPPINGS = Path(__file__).parent.parent / "real_data" / "mappings"


def test_rabobank(wizard: Wizard, real_data: Path) -> None:
    folder = real_data / "bpic2014_rabobank_sample"
    files = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.gz"))]
    run = wizard.upload(*files)
    assert [table for table in ("tickets", "ticket_events") if f"dataset: {table}" in run.mapping] == [
        "tickets", "ticket_events",
    ]  # fmt: skip
    run = wizard.start(wizard.text(run, (MAPPINGS / "bpic2014_rabobank_sample.yaml").read_text("utf-8")))
    assert run.counts == {
        "tickets": {"created": 4000, "updated": 0, "unchanged": 0, "rejected": 0},
        "ticket_events": {"created": 39911, "updated": 0, "unchanged": 0, "rejected": 0},
    }
    with gzip.open(folder / "activities.csv.gz", "rt", encoding="utf-8") as file:
        steps = Counter(row["incident_id"] for row in csv.DictReader(file))
    worst, count = steps.most_common(1)[0]
    assert TicketEvent.objects.filter(ticket__number=worst).count() == count
    with gzip.open(folder / "incidents.csv.gz", "rt", encoding="utf-8") as file:
        unresolved = sum(not row["resolved_time"] for row in csv.DictReader(file))
    assert Ticket.objects.filter(resolved_at=None).count() == unresolved
    again = wizard.text(wizard.upload(*files), (MAPPINGS / "bpic2014_rabobank_sample.yaml").read_text("utf-8"))
    again = wizard.check(again)
    assert again.checked["counts"]["ticket_events"]["unchanged"] == 39911
    again = wizard.start(again)
    assert [of["unchanged"] for of in again.counts.values()] == [4000, 39911]
    assert not any(of["created"] or of["updated"] for of in again.counts.values())


def test_comcast_with_rejected_rows_repaired(wizard: Wizard, real_data: Path) -> None:
    path = real_data / "comcast_complaints" / "comcast_telecom_complaints.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    online = sum(row["Received Via"] == "Internet" for row in rows)
    text = (MAPPINGS / "comcast_complaints.yaml").read_text("utf-8").replace(", Internet: online", "")
    run = wizard.start(wizard.text(wizard.upload((path.name, path.read_bytes())), text))
    assert run.counts["complaints"] == {
        "created": len(rows) - online, "updated": 0, "unchanged": 0, "rejected": online,
    }  # fmt: skip
    # three by hand, as they would have been right
    for row in RejectedRow.objects.order_by("pk")[:3]:
        cells = {f"cell{n}": cell or "" for n, cell in enumerate(row.cells.values())}
        cells[f"cell{list(row.cells).index('Received Via')}"] = "Customer Care Call"
        assert wizard.post(f"/import/rejects/{row.pk}/", cells).status_code == 302
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert RejectedRow.objects.filter(state=RejectState.REPAIRED).count() == 3
    assert Complaint.objects.filter(channel="phone").count() == len(rows) - online + 3
    # the others by a better mapping: what is there already stays
    better = wizard.text(
        wizard.upload((path.name, path.read_bytes())), (MAPPINGS / "comcast_complaints.yaml").read_text("utf-8")
    )
    better = wizard.start(better)
    assert better.counts["complaints"] == {
        "created": online - 3, "updated": 3, "unchanged": len(rows) - online, "rejected": 0,
    }  # fmt: skip
    assert Complaint.objects.filter(channel="online").count() == online
