"""Monitoring: live figures, the weekly review, the monthly report kept as it was made."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis.warnings import monitoring
from qualityloop.diagnosis.warnings.jobs import evaluate_lake
from qualityloop.diagnosis.warnings.models import MonthReport, Sighting, WeekReview
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.wording import kept as kept_words
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db
MONTH = date(2026, 10, 1)


def test_each_indicator_stands_against_all_its_lines(director: Client, lake: Lake) -> None:
    evaluate_lake(lake, timezone.now())
    page = director.get("/warnings/monitoring/?period=2026-10-01").content.decode()
    for words in ("监控", "基准", "控制限", "YJ-", "今日与本周"):
        assert words in page
    assert 'hx-trigger="every 60s"' in page
    assert page.count('data-chart="spark"') >= 10


def test_the_figures_alone(director: Client, lake: Lake) -> None:
    page = director.get("/warnings/monitoring/figures/").content.decode()
    assert page.lstrip().startswith("<section")
    assert "2026-10-31" in page
    assert "2026-10-26" in page  # Monday of its week


def test_monitoring_without_a_lake(director: Client, tmp_path: object, settings: object) -> None:
    settings.QUALITYLOOP_HOME = tmp_path  # type: ignore[attr-defined]
    assert "ql-empty" in director.get("/warnings/monitoring/").content.decode()


def test_the_weekly_review_keeps_notes_and_who_decided(director: Client, lake: Lake) -> None:
    evaluate_lake(lake, timezone.now())
    page = director.get("/warnings/monitoring/review/?week=2026-10-28").content.decode()
    assert "2026-10-26" in page
    assert page.count("YJ-") >= 3
    answer = director.post("/warnings/monitoring/review/?week=2026-10-28", {"notes": "夜班", "decisions": "加一班"})
    assert answer.status_code == 302
    kept = WeekReview.objects.get(week=date(2026, 10, 26))
    assert (kept.notes, kept.decisions, kept.decided_by.username) == ("夜班", "加一班", "one-director")
    assert AuditEntry.objects.filter(action="warning.reviewed").count() == 1
    assert director.get("/warnings/monitoring/review/?week=nonsense").status_code == 404


def test_the_report_of_a_month_is_made_once_with_snapshot_and_version(lake: Lake) -> None:
    made = monitoring.month_report_make(actor=None, lake=lake, month=MONTH)
    assert made is not None
    again = monitoring.month_report_make(actor=None, lake=lake, month=MONTH)
    assert again == made
    assert MonthReport.objects.count() == 1
    standard = load_standard("after-sales")
    assert (made.snapshot, made.standard, made.version) == (lake.snapshot, "after-sales", standard.version)
    with open_engine(memory_limit="1GB") as engine:
        found = evaluate(
            lake, standard, engine=engine, start=MONTH, end=date(2026, 10, 31), grain="month", groupings=[()]
        )
    own = {v.key: v for v in found.values}
    lines = {line["key"]: line for line in made.content["lines"]}
    assert set(lines) == {i.key for i in standard.indicators}
    for key, value in own.items():
        assert lines[key]["value"] == pytest.approx(value.value) if value.value is not None else True
        assert lines[key]["status"] == value.status
    assert made.met == sum(v.status == "met" for v in own.values())


def test_no_report_of_a_month_that_is_not_over(lake: Lake) -> None:
    assert monitoring.newest_month(lake) == MONTH
    assert monitoring.month_report_make(actor=None, lake=lake, month=date(2026, 11, 1)) is None
    assert monitoring.month_report_make(actor=None, lake=lake, month=date(2020, 1, 1)) is None


def test_the_report_as_page_and_as_excel(lake: Lake, signed_in: Callable[..., Client]) -> None:
    director = signed_in("director")
    one = monitoring.month_report_make(actor=None, lake=lake, month=MONTH)
    assert one is not None
    assert "2026-10" in director.get("/warnings/monitoring/reports/").content.decode()
    page = director.get(f"/warnings/monitoring/reports/{one.pk}/").content.decode()
    assert one.snapshot in page
    answer = director.get(f"/warnings/monitoring/reports/{one.pk}/?format=xlsx")
    whole = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(whole)).get_sheet_by_index(0).to_python()
    assert len(rows) == 1 + len(one.content["lines"])
    values = {row[0]: row[3] for row in rows[1:]}
    line = next(line for line in one.content["lines"] if line["key"] == "first_response_online")
    assert values[line["zh"]] == pytest.approx(line["value"])


def test_the_weekly_review_by_api_says_what_its_page_says(director: Client, lake: Lake) -> None:
    evaluate_lake(lake, timezone.now())
    url = "/api/v1/monitoring/review"
    said = {"week": "2026-10-28", "notes": "夜班", "decisions": "加一班"}
    kept = director.put(url, said, "application/json").json()
    assert (kept["week"], kept["week_end"], kept["notes"], kept["decisions"]) == (
        "2026-10-26", "2026-11-01", "夜班", "加一班",
    )  # fmt: skip
    assert kept == director.get(url + "?week=2026-11-01").json()
    page = director.get("/warnings/monitoring/review/?week=2026-10-28").content.decode()
    seen, waiting = page.split('id="seen-title"')[1].split("</section>")[0], page.split("</section>", 1)[1]
    assert re.findall(r"YJ-\d+-\d+", seen) == [w["number"] for w in kept["signalled"]]
    assert all(html.escape(w["said"]) in seen for w in kept["signalled"])
    assert all(w["number"] in waiting for w in kept["open"])
    assert AuditEntry.objects.filter(action="warning.reviewed").count() == 1
    assert director.put(url, {"week": "28.10.2026"}, "application/json").status_code == 422


def test_the_review_keeps_what_was_said_in_its_week(director: Client, lake: Lake) -> None:
    evaluate_lake(lake, timezone.now())
    first = Sighting.objects.select_related("warning").order_by("pk")[0]
    first.warning.said_kept = kept_words("一周以后说的")
    first.warning.save()
    shown = director.get(f"/warnings/monitoring/review/?week={first.until}").content.decode()
    assert first.sentence in html.unescape(shown)
    assert "一周以后说的" not in shown.split('id="seen-title"')[1].split("</section>")[0]


def test_the_monthly_report_by_api_has_the_numbers_of_its_page(director: Client, lake: Lake) -> None:
    url = "/api/v1/monitoring/reports"
    made = director.post(url, {}, "application/json")
    assert made.status_code == 201
    again = director.post(url, {"month": "2026-10-15"}, "application/json")
    assert (again.status_code, again.json()) == (200, made.json())
    assert director.post(url, {"month": "2026-12-01"}, "application/json").status_code == 409
    report = made.json()
    assert director.get(f"{url}/{report['id']}").json() == report
    assert [one["id"] for one in director.get(url).json()] == [report["id"]]
    assert AuditEntry.objects.get(action="warning.report_made").actor_name.endswith("(one-director)")
    answer = director.get(f"/warnings/monitoring/reports/{report['id']}/?format=xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()[1:]
    names = ("value", "n", "low", "high", "baseline", "target", "warning", "previous", "year_ago")
    columns = (3, 4, 5, 6, 7, 8, 9, 10, 11)
    for row, line in zip(rows, report["lines"], strict=True):
        assert row[0] == line["name"]
        for name, column in zip(names, columns, strict=True):
            assert (row[column] or 0) == pytest.approx(line[name] or 0), (line["key"], name)
    MonthReport.objects.all().delete()
    assert director.post("/warnings/monitoring/reports/").status_code == 302  # by the page: the same numbers
    report = {**report, "id": MonthReport.objects.get().pk}
    assert director.get(f"{url}/{report['id']}").json()["lines"] == report["lines"]
    page = director.get(f"/warnings/monitoring/reports/{report['id']}/").content.decode()
    line = next(one for one in report["lines"] if one["key"] == "first_response_online")
    assert f"{line['value'] * 100:.1f}" in page


def test_the_queues_stand_beside_the_figures_where_tickets_are_kept(director: Client, lake: Lake) -> None:
    assert 'id="queues"' not in director.get("/warnings/monitoring/").content.decode()
    Ticket.objects.create(number="T1", created_at=timezone.now(), status="新建")
    page = director.get("/warnings/monitoring/").content.decode()
    assert 'id="queues"' in page
    assert "/tickets/?waiting=all&amp;sort=created_at" in page
