"""Surges: in counts of real complaints, in simulated counts, in a public benchmark of anomalies."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from qualityloop.analysis.warning import surge
from qualityloop.analysis.warning.counting import Tuning, judge, limit_count, tail_probability
from qualityloop.analysis.warning.series import CountSeries
from tests.analysis.warning import nab
from tests.analysis.warning.measuring import World, line

SETTINGS = surge.RULE.settings()


@pytest.mark.parametrize(("count", "mean", "phi"), [(0, 3, 0.1), (1, 3, 0.1), (12, 5, 0.2), (40, 20, 0.05), (9, 2, 1)])
def test_tail_probability_is_that_of_the_negative_binomial(count: int, mean: float, phi: float) -> None:
    expected = stats.nbinom.sf(count - 1, 1 / phi, 1 / (1 + phi * mean))
    assert tail_probability(count, mean, phi) == pytest.approx(expected, rel=1e-9)


def test_limit_is_the_smallest_count_that_signals() -> None:
    limit = limit_count(20, 0.05, 0.001)
    assert stats.nbinom.sf(limit - 1, 20, 1 / 2) < 0.001 <= stats.nbinom.sf(limit - 2, 20, 1 / 2)


def _complaints(folder: Path) -> tuple[date, np.ndarray]:
    """Complaints per day; days up to 12 are written with day and month exchanged (see the data's description)."""
    counted: Counter[date] = Counter()
    with (folder / "comcast_complaints" / "comcast_telecom_complaints.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            first, second, year = map(int, row["Date"].split("-"))
            day, month = (second, first) if first <= 12 else (first, second)
            counted[date(year, month, day)] += 1
    days = [min(counted) + timedelta(days=i) for i in range((max(counted) - min(counted)).days + 1)]
    return days[0], np.array([counted[d] for d in days], dtype=float)


def test_jump_of_complaints_is_found_on_its_day_with_few_false_alarms_before(real_data: Path) -> None:
    start, counts = _complaints(real_data)
    assert (start, len(counts), counts.sum()) == (date(2015, 4, 1), 91, 2224)
    jump = (date(2015, 6, 23) - start).days
    alarms = []
    for end in range(1, jump + 1):  # every evening with what was known then
        series = CountSeries("complaints", (), datetime.combine(start, datetime.min.time()), 24, counts[: end + 1])
        found = surge.find(series, SETTINGS)
        if found is not None:
            alarms.append(found)
    days = [found.at for found in alarms]
    assert date(2015, 6, 23) in days
    assert alarms[-1].severity == "urgent"
    before = [day for day in days if day < date(2015, 6, 23)]
    started = [day for day in before if day - timedelta(days=1) not in before]  # muted while it goes on
    per_month = Counter((day.year, day.month) for day in started if isinstance(day, date))
    assert max(per_month.values(), default=0) <= 1


def test_one_series_is_judged_as_it_is_among_others() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(20, (3, 120)).astype(float)
    slots = np.arange(120) % 7
    together = judge(counts, slots, cycle=7)
    alone = judge(counts[1], slots, cycle=7)
    assert np.allclose(together.tail[1], alone.tail[0], equal_nan=True)


def test_no_limit_before_there_is_history_and_plain_limits_before_eight_weeks() -> None:
    counts = np.full(40, 10.0)
    counts[5] = 100
    found = judge(counts, np.arange(40) % 7, cycle=7, tuning=Tuning())
    assert not found.high[0, :14].any()
    counts[5], counts[30] = 10, 100
    found = judge(counts, np.arange(40) % 7, cycle=7, tuning=Tuning())
    assert list(np.flatnonzero(found.high[0])) == [30]
    assert np.isnan(found.smooth[0]).all()


def test_a_weak_but_lasting_rise_is_found_by_the_ewma() -> None:
    rng = np.random.default_rng(2)
    counts = rng.poisson(20, 150).astype(float)
    counts[130:] = 29
    found = judge(counts, np.arange(150) % 7, cycle=7, tuning=Tuning(0.002, 5))
    assert not found.high[0, 130:].any()
    assert found.raised[0, 130:140].any()


@pytest.mark.parametrize("step", [24, 1])
def test_simulated_surges_beside_a_rolling_rule(step: int) -> None:
    """A smaller run of the table in docs/WARNINGS.md; the chances asked for are 0.05 a month, 0.0115 a week."""
    world = World(step, 40 if step == 24 else 10, 0.05, 60 if step == 24 else 10, weeks=30)
    false_ours, false_rolling, *_, found_ours, found_rolling = line(world, seed=3)
    assert false_ours < 0.05
    assert false_rolling > 2 * false_ours
    assert found_ours >= 0.85
    assert found_ours >= found_rolling - 0.1


@pytest.fixture(scope="module")
def benchmark(real_data: Path) -> list[nab.Series]:
    return nab.series_of(real_data / "nab_a")


def test_scorer_agrees_with_the_scores_published_for_a_detector(benchmark: list[nab.Series]) -> None:
    """Windowed Gaussian, published per file for three profiles, computed anew: all of the 31 files, to the digits."""
    with (Path(__file__).parent / "published_windowed_gaussian.csv").open() as file:
        published = {row["file"]: row for row in csv.DictReader(file)}
    assert len(benchmark) == len(published) == 31
    for series in benchmark:
        alarms = nab.windowed_gaussian(series.values) >= float(published[series.name]["threshold"])
        for profile in nab.PROFILES:
            raw = nab.score(series, alarms, profile)
            assert raw == pytest.approx(float(published[series.name][profile]), abs=1e-8), series.name


def test_scorer_gives_nothing_to_silence_and_full_marks_to_the_first_points(benchmark: list[nab.Series]) -> None:
    windows = sum(len(s.windows) for s in benchmark)
    for profile in nab.PROFILES:
        silent = sum(nab.score(s, np.zeros(len(s.values), bool), profile) for s in benchmark)
        assert nab.normalised(silent, windows, profile) == 0
        perfect = 0.0
        for s in benchmark:
            alarms = np.zeros(len(s.values), bool)
            alarms[[first for first, _ in s.windows]] = True
            perfect += nab.score(s, alarms, profile)
        assert nab.normalised(perfect, windows, profile) == pytest.approx(100, abs=0.1)


def test_surge_rule_on_the_benchmark(benchmark: list[nab.Series]) -> None:
    """With the product's muting (an alarm again within a day only if worse) the rule is worth more than 40 of 100."""
    ours = [nab.muted(nab.surge_scores(s), s.per_day) for s in benchmark]
    assert nab.best(benchmark, ours, "standard")[0] == pytest.approx(46.0, abs=1.5)
    assert nab.best(benchmark, ours, "low_fp")[0] == pytest.approx(33.9, abs=1.5)
    assert nab.best(benchmark, ours, "low_fn")[0] == pytest.approx(55.2, abs=1.5)
