"""A worker that is killed while a report is made: it is made once, and complete."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from qualityloop.demo import generate
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.files.store import file_open
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.webhooks.models import Announcement, Subscription
from qualityloop.reports.handbook.pdf import missing
from qualityloop.reports.kept.models import DiagnosisReport, ReportFile
from qualityloop.reports.kept.services import report_ask
from tests.processes.programs import kill, running, until, working

pytestmark = pytest.mark.xdist_group("processes")
FORMS = {"docx", "xlsx", "html", "json"}


def test_killed_while_a_report_is_made_it_is_made_once_and_complete(environment: dict[str, str], settings: Any) -> None:
    home = Path(environment["QUALITYLOOP_HOME"])
    for left in ("lake", "snapshots", "cache", "files"):
        shutil.rmtree(home / left, ignore_errors=True)
    generate(home / "lake", tickets=6000)
    settings.QUALITYLOOP_HOME = home
    director = account_create(username="lin", password="a good Passw0rd", role="director")
    Subscription.objects.create(name="BI", url="http://127.0.0.1:9/", events=["report.ready"])
    with working(environment, workers=2):
        report = report_ask(actor=director, grain="month", language="zh")
        for step in (0, 2):  # while it computes, and while it lays out
            until(lambda step=step: _at_work(report, step), f"at step {step}")
            for worker in running():
                kill(worker)
        until(lambda: JobRun.objects.get(pk=report.run).state == "done", "made")
    report.refresh_from_db()
    assert JobRun.objects.get(pk=report.run).crashes >= 1
    files = ReportFile.objects.filter(report=report).select_related("file")
    assert {one.form for one in files} == FORMS | (set() if missing() else {"pdf"})
    for one in files:
        with file_open(one.file) as body:
            assert len(body.read()) == one.file.size
    assert DiagnosisReport.objects.filter(state="made").count() == 1
    assert Notice.objects.filter(kind="report.ready").count() == 1
    assert Announcement.objects.filter(event="report.ready").count() == 1


def _at_work(report: DiagnosisReport, step: int) -> bool:
    run = JobRun.objects.get(pk=report.run)
    return (run.state == "running" and run.done >= step and bool(running())) or run.state == "done"
