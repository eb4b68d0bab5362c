"""Rules of the house that can be read off the repository itself."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "qualityloop"
ATTICS = {"utils", "common", "helpers", "misc", "util", "helper"}


def tracked() -> list[Path]:
    """Every file that git keeps."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]


def sources() -> list[Path]:
    """The package's Python files, migrations aside."""
    return [p for p in sorted(SOURCE.rglob("*.py")) if "migrations" not in p.parts]


def test_no_attic() -> None:
    """Code goes to the subject it belongs to, never into a folder for the rest."""
    attics = [p for p in tracked() if ATTICS & {part.split(".")[0] for part in p.relative_to(ROOT).parts}]
    assert not attics


def test_files_stay_readable() -> None:
    """A file past 500 lines becomes a folder split by subject."""
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text("utf-8").splitlines())) > 500}
    assert not long


def test_functions_stay_readable() -> None:
    """Functions are up to about 40 lines; 60 is where we stop counting as about."""
    long = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno
                if lines > 60:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {lines} lines")
    assert not long


def test_public_code_says_what_it_is() -> None:
    """Modules, public classes and public functions of the core have a docstring."""
    silent = []
    for path in sorted((SOURCE / "analysis").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
        silent += [
            f"{path.relative_to(ROOT)}: {node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
    assert not silent


@pytest.mark.parametrize("pattern", ["requirements/*.txt", "frontend/package-lock.json", "frontend/.npmrc"])
def test_pins_carry_no_addresses(pattern: str) -> None:
    """Pin files carry versions and hashes; where packages come from is the machine's business."""
    files = sorted(ROOT.glob(pattern))
    assert files, f"nothing matches {pattern}"
    for path in files:
        text = path.read_text("utf-8")
        addresses = re.findall(
            r'"resolved"|--(?:extra-)?index-url|registry\s*=|\bhttps?://[^\s"]*\.(?:tgz|whl|gz)', text
        )
        assert not addresses, f"{path.name}: {addresses[:3]}"


def test_every_pin_has_a_hash() -> None:
    """An installation installs what was tested."""
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        blocks = re.split(r"\n(?=[A-Za-z0-9])", path.read_text("utf-8"))
        loose = [b.split()[0] for b in blocks if "==" in b.split("\n")[0] and "--hash=sha256:" not in b]
        assert not loose, f"{path.name}: {loose[:3]}"


def test_nothing_of_a_particular_machine_is_kept() -> None:
    """No path of somebody's machine; the folder of real data is named in one place only."""
    here = Path(__file__).resolve()
    paths = re.compile(r"/(?:root|home/[a-z]+|work)/")
    for path in tracked():
        if path == here or path.suffix in {".png", ".parquet", ".gz", ".ico", ".woff2"}:
            continue
        text = path.read_text("utf-8", errors="ignore")
        assert not paths.search(text), f"{path.relative_to(ROOT)} names a path of a machine"
        if path.name != "conftest.py":
            assert "../shared" not in text, f"{path.relative_to(ROOT)} names the data folder"


def test_unused_lock_files_are_ignored() -> None:
    """uv.lock records download addresses, so it is never kept."""
    assert not [p for p in tracked() if p.name == "uv.lock"]
