"""The lake of this installation: opened once per snapshot, never while a page waits."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from qualityloop.analysis.lake import MANIFEST, Lake

_lock = threading.Lock()
_opened: dict[Path, tuple[tuple[int, int, int], Lake]] = {}


def lake_path() -> Path:
    """Where the lake of this installation lies."""
    return Path(settings.QUALITYLOOP_HOME) / "lake"


def cache_path() -> Path:
    """Where computed results are kept; may be deleted at any time."""
    return Path(settings.QUALITYLOOP_HOME) / "cache"


def loaded_at(lake: Lake) -> datetime | None:
    """When the records of `lake` were loaded, on its own wall clock."""
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
