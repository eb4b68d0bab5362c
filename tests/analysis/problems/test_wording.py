"""Numbers, periods and groups as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.standard import Unit
from qualityloop.analysis.indicators.values import Grain
from qualityloop.analysis.problems.wording import format_value, group_label, period_label, rows_label

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0.7123, "percent", "71.2 %", "71.2%"),
        (0.9, "percent", "90 %", "90%"),
        (0.0025, "percent", "0.25 %", "0.25%"),
        (1.0, "percent", "100 %", "100%"),
        (12.345, "minutes", "12.3 分钟", "12.3 min"),
        (48.0, "hours", "48 小时", "48 h"),
        (4.256, "points", "4.26 分", "4.26 points"),
        (60123.0, "count", f"60{NBSP}123", "60,123"),
        (0.0042, "per_thousand", "4.2 ‰", "4.2‰"),
        (-0.0001, "number", "0", "0"),
        (None, "percent", "–", "–"),
        (float("nan"), "hours", "–", "–"),
    ],
)
def test_values(value: float | None, unit: Unit, zh: str, en: str) -> None:
    assert (format_value(value, unit, "zh"), format_value(value, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("start", "grain", "zh", "en"),
    [
        (date(2026, 10, 1), "month", "2026 年 10 月", "October 2026"),
        (date(2026, 12, 28), "week", "2026 年第 53 周", "week 53 of 2026"),
        (date(2026, 10, 1), "quarter", "2026 年第 4 季度", "Q4 2026"),
        (date(2026, 1, 1), "year", "2026 年", "2026"),
        (date(2026, 3, 5), "day", "2026 年 3 月 5 日", "5 March 2026"),
    ],
)
def test_periods(start: date, grain: Grain, zh: str, en: str) -> None:
    assert (period_label(start, grain, "zh"), period_label(start, grain, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("group", "zh", "en"),
    [
        ((), "全部", "everything"),
        ((("shift", "夜班"),), "夜班", "shift 夜班"),
        ((("channel", "online"),), "在线", "online chat"),
        ((("channel", "web"),), "渠道 web", "channel web"),
        (
            (("product", "滚筒洗衣机 W80"), ("team", None)),
            "滚筒洗衣机 W80 · 未填班组",
            "product 滚筒洗衣机 W80 · no team",
        ),
        ((("hour", "22"),), "22–23 时", "22:00–23:00"),
        ((("kind", "repair"), ("shift", "夜班")), "维修 · 夜班", "repair · shift 夜班"),
        ((("weekday", "6"),), "周六", "Saturday"),
        ((("escalated", "true"),), "是否升级：是", "escalated: yes"),
    ],
)
def test_groups(group: tuple[tuple[str, str | None], ...], zh: str, en: str) -> None:
    assert (group_label(group, "tickets", "zh"), group_label(group, "tickets", "en")) == (zh, en)


def test_rows_are_counted_in_the_words_of_their_dataset() -> None:
    assert rows_label(1204, "tickets", "zh") == f"1{NBSP}204 单"
    assert rows_label(1204, "tickets", "en") == "1,204 tickets"
    assert rows_label(1, "complaints", "en") == "1 complaint"
    for name in DATASETS:
        assert rows_label(2, name, "zh") != rows_label(2, name, "en")
