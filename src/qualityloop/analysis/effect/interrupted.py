"""Interrupted time series: what the series would have done without the measure, by its own trend and season.

Segmented regression (Wagner et al. 2002; Lopez Bernal et al. 2017): level, trend, season, a step at the start, on
request a change of slope. Arrays whose last axis is time; a batch of series shares one design.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import special
from qualityloop.analysis.effect.autocorrelation import Averaged, averaged
from qualityloop.analysis.effect.regression import Family, Fit, fit, inverse_link, slope_of_link

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAN = 1.0  # the trend takes up some of what neighbouring errors have in common: measured in docs/EFFECT.md
_PROFILE_STEPS = 3


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of the regression; `factual` as it was, `counterfactual` without the measure."""

    factual: Floats  # T × k
    counterfactual: Floats
    after: Flags
    times: Floats


def design(
    times: ArrayLike, after: ArrayLike, *, trend: bool = True, slope: bool = False, pairs: int = 0, cycle: float = 12.0
) -> Design:
    """Level, trend, step, change of slope, and `pairs` harmonics of a season that lasts `cycle` periods."""
    t, post = np.asarray(times, dtype=np.float64), np.asarray(after, dtype=bool)
    begin, length = t[post][0], max(float(np.ptp(t)), 1.0)
    columns = [np.ones_like(t)]
    if trend:
        columns.append((t - begin) / length)
    for order in range(1, pairs + 1):
        columns += [np.cos(2 * np.pi * order * t / cycle), np.sin(2 * np.pi * order * t / cycle)]
    steps = [post.astype(np.float64)]
    if slope:
        steps.append(post * (t - begin) / length)
    base = np.column_stack(columns)
    factual = np.column_stack([base, *steps])
    return Design(factual, np.column_stack([base, *(np.zeros_like(t) for _ in steps)]), post, t)


