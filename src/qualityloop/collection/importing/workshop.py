"""The files of an import under their own names, in a folder that is gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from qualityloop.analysis.messages import AnalysisError, Place, message
from qualityloop.collection.models import ImportRun
from qualityloop.foundation.files.store import path_of

MEMORY_LIMIT = "1GB"  # of what waits in memory while an import is read; the rest waits on disk


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where an import is worked on: its files, and room for what waits."""

    files: list[Path]
    temp: Path


@contextmanager
def opened(run: ImportRun) -> Iterator[Workshop]:
    """The files of `run`; AnalysisError where one is gone from the store."""
    base = Path(settings.QUALITYLOOP_HOME) / "importing"
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{run.pk}-{os.getpid()}-", dir=base))
    try:
        (folder / "files").mkdir()
        paths = []
        for file in run.files.select_related("stored"):
            kept, path = path_of(file.stored.sha256), folder / "files" / file.name
            if not kept.is_file():
                raise AnalysisError(message("the content of this file is missing from the store"), Place(file.name))
            path.symlink_to(kept)
            paths.append(path)
        yield Workshop(paths, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what processes left behind that were killed."""
    base = Path(settings.QUALITYLOOP_HOME) / "importing"
    for folder in base.glob("*-*-*") if base.is_dir() else ():
        process = folder.name.split("-")[1]
        if process.isdigit() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
