"""Sources by the clock: new files come in once, strange ones are listed, silence is told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.collection.conftest import Wizard
from tests.collection.test_wizard import TICKETS

from qualityloop.collection.models import DataSource, ImportRun, ImportState, SavedMapping, SeenFile
from qualityloop.collection.polling import alert_if_silent, poll, poll_due
from qualityloop.collection.sources import FORMATS, SOURCES
from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.notices.models import Notice
from qualityloop.operations.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(home: Path) -> Path:
    folder = home / "inbox" / "crm"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def asked(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[DataSource], Any]:
    """Ask a source; the import that it starts is done at once."""

    def ask(source: DataSource) -> Any:
        source.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            return poll(source)

    return ask


def drop(folder: Path, name: str, content: bytes, age: float = 60) -> Path:
    path = folder / name
    path.write_bytes(content)
    stamp = time.time() - age
    os.utime(path, (stamp, stamp))
    return path


def made(wizard: Wizard, **more: str) -> DataSource:
    """A watched folder with the mapping of TICKETS, made on the page."""
    run = wizard.upload(("2026-01.csv", TICKETS))
    wizard.post(
        f"/import/{run.pk}/mapping/", {"text": run.mapping, "source": "crm", "name": "客服系统", "then": "save"}
    )
    form = {"name": "CRM", "cron": "*/15 * * * *", "active": "on", "option_path": "crm",
            "mapping": str(SavedMapping.objects.get().pk), **more}  # fmt: skip
    answer = wizard.post("/sources/new/?kind=folder", form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return DataSource.objects.get()


def test_every_format_of_the_wizard_may_come_from_a_folder() -> None:
    endings = {ending for form in FORMATS.values() for ending in form.endings}
    assert endings == {"csv", "tsv", "txt", "xlsx", "xls", "parquet", "json", "jsonl", "ndjson", "xes"}
    assert set(SOURCES) >= {"folder"}


def test_new_files_come_in_once(wizard: Wizard, inbox: Path, asked: Callable[[DataSource], Any]) -> None:
    source = made(wizard)
    assert source.next_at is not None
    assert source.next_at.minute % 15 == 0
    drop(inbox, "2026-02.csv", TICKETS)
    drop(inbox, "half.csv", TICKETS[:80], age=0)  # somebody is still writing it
    drop(inbox, "readme.md", b"no table")
    first = asked(source)
    assert (first.found, first.known, first.error) == (1, 0, "")
    assert first.run.state == ImportState.DONE or ImportRun.objects.get(pk=first.run.pk).state == ImportState.DONE
    assert set(Ticket.objects.values_list("number", "source")) == {("T1", "crm"), ("T2", "crm"), ("T4", "crm")}
    again = asked(source)
    assert (again.found, again.known, again.run) == (0, 1, None)
    (inbox / "2026-02.csv").rename(inbox / "renamed.csv")  # known by its content
    assert asked(source).known == 1
    page = wizard.client.get(f"/sources/{source.pk}/").content.decode()
    assert "2026-02.csv" in page
    assert wizard.client.get("/sources/").status_code == 200
    assert AuditEntry.objects.filter(action="source.created").exists()


def test_what_cannot_be_taken_is_listed_and_holds_up_nothing(
    wizard: Wizard, inbox: Path, asked: Callable[[DataSource], Any]
) -> None:
    source = made(wizard)
    drop(inbox, "good.csv", TICKETS)
    drop(inbox, "strange.csv", b"a,b\n1,2\n")
    drop(inbox, "empty.csv", b"")
    drop(inbox, "broken.xlsx", b"no workbook")
    outcome = asked(source)
    assert outcome.found == 4
    assert Ticket.objects.count() == 3
    problems = dict(SeenFile.objects.exclude(problem_json="").values_list("name", "problem_json"))
    assert set(problems) == {"strange.csv", "empty.csv", "broken.xlsx"}
    assert "empty" in problems["empty.csv"]
    page = wizard.client.get(f"/sources/{source.pk}/").content.decode()
    assert "strange.csv" in page
    seen = SeenFile.objects.get(name="strange.csv")
    wizard.post(f"/sources/{source.pk}/forget/", {"file": str(seen.pk)})
    assert asked(source).found == 1


def test_only_strange_files(wizard: Wizard, inbox: Path, asked: Callable[[DataSource], Any]) -> None:
    source = made(wizard)
    before = ImportRun.objects.count()
    drop(inbox, "strange.csv", b"a,b\n1,2\n")
    assert asked(source).run is None
    assert ImportRun.objects.count() == before
    assert SeenFile.objects.get().problem


def test_by_the_clock(wizard: Wizard, inbox: Path) -> None:
    source = made(wizard)
    assert poll_due(timezone.now()) == 0
    later = timezone.now() + timedelta(minutes=20)
    assert poll_due(later) == 1
    source.refresh_from_db()
    assert source.next_at is not None
    assert source.next_at > later
    DataSource.objects.update(active=False)
    assert poll_due(later + timedelta(days=1)) == 0


def test_silence_is_told_once(wizard: Wizard, inbox: Path, asked: Callable[[DataSource], Any]) -> None:
    source = made(wizard, quiet_hours="2")
    drop(inbox, "a.csv", TICKETS)
    asked(source)
    source.refresh_from_db()
    now = timezone.now()
    assert not alert_if_silent(source, now + timedelta(hours=1))
    assert alert_if_silent(source, now + timedelta(hours=3))
    source.refresh_from_db()
    assert not alert_if_silent(source, now + timedelta(hours=4))
    assert Notice.objects.filter(kind="collection.source_silent").count() == 1
    drop(inbox, "b.csv", TICKETS.replace(b"T1", b"T9"))
    asked(source)
    source.refresh_from_db()
    assert source.alerted_at is None


def test_the_usual_rhythm(wizard: Wizard, inbox: Path) -> None:
    source = made(wizard)
    now = timezone.now()
    for day in range(6):
        source.runs.create(at=now - timedelta(days=day), found=1)
    source.last_news_at = now
    source.save()
    assert not alert_if_silent(source, now + timedelta(days=2.9))
    assert alert_if_silent(source, now + timedelta(days=3.1))


@pytest.mark.parametrize("path", ["../..", "/etc", "nowhere", "crm/../../.."])
def test_folders_outside_the_inbox_are_refused(wizard: Wizard, inbox: Path, path: str) -> None:
    form = {"name": "X", "cron": "", "active": "on", "option_path": path}
    answer = wizard.post("/sources/new/?kind=folder", form)
    assert answer.status_code == 422
    assert "there is no such folder below" in answer.content.decode()
    assert not DataSource.objects.exists()


def test_links_out_of_the_inbox_are_not_followed(
    wizard: Wizard, inbox: Path, tmp_path: Path, asked: Callable[[DataSource], Any]
) -> None:
    source = made(wizard)
    secret = drop(tmp_path, "secret.csv", TICKETS)
    (inbox / "link.csv").symlink_to(secret)
    assert asked(source).found == 0


def test_a_wrong_schedule_is_said(wizard: Wizard, inbox: Path) -> None:
    answer = wizard.post("/sources/new/?kind=folder", {"name": "X", "cron": "every day", "active": "on"})
    assert answer.status_code == 422
    assert "cron expression" in answer.content.decode()


def test_a_source_that_cannot_be_reached(wizard: Wizard, inbox: Path, asked: Callable[[DataSource], Any]) -> None:
    source = made(wizard)
    inbox.rmdir()
    assert "there is no such folder" in asked(source).error_json
    asked(source)
    assert Notice.objects.filter(kind="collection.source_failed").count() == 1


def test_sources_are_for_who_may(wizard: Wizard, inbox: Path) -> None:
    source = made(wizard)
    other = Client()
    other.force_login(account_create(username="qc", password="a good Passw0rd", role="qc"))
    assert other.get("/sources/").status_code == 404
    assert other.get(f"/sources/{source.pk}/").status_code == 404
    assert other.post(f"/sources/{source.pk}/ask/").status_code == 404
