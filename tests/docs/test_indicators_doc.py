"""docs/INDICATORS.md is true: its standards load, its formulas answer what it says, its lists are complete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.language import FUNCTIONS, FormulaError, parse_condition, parse_formula
from qualityloop.analysis.indicators.language.parser import MAX_NESTING
from qualityloop.analysis.indicators.language.tokens import MAX_LENGTH
from qualityloop.analysis.indicators.loading import load_standard, shipped_standards
from qualityloop.analysis.indicators.standard import Indicator

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "INDICATORS.md").read_text(encoding="utf-8")
STANDARDS = re.findall(r"```yaml\n(.*?)```", PAGE, re.S)
ANSWERS = re.findall(r"^- `(\w+)`: `(.+?)` → (\S+)$", PAGE, re.M)
MISTAKES = re.findall(r"^- `(\w+)`: `(.+?)` ✗ (.+)$", PAGE, re.M)
SQL_TYPES = {"text": "TEXT", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables printed on the page."""
    with duckdb.connect() as connection:
        for name, head, body in re.findall(r"<!-- (\w+) -->\n\| (.+?) \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE):
            columns = head.split(" | ")
            typed = []
            for column in columns:
                declared = DATASETS[name].column(column)
                assert declared
                typed.append(f"{column} {SQL_TYPES[declared.type]}")
            connection.execute(f"CREATE TABLE {name} ({', '.join(typed)})")
            for line in body.splitlines():
                cells = [None if c == "NULL" else c for c in line.strip("| ").split(" | ")]
                connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(cells))})", cells)
        yield connection


@pytest.mark.parametrize("text", STANDARDS, ids=lambda t: t.splitlines()[0])
def test_standards_load(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    standard = load_standard(file)
    assert standard.indicator("first_response_online").formula == "share(first_response_minutes <= 5)"
    assert standard.indicator("complaint_rate").per is not None


@pytest.mark.parametrize(("dataset", "formula", "expected"), ANSWERS)
def test_formulas_answer(tables: duckdb.DuckDBPyConnection, dataset: str, formula: str, expected: str) -> None:
    sql = parse_formula(formula, DATASETS[dataset]).value_sql("duckdb")
    found = tables.execute(f"SELECT {sql} FROM {dataset}").fetchone()
    assert found
    assert found[0] == pytest.approx(float(expected))


@pytest.mark.parametrize(("dataset", "formula", "words"), MISTAKES)
def test_mistakes_say_so(dataset: str, formula: str, words: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse_formula(formula, DATASETS[dataset])
    assert str(caught.value) == words


def test_conditions_are_read() -> None:
    table = re.search(r"\| written \| 含义 \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE)
    assert table
    whole = [c for line in table[1].splitlines()[:-1] for c in re.findall(r"`(.+?)`", line.split(" | ")[0])]
    read = [c for c in whole if c not in ("<>", "<", "<=", ">", ">=", "NOT IN", "IS NOT NULL")]
    assert len(read) == 10
    for text in read:
        assert parse_condition(text, DATASETS["tickets"]).explain("en")


def test_every_function_has_its_section() -> None:
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", PAGE, re.M | re.S))
    assert list(sections) == list(FUNCTIONS)
    for name, section in sections.items():
        assert "**中文**" in section
        assert any(f"{name}(" in formula for _, formula, _ in ANSWERS if formula in section)


def test_every_field_is_listed() -> None:
    table = re.search(r"\| field \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE)
    assert table
    listed = {name for line in table[1].splitlines() for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    assert listed == {f.name for f in fields(Indicator)}


def test_limits_are_those_in_force() -> None:
    assert f"up to {MAX_LENGTH:,} characters and {MAX_NESTING} levels".replace(",", " ") in PAGE


def test_every_shipped_indicator_is_listed() -> None:
    for key in shipped_standards():
        standard = load_standard(key)
        rows = [
            f"| `{i.key}` | {i.name.zh} | {i.name.en} | {_line(i.target)} | {_line(i.warning)} |"
            for i in standard.indicators
        ]
        assert f"### {key} · {standard.name.zh}\n" in PAGE
        assert "\n".join(rows) in PAGE


def _line(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"
