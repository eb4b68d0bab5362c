"""Results: whole or not at all. A file is written beside its place and moved there when complete; `-` is stdout."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from qualityloop.analysis.messages import AnalysisError, Place, message

STDOUT = "-"


def check_target(target: str | None) -> None:
    """Refuse a target that cannot be written, before any long work. AnalysisError says why."""
    if target is None or target == STDOUT:
        return
    path = Path(target)
    if path.is_dir():
        raise AnalysisError(message("is a folder; name a file to write"), Place(target))
    if not path.absolute().parent.is_dir():
        raise AnalysisError(message("the folder {folder} does not exist", folder=str(path.parent)), Place(target))
    if not os.access(path.absolute().parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise AnalysisError(message("may not be written"), Place(target))


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`: the old file stays until the new one is complete."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def deliver(content: bytes, target: str | None) -> None:
    """Write a result to the file `target`, or to stdout when it is None or `-`."""
    if target is not None and target != STDOUT:
        write_whole(Path(target), content)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
