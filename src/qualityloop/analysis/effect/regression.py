"""Regression of series on their design, many series at once: least squares, quasi-Poisson and quasi-binomial.

The last axis of a series is time. Iteratively reweighted least squares as in McCullagh and Nelder (1989);
formulas and sources: docs/EFFECT.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Family = Literal["mean", "share", "count"]

_STEPS = 60
_ENOUGH = 1e-12  # relative change of the deviance
_FAR = 30.0  # a logit or logarithm beyond this is a fitted 0, 1 or infinity


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted model of one series or a batch of them.

    `working` are the residuals and `weights` the weights of the last weighted least squares, on the link scale.
    """

    family: Family
    design: Floats  # T × k
    beta: Floats  # … × k
    eta: Floats  # … × T, offset included
    fitted: Floats  # … × T: mean, share, or count
    weights: Floats
    working: Floats
    bread: Floats  # … × k × k, inverse of X'WX
    dispersion: Floats  # Pearson's X² per degree of freedom; the residual variance for a mean

    @property
    def df(self) -> int:
        """Points less parameters."""
        return int(self.design.shape[0] - self.design.shape[1])

    @property
    def covariance(self) -> Floats:
        """Of the coefficients, if the points are independent given the design."""
        return np.asarray(self.bread * self.dispersion[..., None, None])

    @property
    def residuals(self) -> Floats:
        """Pearson residuals: observed less fitted, in units of the family's own standard deviation."""
        return np.asarray(np.sqrt(self.weights) * self.working)


def inverse_link(eta: ArrayLike, family: Family) -> Floats:
    """From the link scale to mean, share or count."""
    x = np.asarray(eta, dtype=np.float64)
    if family == "mean":
        return x
    x = np.clip(x, -_FAR, _FAR)
    return np.asarray(1 / (1 + np.exp(-x)) if family == "share" else np.exp(x), dtype=np.float64)


def slope_of_link(eta: ArrayLike, family: Family) -> Floats:
    """Derivative of `inverse_link`."""
    if family == "mean":
        return np.ones_like(np.asarray(eta, dtype=np.float64))
    mu = inverse_link(eta, family)
    return np.asarray(mu * (1 - mu) if family == "share" else mu)


def fit(
    y: ArrayLike,
    design: ArrayLike,
    family: Family = "mean",
    *,
    sizes: ArrayLike | None = None,
    offset: ArrayLike | None = None,
) -> Fit:
    """Fit `y` (…, T): means, shares of `sizes` rows, or counts with a logarithmic `offset`. No value may be missing."""
    values, x = np.asarray(y, dtype=np.float64), np.asarray(design, dtype=np.float64)
    ones = np.ones_like(values)
    n = ones if sizes is None else np.broadcast_to(np.asarray(sizes, np.float64), values.shape)
    shift = np.zeros_like(values) if offset is None else np.broadcast_to(np.asarray(offset, np.float64), values.shape)
    if family == "mean":
        return _solved(values, x, family, ones, shift)
    start = (values * n + 0.5) / (n + 1) if family == "share" else (values + values.mean(axis=-1, keepdims=True)) / 2
    mu = start if family == "share" else np.maximum(start, 1e-3)
    eta = np.log(mu / (1 - mu)) if family == "share" else np.log(mu)
    before = np.full(values.shape[:-1], np.inf)
    for _ in range(_STEPS):
        mu, slope = inverse_link(eta, family), np.maximum(slope_of_link(eta, family), 1e-12)
        weights = n * slope
        made = _solved(eta + (values - mu) / slope, x, family, weights, shift)
        eta = np.clip(made.eta, -_FAR, _FAR)
        deviance = _deviance(values, inverse_link(eta, family), n, family)
        if np.all(np.abs(deviance - before) <= _ENOUGH * (np.abs(deviance) + 0.1)):
            break
        before = deviance
    mu, slope = inverse_link(eta, family), np.maximum(slope_of_link(eta, family), 1e-12)
    return _solved(eta + (values - mu) / slope, x, family, n * slope, shift)


def _solved(z: Floats, x: Floats, family: Family, weights: Floats, shift: Floats) -> Fit:
    """Weighted least squares of the working response `z` on `x`."""
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    bread = inverted((weights @ products).reshape(*weights.shape[:-1], x.shape[1], x.shape[1]))
    beta = (bread @ ((weights * (z - shift)) @ x)[..., None])[..., 0]
    eta = beta @ x.T + shift
    working = z - eta
    df = max(x.shape[0] - x.shape[1], 1)
    pearson = np.sum(weights * working**2, axis=-1) / df
    return Fit(family, x, beta, eta, inverse_link(eta, family), weights, working, bread, np.asarray(pearson))


def inverted(matrices: Floats) -> Floats:
    """Inverse; the pseudo-inverse where a design is not of full rank."""
    try:
        return np.asarray(np.linalg.inv(matrices), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.pinv(matrices, hermitian=True), dtype=np.float64)


def _deviance(y: Floats, mu: Floats, n: Floats, family: Family) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        if family == "count":
            terms = np.where(y > 0, y * np.log(y / mu), 0.0) - (y - mu)
        else:
            terms = n * (
                np.where(y > 0, y * np.log(y / mu), 0.0) + np.where(y < 1, (1 - y) * np.log((1 - y) / (1 - mu)), 0.0)
            )
    return np.asarray(2 * terms.sum(axis=-1))


def newey_west_lag(points: int) -> int:
    """How many neighbours may be alike: ⌊4 (n/100)^(2/9)⌋ (Newey and West 1994)."""
    return math.floor(4 * math.pow(points / 100, 2 / 9))


def newey_west(made: Fit, lag: int | None = None) -> Floats:
    """Covariance of the coefficients that allows for unequal variance and autocorrelation up to `lag` points."""
    points = made.design.shape[0]
    most = newey_west_lag(points) if lag is None else lag
    scores = made.design * (made.weights * made.working)[..., None]
    meat = np.einsum("...ti,...tj->...ij", scores, scores)
    for step in range(1, most + 1):
        crossed = np.einsum("...ti,...tj->...ij", scores[..., step:, :], scores[..., :-step, :])
        meat = meat + (1 - step / (most + 1)) * (crossed + np.swapaxes(crossed, -1, -2))
    return np.asarray(made.bread @ meat @ made.bread)
