"""Refreshing: the lake shows what the database holds, whatever happened in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.utils import timezone

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError
from qualityloop.customers.models import Customer
from qualityloop.feedback.models import Complaint, Review, SurveyResponse
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.records.models import Deletion
from qualityloop.operations.models import Interaction, Message, Ticket, TicketEvent
from qualityloop.people.models import Department, Staff
from tests.lake.world import (
    BEGIN,
    MONTH,
    built_anew,
    change,
    delete,
    event,
    held,
    lake_from_files,
    shown,
    ticket,
    up_to_date,
)

pytestmark = pytest.mark.usefixtures("home")


def _department() -> Ticket:
    """Some of everything."""
    team = Department.objects.create(name="一线班组")
    agent = Staff.objects.create(name="王芳", department=team)
    customer = Customer.objects.create(number="C1", name="李")
    first = ticket("T1", 0, team=team, agent=agent, customer=customer, channel="online", escalated=True, contacts=2)
    ticket("T2", 1, subject="100% %s ? 'x'", handling_minutes=7.5, first_response_at=BEGIN + MONTH, escalated=False)
    for seq in (1, 2, 3):
        event(first, seq, at=BEGIN + timedelta(hours=seq), team=team)
    call = Interaction.objects.create(number="I1", ticket=first, started_at=BEGIN, talk_seconds=60, solved=True)
    Message.objects.create(interaction=call, seq=1, at=BEGIN, author="agent", text="您好")
    SurveyResponse.objects.create(number="S1", ticket=first, answered_at=BEGIN, csat=5, nps=9, agent=agent)
    Complaint.objects.create(number="P1", ticket=first, received_at=BEGIN, text="太慢", upheld=None)
    Review.objects.create(number="R1", at=BEGIN + timedelta(microseconds=1), rating=4.5, customer=customer)
    return first


def test_the_lake_shows_every_row_of_the_database() -> None:
    _department()
    done = up_to_date()
    assert done.changed
    assert shown() == held()
    assert {name: len(rows) for name, rows in shown().items() if rows} == {
        "tickets": 2,
        "ticket_events": 3,
        "interactions": 1,
        "messages": 1,
        "survey_responses": 1,
        "complaints": 1,
        "reviews": 1,
    }
    columns = Lake.open(lake_path()).datasets["tickets"].columns
    assert {"team", "first_response_minutes", "working_first_response_minutes"} <= columns
    assert "resolved_at" not in columns  # nobody has resolved anything yet


def test_nothing_changed_keeps_the_snapshot_and_reads_no_row(home: Path) -> None:
    _department()
    first = up_to_date()
    second = up_to_date()
    assert (second.changed, second.rows_read, second.months, second.rebuilt) == (False, 0, 0, False)
    assert second.lake.snapshot == first.lake.snapshot
    assert second.lake.source["taken_at"] > first.lake.source["taken_at"]


def test_only_what_changed_is_read_and_only_its_months_are_written(home: Path, settings: Any) -> None:
    for n in range(200):
        ticket(f"T{n}", n % 10)
    up_to_date()
    change(Ticket.objects.get(number="T7"), status="已关闭")
    done = up_to_date()
    assert (done.rows_read, done.rows_changed, done.months, done.rebuilt) == (1, 1, 1, False)
    assert shown() == held()
    assert done.lake.snapshot == built_anew(home / "other", settings).snapshot


def test_a_row_that_moves_to_another_month_leaves_the_old_one(home: Path, settings: Any) -> None:
    _department()
    up_to_date()
    change(Ticket.objects.get(number="T1"), created_at=BEGIN + 4 * MONTH)
    assert up_to_date().months == 2
    assert shown() == held()
    assert [p.month for p in Lake.open(lake_path()).datasets["tickets"].partitions] == ["2026-02", "2026-05"]


def test_a_deleted_ticket_takes_along_what_hung_on_it_and_is_forgotten_by_the_rest() -> None:
    first = _department()
    up_to_date()
    delete(first)
    up_to_date()
    assert shown() == held()
    assert shown()["ticket_events"] == []
    assert len(shown()["interactions"]) == 1


def test_a_record_that_came_back_under_its_key_is_there() -> None:
    delete(_department())
    up_to_date()
    again = ticket("T1", 3)
    event(again, 1, "重开")
    up_to_date()
    assert shown() == held()
    delete(again)
    ticket("T1", 5)
    assert up_to_date().rows_read == 2  # as a new record, and because its key was deleted
    assert shown() == held()


def test_a_renamed_team_has_its_new_name_everywhere() -> None:
    _department()
    up_to_date()
    Department.objects.create(name="二线班组")
    assert up_to_date().months == 0
    Department.objects.filter(name="一线班组").update(name="服务一组")
    up_to_date()
    assert shown() == held()


def test_a_deletion_without_a_deletion_record_is_noticed_by_the_count() -> None:
    _department()
    up_to_date()
    TicketEvent.objects.filter(seq=2).delete()
    up_to_date()
    assert shown() == held()


def test_deletions_of_what_never_was_do_no_harm() -> None:
    _department()
    up_to_date()
    for dataset, key in (("tickets", "T9"), ("ticket_events", "T1\tx"), ("nothing", "1"), ("tickets", "T1\t2\t3")):
        Deletion.objects.create(dataset=dataset, key=key)
    up_to_date()
    assert shown() == held()


def test_a_late_commit_within_the_overlap_is_found() -> None:
    _department()
    up_to_date()
    Ticket.objects.filter(number="T1").update(status="晚到", changed_at=timezone.now() - timedelta(minutes=10))
    up_to_date(overlap=timedelta(minutes=15))
    assert shown() == held()


def test_a_lake_from_files_is_left_alone_until_the_database_has_records(home: Path) -> None:
    before = lake_from_files(
        lake_path(),
        reviews=pa.table({"review_id": ["R"], "at": pa.array([BEGIN.replace(tzinfo=None)], pa.timestamp("us"))}),
    )
    assert up_to_date().lake is None
    assert Lake.open(lake_path()).snapshot == before.snapshot
    _department()
    assert up_to_date().changed
    assert shown() == held()


def test_a_lake_of_another_database_is_built_anew(home: Path) -> None:
    from qualityloop.foundation.lake.models import Source

    _department()
    up_to_date()
    Source.objects.all().delete()
    assert up_to_date().rebuilt
    assert not up_to_date().rebuilt


def test_a_damaged_lake_is_built_anew() -> None:
    _department()
    before = up_to_date().lake.snapshot
    for damage in ("manifest", "file"):
        if damage == "manifest":
            (lake_path() / "manifest.json").write_text("{", encoding="utf-8")
        else:
            Lake.open(lake_path()).datasets["tickets"].files[0].unlink()
        done = up_to_date()
        assert (done.rebuilt, done.lake.snapshot) == (True, before)


def test_two_refreshes_at_once_are_refused() -> None:
    from qualityloop.analysis.lake import LakeWriter

    _department()
    with LakeWriter(lake_path()), pytest.raises(AnalysisError, match="another process"):
        up_to_date()
