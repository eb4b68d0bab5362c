"""Rules about values of indicators, sources and rates: what fires them, and the near miss that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from scipy import stats

from qualityloop.analysis.indicators.evaluate.periods import shift
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.intervals import wilson
from qualityloop.analysis.messages import Text
from qualityloop.analysis.warning import complaint_rate, drift, past_warning, run_rules, silence, two_months
from qualityloop.analysis.warning.finding import Finding
from qualityloop.analysis.warning.registry import RULES
from qualityloop.analysis.warning.selection import selected
from qualityloop.analysis.warning.series import Arrivals, IndicatorSeries, RateSeries
from tests.analysis.test_control import RULES as PATTERNS

SHARE = Indicator(
    "in_time", Text("及时率", "In time"), "speed", "tickets", "created_at", "share(x)", "percent", "higher",
    baseline=0.8, target=0.9, warning=0.85,
)  # fmt: skip
HOURS = replace(SHARE, key="hours", unit="hours", better="lower", baseline=30.0, target=20.0, warning=24.0)


def shares(*counted: tuple[int, int], start: date = date(2025, 1, 1)) -> IndicatorSeries:
    values = []
    for i, (hits, n) in enumerate(counted):
        low, high = wilson(hits, n)
        values.append(
            Value(
                SHARE.key, shift(start, "month", i), (), hits / n, n, hits, n, float(low), float(high), "wilson", None
            )
        )
    return IndicatorSeries(SHARE, (), "month", values)


def numbers(points: list[float], better: str = "lower") -> IndicatorSeries:
    indicator = replace(HOURS, better=better)
    values = [
        Value(HOURS.key, shift(date(2023, 1, 1), "month", i), (), x, 50, None, None, x - 1, x + 1, "t", None)
        for i, x in enumerate(points)
    ]
    return IndicatorSeries(indicator, (), "month", values)


def test_past_the_warning_line_only_when_the_interval_says_so() -> None:
    found = past_warning.find(shares((800, 1000)), {})
    assert found is not None
    assert (found.value, found.limit, found.n, found.severity) == (0.8, 0.85, 1000, "urgent")
    assert found.high is not None
    assert found.high < 0.85
    assert past_warning.find(shares((84, 100)), {}) is None  # past it, but the interval reaches over it
    assert past_warning.find(shares((832, 1000)), {}) is None
    assert past_warning.find(shares((0, 4)), {}) is None  # an anecdote
    ordinary = past_warning.find(shares((8200, 10000)), {})
    assert ordinary is not None
    assert ordinary.severity == "important"


def test_lower_is_better_the_other_way_round() -> None:
    assert past_warning.find(numbers([25.1]), {}) is not None
    assert past_warning.find(numbers([24.9]), {}) is None  # 23.9..25.9
    assert past_warning.find(numbers([19.0]), {}) is None


def test_two_months_below_target_together_more_than_chance() -> None:
    settings = two_months.RULE.settings()
    found = two_months.find(shares((950, 1000), (880, 1000), (883, 1000)), settings)
    assert found is not None
    assert found.at == date(2025, 2, 1)
    assert found.until == date(2025, 3, 31)
    z = [(0.9 - hits / 1000) / ((float(wilson(hits, 1000)[1]) - hits / 1000) / 1.959964) for hits in (880, 883)]
    assert found.p == pytest.approx(float(stats.norm.sf(sum(z) / 2**0.5)), rel=1e-3)
    assert two_months.find(shares((880, 1000), (900, 1000)), settings) is None  # the second one is on target
    assert two_months.find(shares((89, 100), (89, 100)), settings) is None  # too little to tell
    gap = shares((880, 1000), (950, 1000), (883, 1000))
    assert two_months.find(replace(gap, values=[gap.values[0], gap.values[2]]), settings) is None


@pytest.mark.parametrize(("rule", "points", "at"), PATTERNS)
def test_each_run_rule_alone_fires_at_its_minimal_series(rule: int, points: list[float], at: int) -> None:
    """The pattern after a steady baseline of known sigma; one point fewer, or no pattern, fires nothing."""
    only = {f"rule_{r}": float(r == rule) for r in run_rules.PATTERNS}
    series = _with_pattern(points[: at + 1])
    found = run_rules.find(series, only)
    if found is None:  # the worse side is the other one
        series = _with_pattern([-p for p in points[: at + 1]])
        found = run_rules.find(series, only)
    assert found is not None
    assert found.detail["rules"] == [rule]
    everything = {f"rule_{r}": 1.0 for r in run_rules.PATTERNS}
    fired = run_rules.find(series, everything)
    assert fired is not None
    assert fired.detail["rules"] == [rule]
    near = [*points[:at], NEAR_MISS.get(rule, 0.0)]
    for miss in (near, [-p for p in near]):
        assert run_rules.find(_with_pattern(miss), everything) is None


NEAR_MISS = {2: -0.05, 3: 0.3, 4: 0.15, 7: 1.5}  # instead of the last point of the pattern
QUIET = [1.2, 0.3, -0.2, -0.4, -1.2, 0.2, 0.1, 1.2, -0.1, -0.3, -1.3, -0.2, 0.2, 1.1, -0.1]  # completes no pattern


def _with_pattern(points: list[float]) -> IndicatorSeries:
    """Centre 20 and sigma 1 from a baseline of 30 points that swings by ±0.564, quiet ones, then the pattern."""
    base = [20 + 1.128 / 2 * (-1) ** i for i in range(30)]
    return numbers([*base, *[20 + p for p in [*QUIET[: 15 - len(points)], *points]]])


def test_an_improvement_is_no_warning() -> None:
    base = [20 + 0.564 * (-1) ** i for i in range(16)]
    assert run_rules.find(numbers([*base, 10.0]), run_rules.RULE.settings()) is None
    assert run_rules.find(numbers([*base, 30.0]), run_rules.RULE.settings()) is not None
    assert run_rules.find(numbers([*base, 10.0], better="higher"), run_rules.RULE.settings()) is not None


def test_run_rules_need_a_history() -> None:
    assert run_rules.find(numbers([20, 21, 20, 21, 20, 21, 20, 90]), run_rules.RULE.settings()) is None


def test_drift_signals_at_the_group_of_the_handbook() -> None:
    """NIST 6.3.2.3 in units of its sigma: k = 0.3175, h = 4.1959, first signal at group 14."""
    means = [324.925, 324.675, 324.725, 324.350, 325.350, 325.225, 324.125, 324.525, 325.225, 324.600,
             324.625, 325.150, 328.325, 327.250, 327.825, 328.500, 326.675, 327.775, 326.875, 328.350]  # fmt: skip
    from qualityloop.analysis.control import cusum

    sums = cusum(means, target=325, k=0.3175, h=4.1959)
    assert np.round(sums.high[12:], 2).tolist() == [3.01, 4.94, 7.45, 10.63, 11.99, 14.44, 16.00, 19.04]
    assert int(np.flatnonzero(sums.signals)[0]) + 1 == 14


def test_drift_finds_a_slow_change_for_the_worse_and_says_since_when() -> None:
    base = [20 + 0.564 * (-1) ** i for i in range(16)]
    slow = [*base, *[21.5] * 6]
    found = drift.find(numbers(slow), drift.RULE.settings())
    assert found is not None
    assert found.value is not None
    assert found.value > 5
    assert found.at == shift(date(2023, 1, 1), "month", 16)
    assert drift.find(numbers([*base, *[18.5] * 6]), drift.RULE.settings()) is None
    assert drift.find(numbers([*base, *[20.4] * 6]), drift.RULE.settings()) is None


def _hours(weeks: int, silent: int) -> Arrivals:
    """Four rows an hour from 9 to 18 on working days; the last `silent` hours before Thursday noon are empty."""
    start = datetime(2026, 1, 5)
    hours = np.arange(weeks * 168 + 3 * 24 + 12)
    counts = np.where((hours % 24 >= 9) & (hours % 24 < 18) & (hours // 24 % 7 < 5), 4.0, 0.0)
    now = datetime.fromtimestamp(start.timestamp() + len(counts) * 3600)
    if silent:
        counts[-silent:] = 0
    return Arrivals("helpdesk", start, counts, now)


def test_a_source_gone_silent() -> None:
    settings = silence.RULE.settings()
    assert silence.find(_hours(6, 0), settings) is None
    assert silence.find(_hours(6, 12), settings) is None  # less than a day
    found = silence.find(_hours(6, 30), settings)
    assert found is not None
    assert found.detail["hours"] == 42  # from the last row at 18 o'clock two days ago
    assert found.limit == 48  # a whole day and three hours of a morning, four rows each
    assert silence.find(_hours(2, 30), settings) is None  # too little history


def test_a_weekend_is_no_silence() -> None:
    arrivals = _hours(6, 0)
    monday = arrivals.counts[: 5 * 168 + 4 * 24 + 18]  # until Friday evening
    now = datetime(2026, 2, 16, 8)
    assert silence.find(replace(arrivals, counts=monday, now=now), silence.RULE.settings()) is None
    later = replace(arrivals, counts=monday, now=datetime(2026, 2, 16, 15))
    assert silence.find(later, silence.RULE.settings()) is not None


def _rates(*last: float) -> RateSeries:
    events = np.array([10, 12, 9, 11, 10, 8, 12, 10, *last], dtype=float)
    periods = [shift(date(2026, 1, 5), "week", i) for i in range(len(events))]
    return RateSeries("complaints", (), "week", periods, events, np.full(len(events), 1000.0))


def test_jump_of_the_complaint_rate() -> None:
    settings = complaint_rate.RULE.settings()
    found = complaint_rate.find(_rates(30), settings)
    assert found is not None
    assert found.detail["ratio"] == pytest.approx(30 / (82 / 8), rel=1e-9)
    p = stats.beta.ppf(0.025, 30, 82 + 1)  # exact lower bound of the ratio, computed another way
    assert found.low == pytest.approx(p / (1 - p) * 8 * 82 / 8000, rel=1e-6)
    assert found.p == pytest.approx(stats.binom.sf(29, 112, 1 / 9), rel=1e-9)
    assert complaint_rate.find(_rates(16), settings) is None
    assert complaint_rate.find(_rates(2), settings) is None


def _finding(rule: str, group: tuple[tuple[str, str | None], ...] = (), p: float | None = 0.001) -> Finding:
    return Finding(rule, "in_time", group, date(2026, 1, 1), date(2026, 1, 31), "important",
                   RULES[rule].name, 0.7, 0.85, p=p)  # fmt: skip


def test_one_warning_for_each_indicator_with_groups_and_other_rules_named() -> None:
    found = [
        _finding("below_target"),
        _finding("past_warning"),
        _finding("past_warning", (("team", "夜班组"),), 1e-6),
        _finding("past_warning", (("team", "白班组"),), 0.04),
    ]
    (one,) = selected(found, {"past_warning": 10})
    assert (one.rule, one.group) == ("past_warning", ())
    assert one.detail["groups"] == [[["team", "夜班组"]]]  # 0.04 among ten tests is chance
    assert one.detail["rules_also"] == ["below_target"]


def test_false_discoveries_among_groups_are_those_of_benjamini_and_hochberg() -> None:
    """T26: 15 p-values, 4 stand at 5 %."""
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]  # fmt: skip
    found = [replace(_finding("past_warning", (("team", str(i)),), x), subject=str(i)) for i, x in enumerate(p[:9])]
    assert [f.subject for f in selected(found, {"past_warning": 15})] == ["0", "1", "2", "3"]


def test_every_rule_has_words_and_defaults_within_its_bounds() -> None:
    for rule in RULES.values():
        assert str(rule.name)
        for parameter in rule.parameters:
            assert parameter.least <= parameter.default <= parameter.most
