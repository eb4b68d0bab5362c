"""Looking back: the same as having run the rule at the end of each period with what was there then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
from scipy import stats

from qualityloop.analysis.warning import past_warning, silence, surge
from qualityloop.analysis.warning.counting import limit_count
from qualityloop.analysis.warning.registry import RULES
from qualityloop.analysis.warning.replay import replay
from qualityloop.analysis.warning.series import Arrivals, CountSeries, RateSeries
from tests.analysis.warning.test_rules import shares

BAD, GOOD = (700, 1000), (950, 1000)
EARLY = date(2000, 1, 1)


def test_neighbouring_periods_are_one_warning() -> None:
    series = shares(GOOD, BAD, BAD, BAD, GOOD, BAD, GOOD)  # January to July 2025
    found = replay([series], past_warning.RULE, {}, since=EARLY)
    assert [f.at.month for f in found.findings] == [2, 3, 4, 6]  # type: ignore[union-attr]
    assert (found.warnings, len(found.findings), found.judged) == (2, 4, 7)


def test_only_periods_that_ended_since() -> None:
    series = shares(GOOD, BAD, BAD, BAD, GOOD, BAD, GOOD)
    found = replay([series], past_warning.RULE, {}, since=date(2025, 3, 31))
    assert [f.at.month for f in found.findings] == [3, 4, 6]  # type: ignore[union-attr]
    assert (found.warnings, found.judged) == (2, 5)
    assert replay([series], past_warning.RULE, {}, since=date(2025, 4, 1)).judged == 4


def test_counts_as_if_run_day_by_day() -> None:
    random = np.random.default_rng(11)
    counts = random.poisson(40, 400).astype(float)
    counts[[250, 251, 330]] = [120, 110, 130]
    series = CountSeries("tickets", (), datetime(2025, 1, 6), 24, counts)
    settings = RULES["surge"].settings({"alarms": 0.5})
    since = date(2025, 1, 6) + timedelta(days=200)
    daily = []
    for n in range(201, 401):  # the rule itself, on the evening of each day
        found = surge.find(replace(series, counts=counts[:n], recent=1), settings)
        if found is not None:
            daily.append((found.at, found.value, found.limit, found.p))
    looked = replay([series], RULES["surge"], settings, since=since)
    assert [(f.at, f.value, f.limit, f.p) for f in looked.findings] == daily
    assert {f.at for f in looked.findings} >= {date(2025, 1, 6) + timedelta(days=d) for d in (250, 251, 330)}
    assert looked.judged == 200
    days = sorted(f.at for f in looked.findings)
    assert looked.warnings == sum(d - timedelta(days=1) not in days for d in days)


def test_the_limit_of_a_count_is_found_for_every_expectation() -> None:
    """It once halved on for ever where twice the expectation is no whole number and lies just past the limit."""
    for expected in np.arange(5.05, 9, 0.1):
        for chance in (0.08, 0.02, 0.001):
            limit = limit_count(float(expected), 0.05, chance)
            r = 1 / 0.05
            tail = stats.nbinom.sf(np.arange(200) - 1, r, r / (r + expected))
            assert limit == int(np.flatnonzero(tail < chance)[0])


def test_rates_as_if_run_week_by_week() -> None:
    weeks = [date(2025, 1, 6) + timedelta(days=7 * n) for n in range(40)]
    events, units = np.full(40, 20.0), np.full(40, 1000.0)
    events[30] = 90
    series = RateSeries("complaint_rate", (), "week", weeks, events, units)
    found = replay([series], RULES["complaint_rate"], RULES["complaint_rate"].settings(), since=EARLY)
    assert [f.at for f in found.findings] == [weeks[30]]
    assert (found.warnings, found.judged) == (1, 39)


def test_every_long_silence_is_a_warning_of_its_own() -> None:
    counts = np.full(24 * 7 * 20, 3.0)
    start = datetime(2025, 1, 6)
    for day in (80, 110):
        counts[24 * day : 24 * day + 40] = 0
    counts[24 * 120 : 24 * 120 + 10] = 0  # too short
    series = Arrivals("tickets", start, counts, start + timedelta(hours=len(counts)))
    found = replay([series], silence.RULE, silence.RULE.settings(), since=EARLY)
    assert [f.at for f in found.findings] == [start + timedelta(days=d) for d in (80, 110)]
    assert [f.detail["hours"] for f in found.findings] == [40, 40]
    assert found.warnings == 2


def test_groups_must_be_sure_among_all_groups_of_the_period() -> None:
    weak = shares(*[GOOD] * 5, (165, 200))  # p of about 0.1: nothing among many
    groups = [replace(weak, group=(("team", str(n)),)) for n in range(20)]
    strong = replace(shares(*[GOOD] * 5, BAD), group=(("team", "x"),))
    found = replay([*groups, strong], past_warning.RULE, {}, since=EARLY)
    assert [f.group for f in found.findings] == [(("team", "x"),)]
    assert found.judged == 21 * 6
