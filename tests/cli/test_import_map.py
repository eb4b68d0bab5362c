"""`qualityloop import --map NAME`: a shipped mapping by its name, into a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

EXPORTS = ROOT / "tests" / "analysis" / "files" / "exports"


def run(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    environment = {**inherited, "QUALITYLOOP_HOME": str(home), "QUALITYLOOP_LANG": "en", "QUALITYLOOP_DATABASE": "",
                   "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
    words = [sys.executable, "-m", "qualityloop", "import", *(str(one) for one in arguments)]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_a_shipped_mapping_by_its_name(tmp_path: Path) -> None:
    export = EXPORTS / "zendesk.csv"
    tried = run(tmp_path, export, "--map", "zendesk", "--dry-run")
    assert tried.returncode == 0, tried.stderr
    first = dict(part.split("=") for part in next(
        line for line in tried.stdout.splitlines() if line.startswith("tickets ")).split()[1:])  # fmt: skip
    assert (first["created"], first["rejected"]) == ("2", "0")  # of three, one is deleted there
    done = run(tmp_path, export, "--map", "zendesk")
    assert done.stdout == tried.stdout
    again = run(tmp_path, export, "--map", "zendesk")
    assert f"unchanged={first['created']}" in again.stdout
    assert "no change" in again.stderr


def test_a_name_that_is_no_mapping_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, EXPORTS / "zendesk.csv", "--map", "no-such-system")
    assert done.returncode != 0
    assert "no-such-system" in done.stderr
    assert "Traceback" not in done.stderr
