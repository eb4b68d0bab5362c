"""PostgreSQL's own programs for dumping and restoring: found, called, and their refusals said plainly."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualityloop.analysis.messages import AnalysisError, message

INSTALLED = Path("/usr/lib/postgresql")


def program(name: str, server: int) -> Path:
    """`pg_dump` or `pg_restore`, at least of the version of the server; AnalysisError where there is none."""
    found = [Path(path)] if (path := shutil.which(name)) else []
    found += sorted(INSTALLED.glob(f"*/bin/{name}"), reverse=True)
    for one in found:
        said = subprocess.run([one, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
        version = re.search(r"(\d+)(?:\.\d+)*", said)
        if version and int(version[1]) >= server:
            return one
    raise AnalysisError(
        message(
            "{program} of version {version} or newer is needed; install PostgreSQL's client programs",
            program=name,
            version=server,
        )
    )


def call(program: Path, *arguments: str, database: Mapping[str, Any]) -> None:
    """Run it against `database` (Django's names); AnalysisError with its last line where it fails."""
    environ = {**os.environ, "PGPASSWORD": str(database.get("PASSWORD") or "")}
    place = [
        f"--{option}={database[name]}"
        for option, name in (("host", "HOST"), ("port", "PORT"), ("username", "USER"), ("dbname", "NAME"))
        if database.get(name)
    ]
    ended = subprocess.run(  # noqa: S603
        [program, "--no-password", *place, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = ended.stderr.strip().splitlines() or ["?"]
        raise AnalysisError(message("{program} failed: {reason}", program=program.name, reason=lines[0]))
