"""docs/MAPPING.md tells the truth: its examples are read, and it names every key that a column may have."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualityloop.analysis.files.mapping import BAD, NAMED_FORMATS, OTHERWISE, REPAIRS, TAKES
from qualityloop.analysis.files.mapping_loading import _CALENDAR_KEYS, _COLUMN_KEYS, _TABLE_KEYS, parse_mapping

PAGE = (Path(__file__).parent.parent.parent / "docs" / "MAPPING.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_are_read_and_written(number: int) -> None:
    mapping = parse_mapping(EXAMPLES[number], "example.yaml")
    again = parse_mapping(mapping.to_yaml("en"), "example.yaml")
    assert [t.dataset for t in again.tables] == [t.dataset for t in mapping.tables]
    assert (again.calendar and again.calendar.to_json()) == (mapping.calendar and mapping.calendar.to_json())
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize(
    "word",
    sorted(
        {*_CALENDAR_KEYS, *_COLUMN_KEYS, *_TABLE_KEYS, *NAMED_FORMATS, *TAKES, *REPAIRS, *BAD, *OTHERWISE} - {"remark"}
    ),
)
def test_every_word_is_explained(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGE)
