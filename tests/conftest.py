"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def skip(reason: str) -> None:
    """Skip, but never quietly in CI: there a missing part is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"would be skipped: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real public data sets (QUALITYLOOP_REAL_DATA)."""
    folder = Path(os.environ.get("QUALITYLOOP_REAL_DATA") or ROOT / "../shared/data").resolve()
    if not folder.is_dir():
        skip(f"no real data sets at {folder}; set QUALITYLOOP_REAL_DATA")
    return folder
