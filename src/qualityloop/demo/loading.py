"""Putting the demo organisation into an installation, once, and never among somebody's own records.

Django must be set up and the database up to date.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.demo.filling import fill, new_batch, refuse_other_records
from qualityloop.demo.generation import SEED, TICKETS, tables

MARK = "demo.json"  # in the home folder: what was generated, and with which batch it came in
LAKE = "lake"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was generated; not `whole` while it is being handed over."""

    tickets: int
    seed: int
    batch: int
    whole: bool


def read_mark(home: Path) -> Mark | None:
    """The mark that loading left in `home`, or None."""
    try:
        found = json.loads((home / MARK).read_text(encoding="utf-8"))
        return Mark(int(found["tickets"]), int(found["seed"]), int(found["batch"]), found["whole"] is True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_mark(home: Path, mark: Mark) -> None:
    handle, name = tempfile.mkstemp(dir=home, prefix=".demo-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"tickets": mark.tickets, "seed": mark.seed, "batch": mark.batch, "whole": mark.whole}, file)
    os.replace(name, home / MARK)


def is_loaded(home: Path) -> bool:
    """Whether the whole demo is in the database that belongs to `home`."""
    from qualityloop.foundation.records.models import Batch, BatchState

    mark = read_mark(home)
    return mark is not None and mark.whole and Batch.objects.filter(pk=mark.batch, state=BatchState.KEPT).exists()


def load(
    home: Path, *, tickets: int | None = None, force: bool = False, progress: Callable[[int, int], None] | None = None
) -> bool:
    """Bring the demo in unless it is there; answers whether it was brought in now.

    AnalysisError where other records are there: `force` renews the demo, it never touches other data.
    """
    from qualityloop.foundation.records.models import Batch, BatchState
    from qualityloop.foundation.records.receiving import undo

    if is_loaded(home) and not force:
        return False
    mark = read_mark(home)
    if mark is None and Lake.exists(home / LAKE):
        raise AnalysisError(
            message("holds other data than the demo's; choose another folder with QUALITYLOOP_HOME"),
            Place(str(home / LAKE)),
        )
    refuse_other_records()
    home.mkdir(parents=True, exist_ok=True)
    batch = Batch.objects.filter(pk=mark.batch, state=BatchState.KEPT).first() if mark else None
    size = tickets or (mark.tickets if mark and not force else TICKETS)
    if batch is not None and (force or (mark and mark.tickets != size)):
        undo(batch, actor=None)
        batch = None
    batch = batch or new_batch()
    _write_mark(home, Mark(size, SEED, batch.pk, whole=False))
    fill(tables(tickets=size), seed=SEED, batch=batch, report=progress or (lambda done, of: None))
    _write_mark(home, Mark(size, SEED, batch.pk, whole=True))
    return True
