"""The folder that holds everything an installation keeps: database, lake, cache, secret key."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path


def home_folder(environ: Mapping[str, str]) -> Path:
    """QUALITYLOOP_HOME, else `var` where the program was started."""
    return Path(environ.get("QUALITYLOOP_HOME") or "var").resolve()


def secret_key(home: Path) -> str:
    """The key that signs sessions: made once per installation, readable by its owner only.

    Where the folder cannot be written (a check on a read-only tree) the key lives as long as the process.
    """
    path = home / "secret.key"
    if key := _read(path):
        return key
    fresh = secrets.token_urlsafe(50)
    try:
        home.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=home, prefix=".secret-")  # mkstemp gives 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(fresh)
        with contextlib.suppress(FileExistsError):
            os.link(name, path)  # whole or not at all, and the first of several processes wins
        os.unlink(name)
    except OSError:
        return fresh
    return _read(path) or fresh


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""
