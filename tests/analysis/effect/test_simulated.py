"""Effects that are known because they were simulated: intervals hold them, and chance is seldom called effective.

The bounds are the claim of docs/EFFECT.md, 93 to 97 %, without any allowance; seeds are fixed. The Monte-Carlo standard
error of one case is at most 0.7 percentage points (1200 runs); a table with 10,000 runs stands in docs/EFFECT.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from qualityloop.analysis.effect.comparison import between_groups, calibrated, shares
from qualityloop.analysis.effect.interrupted import design, interrupted
from qualityloop.analysis.effect.regression import fit, newey_west
from tests.analysis.effect.simulated import Case, differences, following, means, shares_and_rates, simulate

RUNS = 1200
LOW, HIGH, FALSE = 0.93, 0.97, 0.05


def check(case: Case, runs: int = RUNS, seed: int = 1) -> None:
    seen = simulate(case, runs, seed)
    assert LOW <= seen.held <= HIGH, seen
    assert max(seen.below, seen.above) <= FALSE, seen


@pytest.mark.parametrize("case", means(), ids=str)
def test_interrupted_means(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", shares_and_rates(), ids=str)
def test_interrupted_shares_and_rates(case: Case) -> None:
    check(case, runs=1000)


@pytest.mark.parametrize("case", differences(), ids=str)
def test_differences_over_time(case: Case) -> None:
    check(case, runs=8000 if case.before + case.after < 15 else RUNS)


def test_the_level_of_short_differences_is_calibrated_and_of_long_ones_is_not() -> None:
    assert calibrated(10) == calibrated(18) == pytest.approx(1.14)
    assert calibrated(500) == pytest.approx(1, abs=0.006)


def test_the_ends_for_a_share_are_those_of_its_likelihood() -> None:
    """Level and step only, no autocorrelation: effect 0 lies at an end just where the step is 0 at that level."""
    rng = np.random.default_rng(4)
    late = np.arange(40) >= 20
    sizes = np.full(40, 60.0)
    y = rng.binomial(60, np.where(late, 0.06, 0.10)) / 60
    found = interrupted(y, design(np.arange(40), late, trend=False), "share", sizes=sizes)
    lift = np.array([0.0, 1.0])
    p = float(found.errors.below(lift, 0.0))
    level = 2 * max(p, 1 - p) - 1
    low, high = found.interval(level)
    assert min(abs(float(low)), abs(float(high))) < 2e-5
    low, high = found.interval()
    assert float(found.effect - low) > float(high - found.effect)  # the lower share is known better


@pytest.mark.parametrize(("treated", "untouched"), [(3, 3), (3, 6), (6, 6)])
def test_differences_between_groups(treated: int, untouched: int) -> None:
    """Whatever happens inside a group, be it a random walk."""
    rng = np.random.default_rng(treated * 10 + untouched)
    walks = rng.standard_normal((2000, treated + untouched, 12)).cumsum(axis=-1)
    with_it = np.arange(treated + untouched) < treated
    found = between_groups(walks[..., :6].mean(-1), walks[..., 6:].mean(-1) - 2.0 * with_it, with_it)
    assert 0.93 <= np.mean((found.low <= -2) & (found.high >= -2)) <= 0.97
    assert np.mean(found.high < -2) <= 0.05


@pytest.mark.parametrize(("before", "after", "rows", "spread"), [(2, 1, 60, 0.0), (6, 3, 100, 0.0), (7, 5, 60, 0.3)])
def test_shares_before_and_after(before: int, after: int, rows: int, spread: float) -> None:
    rng = np.random.default_rng(rows + before)
    late = np.arange(before + after) >= before
    eta = -1.4 - 0.6 * late + spread * rng.standard_normal((4000, before + after))
    sizes = np.full(eta.shape, rows)
    found = shares(rng.binomial(sizes, special.expit(eta)), sizes, late)
    noise = rng.standard_normal(100_000)
    truth = special.expit(-2.0 + spread * noise).mean() - special.expit(-1.4 + spread * noise).mean()
    assert LOW <= np.mean((found.low <= truth) & (found.high >= truth)) <= HIGH
    assert np.mean(found.high < truth) <= 0.05


def test_why_newey_west_alone_would_not_do() -> None:
    """With sixteen points its intervals hold the truth in about three of four cases: docs/EFFECT.md."""
    shape = design(np.arange(16), np.arange(16) >= 8)
    made = fit(following(np.random.default_rng(1), 800, 16, 0.2), shape.factual)
    reach = 1.96 * np.sqrt(newey_west(made)[:, 2, 2])
    assert np.mean(np.abs(made.beta[:, 2]) <= reach) < 0.85
