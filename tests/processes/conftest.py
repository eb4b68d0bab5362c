"""Databases that programs of their own work on, and the jobs of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_q.models import OrmQ

from qualityloop.foundation.jobs import registry
from qualityloop.foundation.jobs.models import JobRun
from tests.databases import as_default, emptied, postgresql
from tests.processes.programs import environ, tables


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[dict[str, str]]:
    """A database that programs of their own work on, too: SQLite in a file, and PostgreSQL."""
    home: Path = tmp_path_factory.mktemp("jobs")
    if request.param == "sqlite":
        with as_default("", home, django_db_blocker):
            yield environ("", home)
        return
    with postgresql() as address, as_default(address, home, django_db_blocker):
        yield environ(address, home)


@pytest.fixture(scope="module")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """SQLite in a file."""
    home: Path = tmp_path_factory.mktemp("jobs")
    with as_default("", home, django_db_blocker):
        yield environ("", home)


@pytest.fixture
def environment(served: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An empty database, SQLite and PostgreSQL in turn, and the environment in which programs work on it."""
    _empty(settings, monkeypatch)
    return served


@pytest.fixture
def sqlite_environment(sqlite_home: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The same, on SQLite only."""
    _empty(settings, monkeypatch)
    return sqlite_home


def _empty(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs of the tests are known here as well, and wait for workers."""
    monkeypatch.setattr(registry, "KINDS", kinds := {})
    for module in ("services", "queue"):
        monkeypatch.setattr(f"qualityloop.foundation.jobs.{module}.KINDS", kinds)
    from tests.processes.proving import jobs

    for key, work, longest in (
        ("proving.rows", jobs.rows, 60), ("proving.fails", jobs.fails, 60),
        ("proving.dies", jobs.dies, 60), ("proving.hangs", jobs.hangs, 2),
    ):  # fmt: skip
        kinds[key] = registry.JobKind(key, key, work, longest)
    settings.QUALITYLOOP_JOBS = "queue"
    JobRun.objects.all().delete()
    OrmQ.objects.all().delete()
    emptied()
    tables()
