"""Rules that are tested on every member: each test with a home of its own, so that none sees what another left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_home(settings: Any, tmp_path: Path) -> None:
    """A home folder that does not exist yet."""
    settings.QUALITYLOOP_HOME = tmp_path / "no-home"
