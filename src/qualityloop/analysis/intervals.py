"""Confidence intervals, computed for whole arrays at once.

Every function takes numbers or arrays, broadcasts them, and answers with two arrays (low, high); NaN stands
where there is nothing to say, such as n = 0. Formulas and sources: docs/METHODS.md.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import special

Floats = NDArray[np.float64]
Bounds = tuple[Floats, Floats]


def _floats(*values: ArrayLike) -> list[Floats]:
    return [np.asarray(v, dtype=np.float64) for v in np.broadcast_arrays(*values)]


def _z(confidence: float) -> float:
    return float(special.ndtri((1 + confidence) / 2))


def correction(n: ArrayLike, population: ArrayLike | None) -> Floats:
    """Finite-population correction of a variance, (N − n)/(N − 1): 1 for an endless population, 0 for a census."""
    if population is None:
        return np.ones_like(np.asarray(n, dtype=np.float64))
    sample, whole = _floats(n, population)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.clip((whole - sample) / (whole - 1), 0.0, 1.0)
    return np.where(whole <= 1, 0.0, factor)


def wilson(
    successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95, population: ArrayLike | None = None
) -> Bounds:
    """Score interval of a share (Wilson 1927); `population` divides n by the finite-population correction."""
    hits, sample = _floats(successes, n)
    z2 = _z(confidence) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        p = hits / sample
        spread = z2 * correction(sample, population) / sample
        middle = (p + spread / 2) / (1 + spread)
        half = np.sqrt(spread * p * (1 - p) + spread**2 / 4) / (1 + spread)
        low = np.where(hits == 0, 0.0, np.clip(middle - half, 0.0, 1.0))
        high = np.where(hits == sample, 1.0, np.clip(middle + half, 0.0, 1.0))
    empty = ~(sample > 0) | np.isnan(hits)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def clopper_pearson(successes: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Bounds:
    """Exact interval of a share from the beta distribution (Clopper and Pearson 1934)."""
    hits, sample = _floats(successes, n)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(hits > 0, special.betaincinv(np.maximum(hits, 1e-300), sample - hits + 1, tail), 0.0)
        misses = np.maximum(sample - hits, 1e-300)
        high = np.where(hits < sample, special.betaincinv(hits + 1, misses, 1 - tail), 1.0)
    empty = ~(sample > 0) | np.isnan(hits)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def share_difference(
    hits: ArrayLike, n: ArrayLike, other_hits: ArrayLike, other_n: ArrayLike, *, confidence: float = 0.95
) -> Bounds:
    """Interval of one share minus another: hybrid of their score intervals (Newcombe 1998, method 10).

    Counts need not be whole: a sample that is worth fewer rows than it has may be given as so many.
    """
    x, m, y, k = _floats(hits, n, other_hits, other_n)
    (low, high), (other_low, other_high) = wilson(x, m, confidence=confidence), wilson(y, k, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        return difference(x / m, (low, high), y / k, (other_low, other_high))


def difference(
    value: ArrayLike, bounds: tuple[ArrayLike, ArrayLike], other: ArrayLike, other_bounds: tuple[ArrayLike, ArrayLike]
) -> Bounds:
    """Interval of one value minus another, independent one from the interval of each (Zou and Donner 2008).

    Of shares with their score intervals this is Newcombe's. An infinite end leaves that side of the answer open.
    """
    v, floor, ceiling, w, other_floor, other_ceiling = _floats(value, *bounds, other, *other_bounds)
    with np.errstate(invalid="ignore"):
        below = np.hypot(v - floor, other_ceiling - w)
        above = np.hypot(ceiling - v, w - other_floor)
        return v - w - below, v - w + above


def _student(df: Floats, confidence: float) -> Floats:
    with np.errstate(invalid="ignore"):
        quantile = special.stdtrit(np.where(df > 0, df, np.nan), (1 + confidence) / 2)
    return np.asarray(quantile, dtype=np.float64)


def student_mean(
    mean: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    population: ArrayLike | None = None,
) -> Bounds:
    """Student's t interval of a mean; `variance` is the sample variance (n − 1). NaN for n < 2."""
    middle, spread, sample = _floats(mean, variance, n)
    factor = np.ones_like(sample)
    if population is not None:
        whole = np.asarray(population, dtype=np.float64)
        factor = np.clip(1 - sample / whole, 0.0, 1.0)  # s² has divisor n − 1: Cochran 1977, 2.15
    with np.errstate(divide="ignore", invalid="ignore"):
        half = _student(sample - 1, confidence) * np.sqrt(np.maximum(spread, 0.0) / sample * factor)
    return middle - half, middle + half


