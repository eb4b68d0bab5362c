"""Rejected rows: shown as they came, put right in the page or in a spreadsheet, run again, set aside."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.collection.conftest import Wizard

from qualityloop.collection.models import ImportRun, RejectedRow, RejectState
from qualityloop.collection.rejectfile import cells_of
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.operations.models import Ticket, TicketEvent

pytestmark = pytest.mark.django_db

TICKETS = (
    b"id,created_at,resolved_at,subject\n"
    b"T1,2026-01-05 08:00:00,2026-01-05 10:00:00,=1+1\n"
    b"T2,soon,2026-01-06 09:45:00,=2+2\n"
    b"T3,2026-01-07 08:00:00,2026-01-07 07:00:00,back in time\n"
    b"T4,2026-01-08 08:00:00,2026-01-08 09:00:00,too,many\n"
    b"T1,2026-01-09 08:00:00,,other contents\n"
)
MAPPING = """version: 1
zone: Asia/Shanghai
tables:
  - dataset: tickets
    files: [t.csv]
    columns: {ticket_id: id, created_at: created_at, resolved_at: resolved_at, subject: subject}
"""
LOG = (
    b"case,step,at\nA,open,2026-01-01 08:00:00\nA,work,soon\nA,solve,2026-01-01 10:00:00\nB,open,2026-01-02 08:00:00\n"
)


def imported(wizard: Wizard) -> ImportRun:
    return wizard.start(wizard.text(wizard.upload(("t.csv", TICKETS)), MAPPING))


def reject_of(run: ImportRun, row: int, **more: Any) -> RejectedRow:
    return RejectedRow.objects.get(run=run, row=row, **more)


def cells(wizard: Wizard, reject: RejectedRow, **changed: str) -> dict[str, str]:
    """The form of a row with some cells changed."""
    now = cells_of(reject.run, reject)
    return {f"cell{n}": changed.get(name, cell or "") for n, (name, cell) in enumerate(now.items())}


def test_each_row_is_kept_as_it_came(wizard: Wizard) -> None:
    run = imported(wizard)
    assert run.counts == {"tickets": {"created": 1, "updated": 0, "unchanged": 0, "rejected": 4}}
    assert {row.row for row in RejectedRow.objects.all()} == {3, 4, 5, 6}
    assert reject_of(run, 3).cells == {
        "id": "T2", "created_at": "soon", "resolved_at": "2026-01-06 09:45:00", "subject": "=2+2",
    }  # fmt: skip
    page = wizard.client.get(f"/import/{run.pk}/rejects/").content.decode()
    for reason in ("this is not an instant", "a negative duration", "the row has 5 cells", "the key is taken by row 2"):
        assert reason in page
    for row in RejectedRow.objects.all():
        assert wizard.client.get(f"/import/rejects/{row.pk}/").status_code == 200
    # the same in Chinese
    wizard.client.cookies["ql_language"] = "zh-hans"
    assert "不是" in wizard.client.get(f"/import/rejects/{reject_of(run, 3).pk}/").content.decode()


def test_put_right_in_the_page_and_run_again(wizard: Wizard) -> None:
    run = imported(wizard)
    row = reject_of(run, 3)
    address = f"/import/rejects/{row.pk}/"
    tried = wizard.post(address, cells(wizard, row, created_at="tomorrow"), **{"HX-Request": "true"})
    assert "not an instant" in tried.content.decode()
    assert reject_of(run, 3).repaired_json == ""
    assert wizard.post(address, cells(wizard, row, created_at="tomorrow")).status_code == 422
    assert reject_of(run, 3).state == RejectState.OPEN
    tried = wizard.post(address, cells(wizard, row, created_at="2026-01-06 09:00:00"), **{"HX-Request": "true"})
    assert "the row fits" in tried.content.decode()
    assert wizard.post(address, cells(wizard, row, created_at="2026-01-06 09:00:00")).status_code == 302
    wide = reject_of(run, 5)
    assert (
        wizard.post(
            f"/import/rejects/{wide.pk}/", cells(wizard, wide, **{"subject": "too, many", "+1": ""})
        ).status_code
        == 302
    )
    assert not Ticket.objects.filter(number="T2").exists()
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert set(Ticket.objects.values_list("number", "subject")) == {("T1", "=1+1"), ("T2", "=2+2"), ("T4", "too, many")}
    assert {reject_of(run, n).state for n in (3, 5)} == {RejectState.REPAIRED}
    run.refresh_from_db()
    assert run.counts["tickets"] == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 2}
    entries = AuditEntry.objects.filter(action="import.reject_repaired", record_id=str(row.pk)).order_by("sequence")
    assert [(json.loads(one.before_json), json.loads(one.after_json)) for one in entries] == [
        ({"created_at": "soon"}, {"created_at": "tomorrow"}),
        ({"created_at": "tomorrow"}, {"created_at": "2026-01-06 09:00:00"}),
    ]
    # a row that is in belongs to the import: undoing takes it out as well
    wizard.post(f"/import/{run.pk}/undo/", {"reason": "test"})
    assert not Ticket.objects.exists()


def test_a_key_that_is_taken_must_be_changed(wizard: Wizard) -> None:
    run = imported(wizard)
    row = reject_of(run, 6)
    address = f"/import/rejects/{row.pk}/"
    page = wizard.post(address, cells(wizard, row, subject="still T1"))
    assert page.status_code == 422
    assert "another row has this key" in page.content.decode()
    wizard.post(address, cells(wizard, row, id="T9"))
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert Ticket.objects.get(number="T1").subject == "=1+1"
    assert Ticket.objects.get(number="T9").subject == "other contents"


def test_in_a_spreadsheet(wizard: Wizard) -> None:
    run = imported(wizard)
    answer = wizard.client.get(f"/import/{run.pk}/rejects/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["#row"] for row in sorted(rows, key=lambda row: int(row["#row"]))] == ["3", "4", "5", "6"]
    assert "not an instant" in next(row["#reason"] for row in rows if row["#row"] == "3")
    assert next(row["subject"] for row in rows if row["#row"] == "3") == "'=2+2"  # no formula
    for row in rows:
        if row["#row"] == "3":
            row["created_at"] = "2026-01-06 09:00:00"
        if row["#row"] == "4":
            row["resolved_at"] = "still wrong"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    for encoding in ("gb18030", "utf-8-sig"):
        back = SimpleUploadedFile("rejected.csv", out.getvalue().encode(encoding))
        wizard.post(f"/import/{run.pk}/rejects/file/", {"file": back})
        assert reject_of(run, 3).state == RejectState.READY
        assert reject_of(run, 4).state == RejectState.OPEN
        assert (
            "not an instant" in str(reject_of(run, 4).reason)
            or reject_of(run, 4).repaired["resolved_at"] == "still wrong"
        )
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert Ticket.objects.get(number="T2").subject == "=2+2"
    other = SimpleUploadedFile("other.csv", b"a,b\n1,2\n")
    wizard.post(f"/import/{run.pk}/rejects/file/", {"file": other})
    assert "this is not the file of rejected rows" in wizard.page(run)


def test_set_aside_and_taken_up_again(wizard: Wizard) -> None:
    run = imported(wizard)
    row = reject_of(run, 4)
    wizard.post(f"/import/rejects/{row.pk}/dismiss/", {"reason": ""})
    assert reject_of(run, 4).state == RejectState.OPEN
    wizard.post(f"/import/rejects/{row.pk}/dismiss/", {"reason": "test ticket"})
    assert (reject_of(run, 4).state, reject_of(run, 4).remark) == (RejectState.DISMISSED, "test ticket")
    assert AuditEntry.objects.filter(action="import.reject_dismissed", reason="test ticket").exists()
    wizard.post(f"/import/rejects/{row.pk}/dismiss/", {"reopen": "1"})
    assert reject_of(run, 4).state == RejectState.OPEN
    wizard.post(f"/import/{run.pk}/rejects/dismiss/", {"reason": "all of them", "dataset": "tickets"})
    assert not RejectedRow.objects.filter(state=RejectState.OPEN).exists()


def test_an_event_of_a_log_goes_into_its_case(wizard: Wizard) -> None:
    run = wizard.bring(("log.csv", LOG))
    assert {(row.dataset, row.row) for row in RejectedRow.objects.all()} == {("ticket_events", 3), ("tickets", 3)}
    row = reject_of(run, 3, dataset="ticket_events")
    wizard.post(f"/import/rejects/{row.pk}/", cells(wizard, row, at="2026-01-01 07:00:00"))
    assert set(RejectedRow.objects.values_list("state", flat=True)) == {RejectState.READY}  # both of them
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert set(RejectedRow.objects.values_list("state", flat=True)) == {RejectState.REPAIRED}
    events = TicketEvent.objects.filter(ticket__number="A").values_list("seq", "activity").order_by("seq")
    assert list(events) == [(1, "open"), (2, "solve"), (3, "work")]
    assert TicketEvent.objects.count() == 4
    # what is taken from the events follows
    assert str(Ticket.objects.get(number="A").created_at) == "2025-12-31 23:00:00+00:00"
    assert Ticket.objects.count() == 2


def test_nothing_is_repaired_after_undoing(wizard: Wizard) -> None:
    run = imported(wizard)
    row = reject_of(run, 3)
    wizard.post(f"/import/{run.pk}/undo/", {"reason": "test"})
    answer = wizard.post(f"/import/rejects/{row.pk}/", cells(wizard, row, created_at="2026-01-06 09:00:00"))
    assert answer.status_code == 422
    wizard.post(f"/import/{run.pk}/rejects/run/")
    assert not Ticket.objects.exists()
