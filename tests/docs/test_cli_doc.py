"""docs/CLI.md is true: its options are those of the parser, and its examples run and end as it says."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from qualityloop.cli import main
from qualityloop.cli.entry import build_parser
from qualityloop.demo import generate
from tests.cli.conftest import EVENTS, TICKETS
from tests.conftest import ROOT

DOC = (ROOT / "docs" / "CLI.md").read_text(encoding="utf-8")
SHARED = {"-h", "--help", "--lang", "--quiet"}
NEEDS_DATABASE = ("account", "backup", "check", "refresh", "restore", "verify")
STANDARD = """extends: after-sales
key: my-standard
indicators:
  - key: first_response_online
    target: 0.95
    warning: 0.9
"""


def children(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def real_options() -> dict[str, set[str]]:
    """Command → its options and the names of its arguments, as the real parser knows them."""
    found = {}
    for name, parser in children(build_parser("en")).items():
        for path, one in {name: parser, **{f"{name} {n}": p for n, p in children(parser).items()}}.items():
            found[path] = {flag for action in one._actions for flag in action.option_strings} | {
                str(action.metavar) + ("…" if action.nargs == "+" else "")
                for action in one._actions
                if not action.option_strings and not isinstance(action, argparse._SubParsersAction)
            }
    return found


def documented() -> dict[str, set[str]]:
    """Section of the page → what stands in the first column of its table."""
    found = {}
    for part in re.split(r"^##+ ", DOC, flags=re.M)[1:]:
        head, _, text = part.partition("\n")
        cells = re.findall(r"^\| (`[^|]*`) \|", text, re.M)
        found[head.strip()] = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    return found


def test_every_option_is_documented_and_the_other_way_round() -> None:
    real, page = real_options(), documented()
    assert page["Every command"] >= SHARED
    for command, options in real.items():
        assert page[command] == options - SHARED, command
    assert page.keys() - {"Every command"} == real.keys()


def test_every_exit_code_is_documented() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", DOC, re.M)}
    assert codes == {0, 1, 2, 130, 141, 143}


def test_the_summary_names_every_command() -> None:
    summary = DOC.split("```")[1]
    assert set(re.findall(r"^qualityloop (\w+)", summary, re.M)) == children(build_parser("en")).keys()


def examples() -> list[tuple[str, int]]:
    """Command line and exit code of every example, in order."""
    lines = [line for block in re.findall(r"```console\n(.*?)```", DOC, re.S) for line in block.splitlines()]
    found = []
    for line in lines:
        match = re.fullmatch(r"\$ qualityloop (.*?)(?:\s+# exit (\d+):.*)?", line)
        assert match, line
        found.append((match[1], int(match[2] or 0)))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page says is there."""
    here = tmp_path_factory.mktemp("example")
    (here / "export").mkdir()
    (here / "export" / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    (here / "events.csv").write_text(EVENTS, encoding="utf-8")
    (here / "my-standard.yaml").write_text(STANDARD, encoding="utf-8")
    generate(here / "var" / "lake", tickets=800, seed=3)
    return here


def ended(words: list[str], folder: Path) -> int:
    """The exit code; what needs a database runs as a program of its own, on a home of its own."""
    if words[0] not in ("import", "demo", "serve", *NEEDS_DATABASE):
        return main(words)
    if words[0] in NEEDS_DATABASE and not (folder / "home" / "db.sqlite3").exists():
        assert ended(["demo", "--tickets", "400"], folder) == 0
    # Records that were imported and the demo do not go into one home.
    home = "imports" if words[0] == "import" else "home"
    environ = {
        **{k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
        "QUALITYLOOP_HOME": str(folder / home),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return subprocess.run(
        [sys.executable, "-m", "qualityloop", *words], cwd=folder, env=environ, check=False, capture_output=True
    ).returncode


def test_there_are_examples_for_every_command() -> None:
    assert {line.split()[0] for line, _ in examples()} == children(build_parser("en")).keys()
    assert {code for _, code in examples()} == {0, 1, 2}


@pytest.mark.xdist_group("cli_doc")
@pytest.mark.parametrize(("line", "code"), examples())
def test_examples_end_as_the_page_says(folder: Path, monkeypatch: pytest.MonkeyPatch, line: str, code: int) -> None:
    monkeypatch.chdir(folder)
    words = shlex.split(line)
    if "--map" in words and not (folder / "map.yaml").exists():
        assert main(["inspect", "export/tickets.csv", "-o", "map.yaml"]) == 0
    if words[-1] == "contact-centre.xlsx" and words[1] == "check" and not (folder / "contact-centre.xlsx").exists():
        assert main(["standard", "export", "contact-centre", "-o", "contact-centre.xlsx"]) == 0
    if words[:2] == ["backup", "monday.tar.gz"]:  # in whatever order the examples come
        (folder / "monday.tar.gz").unlink(missing_ok=True)
        if code == 1:
            assert ended(words, folder) == 0
    assert ended(words, folder) == code
    if "-o" in words and code == 0:
        assert (folder / words[words.index("-o") + 1]).stat().st_size > 100
