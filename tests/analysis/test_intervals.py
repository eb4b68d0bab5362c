"""Intervals against printed tables and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from qualityloop.analysis import intervals

# Newcombe 1998, table I: successes, n, Wilson, Clopper-Pearson
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("hits", "n", "wilson", "exact"), NEWCOMBE)
def test_shares_as_printed_by_newcombe(
    hits: int, n: int, wilson: tuple[float, float], exact: tuple[float, float]
) -> None:
    assert tuple(round(float(b), 4) for b in intervals.wilson(hits, n)) == wilson
    assert tuple(round(float(b), 4) for b in intervals.clopper_pearson(hits, n)) == exact


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_shares_agree_with_statsmodels_for_every_count(confidence: float) -> None:
    for n in (1, 2, 7, 40, 1000):
        hits = np.unique(np.linspace(0, n, 21).round())
        for ours, method in ((intervals.wilson, "wilson"), (intervals.clopper_pearson, "beta")):
            low, high = ours(hits, n, confidence=confidence)
            expected = proportion_confint(hits, n, alpha=1 - confidence, method=method)
            np.testing.assert_allclose(low, np.clip(expected[0], 0, 1), atol=1e-12)
            np.testing.assert_allclose(high, np.clip(expected[1], 0, 1), atol=1e-12)


def test_a_census_leaves_no_doubt_and_a_small_part_hardly_differs() -> None:
    low, high = intervals.wilson(30, 40, population=[40, 10**9])
    assert (low[0], high[0]) == pytest.approx((0.75, 0.75))
    assert (low[1], high[1]) == pytest.approx(tuple(map(float, intervals.wilson(30, 40))), abs=1e-6)
    # half of the population: the variance shrinks by (N − n)/(N − 1), as if n were larger by that factor
    n = 40 * 79 / 40
    expected = proportion_confint(0.75 * n, n, method="wilson")
    assert tuple(map(float, intervals.wilson(30, 40, population=80))) == pytest.approx(expected, abs=1e-12)


def test_nothing_to_say_without_rows() -> None:
    for low, high in (
        intervals.wilson([0, np.nan], [0, np.nan]),
        intervals.clopper_pearson([0, np.nan], [0, np.nan]),
        intervals.poisson([0, np.nan], [0, 1]),
        intervals.nps([0, np.nan], [0, np.nan], [0, np.nan]),
        intervals.student_mean([5.0, np.nan], [1.0, 1.0], [1, 0]),
    ):
        assert np.isnan(low).all()
        assert np.isnan(high).all()


def test_mean_and_sum_agree_with_scipy() -> None:
    x = np.array([3.1, 4.7, 5.0, 8.8, 2.9, 4.4])
    expected = stats.t.interval(0.95, len(x) - 1, loc=x.mean(), scale=stats.sem(x))
    low, high = intervals.student_mean(x.mean(), x.var(ddof=1), len(x))
    assert (float(low), float(high)) == pytest.approx(expected, rel=1e-12)
    low, high = intervals.student_sum(x.sum(), (x**2).sum(), len(x))
    assert (float(low), float(high)) == pytest.approx([6 * e for e in expected], rel=1e-9)
    low, high = intervals.student_mean(x.mean(), x.var(ddof=1), len(x), population=12)
    half = (expected[1] - expected[0]) / 2 * np.sqrt(1 - 6 / 12)
    assert (float(low), float(high)) == pytest.approx((x.mean() - half, x.mean() + half), rel=1e-12)


# Garwood 1936 as tabulated in every handbook of epidemiology: count, 95 % limits
@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)]
)
def test_poisson_limits_as_tabulated(count: int, low: float, high: float) -> None:
    ours = intervals.poisson(count)
    assert (float(ours[0]), float(ours[1])) == pytest.approx((low, high), abs=6e-4)
    per = intervals.poisson(count, 200)
    assert (float(per[0]), float(per[1])) == pytest.approx((low / 200, high / 200), abs=3e-6)


def test_poisson_limits_hold_by_their_own_definition() -> None:
    count = np.array([1, 3, 17, 250])
    low, high = intervals.poisson(count)
    np.testing.assert_allclose(stats.poisson.sf(count - 1, low), 0.025, rtol=1e-9)
    np.testing.assert_allclose(stats.poisson.cdf(count, high), 0.025, rtol=1e-9)


def test_ratio_of_two_counts() -> None:
    low, high = intervals.count_ratio([8, 0, 5], [16, 10, 0])
    share = proportion_confint(8, 24, method="beta")
    assert (low[0], high[0]) == pytest.approx([s / (1 - s) for s in share])
    assert low[1] == 0
    assert np.isinf(high[2])


@pytest.mark.parametrize("q", [0.1, 0.5, 0.9, 0.95])
def test_ranks_enclose_the_quantile_as_often_as_they_claim_and_no_wider_than_needed(q: float) -> None:
    for n in (1, 5, 6, 20, 59, 100, 1000):
        low, high = (int(r) for r in intervals.quantile_ranks(n, q))
        below = stats.binom(n, q).cdf(low - 1) if low >= 1 else 0.0
        above = stats.binom(n, q).sf(high - 1) if high <= n else 0.0
        assert below <= 0.025
        assert above <= 0.025
        assert low == n or stats.binom(n, q).cdf(low) > 0.025 - 1e-12
        assert high <= 1 or stats.binom(n, q).sf(high - 2) > 0.025 - 1e-12


def test_median_of_small_samples_as_tabulated() -> None:
    # Conover, Practical Nonparametric Statistics: 95 % of the median of 10 is (x2, x9), of 20 (x6, x15); 5 is too few
    assert [int(r) for r in intervals.quantile_ranks(10, 0.5)] == [2, 9]
    assert [int(r) for r in intervals.quantile_ranks(20, 0.5)] == [6, 15]
    assert [int(r) for r in intervals.quantile_ranks(5, 0.5)] == [0, 6]
    assert intervals.quantile([9, 2, 8, 1, 5, 4, 7, 3, 6, 10], 0.5) == (2, 9)
    assert intervals.quantile([3, 1, 2], 0.5) == (-np.inf, np.inf)


def test_nps_is_the_mean_of_plus_one_zero_minus_one() -> None:
    answers = np.repeat([1.0, 0.0, -1.0], [55, 30, 15])
    half = stats.norm.ppf(0.975) * answers.std() / np.sqrt(100)
    low, high = intervals.nps(55, 15, 100)
    assert (float(low), float(high)) == pytest.approx((40 - 100 * half, 40 + 100 * half))


def test_nps_of_equal_answers_is_not_certain() -> None:
    low, high = intervals.nps([4, 0, 0], [0, 4, 0], [4, 4, 4])
    floor = proportion_confint(4, 4, method="wilson")[0]
    np.testing.assert_allclose(low, [100 * (2 * floor - 1), -100, -100 * (1 - floor)])
    np.testing.assert_allclose(high, [100, 100 * (1 - 2 * floor), 100 * (1 - floor)])
