"""Acceptance sampling: against printed curves, brute force, and exact counting."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest

from qualityloop.analysis.acceptance import (
    Goal,
    SamplingPlan,
    acceptance,
    at_most_bad,
    bad_in_lot,
    draw,
    judge,
    operating_curve,
    share_plan,
    smallest_plan,
)  # fmt: skip
from qualityloop.analysis.messages import AnalysisError


def counted(lot: int, bad: int, size: int, accept: int) -> float:
    """P(accept) by counting samples with whole numbers."""
    ways = sum(
        comb(bad, k) * comb(lot - bad, size - k) for k in range(min(accept, bad, size) + 1) if size - k <= lot - bad
    )
    return float(Fraction(ways, comb(lot, size)))


def series(share: float, size: int, accept: int) -> float:
    return sum(comb(size, k) * share**k * (1 - share) ** (size - k) for k in range(accept + 1))


@pytest.mark.parametrize(
    ("plan", "printed"),
    [
        # NIST/SEMATECH e-Handbook 6.2.3.2: the plan (52, 3)
        (SamplingPlan(52, 3), {0.01: 0.998, 0.02: 0.980, 0.03: 0.930, 0.04: 0.845, 0.05: 0.739, 0.06: 0.620,
                               0.07: 0.502, 0.08: 0.394, 0.09: 0.300, 0.10: 0.223, 0.11: 0.162, 0.12: 0.115}),
        # Montgomery, Introduction to Statistical Quality Control, 6th ed., table 15.2: the plan (89, 2)
        (SamplingPlan(89, 2), {0.005: 0.9897, 0.010: 0.9397, 0.020: 0.7366, 0.030: 0.4985, 0.040: 0.3042,
                               0.050: 0.1721, 0.060: 0.0919, 0.070: 0.0468, 0.080: 0.0230, 0.090: 0.0109}),
    ],
)  # fmt: skip
def test_the_operating_curve_is_the_printed_one(plan: SamplingPlan, printed: dict[float, float]) -> None:
    digits = 3 if plan.size == 52 else 4
    curve = operating_curve(plan, list(printed))
    assert [round(float(p), digits) for p in curve] == pytest.approx(list(printed.values()), abs=1.1 * 10**-digits)


@pytest.mark.parametrize("lot", [8, 13, 30, 61])
def test_in_a_lot_acceptance_is_counted(lot: int) -> None:
    for size in range(1, lot + 1, 3):
        for accept in range(min(3, size)):
            for bad in range(0, lot + 1, 4):
                assert acceptance(SamplingPlan(size, accept, lot), bad) == pytest.approx(
                    counted(lot, bad, size, accept)
                )


@pytest.mark.parametrize(
    ("good", "poor", "alpha", "beta"),
    [(0.01, 0.08, 0.05, 0.10), (0.02, 0.10, 0.05, 0.10), (0.05, 0.20, 0.10, 0.10), (0.0, 0.05, 0.05, 0.05)],
)
@pytest.mark.parametrize("lot", [None, 40, 100, 250])
def test_no_smaller_plan_does_it(good: float, poor: float, alpha: float, beta: float, lot: int | None) -> None:
    """Every (n, c) below is tried by hand-written formulas."""
    plan = smallest_plan(Goal(good, poor, alpha, beta), lot=lot)

    def fits(size: int, accept: int) -> bool:
        if lot is None:
            return series(good, size, accept) >= 1 - alpha and series(poor, size, accept) <= beta
        fine, bad = bad_in_lot(good, lot, up=False), bad_in_lot(poor, lot, up=True)
        return counted(lot, fine, size, accept) >= 1 - alpha and counted(lot, bad, size, accept) <= beta

    assert fits(plan.size, plan.accept)
    assert not any(fits(size, accept) for size in range(1, plan.size) for accept in range(size))


def test_the_bound_is_the_last_number_of_bad_ones_that_could_hide() -> None:
    for lot, checked, bad in [(120, 12, 0), (50, 10, 1), (300, 30, 0), (40, 40, 2), (17, 1, 1)]:
        could = [d for d in range(bad, lot - (checked - bad) + 1) if counted(lot, d, checked, bad) > 0.05]
        assert at_most_bad(bad, checked, lot) == max(could, default=bad)
    assert judge(SamplingPlan(30, 0, 300), checked=30, bad=0).at_most == pytest.approx(27 / 300)  # rule of three: 10 %
    assert judge(SamplingPlan(60, 0), checked=60, bad=0).at_most == pytest.approx(1 - 0.05 ** (1 / 60))


def test_the_bound_holds_as_often_as_it_says() -> None:
    """For every true number of bad items: the chance over all samples that the bound is not below it."""
    lot, checked = 60, 12
    for bad in range(lot + 1):
        held = 0.0
        for k in range(max(0, checked - (lot - bad)), min(bad, checked) + 1):
            chance = comb(bad, k) * comb(lot - bad, checked - k) / comb(lot, checked)
            held += chance * (at_most_bad(k, checked, lot) >= bad)
        assert held >= 0.95 - 1e-12


def test_ten_per_cent_of_a_lot() -> None:
    assert share_plan(0.1, 120) == SamplingPlan(12, 0, 120)
    assert share_plan(0.1, 101).size == 11
    assert share_plan(0.1, 3).size == 1
    assert bad_in_lot(0.07, 100, up=True) == bad_in_lot(0.07, 100, up=False) == 7  # 0.07 * 100 is 7.000000000000001


def test_a_verdict_waits_for_the_last_result_unless_it_is_sure() -> None:
    plan = SamplingPlan(12, 1, 120)
    with pytest.raises(AnalysisError, match="2 of the drawn items"):
        judge(plan, checked=10, bad=1)
    assert not judge(plan, checked=3, bad=2).accepted
    assert judge(plan, checked=12, bad=1).accepted


def test_a_draw_is_reproducible_and_every_subset_as_likely() -> None:
    assert draw(120, 12, seed=7) == draw(120, 12, seed=7) != draw(120, 12, seed=8)
    counts = dict.fromkeys(combinations(range(5), 2), 0)
    for seed in range(4000):
        counts[draw(5, 2, seed=seed)] += 1  # type: ignore[index]
    chi2 = sum((n - 400) ** 2 / 400 for n in counts.values())
    assert chi2 < 27.88  # 99.9 % point of χ² with 9 degrees of freedom


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Goal(0.1, 0.1), "must be smaller"),
        (lambda: Goal(0.01, 0.1, 0, 0.1), "between 0 and 1"),
        (lambda: smallest_plan(Goal(0.01, 0.02), lot=0), "nothing in the lot"),
        (lambda: smallest_plan(Goal(0.01, 0.0101)), "too close"),
        (lambda: share_plan(0.1, 0), "nothing in the lot"),
        (lambda: share_plan(1.1, 10), "above 0 %"),
        (lambda: at_most_bad(3, 2, 10), "More was found"),
        (lambda: draw(3, 4, seed=1), "More would be drawn"),
    ],
)
def test_nonsense_is_refused_in_words(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(AnalysisError, match=says):
        call()
