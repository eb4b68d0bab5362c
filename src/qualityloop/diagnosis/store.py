"""Computed results, kept as JSON under the snapshot, the standard and the question they answer.

A page reads them in milliseconds however large the lake is. One process computes, the others wait for it. What is
kept holds sentences too, so it belongs to the program and the translations that made it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from qualityloop import __version__, analysis
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.messages import LOCALE_DIR
from qualityloop.diagnosis import waiting

FORMAT = 1  # goes up when the shape of what is kept changes
KEEP_SECONDS = 24 * 3600  # results of older snapshots
MEMORY = 64  # results that stay parsed

Result = dict[str, Any]
_memory: OrderedDict[Path, Result] = OrderedDict()
_memory_lock = threading.Lock()


def standard_hash(standard: Standard) -> str:
    """Changes with any word or number of a standard."""
    return hashlib.sha256(repr(standard).encode()).hexdigest()[:16]


@cache
def words_hash() -> str:
    """Changes with any sentence of the core and any translation of it: with its sources and compiled catalogues."""
    return fingerprint([*Path(analysis.__file__).parent.rglob("*.py"), *LOCALE_DIR.rglob("*.mo")])


def fingerprint(files: Iterable[Path]) -> str:
    """Of the contents of `files` and their names."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return whole.hexdigest()[:16]


def kept(folder: Path, snapshot: str, question: dict[str, Any], compute: Callable[[], Result]) -> Result:
    """The answer to `question` about `snapshot`: from memory, from `folder`, else computed and kept.

    StillWorking where the page may not wait so long (see `waiting`).
    """
    program = {"format": FORMAT, "program": __version__, "words": words_hash()}
    text = json.dumps({**program, **question}, sort_keys=True, default=str)
    path = folder / snapshot / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
    if (result := _remembered(path)) is not None:
        return result
    return waiting.answer(path, lambda: _computed(folder, snapshot, path, compute))


def _computed(folder: Path, snapshot: str, path: Path, compute: Callable[[], Result]) -> Result:
    with _alone(path.with_suffix(".lock")):
        result = _read(path)
        if result is None:
            result = json.loads(json.dumps(compute()))  # what is answered now is what will be answered later
            _write(path, result)
            _sweep(folder, snapshot)
    _remember(path, result)
    return result


def forget() -> None:
    """Empty the memory of this process; what is kept on disk stays."""
    with _memory_lock:
        _memory.clear()


def _remembered(path: Path) -> Result | None:
    with _memory_lock:
        if path in _memory:
            _memory.move_to_end(path)
            return _memory[path]
    result = _read(path)
    if result is not None:
        _remember(path, result)
    return result


def _remember(path: Path, result: Result) -> None:
    with _memory_lock:
        _memory[path] = result
        _memory.move_to_end(path)
        while len(_memory) > MEMORY:
            _memory.popitem(last=False)


def _read(path: Path) -> Result | None:
    try:
        result = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def _write(path: Path, result: Result) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, separators=(",", ":"))
    os.replace(name, path)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _sweep(folder: Path, snapshot: str) -> None:
    """Forget results of snapshots that nobody has asked about for a day."""
    for old in folder.iterdir():
        if old.name != snapshot and old.is_dir() and old.stat().st_mtime < time.time() - KEEP_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
