"""A home, databases and people for the tests of tagging."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.databases import database, served_database
from tests.foundation.conftest import signed_in
from tests.lake import world

__all__ = ["database", "served_database", "signed_in"]


@pytest.fixture
def home(database: str, tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A home folder of our own beside an empty database, SQLite and PostgreSQL in turn."""
    world.emptied()
    settings.QUALITYLOOP_HOME = tmp_path / "home"
    yield tmp_path / "home"
    world.emptied()
