"""docs/FEATURES.md holds every row of the requirements, and what it says to work names tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = {"S": 6, "I": 6, "O": 9, "F": 5, "E": 5, "D": 11, "R": 3, "P": 7, "H": 6, "K": 2, "C": 3, "B": 2, "X": 5}
LINE = re.compile(r"^\| ([A-Z]\d+) \| (.+?) \| (works|partly|not yet) \| (.*?) \| (.*?) \|$", re.M)


def rows() -> list[tuple[str, str, str, str, str]]:
    return LINE.findall((ROOT / "docs" / "FEATURES.md").read_text(encoding="utf-8"))


def test_every_requirement_has_one_row() -> None:
    found = [row[0] for row in rows()]
    assert sorted(found) == sorted(f"{letter}{n}" for letter, count in ROWS.items() for n in range(1, count + 1))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_works_is_proven(row: tuple[str, str, str, str, str]) -> None:
    identifier, _what, state, where, proof = row
    tests = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", proof)
    if state == "not yet":
        assert not tests, f"{identifier} is not there yet but names a test"
        return
    assert tests, f"{identifier} says that it {state}, and no test proves it"
    for path in re.findall(r"`([\w./*-]+)`", where):
        assert list(ROOT.glob(path if "/" in path else f"src/qualityloop/{path}")), f"{identifier}: no {path}"
    for file, name in tests:
        assert (ROOT / file).is_file(), f"{identifier}: no {file}"
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not name or name in names, f"{identifier}: no {name} in {file}"
