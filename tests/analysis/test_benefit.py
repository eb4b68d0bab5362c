"""Cost and benefit as ranges: against a second computation by convolution and by plain draws."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scipy import stats

from qualityloop.analysis.benefit import SERVICE_DEFAULTS, Line, Range, outcome, service_outcome
from qualityloop.analysis.messages import AnalysisError


def pert(low: float, likely: float, high: float) -> stats.rv_continuous:
    """The PERT distribution as scipy has it."""
    width = high - low
    return stats.beta(1 + 4 * (likely - low) / width, 1 + 4 * (high - likely) / width, loc=low, scale=width)


def test_a_sum_is_the_convolution() -> None:
    """Density of benefit minus cost on a grid, by numpy's convolution."""
    gain, cost, step = (0.0, 30.0, 80.0), (10.0, 20.0, 50.0), 0.01
    grid = np.arange(-60, 90, step)
    one = pert(*gain).pdf(np.arange(0, 80, step))
    two = pert(*cost).pdf(np.arange(10, 50, step))[::-1]
    density = np.convolve(one, two) * step
    places = -50 + np.arange(len(density)) * step
    density /= density.sum() * step
    cdf = np.cumsum(density) * step
    assert len(grid) >= len(density)
    found = outcome({"g": Range(*gain), "c": Range(*cost)}, [Line("g", ("g",)), Line("c", ("c",), cost=True)], seed=1)
    assert found.net.low == pytest.approx(places[np.searchsorted(cdf, 0.05)], abs=0.4)
    assert found.net.high == pytest.approx(places[np.searchsorted(cdf, 0.95)], abs=0.4)
    assert found.positive == pytest.approx(1 - cdf[np.searchsorted(places, 0)], abs=0.01)
    assert found.net.mean == pytest.approx(pert(*gain).mean() - pert(*cost).mean())


def test_moments_are_those_of_scipy() -> None:
    for low, likely, high in [(0, 0.1, 0.15), (-5, 1, 4), (2, 2, 9), (1, 7, 7)]:
        one = Range(low, likely, high)
        assert one.mean == pytest.approx(pert(low, likely, high).mean())
        assert one.variance == pytest.approx(pert(low, likely, high).var())
        p = np.array([0.05, 0.5, 0.95])
        assert one.quantile(p) == pytest.approx(pert(low, likely, high).ppf(p))


def test_the_service_account_agrees_with_plain_draws() -> None:
    given = {
        "customers": Range(800, 1000, 1100), "referred_customers": Range(50, 80, 120),
        "hours_saved": Range(100, 200, 400), "cost": Range(5_000, 15_000, 40_000),
    }  # fmt: skip
    found = service_outcome(given, seed=3)
    rng, totals = random.Random(5), []
    ranges = {**SERVICE_DEFAULTS, **given}
    for _ in range(60_000):
        x = {}
        for name, r in ranges.items():
            width = r.high - r.low
            x[name] = r.low if not width else r.low + width * rng.betavariate(
                1 + 4 * (r.likely - r.low) / width, 1 + 4 * (r.high - r.likely) / width)  # fmt: skip
        totals.append(
            x["customers"] * x["churn"] * x["churn_reduction"] * x["customer_value"]
            + x["referred_customers"] * x["referral_increase"] * x["customer_value"]
            + x["hours_saved"] * x["hourly_rate"] - x["cost"]
        )  # fmt: skip
    totals.sort()
    assert found.net.mean == pytest.approx(np.mean(totals), rel=0.01)
    assert found.net.low == pytest.approx(totals[3000], abs=400)
    assert found.net.high == pytest.approx(totals[57_000], abs=400)
    assert found.positive == pytest.approx(np.mean(np.array(totals) > 0), abs=0.01)


def test_the_defaults_are_those_of_the_house() -> None:
    """1000 customers, 10 % of whom leave: 10 % fewer at 1500 each are 15 000; 15 % more of 80 referred are 18 000."""
    sure = {
        "customers": Range.exactly(1000), "churn": Range.exactly(0.1), "referred_customers": Range.exactly(80),
        "churn_reduction": Range.exactly(SERVICE_DEFAULTS["churn_reduction"].likely),
        "customer_value": Range.exactly(SERVICE_DEFAULTS["customer_value"].likely),
        "referral_increase": Range.exactly(SERVICE_DEFAULTS["referral_increase"].likely),
        "cost": Range.exactly(20_000),
    }  # fmt: skip
    found = service_outcome(sure, seed=1)
    assert (found.lines["churn"].mean, found.lines["referral"].mean) == pytest.approx((15_000, 18_000))
    assert (found.net.low, found.net.high, found.positive) == (pytest.approx(13_000), pytest.approx(13_000), 1.0)
    assert found.matters == ()


def test_what_matters_most() -> None:
    """Y = A·B − C with Var(E[Y|A]) = E[B]² Var(A), and so on, over the variance counted by hand."""
    a, b, c = Range(0, 10, 20), Range(1, 2, 3), Range(0, 5, 10)
    found = outcome({"a": a, "b": b, "c": c}, [Line("ab", ("a", "b")), Line("c", ("c",), cost=True)], seed=2)
    va, vb, vc = 100 / 7, 1 / 7, 25 / 7
    whole = va * vb + 4 * va + 100 * vb + vc
    shares = dict(found.matters)
    assert shares == pytest.approx({"a": 4 * va / whole, "b": 100 * vb / whole, "c": vc / whole}, rel=0.02)
    assert found.matters[0][0] == "a"


def test_the_seed_decides() -> None:
    given = {"customers": Range(100, 200, 300), "cost": Range(0, 1, 2)}
    assert service_outcome(given, seed=4) == service_outcome(given, seed=4) != service_outcome(given, seed=5)


def test_nonsense_is_refused() -> None:
    with pytest.raises(AnalysisError, match="from the lowest"):
        Range(3, 2, 4)
    with pytest.raises(AnalysisError, match="“tax”"):
        outcome({}, [Line("tax", ("tax",))], seed=1)
