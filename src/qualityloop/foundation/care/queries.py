"""What is installed here, and where it keeps its data."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

from qualityloop import __version__


@dataclass(frozen=True, slots=True)
class Installation:
    """Versions, database, home folder; `free` bytes of its disk, None where there is no such folder."""

    version: str
    python: str
    django: str
    database: str
    home: Path
    free: int | None


def installation() -> Installation:
    """This installation."""
    home = Path(settings.QUALITYLOOP_HOME)
    return Installation(
        version=__version__,
        python=sys.version.split()[0],
        django=django.get_version(),
        database={"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor],
        home=home,
        free=shutil.disk_usage(home).free if home.exists() else None,
    )
