"""A home and an empty database for the tests of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import database, served_database
from tests.lake import world

__all__ = ["database", "served_database"]


@pytest.fixture
def home(database: str, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A home folder of our own beside an empty database, SQLite and PostgreSQL in turn."""
    world.emptied()
    settings.QUALITYLOOP_HOME = tmp_path / "home"
    yield tmp_path / "home"
    world.emptied()
