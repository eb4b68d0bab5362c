"""`standard show|check|export`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from tests.cli.conftest import Run

MINE = """key: mine
version: "3"
name: {zh: 我的标准, en: My standard}
dimensions:
  speed: {zh: 速度, en: Speed}
indicators:
  - key: quick
    name: {zh: 快速, en: Quick}
    dimension: speed
    dataset: tickets
    period: created_at
    formula: FORMULA
    unit: percent
    better: higher
    target: 0.9
    warning: 0.8
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("FORMULA", "share(first_response_minutes <= 3)"), encoding="utf-8")
    return file


@pytest.mark.parametrize("key", shipped_standards())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_show_names_every_indicator(run: Run, key: str, language: str) -> None:
    done = run("standard", "show", key, "--lang", language)
    assert done.code == 0
    for indicator in load_standard(key).indicators:
        assert f"{indicator.key}  {indicator.name.in_language(language)}" in done.text
        assert indicator.formula in done.text


def test_show_says_the_lines_in_their_unit(run: Run, mine: Path) -> None:
    text = run("standard", "show", mine).text
    assert re.search(r"90\s?%", text)
    assert re.search(r"80\s?%", text)
    assert "higher is better" in text


def test_check(run: Run, mine: Path) -> None:
    done = run("standard", "check", mine)
    assert done.code == 0
    assert "1 indicators" in done.err
    assert run("standard", "check", mine, "--quiet").err == ""


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("share(first_respons_minutes <= 3)", "first_response_minutes"),
        ("'share(1); DROP TABLE tickets'", "mine.yaml"),
        ("'count() UNION SELECT 1'", "mine.yaml"),
        ("'share(read_csv(''/etc/passwd'') IS NULL)'", "read_csv"),
        ("'share(ticket_id IN (SELECT ticket_id FROM tickets))'", "mine.yaml"),
        ("'share(true) -- and so on'", "mine.yaml"),
    ],
)
@pytest.mark.parametrize("command", ["check", "show", "export"])
def test_formulas_that_are_refused(run: Run, tmp_path: Path, command: str, formula: str, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("FORMULA", formula), encoding="utf-8")
    done = run("standard", command, file)
    assert done.code == 1
    assert done.out == b""
    assert "mine.yaml" in done.err
    assert "row 12" in done.err
    assert said in done.err


def test_a_refused_standard_measures_nothing(run: Run, tickets: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(MINE.replace("FORMULA", "'share(1); DROP TABLE tickets'"), encoding="utf-8")
    done = run("diagnose", tickets, "--standard", file, "-o", "report.html")
    assert done.code == 1
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize("ending", ["yaml", "xlsx"])
def test_export_and_read_again(run: Run, tmp_path: Path, ending: str) -> None:
    done = run("standard", "export", "after-sales", "-o", f"copy.{ending}")
    assert done.code == 0
    copy, original = load_standard(tmp_path / f"copy.{ending}"), load_standard("after-sales")
    assert [i.key for i in copy.indicators] == [i.key for i in original.indicators]
    assert [(i.formula, i.target, i.warning) for i in copy.indicators] == [
        (i.formula, i.target, i.warning) for i in original.indicators
    ]


def test_export_without_a_name(run: Run, tmp_path: Path) -> None:
    done = run("standard", "export", "after-sales")
    (tmp_path / "again.yaml").write_bytes(done.out)
    assert load_standard(tmp_path / "again.yaml").key == "after-sales"
    assert run("standard", "export", "after-sales", "--format", "xlsx").code == 0
    assert (tmp_path / "after-sales.xlsx").exists()


def test_a_standard_that_is_not_there(run: Run) -> None:
    done = run("standard", "show", "after-salse")
    assert done.code == 1
    assert "Did you mean “after-sales”?" in done.err


def test_the_own_standard_measures(run: Run, tickets: Path, mine: Path) -> None:
    """Minutes to the first answer: 3, 10, 5, 4:59, 15, 16 → one of six within 3."""
    done = run("diagnose", tickets, "--standard", mine, "--format", "json")
    (value,) = done.json["indicators"]
    assert value["value"] == pytest.approx(1 / 6)
    assert done.json["standard"] == {"key": "mine", "version": "3"}
