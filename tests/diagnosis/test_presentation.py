"""Numbers in words: every expectation is written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from qualityloop.analysis.indicators.standard import Indicator, Per, Standard
from qualityloop.analysis.indicators.values import NotComputed, Status, Value
from qualityloop.analysis.messages import Text, message
from qualityloop.diagnosis import codec, payloads
from qualityloop.diagnosis.choices import Choice
from qualityloop.diagnosis.durations import duration_text
from qualityloop.diagnosis.presentation import Speaker
from qualityloop.foundation.paging import page_asked

OCTOBER = date(2026, 10, 1)


def indicator(key: str = "x", **more: object) -> Indicator:
    fields = {
        "name": Text("在线及时率", "Online in time"),
        "dimension": "speed",
        "dataset": "tickets",
        "period": "created_at",
        "formula": "share(first_response_minutes <= 5)",
        "unit": "percent",
        "better": "higher",
        "target": 0.9,
        "warning": 0.85,
    }
    return Indicator(key=key, **{**fields, **more})  # type: ignore[arg-type]


def value(status: Status | None = "missed", key: str = "x", **more: object) -> Value:
    fields = {"value": 0.712, "n": 1204, "numerator": 857.0, "denominator": 1204.0, "low": 0.686, "high": 0.737}
    return Value(key=key, period=OCTOBER, group=(), interval="wilson", status=status, **{**fields, **more})  # type: ignore[arg-type]


def speaker(*indicators: Indicator, language: str = "zh", rows: bool = True) -> Speaker:
    standard = Standard(
        "s", "1", Text("标准", "Standard"), {"speed": Text("及时", "Speed")}, indicators or (indicator(),)
    )
    choice = Choice(standard, "month", OCTOBER, date(2025, 10, 1), date(2026, 10, 31), (OCTOBER,))
    return Speaker(choice, language, rows=rows)


def test_a_value_with_all_that_is_needed_to_read_it() -> None:
    shown = speaker().shown(indicator(), value(previous=0.75, year_ago=0.7))
    assert (shown.number, shown.unit) == ("71.2", "%")
    assert shown.interval == "68.6–73.7 %"
    assert shown.rows == "1\N{NO-BREAK SPACE}204 单"
    assert shown.status_word == "不达标"
    assert shown.change.startswith("−3.8 ")
    assert shown.better is False
    assert shown.year_change.startswith("+1.2 ")
    assert shown.year_better is True
    assert shown.rows_url == "/indicators/x/rows/?standard=s&from=2026-10-01&to=2026-10-31"


@pytest.mark.parametrize(
    ("now", "before", "better", "expected"),
    [
        (10.0, 12.0, "lower", True),
        (12.0, 10.0, "lower", False),
        (10.0, 10.0, "lower", None),
        (10.0, None, "lower", None),
    ],
)
def test_better_depends_on_the_direction(now: float, before: float | None, better: str, expected: bool | None) -> None:
    hours = indicator(unit="hours", better=better, target=48.0, warning=None)
    assert speaker().change(hours, now, before)[1] is expected


@pytest.mark.parametrize(
    ("unit", "better", "now", "before", "expected"),
    [
        ("percent", "higher", 0.816, 0.836, ("−2.0 个百分点", False)),
        ("percent", "lower", 0.0062, 0.0070, ("−0.08 个百分点", True)),  # 0.62 % has two decimals
        ("percent", "higher", 0.9, 0.90004, ("持平", None)),
        ("hours", "lower", 42.34, 46.37, ("−4.0 小时", True)),  # 42.3: one decimal; less time is better
        ("hours", "lower", 6.85, 7.33, ("−0.48 小时", True)),
        ("hours", "lower", 120.4, 118.0, ("+2 小时", False)),
        ("points", "higher", 92.1, 92.104, ("持平", None)),
        ("count", "higher", 4365, 4181, ("+184", True)),
        ("per_thousand", "lower", 0.0, 0.004, ("持平", None)),
    ],
)
def test_a_change_is_as_fine_as_its_value(
    unit: str, better: str, now: float, before: float, expected: tuple[str, bool | None]
) -> None:
    assert speaker().change(indicator(unit=unit, better=better), now, before) == expected


def test_more_of_what_has_no_target_is_neither_good_nor_bad() -> None:
    assert speaker().change(indicator(unit="count", target=None), 10, 5) == ("+5", None)


def test_a_rate_shows_both_counts() -> None:
    rate = indicator(dataset="complaints", formula="count()", per=Per("tickets", "created_at", "count()"))
    assert (
        speaker(language="en").counted(rate, value(numerator=9.0, denominator=4365.0)) == "9 complaints / 4,365 tickets"
    )


def test_targets_point_the_right_way() -> None:
    assert speaker(language="en").goal(indicator()) == "Target ≥ 90% · warning < 85%"
    late = indicator(better="lower", unit="hours", target=48.0, warning=54.0)
    assert speaker(language="en").goal(late) == "Target ≤ 48 h · warning > 54 h"
    assert speaker(language="en").goal(late, short=True) == "Target ≤ 48 h"
    assert speaker().goal(indicator(target=None)) == "无目标"


def test_nobody_gets_links_to_rows_they_may_not_see() -> None:
    assert speaker(rows=False).shown(indicator(), value()).rows_url == ""
    assert speaker().shown(indicator(), value(n=0)).rows_url == ""


def test_a_dimension_is_as_good_as_its_worst_indicator() -> None:
    found = [indicator(key) for key in "abcd"]
    latest = {
        "a": value("met", "a"),
        "b": value("warning", "b"),
        "c": value("insufficient", "c"),
        "d": value(None, "d"),
    }
    (sector,) = speaker(*found).ring(speaker(*found).choice.standard, latest)
    assert (sector.status, sector.met, sector.rated) == ("warning", 1, 3)
    assert sector.length == 98.5


def test_the_summary_counts_by_hand() -> None:
    latest = {"a": value("met", "a"), "b": value("met", "b"), "c": value("missed", "c"), "d": value(None, "d")}
    sentence = speaker(language="en").summary(latest)
    assert sentence.startswith("October 2026: 2 of 3 indicators meet their target, 0 are in the warning zone, 1 miss")


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (None, "–", "–"),
        (0, "0 秒", "0 s"),
        (89, "89 秒", "89 s"),
        (90, "1.5 分钟", "1.5 min"),
        (5400, "1.5 小时", "1.5 h"),
        (36_000, "10 小时", "10 h"),
        (172_800, "2 天", "2 d"),
    ],
)
def test_durations(seconds: float | None, chinese: str, english: str) -> None:
    assert duration_text(seconds, "zh") == chinese
    assert duration_text(seconds, "en") == english


@pytest.mark.parametrize(("text", "number"), [("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("", 1), ("١", 1), ("9" * 9, 1)])
def test_pages(text: str, number: int) -> None:
    assert page_asked({"page": text}).number == number


def test_the_trend_says_where_the_signals_are() -> None:
    values = [value(), value(signal=-1, center=0.9, lower_limit=0.88, upper_limit=0.92)]
    found = payloads.trend(indicator(), values, "month", "en")
    assert found["signals"] == [1]
    assert found["lower"] == [None, 0.88]
    assert found["labels"] == ["2026-10", "2026-10"]
    assert found["series"][0]["n"] == [1204, 1204]


@pytest.mark.parametrize(
    ("grain", "label"),
    [("day", "10-01"), ("week", "10-01"), ("month", "2026-10"), ("quarter", "2026Q4"), ("year", "2026")],
)
def test_labels_of_periods(grain: str, label: str) -> None:
    assert payloads.short_label(OCTOBER, grain) == label  # type: ignore[arg-type]


def test_what_is_kept_comes_back_as_it_was() -> None:
    import json

    kept = json.loads(json.dumps(codec.plain(value())))
    assert codec.to_value(kept) == value()
    reason = message(
        "{dataset}: the data lack {columns}.", dataset=Text("工单", "Tickets"), columns=message("row {row}", row=2)
    )
    missing = NotComputed("x", reason)
    assert codec.to_not_computed(json.loads(json.dumps(codec.plain(missing)))) == missing


def test_infinity_is_nothing_in_json() -> None:
    assert codec.plain(value(high=float("inf")))["high"] is None
    assert codec.plain({"a": [float("nan"), 1.5]}) == {"a": [None, 1.5]}
