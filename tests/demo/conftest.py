"""An installation of our own: an empty database (SQLite and PostgreSQL in turn) and an empty home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.databases import database, served_database

__all__ = ["database", "served_database"]


@pytest.fixture
def home(database: str, tmp_path: Path, settings: Any) -> Path:
    """The home folder beside the empty database."""
    settings.QUALITYLOOP_HOME = tmp_path / "home"
    return tmp_path / "home"