def student_sum(total: ArrayLike, squares: ArrayLike, n: ArrayLike, *, confidence: float = 0.95) -> Bounds:
    """Interval of a sum of n values as n times that of their mean; `squares` is the sum of squares."""
    whole, square, sample = _floats(total, squares, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (square - whole**2 / sample) / (sample - 1)
        low, high = student_mean(whole / sample, variance, sample, confidence=confidence)
    return low * sample, high * sample


def poisson(count: ArrayLike, exposure: ArrayLike = 1.0, *, confidence: float = 0.95) -> Bounds:
    """Exact interval of a count, or of a rate per unit of `exposure`, from chi-square (Garwood 1936)."""
    events, units = _floats(count, exposure)
    tail = (1 - confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        low = np.where(events > 0, special.gammaincinv(np.maximum(events, 1e-300), tail), 0.0) / units
        high = special.gammaincinv(events + 1, 1 - tail) / units
    empty = ~(units > 0) | np.isnan(events)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def count_ratio(count: ArrayLike, other: ArrayLike, *, confidence: float = 0.95) -> Bounds:
    """Exact interval of the ratio of two Poisson counts: given their sum, `count` is binomial (Przyborowski–Wilenski).

    No upper bound (infinity) where `other` is 0.
    """
    first, second = _floats(count, other)
    low, high = clopper_pearson(first, first + second, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        return low / (1 - low), np.where(high >= 1, np.inf, high / (1 - high))


def quantile_ranks(n: ArrayLike, q: float, *, confidence: float = 0.95) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranks (from 1) of the two order statistics that enclose the q-quantile with at least `confidence`.

    Binomial: P(low ≤ B(n, q) < high) ≥ confidence (David and Nagaraja 2003, 7.1). Rank 0 and rank n + 1 mean that
    n rows are too few for a bound on that side.
    """
    sample = np.asarray(n, dtype=np.float64)
    tail = (1 - confidence) / 2
    some = np.maximum(sample, 1)
    low = np.where(sample > 0, _binomial_quantile(tail, some, q), 0)
    high = np.where(sample > 0, _binomial_quantile(1 - tail, some, q) + 1, 1)
    return low.astype(np.int64), high.astype(np.int64)


def _binomial_quantile(probability: float, n: Floats, p: float) -> Floats:
    """Smallest k with P(B(n, p) ≤ k) ≥ probability; scipy.stats has it too, but takes a second to import."""
    if p in (0, 1):
        return n * p
    above = np.ceil(special.bdtrik(probability, n, p))
    below = np.maximum(above - 1, 0)
    return np.asarray(
        np.where(special.bdtr(below, n.astype(np.int64), p) >= probability, below, above), dtype=np.float64
    )


def quantile(values: ArrayLike, q: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Distribution-free interval of the q-quantile of `values`; an infinite end where there are too few."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    low, high = (int(rank) for rank in quantile_ranks(len(ordered), q, confidence=confidence))
    return (
        float(ordered[low - 1]) if low >= 1 else -np.inf,
        float(ordered[high - 1]) if high <= len(ordered) else np.inf,
    )


def nps(
    promoters: ArrayLike,
    detractors: ArrayLike,
    n: ArrayLike,
    *,
    confidence: float = 0.95,
    population: ArrayLike | None = None,
) -> Bounds:
    """Interval of the net promoter score (−100..100) from the variance of a +1/0/−1 variable.

    Where all answers are alike that variance is 0 and would claim certainty; there the Wilson bound of the share
    of that answer is used, the rest being taken for its opposite.
    """
    plus, minus, sample = _floats(promoters, detractors, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, d = plus / sample, minus / sample
        score = p - d
        variance = np.maximum(p + d - score**2, 0.0) * correction(sample, population)
        half = _z(confidence) * np.sqrt(variance / sample)
    low, high = np.clip(score - half, -1.0, 1.0), np.clip(score + half, -1.0, 1.0)
    floor = wilson(sample, sample, confidence=confidence, population=population)[0]
    alike = variance == 0
    doubt = np.where(score == 0, 1 - floor, 2 * (1 - floor))
    low = np.where(alike, np.maximum(score - doubt, -1.0), low)
    high = np.where(alike, np.minimum(score + doubt, 1.0), high)
    return 100 * low, 100 * high
