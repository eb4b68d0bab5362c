"""A folder on the server into which another system puts its exports."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.collection.sources.contract import Fetched, Option, Options
from qualityloop.collection.sources.registry import FORMATS, register_source

SETTLED_SECONDS = 10.0  # since a file was last written to; a younger one may not be complete
MOST_FILES = 500  # at once; the others come the next time


def roots() -> list[Path]:
    """The folders below which a watched folder may lie: QUALITYLOOP_INBOX, else `inbox` in the home folder."""
    given = os.environ.get("QUALITYLOOP_INBOX", "")
    named = [Path(part) for part in given.split(os.pathsep) if part]
    return named or [Path(settings.QUALITYLOOP_HOME) / "inbox"]


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")


class Folder:
    """Offers every file of a folder, oldest first."""

    key = "folder"
    label = _("Watched folder")
    help = _("A folder on the server; new files in it are imported, files that were imported are remembered.")
    options = (
        Option("path", _("Folder"), _("Its name below the inbox of this installation; empty: the inbox itself.")),
        Option("formats", _("Formats"), _("None chosen: all."), several=True),
    )

    def check(self, options: Options) -> None:
        """The folder lies below an allowed one and is there."""
        self._folder(options)

    def collect(self, options: Options, since: datetime | None) -> Iterator[Fetched]:
        """Files that nobody writes to any more, the oldest first."""
        endings = self._endings(options)
        now = time.time()
        found = []
        for path in self._folder(options).iterdir():
            name = path.name.lower().removesuffix(".gz")
            if path.name.startswith((".", "~$")) or not name.endswith(endings) or not path.is_file():
                continue
            if path.is_symlink() and not self._inside(path.resolve()):
                continue
            stamp = path.stat().st_mtime
            if now - stamp >= SETTLED_SECONDS:
                found.append((stamp, path.name, path))
        for _stamp, name, path in sorted(found)[:MOST_FILES]:
            yield Fetched(name, partial(_opened, path))

    def _folder(self, options: Options) -> Path:
        given = str(options.get("path") or "").strip()
        for root in roots():
            folder = (root / given).resolve()
            if self._inside(folder) and folder.is_dir():
                return folder
        allowed = ", ".join(str(root) for root in roots())
        raise AnalysisError(message("there is no such folder below {roots}", roots=allowed))

    def _inside(self, path: Path) -> bool:
        return any(path.is_relative_to(root.resolve()) for root in roots())

    def _endings(self, options: Options) -> tuple[str, ...]:
        chosen = [FORMATS[key] for key in options.get("formats") or () if key in FORMATS] or list(FORMATS.values())
        return tuple(f".{ending}" for form in chosen for ending in form.endings)


register_source(Folder())
