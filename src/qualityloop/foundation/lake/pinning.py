"""Snapshots that are kept although the lake has moved on, so that what was computed from them can be computed again.

The files of a lake never change, so a kept snapshot is a folder of second names for them (hard links): it takes no
room as long as the lake has the same months, and afterwards that of the months that changed.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from qualityloop.analysis.lake import MANIFEST, Lake
from qualityloop.analysis.lake.snapshot import read_manifest
from qualityloop.analysis.messages import AnalysisError, Place, message


def pins_path() -> Path:
    """Where kept snapshots lie."""
    return Path(settings.QUALITYLOOP_HOME) / "snapshots"


def pin(lake: Lake) -> Lake:
    """Keep the snapshot of `lake`, and answer with it as it is kept. AnalysisError where the lake has moved on."""
    target = pins_path() / lake.snapshot
    if Lake.exists(target):
        return Lake.open(target)
    manifest = read_manifest(lake.root)
    if manifest["snapshot"] != lake.snapshot:
        raise AnalysisError(message("the records were just brought up to date; ask once more"), Place(lake.snapshot))
    pins_path().mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=pins_path(), prefix=".draft-"))
    try:
        for name, entry in manifest["datasets"].items():
            (draft / name).mkdir()
            for file in (file for item in entry["partitions"] for file in item["files"]):
                _second_name(lake.root / name / file, draft / name / file)
        (draft / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        try:
            draft.rename(target)
        except OSError:  # somebody else kept it meanwhile
            if not Lake.exists(target):
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Lake.open(target)


def pinned(snapshot: str) -> Lake | None:
    """A snapshot that was kept; None where it is not there."""
    path = pins_path() / Path(snapshot).name
    return Lake.open(path) if Lake.exists(path) else None


def unpin(snapshot: str) -> None:
    """Keep it no longer."""
    shutil.rmtree(pins_path() / Path(snapshot).name, ignore_errors=True)


def _second_name(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except FileNotFoundError:
        raise AnalysisError(message("the records were just brought up to date; ask once more")) from None
    except OSError:  # another disk, or a file system without second names
        shutil.copyfile(file, name)
