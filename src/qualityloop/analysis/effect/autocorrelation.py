"""Inference for a series whose errors follow each other: AR(1), averaged over what the autocorrelation may be.

A short series says little about its own autocorrelation, and intervals that trust one estimate of it are too narrow.
Here every value of ρ on a grid has its generalised least squares fit and its restricted likelihood (Harville 1974);
the answer is their average, a mixture of Student distributions. docs/EFFECT.md has formulas and measured coverage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import special
from qualityloop.analysis.effect.regression import Fit, inverted

Floats = NDArray[np.float64]

GRID: Floats = np.round(np.arange(-0.5, 0.9001, 0.05), 2)
_STEPS = 50
_ENOUGH = 1e-11


@dataclass(frozen=True, slots=True)
class Averaged:
    """Coefficients given each ρ of the grid (first axis), and how probable each ρ is after the data."""

    grid: Floats  # G
    chance: Floats  # G × …
    beta: Floats  # G × … × k
    covariance: Floats  # G × … × k × k, scaled by the residual variance
    variance: Floats  # G × …, of the errors
    df: int

    @property
    def rho(self) -> Floats:
        """Mean autocorrelation of neighbouring errors."""
        return np.asarray(np.tensordot(self.grid, self.chance, axes=(0, 0)))

    @property
    def mean(self) -> Floats:
        """Coefficients, averaged."""
        return np.asarray((self.chance[..., None] * self.beta).sum(axis=0))

    @property
    def total_covariance(self) -> Floats:
        """Within each ρ and between them: for bands around whole curves."""
        away = self.beta - self.mean
        between = away[..., :, None] * away[..., None, :]
        return np.asarray((self.chance[..., None, None] * (self.covariance + between)).sum(axis=0))

    def along(self, contrast: ArrayLike) -> tuple[Floats, Floats]:
        """Centre and standard error of contrast · β for each ρ."""
        c = np.asarray(contrast, dtype=np.float64)
        center = np.einsum("g...k,...k->g...", self.beta, c)
        spread = np.einsum("...i,g...ij,...j->g...", c, self.covariance, c)
        return center, np.sqrt(np.maximum(spread, 0.0))

    def estimate(self, contrast: ArrayLike) -> Floats:
        """Mean of contrast · β."""
        return np.asarray((self.chance * self.along(contrast)[0]).sum(axis=0))

    def interval(self, contrast: ArrayLike, confidence: float = 0.95) -> tuple[Floats, Floats]:
        """Interval of contrast · β with equal tails."""
        tail = (1 - confidence) / 2
        return self.quantile(contrast, tail), self.quantile(contrast, 1 - tail)

    def quantile(self, contrast: ArrayLike, p: float) -> Floats:
        """The value below which contrast · β lies with probability `p`."""
        center, spread = self.along(contrast)
        return self._quantile(center, spread, p)

    def below(self, contrast: ArrayLike, value: ArrayLike) -> Floats:
        """Probability that contrast · β is less than `value`."""
        center, spread = self.along(contrast)
        return self._below(center, spread, np.asarray(value, dtype=np.float64))

    def _below(self, center: Floats, spread: Floats, x: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            z = np.where(spread > 0, (x - center) / spread, np.sign(x - center) * np.inf)
        z = np.nan_to_num(z, nan=0.0)
        return np.asarray((self.chance * special.stdtr(self.df, z)).sum(axis=0))

    def _quantile(self, center: Floats, spread: Floats, p: float) -> Floats:
        """Newton's method, kept between the outermost quantiles of the parts."""
        each = center + spread * special.stdtrit(self.df, p)
        low, high = each.min(axis=0), each.max(axis=0)
        x = (self.chance * each).sum(axis=0)
        peak = np.exp(special.gammaln((self.df + 1) / 2) - special.gammaln(self.df / 2)) / np.sqrt(self.df * np.pi)
        for _ in range(_STEPS):
            over = self._below(center, spread, x) - p
            low, high = np.where(over < 0, x, low), np.where(over < 0, high, x)
            with np.errstate(divide="ignore", invalid="ignore"):
                heights = peak * (1 + ((x - center) / spread) ** 2 / self.df) ** (-(self.df + 1) / 2) / spread
                better = x - over / (self.chance * heights).sum(axis=0)
            inside = (better >= low) & (better <= high)
            new = np.where(inside, better, (low + high) / 2)
            done = np.all(np.abs(new - x) <= _ENOUGH * (np.abs(x) + spread.max(axis=0)))
            x = new
            if done:
                break
        return np.asarray(x)


def averaged(made: Fit, times: ArrayLike, *, grid: Floats = GRID, lean: float = 0.0) -> Averaged:
    """AR(1) errors around a fit, for each ρ of `grid`, ρ beforehand as probable as (1 + ρ)^lean.

    `times` count periods, so that a gap is a longer step. For shares and counts the errors are those of the working
    response, in units of the binomial or Poisson standard deviation (Breslow and Clayton 1993).
    """
    gaps = np.diff(np.asarray(times, dtype=np.float64))
    root = np.sqrt(made.weights)
    x = made.design if made.family == "mean" else root[..., None] * made.design
    z = root * (made.beta @ made.design.T + made.working)
    parts = [_given(rho, x, z, gaps) for rho in grid]
    df = made.df
    beta = np.stack([p[0] for p in parts])
    rss = np.stack([p[2] for p in parts])
    score = np.stack([p[3] for p in parts]) - df / 2 * np.log(np.maximum(rss, 1e-300))
    score = score + lean * np.log1p(np.asarray(grid)).reshape(-1, *[1] * (score.ndim - 1))
    chance = np.exp(score - score.max(axis=0))
    variance = rss / df
    covariance = np.stack([p[1] for p in parts]) * variance[..., None, None]
    return Averaged(np.asarray(grid), chance / chance.sum(axis=0), beta, covariance, variance, df)


def whitened(rho: float, series: Floats, gaps: Floats) -> Floats:
    """A series (time on the second last axis) whose AR(1) errors of variance 1 are made independent."""
    step = np.power(rho, gaps) if rho else np.zeros_like(gaps)
    later = (series[..., 1:, :] - step[:, None] * series[..., :-1, :]) / np.sqrt(1 - step**2)[:, None]
    return np.concatenate([series[..., :1, :], later], axis=-2)


def _given(rho: float, x: Floats, z: Floats, gaps: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """β, its covariance at variance 1, residual sum of squares, and the part of the likelihood without it."""
    a, b = whitened(rho, x, gaps), whitened(rho, z[..., None], gaps)[..., 0]
    inverse = inverted(np.swapaxes(a, -1, -2) @ a)
    if a.ndim == 2:  # one design for all series of the batch
        beta = (b @ a) @ inverse
        misses = b - beta @ a.T
    else:
        beta = (inverse @ np.einsum("...ti,...t->...i", a, b)[..., None])[..., 0]
        misses = b - (a @ beta[..., None])[..., 0]
    volume = np.log1p(-(rho ** (2 * gaps))).sum() if rho else 0.0
    size = np.linalg.slogdet(inverse)[1]
    shape = z.shape[:-1]
    inverse = np.broadcast_to(inverse, (*shape, *inverse.shape[-2:]))
    return beta, inverse, np.asarray(np.sum(misses**2, axis=-1)), np.broadcast_to(-0.5 * volume + 0.5 * size, shape)