@dataclass(frozen=True)
class Interrupted:
    """One fitted interrupted series, or a batch of them."""

    made: Fit
    errors: Averaged
    shape: Design
    sizes: Floats | None
    tails: float = 1.0  # what each tail of the interval holds, as a multiple of its nominal size

    @cached_property
    def _offset(self) -> Floats:
        return np.asarray(self.made.eta - self.made.beta @ self.made.design.T)

    @cached_property
    def _eta(self) -> tuple[Floats, Floats]:
        """Link with and without the measure, exposure included, by the averaged coefficients."""
        return self._links(self.errors.mean)

    def _links(self, beta: Floats) -> tuple[Floats, Floats]:
        return self._offset + beta @ self.shape.factual.T, self._offset + beta @ self.shape.counterfactual.T

    def _per_unit(self, values: Floats) -> Floats:
        return values / self.sizes if self.made.family == "count" and self.sizes is not None else values

    @property
    def fitted(self) -> Floats:
        """The model's values with the measure."""
        return self._per_unit(inverse_link(self._eta[0], self.made.family))

    @property
    def counterfactual(self) -> Floats:
        """The model's values without it."""
        return self._per_unit(inverse_link(self._eta[1], self.made.family))

    def band(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Interval of the counterfactual at each time: of the curve, not of single points."""
        eta = self._eta[1]
        covariance = self.errors.total_covariance
        x = self.shape.counterfactual
        spread = np.sqrt(np.maximum(np.einsum("ti,...ij,tj->...t", x, covariance, x), 0.0))
        reach = special.stdtrit(self.made.df, (1 + confidence) / 2) * spread
        low, high = (inverse_link(eta + side * reach, self.made.family) for side in (-1, 1))
        return self._per_unit(low), self._per_unit(high)

    @cached_property
    def _shares(self) -> Floats:
        """What each time after the start counts in the mean effect: its rows or units, else all alike."""
        post = self.shape.after.astype(np.float64)
        if self.sizes is None or self.made.family == "mean":
            return np.broadcast_to(post / post.sum(), self.made.eta.shape)
        whole = (self.sizes * post).sum(axis=-1, keepdims=True)
        return np.asarray(post * self.sizes / whole)

    @cached_property
    def gradient(self) -> Floats:
        """Derivative of the mean effect in the indicator's unit by the coefficients."""
        return self._gradient(self.errors.mean)

    def _gradient(self, beta: Floats) -> Floats:
        factual, without = self._links(beta)
        family = self.made.family
        scale = self._per_unit(self._shares)
        rising = (scale * slope_of_link(factual, family)) @ self.shape.factual
        return np.asarray(rising - (scale * slope_of_link(without, family)) @ self.shape.counterfactual)

    @property
    def effect(self) -> Floats:
        """Mean difference that the measure makes after its start, in the indicator's unit."""
        return self._effect(self.errors.mean)

    def _effect(self, beta: Floats) -> Floats:
        factual, without = (inverse_link(eta, self.made.family) for eta in self._links(beta))
        return np.asarray((self._shares * (self._per_unit(factual) - self._per_unit(without))).sum(axis=-1))

    def interval(self, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Of the effect: for means exact; else its least and greatest value among the coefficients within reach."""
        tail = (1 - confidence) / 2 * self.tails
        return self._end(tail), self._end(1 - tail)

    def _end(self, p: float) -> Floats:
        """The effect where its quantile `p` lies: the profile of the quadratic likelihood, by a fixed point.

        Of all coefficients as far from the estimate as the quantile of the effect's own direction, those along
        covariance × gradient change it most; the gradient is taken where they end.
        """
        if self.made.family == "mean":
            return np.asarray(
                self.effect + self.errors.quantile(self.gradient, p) - self.errors.estimate(self.gradient)
            )
        beta = middle = self.errors.mean
        spread = self.errors.total_covariance
        for _ in range(_PROFILE_STEPS):
            c = self._gradient(beta)
            along = np.einsum("...ij,...j->...i", spread, c)
            size = np.maximum((along * c).sum(axis=-1), 1e-300)
            away = self.errors.quantile(c, p) - self.errors.estimate(c)
            beta = middle + along * (away / size)[..., None]
        return self._effect(beta)

    def relative(self, confidence: float = 0.95) -> tuple[Floats, Floats, Floats]:
        """The mean effect on the link scale with its interval; exponentials are a rate ratio or an odds ratio."""
        lift = (self._shares @ (self.shape.factual - self.shape.counterfactual)).astype(np.float64)
        tail = (1 - confidence) / 2 * self.tails
        ends = (self.errors.quantile(lift, p) for p in (tail, 1 - tail))
        return (self.errors.estimate(lift), *ends)  # type: ignore[return-value]


def interrupted(
    values: ArrayLike, shape: Design, family: Family, *, sizes: ArrayLike | None = None, lean: float = LEAN,
    tails: float = 1.0,
) -> Interrupted:  # fmt: skip
    """Fit values (…, T): means, shares of `sizes` rows, or counts on `sizes` units of exposure."""
    y = np.asarray(values, dtype=np.float64)
    n = None if sizes is None else np.broadcast_to(np.asarray(sizes, dtype=np.float64), y.shape)
    offset = np.log(n) if family == "count" and n is not None else None
    made = fit(y, shape.factual, family, sizes=n if family == "share" else None, offset=offset)
    errors = averaged(made, shape.times, lean=lean)
    return Interrupted(made, errors, shape, n, tails)


def seasons(points: int, grain: str, span: float) -> tuple[int, float]:
    """Harmonic pairs and length of the season in periods; fixed by how much data there is, never by how it looks.

    A yearly season needs two whole years; of days also that of the week, from eight weeks on.
    """
    years: dict[str, float] = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0}
    if grain == "day":
        return (3, 7.0) if points >= 56 else (0, 7.0)
    cycle = years.get(grain, 1.0)
    if grain not in years or span < 2 * cycle:
        return 0, cycle
    pairs = 1 if grain == "quarter" or points < 36 else 2
    return pairs, cycle
