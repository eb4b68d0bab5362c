"""Reports are asked for, made once, kept with what they were made from, and made again to the digit."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.demo import generate
from qualityloop.diagnosis import store
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.jobs.registry import SCHEDULES
from qualityloop.foundation.lake import current_lake, lake_path
from qualityloop.foundation.lake.pinning import pin, pinned, unpin
from qualityloop.foundation.models import User
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.webhooks.models import Announcement, Subscription
from qualityloop.foundation.wording import shown
from qualityloop.reports.kept import jobs, making, services
from qualityloop.reports.kept.models import Comparison, DiagnosisReport, ReportFile, State
from qualityloop.reports.kept.numbers import compared, numbers_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    generate(home / "lake", tickets=8000)
    return home


@pytest.fixture
def home(demo_home: Path, tmp_path: Path, settings: Any) -> Path:
    """A copy of the lake, so that it can move on."""
    shutil.copytree(demo_home / "lake", tmp_path / "lake")
    settings.QUALITYLOOP_HOME = tmp_path
    settings.QUALITYLOOP_JOBS = "now"
    store.forget()
    return tmp_path


@pytest.fixture(autouse=True)
def _no_pango(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Pango: laying out a PDF takes longer than everything else together, and has its own test."""
    monkeypatch.setattr(making, "missing", lambda: message("PDF needs Pango"))


@pytest.fixture
def director(home: Path) -> User:
    return account_create(username="lin", password="a good Passw0rd", role="director", name="林岚")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def made(director: User, django_capture_on_commit_callbacks: Any) -> DiagnosisReport:
    Subscription.objects.create(name="BI", url="http://127.0.0.1:9/", events=["report.ready"])
    with django_capture_on_commit_callbacks(execute=True):
        report = services.report_ask(actor=director, grain="month", language="zh")
    report.refresh_from_db()
    return report


def test_asked_for_it_is_made_in_every_form_kept_and_told(
    made: DiagnosisReport, director: User, django_capture_on_commit_callbacks: Any
) -> None:
    run = JobRun.objects.get(pk=made.run)
    assert (run.state, made.state) == ("done", State.MADE), run.traceback
    assert made.number.startswith("ZD-")
    lake = current_lake()
    assert lake is not None
    assert (made.snapshot, made.standard_key) == (lake.snapshot, "after-sales")
    forms = {one.form: one for one in made.files.all()}
    assert set(forms) == {"docx", "xlsx", "html", "json"}
    assert "PDF needs Pango" in client_of(director).get(made.get_absolute_url()).content.decode()
    client = client_of(director)
    for form, one in forms.items():
        body = b"".join(client.get(one.url).streaming_content)  # type: ignore[attr-defined]
        assert hashlib.sha256(body).hexdigest() == one.sha256, form
    assert made.numbers_sha256 == forms["json"].sha256
    assert [n.url for n in Notice.objects.filter(user=director, kind="report.ready")] == [made.get_absolute_url()]
    told = Announcement.objects.get(event="report.ready")
    assert made.number in json.dumps(told.data if hasattr(told, "data") else told.body, ensure_ascii=False)
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"report.asked", "report.made"}
    with django_capture_on_commit_callbacks(execute=True):  # the same question is the same report
        assert services.report_ask(actor=director, grain="month", language="zh").pk == made.pk
    making.make(type("P", (), {"run": run, "__call__": lambda *a: None})(), report_id=made.pk)  # type: ignore[arg-type]
    assert ReportFile.objects.count() == len(forms)
    assert DiagnosisReport.objects.count() == Notice.objects.filter(kind="report.ready").count() == 1


def test_made_again_from_the_kept_snapshot_every_number_is_the_same(
    made: DiagnosisReport, director: User, home: Path, django_capture_on_commit_callbacks: Any
) -> None:
    generate(home / "lake", tickets=3000)  # the lake moves on: other rows, the old files are gone
    shutil.rmtree(home / "cache", ignore_errors=True)
    lake = current_lake()
    assert lake is not None
    assert lake.snapshot != made.snapshot
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of(director).post(f"/reports/{made.pk}/again/").status_code == 302
    one = Comparison.objects.get()
    assert (one.different, one.examples) == (0, [])
    assert one.compared > 10_000
    page = client_of(director).get(made.get_absolute_url()).content.decode()
    assert "与原数字逐位一致" in page
    unpin(made.snapshot)
    with pytest.raises(AnalysisError, match="not kept"):
        making.computed(made, cache=None)


