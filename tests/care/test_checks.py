"""`qualityloop check` and the page 系统状态: each thing that can be wrong is said, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import Schedule
from tests.audit_triggers import without_triggers
from tests.lake import world

from qualityloop.foundation.accounts import account_create
from qualityloop.foundation.audit.models import AuditEntry
from qualityloop.foundation.care import heads
from qualityloop.foundation.care.checks import Level, checked
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.lake import services
from qualityloop.foundation.lake.reading import lake_path
from qualityloop.foundation.notices.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.QUALITYLOOP_HOME = tmp_path / "home"
    settings.QUALITYLOOP_HOME.mkdir()
    return tmp_path / "home"


@pytest.fixture
def signed_in() -> Callable[[str], Client]:
    def make(role: str) -> Client:
        client = Client()
        client.force_login(account_create(username=role, password="a good Passw0rd", role=role))
        return client

    return make


def found(key: str, *, deep: bool = False) -> list[tuple[Level, str]]:
    """What one check says, in English."""
    return [(f.level, str(f.text)) for one in checked(deep=deep) if one.check.key == key for f in one.findings]


def said(key: str, word: str, level: Level = Level.ERROR, *, deep: bool = False) -> None:
    """The check says this, once."""
    texts = [text for at, text in found(key, deep=deep) if at == level and word in text]
    assert len(texts) == 1, found(key, deep=deep)


def test_a_sound_installation_has_nothing_wrong() -> None:
    world.ticket("T1")
    services.refresh()
    wrong = [f for one in checked(deep=True) for f in one.findings if f.level == Level.ERROR]
    assert [f for f in wrong if f.check != "pages"] == []


def test_home_and_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "secret.key").write_text("x")
    (home / "secret.key").chmod(0o644)
    said("home", "others on this machine may read", Level.WARNING)
    usage = "qualityloop.foundation.care.checks.shutil.disk_usage"
    monkeypatch.setattr(usage, lambda path: type("Usage", (), {"free": 10**9})())
    said("home", "953 MB", Level.WARNING)
    monkeypatch.setattr(usage, lambda path: type("Usage", (), {"free": 10**8})())
    said("home", "95 MB", Level.ERROR)
    (home / "secret.key").unlink()
    home.rmdir()
    said("home", "cannot be written to")


def test_a_database_that_is_behind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'lake'")
    said("database", "steps behind")


def test_numbers_that_are_missing_old_damaged_or_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    world.ticket("T1")
    said("lake", "no numbers yet", Level.WARNING)
    services.refresh()
    assert found("lake") == []
    later = timezone.now() + timedelta(hours=2)
    with monkeypatch.context() as patched:
        patched.setattr("qualityloop.foundation.care.checks.timezone.now", lambda: later)
        said("lake", "no refresh since", Level.WARNING)
    (lake_path() / "manifest.json").write_text("{")
    said("lake", "qualityloop refresh --rebuild")
    services.refresh()
    assert found("lake") == []
    lake_path().rename(lake_path().with_name("kept"))
    lake_path().touch()  # a file where the folder should be
    with pytest.raises(FileExistsError):
        services.refresh()
    lake_path().unlink()
    lake_path().with_name("kept").rename(lake_path())
    said("lake", "refresh of the numbers failed")


def test_work_that_nobody_does() -> None:
    said("work", "no worker has ever run", Level.WARNING)
    now = timezone.now()
    JobRun.objects.create(key="lake.refresh", queued_at=now - timedelta(hours=1), due_at=now - timedelta(hours=1))
    said("work", "1 jobs wait for a worker")
    Schedule.objects.create(name="lake.refresh", func="f", next_run=now - timedelta(hours=1))
    said("work", "is late")
    JobRun.objects.update(state=State.FAILED, ended_at=now)
    said("work", "failed in the last 24 hours", Level.WARNING)


def test_an_audit_log_that_was_changed() -> None:
    account_create(username="a", password="a good Passw0rd", role="admin")
    account_create(username="b", password="a good Passw0rd", role="admin")
    assert found("audit") == found("audit_whole", deep=True) == []
    with without_triggers() as cursor:
        cursor.execute("UPDATE foundation_auditentry SET reason = 'x' WHERE sequence = 1")
    said("audit_whole", "entry 1 was changed", deep=True)
    with without_triggers() as cursor:
        cursor.execute("DELETE FROM foundation_auditentry WHERE sequence = 2")
    said("audit", "the end of the audit log")


def test_pages_mail_and_backup(home: Path, settings: Any) -> None:
    settings.DEBUG = True
    said("pages", "QUALITYLOOP_DEBUG")
    settings.ALLOWED_HOSTS = ["quality.example.com"]
    said("pages", "without HTTPS", Level.WARNING)
    settings.QUALITYLOOP_EMAIL_READY = False
    said("mail", "no mail is sent", Level.WARNING)
    account_create(username="a", password="a good Passw0rd", role="admin")
    said("backup", "no backup has been made", Level.WARNING)
    old = timezone.now() - timedelta(days=9)
    (home / "last-backup.json").write_text(json.dumps({"at": old.isoformat()}))
    said("backup", "9 days old", Level.WARNING)


def test_the_page_is_the_administrators(signed_in: Callable[[str], Client]) -> None:
    text = signed_in("admin").get("/system/").content.decode()
    assert "系统状态" in text
    assert "还没有做过备份" in text
    assert signed_in("director").get("/system/").status_code == 404


def test_the_end_of_the_audit_log_is_exported_and_told(signed_in: Callable[[str], Client]) -> None:
    signed_in("admin")
    for _ in range(2):
        file = heads.head_export()
    last = AuditEntry.objects.order_by("-sequence").first()
    assert last is not None
    noted = heads.head_read(file)
    assert (noted.at, noted.hash) == (last.sequence, last.hash)
    assert len(list(heads.folder().iterdir())) == 1
    notice = Notice.objects.get()
    assert last.hash in notice.text
    file.write_text("{}")
    with pytest.raises(Exception, match="does not name the end"):
        heads.head_read(file)
