"""docs/OPERATING.md is true: its settings are read somewhere, and its commands run as they stand."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOC = (ROOT / "docs" / "OPERATING.md").read_text(encoding="utf-8")


def test_every_setting_is_read_somewhere() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r"`(QUALITYLOOP_[A-Z_]+)`", DOC))
    assert len(named) >= 10
    assert {name for name in named if f'"{name}"' not in code} == set()


@pytest.mark.xdist_group("operating_doc")
def test_backup_and_restore_as_they_stand(tmp_path: Path) -> None:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("DJANGO_SETTINGS", "QUALITYLOOP"))}
    environ |= {"PYTHONPATH": str(ROOT / "src"), "QUALITYLOOP_HOME": str(tmp_path / "home")}

    def run(*words: str) -> int:
        command = [sys.executable, "-m", "qualityloop", *words]
        return subprocess.run(command, env=environ, check=False, capture_output=True).returncode

    assert run("demo", "--tickets", "400") == 0
    (tmp_path / "backup").mkdir()
    lines = [line for block in re.findall(r"```console\n(.*?)```", DOC, re.S) for line in block.splitlines()]
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line.removeprefix("$ ").replace("/backup/", f"{tmp_path}/backup/"))
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            environ[name] = f"{tmp_path}{value}"
        else:
            assert run(*words[1:]) == 0, line
    assert (tmp_path / "restored" / "db.sqlite3").is_file()
