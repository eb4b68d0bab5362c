"""The lake of this installation: opened once per snapshot, never while a page waits."""

from __future__ import annotations

import contextlib
import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from qualityloop.analysis.lake import MANIFEST, Lake
from qualityloop.foundation.lake.watermarks import state_of

_lock = threading.Lock()
_opened: dict[Path, tuple[tuple[int, int, int], Lake]] = {}


def lake_path() -> Path:
    """Where the lake of this installation lies."""
    return Path(settings.QUALITYLOOP_HOME) / "lake"


def _failure_file() -> Path:
    return Path(settings.QUALITYLOOP_HOME) / "refresh-failed.json"


def noted_failure() -> str:
    """Why the last refresh failed, as `foundation.wording` keeps it; empty where it did not."""
    try:
        return _failure_file().read_text(encoding="utf-8")
    except OSError:
        return ""


def note_failure(words: str) -> None:
    """Note why a refresh failed, or with empty words that one did not."""
    if words:
        with contextlib.suppress(OSError):
            _failure_file().write_text(words, encoding="utf-8")
    else:
        _failure_file().unlink(missing_ok=True)


def cache_path() -> Path:
    """Where computed results are kept; may be deleted at any time."""
    return Path(settings.QUALITYLOOP_HOME) / "cache"


def loaded_at(lake: Lake) -> datetime | None:
    """As of when the records of `lake` are, on its own wall clock: of the database, else when the lake was written."""
    state = state_of(lake.source)
    if state is not None:
        return state.taken_at.astimezone(ZoneInfo(lake.zone)).replace(tzinfo=None)
    try:
        seconds = (lake.root / MANIFEST).stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(seconds, ZoneInfo(lake.zone)).replace(tzinfo=None)


def current_lake() -> Lake | None:
    """The newest snapshot, None where nothing was loaded yet; AnalysisError where the lake is damaged."""
    path = lake_path()
    try:
        found = (path / MANIFEST).stat()
    except OSError:
        return None
    stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
    with _lock:
        known = _opened.get(path)
        if known is None or known[0] != stamp:
            _opened[path] = known = (stamp, Lake.open(path))
    return known[1]
