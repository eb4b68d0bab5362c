"""Acceptance sampling by attributes: how many of a lot to check, how many may be bad, and what the result says.

A single sampling plan (n, c): draw n items without replacement, accept the lot if at most c are bad. In a lot of N
items the number of bad ones in the sample is hypergeometric (type A curve), in an endless series binomial (type B).
Sources: Montgomery, Introduction to Statistical Quality Control, ch. 15; NIST/SEMATECH e-Handbook 6.2.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from qualityloop.analysis.messages import AnalysisError, message

LARGEST_SAMPLE = 20_000  # items; a plan that needs more is no check any more


@dataclass(frozen=True, slots=True)
class Goal:
    """What a plan must do: accept shares up to `good` but for the risk α, refuse `poor` and worse but for β."""

    good: float  # acceptable quality level, share of bad items
    poor: float  # lot tolerance percent defective, share of bad items
    producer_risk: float = 0.05
    consumer_risk: float = 0.10

    def __post_init__(self) -> None:
        if not 0 <= self.good < self.poor < 1:
            raise AnalysisError(message("The acceptable share must be smaller than the share to be refused."))
        if not (0 < self.producer_risk < 1 and 0 < self.consumer_risk < 1):
            raise AnalysisError(message("A risk lies between 0 and 1."))


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """Check `size` items, accept with at most `accept` bad ones; `lot` is None for an endless series."""

    size: int
    accept: int
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking showed: accepted or not, the share found, and at most what share of the lot is bad."""

    accepted: bool
    checked: int
    bad: int
    share: float
    at_most: float  # one-sided exact bound at `confidence`
    confidence: float


def bad_in_lot(share: float, lot: int, *, up: bool) -> int:
    """Whole bad items that a share of a lot means: the most that is still good, or the fewest that is poor."""
    exact = share * lot
    near = round(exact)
    if abs(exact - near) < 1e-9 * max(1.0, lot):
        return near
    return math.ceil(exact) if up else math.floor(exact)


def acceptance(plan: SamplingPlan, bad: float) -> float:
    """Probability that the plan accepts: `bad` is a number of items of the lot, or a share where there is no lot."""
    if plan.lot is None:
        return float(stats.binom.cdf(plan.accept, plan.size, bad))
    return float(stats.hypergeom.cdf(plan.accept, plan.lot, int(bad), plan.size))


def operating_curve(plan: SamplingPlan, shares: Sequence[float]) -> NDArray[np.float64]:
    """Probability of acceptance for each share of bad items; in a lot for the nearest whole number of them."""
    if plan.lot is None:
        return np.asarray(stats.binom.cdf(plan.accept, plan.size, np.asarray(shares)), dtype=np.float64)
    bad = np.rint(np.asarray(shares, dtype=np.float64) * plan.lot).astype(np.int64)
    return np.asarray(stats.hypergeom.cdf(plan.accept, plan.lot, bad, plan.size), dtype=np.float64)


def smallest_plan(goal: Goal, *, lot: int | None = None) -> SamplingPlan:
    """The plan with the smallest sample that meets both risks.

    For each c the sample that is just large enough for the consumer is found by bisection, since acceptance falls
    as n grows; the first c at which the producer is content too has the smallest n, since that n grows with c.
    """
    good: float = goal.good if lot is None else bad_in_lot(goal.good, lot, up=False)
    poor: float = goal.poor if lot is None else max(1, bad_in_lot(goal.poor, lot, up=True))
    most = LARGEST_SAMPLE if lot is None else lot
    if lot is not None and lot < 1:
        raise AnalysisError(message("There is nothing in the lot."))
    accept = 0
    while accept < most:
        size = _enough_for_consumer(accept, poor, most, goal.consumer_risk, lot)
        if size is None:
            break
        plan = SamplingPlan(size, accept, lot)
        if acceptance(plan, good) >= 1 - goal.producer_risk:
            return plan
        accept += 1
    raise AnalysisError(message("These two shares lie too close together: more than {n} would be checked.", n=most))


def _enough_for_consumer(accept: int, poor: float, most: int, risk: float, lot: int | None) -> int | None:
    low, high = accept + 1, most
    if low > most or acceptance(SamplingPlan(most, accept, lot), poor) > risk:
        return None
    while low < high:
        middle = (low + high) // 2
        if acceptance(SamplingPlan(middle, accept, lot), poor) <= risk:
            high = middle
        else:
            low = middle + 1
    return low


def share_plan(share: float, lot: int, *, accept: int = 0) -> SamplingPlan:
    """The plan that checks a fixed share of a lot, rounded up, at least one item."""
    if lot < 1:
        raise AnalysisError(message("There is nothing in the lot."))
    if not 0 < share <= 1:
        raise AnalysisError(message("The share to check lies above 0 % and at most at 100 %."))
    size = min(lot, max(1, bad_in_lot(share, lot, up=True)))
    return SamplingPlan(size, min(accept, size), lot)


def at_most_bad(bad: int, checked: int, lot: int, *, confidence: float = 0.95) -> int:
    """The largest number of bad items in the lot that is still compatible with the sample.

    Exact one-sided bound: the largest D with P(X ≤ bad | D) > 1 − confidence, X hypergeometric.
    """
    if not 0 <= bad <= checked <= lot or lot < 1:
        raise AnalysisError(message("More was found than was checked, or more checked than there is."))
    low, high = bad, lot - (checked - bad)  # what was seen to be good is not bad
    while low < high:
        middle = (low + high + 1) // 2
        if stats.hypergeom.cdf(bad, lot, middle, checked) > 1 - confidence:
            low = middle
        else:
            high = middle - 1
    return low


def judge(plan: SamplingPlan, *, checked: int, bad: int, confidence: float = 0.95) -> Verdict:
    """The verdict over a lot; what was drawn must have been checked whole, or the refusal be sure already."""
    if checked < plan.size and bad <= plan.accept:
        missing = plan.size - checked
        raise AnalysisError(message("{n} of the drawn items have no result yet.", n=missing))
    if plan.lot is None:
        share = float(stats.beta.ppf(confidence, bad + 1, checked - bad)) if bad < checked else 1.0
    else:
        share = at_most_bad(bad, checked, plan.lot, confidence=confidence) / plan.lot
    return Verdict(bad <= plan.accept, checked, bad, bad / checked if checked else 0.0, share, confidence)


def draw(lot: int, size: int, *, seed: int) -> tuple[int, ...]:
    """Places (from 0, rising) of the items to check: each subset equally likely, the same for the same seed.

    Written out with PCG64 raw words so that the draw stays the same in later versions of NumPy.
    """
    if not 0 <= size <= lot:
        raise AnalysisError(message("More would be drawn than there is."))
    words = np.random.PCG64(seed)
    places = list(range(lot))
    for done in range(size):  # Fisher–Yates, the first `size` steps
        other = done + _below(words, lot - done)
        places[done], places[other] = places[other], places[done]
    return tuple(sorted(places[:size]))


def _below(words: np.random.PCG64, bound: int) -> int:
    """A whole number in 0 … bound − 1, each equally likely: words in the uneven rest are thrown away."""
    limit = 2**64 - 2**64 % bound
    while True:
        word = int(words.random_raw())
        if word < limit:
            return word % bound
