"""Databases that programs of their own work on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_q.models import OrmQ

from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.notices.models import Notice
from qualityloop.foundation.webhooks.models import Announcement, Subscription
from tests.databases import emptied, postgresql_as_default, sqlite_as_default
from tests.processes.programs import environ, tables
from tests.processes.proving import jobs

__all__ = ["jobs"]  # declared here as well, so that they can be asked for


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any
) -> Iterator[dict[str, str]]:
    """A database that programs of their own work on, too: SQLite in a file, and PostgreSQL."""
    home: Path = tmp_path_factory.mktemp("jobs")
    if request.param == "sqlite":
        with sqlite_as_default(home, django_db_blocker):
            yield environ("", home)
        return
    with postgresql_as_default(home, django_db_blocker) as address:
        yield environ(address, home)


@pytest.fixture(scope="module")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    """SQLite in a file."""
    home: Path = tmp_path_factory.mktemp("jobs")
    with sqlite_as_default(home, django_db_blocker):
        yield environ("", home)


@pytest.fixture
def environment(served: dict[str, str], settings: Any) -> dict[str, str]:
    """An empty database, SQLite and PostgreSQL in turn, and the environment in which programs work on it."""
    _empty(settings)
    return served


@pytest.fixture
def sqlite_environment(sqlite_home: dict[str, str], settings: Any) -> dict[str, str]:
    """The same, on SQLite only."""
    _empty(settings)
    return sqlite_home


def _empty(settings: Any) -> None:
    settings.QUALITYLOOP_JOBS = "queue"
    for model in (Notice, Announcement, Subscription, JobRun, OrmQ):
        model.objects.all().delete()
    emptied()
    tables()
