"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(tempfile.gettempdir()) / f"qualityloop-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"


def skip(reason: str) -> None:
    """Skip, but never quietly in CI: there a missing part is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"would be skipped: {reason}")
    pytest.skip(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The databases that tests were given copies of go with the run."""
    if not hasattr(session.config, "workerinput"):
        manager = getattr(session.config.pluginmanager.getplugin("dsession"), "nodemanager", None)
        made = TEMPLATES if manager is None else TEMPLATES.with_name(f"qualityloop-{manager.testrunuid}")
        shutil.rmtree(made, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On another database (make test-postgresql) only what touches it, and has not both of its own, is worth a run."""
    if not os.environ.get("QUALITYLOOP_TEST_DATABASE"):
        return
    chosen = [item for item in items if _touches_the_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    asked = item.get_closest_marker("django_db") is not None or {"db", "transactional_db"} & fixtures
    return bool(asked) and "served_database" not in fixtures


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real public data sets (QUALITYLOOP_REAL_DATA)."""
    folder = Path(os.environ.get("QUALITYLOOP_REAL_DATA") or ROOT / "../shared/data").resolve()
    if not folder.is_dir():
        skip(f"no real data sets at {folder}; set QUALITYLOOP_REAL_DATA")
    return folder


@pytest.fixture
def kept_connection(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's transaction survives the end of a request or of the queue's round, which look after connections."""
    from django.db import connections

    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