def test_a_comparison_finds_what_differs(made: DiagnosisReport) -> None:
    numbers = json.loads(json.dumps(numbers_of(making.computed(made, cache=None))))
    kept = making.numbers_kept(made)
    assert compared(kept, numbers)[1] == []
    other = copy.deepcopy(numbers)
    at = next(i for i, v in enumerate(other["values"]) if v["value"] and not v["group"])
    other["values"][at]["value"] *= 1 + 1e-6
    other["values"].reverse()  # an order says nothing
    del other["values"][0]
    other["problems"][0]["sentence"]["zh"] = "换一种说法"
    different = compared(kept, other)[1]
    assert any(d.where.endswith("› value") and d.after is not None for d in different)
    gone = {d.where.split(" › ")[1] for d in different if d.after is None and d.before is not None}
    assert len(gone) == 1
    assert not any("sentence" in d.where for d in different)


def test_a_kept_snapshot_takes_no_room_until_the_lake_changes(home: Path) -> None:
    lake = current_lake()
    assert lake is not None
    once, twice = pin(lake), pin(lake)
    assert once == twice == pinned(lake.snapshot)
    for name, dataset in once.datasets.items():
        for file in dataset.files:
            assert file.samefile(lake_path() / name / file.name)
    assert pinned("../lake") is None
    generate(home / "lake", tickets=2500)
    with pytest.raises(AnalysisError):
        pin(type(lake)(lake.root, "gone", lake.zone, lake.datasets))
    assert not list((home / "snapshots").glob(".draft-*"))


def test_on_schedule_the_newest_whole_month_is_reported(
    director: User, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    assert (SCHEDULES[jobs.MONTHLY], SCHEDULES[jobs.WEEKLY]) == ("0 6 1 * *", "0 6 * * 1")
    jobs.run_weekly(None)  # type: ignore[arg-type]  # not wanted: nothing happens
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            jobs.run_monthly(None)  # type: ignore[arg-type]
    report = DiagnosisReport.objects.get()
    lake = current_lake()
    assert lake is not None
    assert (report.grain, report.scheduled, report.state) == ("month", True, State.MADE)
    assert services.choices_of(lake, {"grain": "month"}).period == report.period
    assert Notice.objects.filter(kind="report.ready", user=director).count() == 1
    settings.QUALITYLOOP_WEEKLY_REPORT = True
    jobs.run_weekly(None)  # type: ignore[arg-type]
    assert set(DiagnosisReport.objects.values_list("grain", flat=True)) == {"month", "week"}


def test_pages_and_who_sees_them(made: DiagnosisReport, director: User) -> None:
    client = client_of(director)
    page = client.get(made.get_absolute_url()).content.decode()
    for words in ("TOP 3", "目标值", shown(made.said_kept, "zh"), made.snapshot, made.numbers_sha256):
        assert words in page
    assert made.number in client.get("/reports/").content.decode()
    refused = client.post("/reports/new/", {"grain": "month", "period": "1999-01-01", "standard": "after-sales",
                                            "language": "zh"})  # fmt: skip
    assert refused.status_code == 422
    assert "1999-01-01" in refused.content.decode()
    agent = client_of(account_create(username="zhou", password="a good Passw0rd", role="agent"))
    for path in ("/reports/", made.get_absolute_url(), f"/files/{made.files.first().file_id}/"):
        assert agent.get(path).status_code in {403, 404}
    leader = client_of(account_create(username="chen", password="a good Passw0rd", role="senior_agent"))
    assert leader.get(made.get_absolute_url()).status_code == 200
    assert leader.post(f"/reports/{made.pk}/again/").status_code == 404


def test_by_the_api(director: User, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of(director)
    with django_capture_on_commit_callbacks(execute=True):
        asked = client.post("/api/v1/reports", {"grain": "quarter"}, content_type="application/json")
    assert asked.status_code == 200, asked.content
    pk = asked.json()["id"]
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/api/v1/reports/{pk}/compare").status_code == 200
    found = client.get(f"/api/v1/reports/{pk}").json()
    assert (found["state"], found["comparisons"][0]["different"]) == ("made", 0)
    assert {one["form"] for one in found["files"]} >= {"docx", "xlsx", "json"}
    assert client.post("/api/v1/reports", {"period": "1999-01-01"}, content_type="application/json").status_code == 422


def test_without_records_it_says_so(db: None, settings: Any, tmp_path: Path) -> None:
    settings.QUALITYLOOP_HOME = tmp_path
    with pytest.raises(AnalysisError, match="no records"):
        services.report_ask(actor=None, grain="month", language="zh")
    jobs.run_monthly(None)  # type: ignore[arg-type]
    assert not DiagnosisReport.objects.exists()
