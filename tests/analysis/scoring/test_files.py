"""Score sheets as files: what is shipped, both forms and back, and every mistake with its place."""

from __future__ import annotations

from typing import Any

import pytest

from qualityloop.analysis.messages import AnalysisError
from qualityloop.analysis.scoring import (
    load_sheet,
    read_sheet,
    sheet_data,
    sheet_to_xlsx,
    sheet_to_yaml,
    shipped_sheet,
    shipped_sheets,
)
from qualityloop.analysis.scoring.conditions import parse_condition

SMALL = """key: small
name: {zh: 小表, en: Small}
dimensions:
  - key: one
    name: 一
    weight: 60 %
    items:
      - {key: a, name: 甲, points: 10}
  - key: two
    name: 二
    weight: 40
    items:
      - {key: b, name: 乙, points: 5, critical: dimension}
"""


def faults(text: str) -> list[tuple[int | None, str | None, str]]:
    return [(f.place.row, f.place.column, str(f.text)) for f in read_sheet(text, "small.yaml")[1]]


@pytest.mark.parametrize("key", shipped_sheets())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_there_and_back(key: str, language: str) -> None:
    sheet = shipped_sheet(key)
    assert load_sheet(sheet_to_yaml(sheet), "x.yaml") == sheet
    assert load_sheet(sheet_data(sheet)) == sheet
    assert load_sheet(sheet_to_xlsx(sheet, language), "x.xlsx") == sheet


def test_a_small_sheet_by_hand() -> None:
    sheet = load_sheet(SMALL, "small.yaml")
    assert [(d.key, int(d.weight), [i.key for i in d.items]) for d in sheet.dimensions] == [
        ("one", 60, ["a"]),
        ("two", 40, ["b"]),
    ]
    assert sheet.dimensions[1].items[0].critical == "dimension"


def test_weights_say_what_is_missing_or_too_much() -> None:
    assert faults(SMALL.replace("weight: 40", "weight: 35")) == [
        (4, "dimensions", "The weights add up to 95 %; 5 % are missing.")
    ]
    assert faults(SMALL.replace("weight: 40", "weight: 42.5")) == [
        (4, "dimensions", "The weights add up to 102.5 %; that is 2.5 % too many.")
    ]


def test_every_mistake_at_once_each_with_its_place() -> None:
    wrong = SMALL.replace("points: 10", "points: ten, colour: red").replace("key: b", "key: a").replace("乙", "''")
    assert [(row, column) for row, column, _ in faults(wrong)] == [
        (8, "dimensions[1].items[1].colour"),
        (8, "dimensions[1].items[1].points"),
        (13, "dimensions[2].items[1].key"),
        (13, "dimensions[2].items[1].name"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("points: 5", "points: 0", "lie above 0"),
        ("points: 5", "points: 5, fails_at: 5", "fewer than its full points"),
        ("critical: dimension", "critical: always", "possible are"),
        ("points: 5", "points: 5, levels: [{points: 5}, {points: 5}]", "same points"),
        ("points: 5", "points: 5, levels: [{points: 4}, {points: 0}]", "must give the full 5"),
        ("points: 5", "points: 5, levels: [{points: 5}]", "at least two steps"),
        ("points: 5", "points: 5, when: chanel = phone", "did you mean “channel”"),
        ("points: 5", "points: 5, when: channel phone", "is no condition"),
        ("points: 5", "points: 5, when: channel =", "compared with nothing"),
        ("points: 5", "points: 5, may_not_apply: perhaps", "“yes” or “no”"),
        ("key: small", "key: Small!", "is no key"),
        ("key: small", "key: small\npass_mark: 120", "between 0 and 100"),
    ],
)
def test_single_mistakes(old: str, new: str, words: str) -> None:
    found = faults(SMALL.replace(old, new, 1))
    assert len(found) >= 1
    assert words in found[0][2]


@pytest.mark.parametrize("text", ["", "[]", "- 1", "key: [", "a: *b", "{" * 500, "key: 1\n" * 3, b"\xff\xfe"])
def test_what_is_no_sheet_is_refused_in_words(text: Any) -> None:
    with pytest.raises(AnalysisError):
        load_sheet(text, "x.yaml")


def test_a_mistake_in_excel_names_its_row() -> None:
    sheet, found = read_sheet(sheet_to_xlsx(shipped_sheet("customer-service"), "zh"), "x.xlsx")
    assert not found
    data = sheet_data(sheet)
    data["dimensions"][1]["items"][2]["when"] = ""
    broken, wrong = read_sheet(data | {"dimensions": data["dimensions"][:3]})
    assert [str(f.text) for f in wrong] == ["The weights add up to 90 %; 10 % are missing."]
    found = read_sheet(sheet_to_xlsx(broken, "en"), "x.xlsx")[1]
    assert [(f.place.file, f.place.row) for f in found] == [("x.xlsx", 7)]


def test_excel_keeps_what_looks_like_a_formula() -> None:
    data: dict[str, Any] = sheet_data(load_sheet(SMALL))
    data["name"] = {"zh": "=1+1", "en": "@SUM"}
    sheet = load_sheet(data)
    assert load_sheet(sheet_to_xlsx(sheet, "zh"), "x.xlsx") == sheet


def test_conditions_in_words() -> None:
    condition = parse_condition("channel = phone，电话；tier != vip")
    assert str(condition) == "channel = phone, 电话; tier != vip"
    assert condition.holds({"channel": "电话", "tier": "normal"})
    assert not condition.holds({"channel": "电话", "tier": "vip"})
    assert parse_condition(" ") == parse_condition("")
