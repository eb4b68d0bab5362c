"""Comparisons without a model of the trend: difference in differences, and shares before and after.

Arrays whose last axis is time or groups; docs/EFFECT.md says when which one is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import intervals, special
from qualityloop.analysis.effect.autocorrelation import averaged
from qualityloop.analysis.effect.interrupted import Interrupted, design, interrupted
from qualityloop.analysis.effect.regression import fit

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RESTLESS = 0.2  # p below which periods differ more than by chance
_EASE, _EASED = 0.14, 18  # how much larger the tails are on so few points: see `calibrated`


@dataclass(frozen=True, slots=True)
class Difference:
    """An estimated difference with its interval."""

    value: Floats
    low: Floats
    high: Floats
    error: Floats
    df: Floats


def over_time(treated: ArrayLike, untouched: ArrayLike, times: ArrayLike, after: ArrayLike) -> Interrupted:
    """Difference in differences over time: the step in (treated − untouched), its errors allowed to follow each other.

    What happens to both sides cancels out; there is no trend, as both are taken to drift alike.
    """
    gap = np.asarray(treated, dtype=np.float64) - np.asarray(untouched, dtype=np.float64)
    return interrupted(gap, design(times, after, trend=False), "mean", lean=0.0, tails=calibrated(gap.shape[-1]))


def calibrated(points: int) -> float:
    """What the tails of the interval hold, as a multiple of their nominal size, so that it is not too wide.

    A short difference hardly speaks against a high autocorrelation, so the average over it is too careful where there
    is none. The nominal level is set so that coverage lies evenly around 95 % for ρ from 0 to 0.4 (calibration of
    confidence coefficients, Loh 1987); with many points nothing is left of it.
    """
    return 1 + _EASE * min(1.0, _EASED / points)


def drift(treated: ArrayLike, untouched: ArrayLike, times: ArrayLike) -> tuple[Floats, Floats]:
    """Slope per period of (treated − untouched) before the start, and its two-sided p: did they drift alike?"""
    gap = np.asarray(treated, dtype=np.float64) - np.asarray(untouched, dtype=np.float64)
    t = np.asarray(times, dtype=np.float64)
    errors = averaged(fit(gap, np.column_stack([np.ones_like(t), t - t[0]])), t)
    slope = np.array([0.0, 1.0])
    less = errors.below(slope, 0.0)
    return errors.estimate(slope), np.asarray(2 * np.minimum(less, 1 - less))


def between_groups(before: ArrayLike, after: ArrayLike, treated: ArrayLike, confidence: float = 0.95) -> Difference:
    """Difference in differences with groups as the units: mean change of the treated less that of the others.

    `before`, `after` (…, groups). The groups' changes are compared by Welch's t, so that whatever happens inside a
    group from period to period, however long it lasts, is one observation (Bertrand et al. 2004; Donald and Lang 2007).
    """
    change = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    with_it = np.asarray(treated, dtype=bool)
    one, other = change[..., with_it], change[..., ~with_it]
    n, m = one.shape[-1], other.shape[-1]
    value = one.mean(axis=-1) - other.mean(axis=-1)
    a, b = one.var(axis=-1, ddof=1) / n, other.var(axis=-1, ddof=1) / m
    with np.errstate(divide="ignore", invalid="ignore"):
        df = (a + b) ** 2 / (a**2 / (n - 1) + b**2 / (m - 1))
        error = np.sqrt(a + b)
        reach = special.stdtrit(df, (1 + confidence) / 2) * error
    return Difference(np.asarray(value), value - reach, value + reach, np.asarray(error), np.asarray(df))


def overdispersion(hits: ArrayLike, sizes: ArrayLike, after: ArrayLike) -> tuple[Floats, int]:
    """Pearson's X² per degree of freedom of the periods around the share of their side, and those degrees."""
    x, n = np.asarray(hits, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    late = np.asarray(after, dtype=bool)
    total, df = np.zeros(x.shape[:-1]), 0
    for side in (~late, late):
        k, m = x[..., side], n[..., side]
        share = k.sum(axis=-1, keepdims=True) / m.sum(axis=-1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            total = total + np.nansum((k - m * share) ** 2 / (m * share * (1 - share)), axis=-1)
        df += int(side.sum()) - 1
    return (total / df if df > 0 else np.ones(x.shape[:-1])), df


def shares(hits: ArrayLike, sizes: ArrayLike, after: ArrayLike, confidence: float = 0.95) -> Difference:
    """Share after less share before, Newcombe's interval.

    Where the periods differ more than chance makes them (p < RESTLESS), rows count for less, by X²/df, and the
    quantile is Student's.
    """
    x, n = np.asarray(hits, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    late = np.asarray(after, dtype=bool)
    spread, df = overdispersion(x, n, late)
    restless = special.chdtrc(max(df, 1), spread * df) < RESTLESS if df else np.zeros(spread.shape, dtype=bool)
    z = special.ndtri((1 + confidence) / 2)
    t = special.stdtrit(max(df, 1), (1 + confidence) / 2)
    worth = np.where(restless, np.maximum(spread, 1.0) * (t / z) ** 2, 1.0)
    k, m = x[..., late].sum(axis=-1), n[..., late].sum(axis=-1)
    j, i = x[..., ~late].sum(axis=-1), n[..., ~late].sum(axis=-1)
    low, high = intervals.share_difference(k / worth, m / worth, j / worth, i / worth, confidence=confidence)
    value = k / m - j / i
    return Difference(np.asarray(value), low, high, np.asarray((high - low) / (2 * z)), np.full(value.shape, np.inf))
