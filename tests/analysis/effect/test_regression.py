"""The Sicilian smoking ban as published, and statsmodels where the estimator is the same."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep

from qualityloop.analysis import intervals
from qualityloop.analysis.effect.autocorrelation import averaged, whitened
from qualityloop.analysis.effect.comparison import between_groups
from qualityloop.analysis.effect.regression import Fit, fit, newey_west, newey_west_lag

Floats = NDArray[np.float64]


@dataclass
class Ban:
    """The 59 months of the article."""

    rows: list[dict[str, str]]

    def column(self, name: str) -> Floats:
        return np.array([float(row[name]) for row in self.rows])

    def fit(self, *more: Floats) -> Fit:
        design = np.column_stack([np.ones(59), self.column("smokban"), self.column("time"), *more])
        return fit(self.column("aces"), design, "count", offset=np.log(self.column("stdpop")))

    def harmonics(self, pairs: int) -> list[Floats]:
        turns = 2 * np.pi * self.column("time") / 12
        return [wave(turns * k) for k in range(1, pairs + 1) for wave in (np.sin, np.cos)]


@pytest.fixture
def ban(real_data: Path) -> Ban:
    with (real_data / "its_sicily_smoking_ban" / "sicily.csv").open(encoding="utf-8") as file:
        return Ban(list(csv.DictReader(file)))


def ratio(made: Fit, at: int, covariance: Floats) -> tuple[float, float, float]:
    reach = 1.96 * np.sqrt(covariance[at, at])
    low, middle, high = np.exp(made.beta[at] + reach * np.array([-1, 0, 1]))
    return float(middle), float(low), float(high)


def rounded(numbers: tuple[float, ...], digits: int) -> tuple[float, ...]:
    return tuple(round(n, digits) for n in numbers)


def test_the_smoking_ban_as_published(ban: Ban) -> None:
    """Lopez Bernal et al. 2017: 0.894 (0.864–0.925), Poisson; its dispersion widens the interval."""
    made = ban.fit()
    middle, low, high = ratio(made, 1, made.bread)
    assert (round(middle, 3), round(high, 3)) == (0.894, 0.925)
    assert low == pytest.approx(0.8647, abs=5e-5)  # printed as 0.864; 0.86469 by the published code
    assert round(float(made.dispersion), 2) == 3.56
    assert rounded(ratio(made, 1, made.covariance), 3) == (0.894, 0.839, 0.953)


def test_the_smoking_ban_with_its_season(ban: Ban) -> None:
    made = ban.fit(*ban.harmonics(2))
    assert rounded(ratio(made, 1, made.covariance), 3) == (0.885, 0.839, 0.933)
    assert round(float(made.dispersion), 2) == 2.26
    assert round(float(np.exp(12 * made.beta[2])), 3) == 1.067
    slope = ban.fit(*ban.harmonics(2), ban.column("smokban") * (ban.column("time") - 37))
    assert rounded(ratio(slope, 7, slope.covariance), 4) == (1.0015, 0.9978, 1.0051)


def example(family: str, seed: int = 5) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    t = np.arange(40.0)
    design = np.column_stack([np.ones(40), t / 40, t >= 25, np.sin(t)])
    sizes = rng.integers(30, 200, 40).astype(float)
    eta = design @ np.array([-1.5, 0.5, -0.7, 0.2]) + 0.2 * rng.standard_normal(40)
    if family == "share":
        return rng.binomial(sizes.astype(int), 1 / (1 + np.exp(-eta))) / sizes, design, sizes
    if family == "count":
        return rng.poisson(sizes * np.exp(eta)).astype(float), design, sizes
    return eta, design, sizes


@pytest.mark.parametrize("lag", [0, 1, 4])
@pytest.mark.parametrize("family", ["mean", "share", "count"])
def test_the_same_as_statsmodels(family: str, lag: int) -> None:
    y, design, sizes = example(family)
    hac = {"cov_type": "HAC", "cov_kwds": {"maxlags": lag, "use_correction": False}}
    if family == "mean":
        made, model = fit(y, design), sm.OLS(y, design)
        plain, robust = model.fit(), model.fit(**hac)
    elif family == "share":
        made = fit(y, design, "share", sizes=sizes)
        model = sm.GLM(y, design, family=sm.families.Binomial(), var_weights=sizes)
        plain, robust = model.fit(scale="X2", tol=1e-13), model.fit(tol=1e-13, **hac)
    else:
        made = fit(y, design, "count", offset=np.log(sizes))
        model = sm.GLM(y, design, family=sm.families.Poisson(), offset=np.log(sizes))
        plain, robust = model.fit(scale="X2", tol=1e-13), model.fit(tol=1e-13, **hac)
    np.testing.assert_allclose(made.beta, plain.params, rtol=0, atol=1e-8)
    np.testing.assert_allclose(made.covariance, plain.cov_params(), rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(newey_west(made, lag), robust.cov_params(), rtol=1e-7, atol=1e-10)


def test_a_batch_is_its_series_one_by_one() -> None:
    several = [example("count", seed) for seed in (1, 2, 3)]
    design = several[0][1]
    y, sizes = np.array([s[0] for s in several]), np.array([s[2] for s in several])
    batch = fit(y, design, "count", offset=np.log(sizes))
    one = fit(y[1], design, "count", offset=np.log(sizes[1]))
    np.testing.assert_allclose(batch.beta[1], one.beta, atol=1e-10)
    times = np.arange(40)
    c = np.array([0.0, 0, 1, 0])
    together, alone = averaged(batch, times), averaged(one, times)
    np.testing.assert_allclose(together.interval(c)[0][1], alone.interval(c)[0], atol=1e-9)
    np.testing.assert_allclose(newey_west(batch)[1], newey_west(one), atol=1e-12)


def test_the_lag_is_the_published_rule() -> None:
    assert [newey_west_lag(n) for n in (10, 16, 59, 100, 250)] == [2, 2, 3, 4, 4]


def test_generalised_least_squares_for_every_rho() -> None:
    """Against the textbook formula with the whole covariance matrix, gaps in time included."""
    y, design, _ = example("mean")
    times = np.delete(np.arange(44.0), [5, 20, 21, 22])
    found = averaged(fit(y, design), times)
    likelihoods = []
    for at, rho in enumerate(found.grid):
        distance = np.abs(times[:, None] - times[None, :])
        v = np.where(distance == 0, 1.0, np.sign(rho) ** distance * np.abs(rho) ** distance)
        inverse = np.linalg.inv(v)
        normal = design.T @ inverse @ design
        beta = np.linalg.solve(normal, design.T @ inverse @ y)
        rss = (y - design @ beta) @ inverse @ (y - design @ beta)
        np.testing.assert_allclose(found.beta[at], beta, atol=1e-9)
        np.testing.assert_allclose(found.covariance[at], np.linalg.inv(normal) * rss / 36, rtol=1e-8, atol=1e-12)
        likelihoods.append(-(np.linalg.slogdet(v)[1] + np.linalg.slogdet(normal)[1]) / 2 - 18 * np.log(rss))
    chance = np.exp(np.array(likelihoods) - max(likelihoods))
    np.testing.assert_allclose(found.chance, chance / chance.sum(), rtol=1e-6)


def test_quantiles_of_the_mixture() -> None:
    y, design, _ = example("mean")
    found = averaged(fit(y, design), np.arange(40))
    c = np.array([0.0, 0, 1, 0])
    center, spread = found.along(c)

    def below(x: float) -> float:
        return float((found.chance * stats.t.cdf((x - center) / spread, 36)).sum())

    low, high = found.interval(c)
    assert float(low) == pytest.approx(optimize.brentq(lambda x: below(x) - 0.025, -9, 9), abs=1e-9)
    assert float(high) == pytest.approx(optimize.brentq(lambda x: below(x) - 0.975, -9, 9), abs=1e-9)


def test_whitening_leaves_no_correlation() -> None:
    times = np.array([0.0, 1, 2, 5, 6])
    v = 0.4 ** np.abs(times[:, None] - times[None, :])
    w = whitened(0.4, np.eye(5), np.diff(times))
    np.testing.assert_allclose(w @ v @ w.T, np.eye(5), atol=1e-12)


# Newcombe 1998, "Interval estimation for the difference", table II, method 10
NEWCOMBE = [
    ((56, 70, 48, 80), (0.0524, 0.3339)),
    ((9, 10, 3, 10), (0.1705, 0.8090)),
    ((6, 7, 2, 7), (0.0582, 0.8062)),
    ((5, 56, 0, 29), (-0.0381, 0.1926)),
    ((0, 10, 0, 20), (-0.1611, 0.2775)),
    ((10, 10, 0, 10), (0.6075, 1.0000)),
]


@pytest.mark.parametrize(("counts", "printed"), NEWCOMBE)
def test_difference_of_shares_as_printed(counts: tuple[int, int, int, int], printed: tuple[float, float]) -> None:
    low, high = intervals.share_difference(*counts)
    assert (float(low), float(high)) == pytest.approx(printed, abs=6e-5)
    assert (float(low), float(high)) == pytest.approx(
        confint_proportions_2indep(*counts, method="newcomb", compare="diff"), abs=1e-8
    )


def test_groups_as_units_are_compared_by_welch() -> None:
    rng = np.random.default_rng(4)
    change = rng.standard_normal(9)
    treated = np.arange(9) < 4
    found = between_groups(np.zeros(9), change, treated)
    expected = stats.ttest_ind(change[treated], change[~treated], equal_var=False).confidence_interval()
    assert (float(found.low), float(found.high)) == pytest.approx((expected.low, expected.high))
