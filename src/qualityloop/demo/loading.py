"""Putting the demo organisation into a home folder, once, and never over somebody's own data."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.demo.generation import SEED, TICKETS, generate

MARK = "demo.json"  # in the home folder: which lake is ours
LAKE = "lake"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was generated; `snapshot` is empty while the lake is being written."""

    tickets: int
    seed: int
    snapshot: str


def read_mark(home: Path) -> Mark | None:
    """The mark that generating left in `home`, or None."""
    try:
        found = json.loads((home / MARK).read_text(encoding="utf-8"))
        return Mark(int(found["tickets"]), int(found["seed"]), str(found["snapshot"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_mark(home: Path, mark: Mark) -> None:
    handle, name = tempfile.mkstemp(dir=home, prefix=".demo-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"tickets": mark.tickets, "seed": mark.seed, "snapshot": mark.snapshot}, file)
    os.replace(name, home / MARK)


def is_loaded(home: Path) -> bool:
    """Whether the lake in `home` is the demo's."""
    mark = read_mark(home)
    return mark is not None and Lake.exists(home / LAKE) and mark.snapshot in ("", Lake.open(home / LAKE).snapshot)


def load(
    home: Path, *, tickets: int | None = None, force: bool = False, progress: Callable[[int, int], None] | None = None
) -> bool:
    """Write the demo lake into `home` unless it is there; answers whether it was written now.

    AnalysisError where another lake is there: `force` renews the demo, it never overwrites other data.
    """
    loaded = is_loaded(home)
    if loaded and not force:
        return False
    if not loaded and Lake.exists(home / LAKE):
        raise AnalysisError(
            message("holds other data than the demo's; choose another folder with QUALITYLOOP_HOME"),
            Place(str(home / LAKE)),
        )
    home.mkdir(parents=True, exist_ok=True)
    size = tickets or TICKETS
    _write_mark(home, Mark(size, SEED, ""))
    lake = generate(home / LAKE, tickets=size, progress=progress)
    _write_mark(home, Mark(size, SEED, lake.snapshot))
    return True
