"""The page 数据更新, and what other pages say about the age of their numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.lake import world

from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.lake import services
from qualityloop.foundation.lake.models import Refresh
from qualityloop.foundation.lake.reading import lake_path

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.QUALITYLOOP_HOME = tmp_path
    return tmp_path


def test_the_page_says_what_there_is_and_as_of_when(
    signed_in: Callable[..., Client], django_assert_max_num_queries: Any
) -> None:
    client = signed_in()
    assert "还没有记录" in client.get("/data/").content.decode()
    world.ticket("T1")
    world.ticket("T2", 2)
    services.refresh()
    with django_assert_max_num_queries(8):
        text = client.get("/data/").content.decode()
    assert "工单" in text
    assert "2026-03-13" in text
    assert "数据截至" in text


def test_refreshing_at_once_runs_as_a_job(
    signed_in: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    world.ticket("T1")
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in().post(reverse("lake:refresh"))
    assert answer.headers["Location"] == "/data/"
    assert JobRun.objects.get(key="lake.refresh").state == State.DONE
    assert Refresh.objects.get().rows_changed == 1


def test_building_anew_is_a_job_of_its_own(
    signed_in: Callable[..., Client], django_capture_on_commit_callbacks: Any
) -> None:
    world.ticket("T1")
    client = signed_in()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("lake:refresh"), {"rebuild": "1"})
    assert JobRun.objects.filter(key="lake.rebuild").count() == 2
    assert [refresh.rebuilt for refresh in Refresh.objects.all()] == [True, True]
    assert "重建" in client.get("/data/").content.decode()


@pytest.mark.parametrize("role", ["agent", "customer", "engineer"])
def test_who_answers_for_nothing_refreshes_nothing(signed_in: Callable[..., Client], role: str) -> None:
    assert signed_in(role).post(reverse("lake:refresh")).status_code == 404


def test_a_refresh_that_fails_is_said_and_the_old_numbers_stay(signed_in: Callable[..., Client]) -> None:
    world.ticket("T1")
    services.refresh()
    lake_path().rename(lake_path().with_name("kept"))
    lake_path().touch()  # a file where the folder should be
    with pytest.raises(FileExistsError):
        services.refresh()
    lake_path().unlink()
    lake_path().with_name("kept").rename(lake_path())
    client = signed_in()
    text = client.get("/data/").content.decode()
    assert "上次更新失败" in text
    assert "FileExistsError(17" in text


def test_a_late_refresh_is_said_on_every_page_of_numbers(
    signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.ticket("T1")
    services.refresh()
    client = signed_in()
    assert "有一段时间没有更新" not in client.get("/").content.decode()
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr("qualityloop.foundation.lake.queries.timezone.now", lambda: later)
    for url in ("/data/", "/"):
        assert "有一段时间没有更新" in client.get(url).content.decode(), url
