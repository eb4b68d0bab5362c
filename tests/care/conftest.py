"""An installation with a database of its own, SQLite and PostgreSQL in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.databases import database, served_database
from tests.lake import world

from qualityloop.foundation.lake.extraction import database_file

__all__ = ["database", "served_database"]


@pytest.fixture
def home(database: str, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """The home folder; on SQLite it holds the database."""
    world.emptied()
    connection.ensure_connection()
    file = database_file()
    settings.QUALITYLOOP_HOME = file.parent if file else tmp_path / "home"
    settings.QUALITYLOOP_HOME.mkdir(exist_ok=True)
    (settings.QUALITYLOOP_HOME / "secret.key").write_text("a key", encoding="ascii")
    yield settings.QUALITYLOOP_HOME
    world.emptied()
    for name in ("refresh-failed.json", "last-backup.json"):
        (settings.QUALITYLOOP_HOME / name).unlink(missing_ok=True)
