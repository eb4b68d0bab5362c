"""Control charts: is a point a signal, or noise of a steady process? Formulas and sources: docs/METHODS.md.

A control limit comes from the process itself and is never a target. The `…_limits` functions judge many series
at once (last axis = earlier points, NaN = no data); the charts judge one series by itself or by `baseline` points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qualityloop.analysis import special

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Mean of the range of 2..25 standard normal values as every handbook prints it (limits are published with these
# three digits); its standard deviation to six, by integration.
_D2 = (
    *(1.128, 1.693, 2.059, 2.326, 2.534, 2.704, 2.847, 2.970, 3.078, 3.173, 3.258, 3.336),
    *(3.407, 3.472, 3.532, 3.588, 3.640, 3.689, 3.735, 3.778, 3.819, 3.858, 3.895, 3.931),
)
_D3 = (
    *(0.852502, 0.888368, 0.879808, 0.864082, 0.848040, 0.833205, 0.819831, 0.807834),
    *(0.797051, 0.787315, 0.778478, 0.770416, 0.763023, 0.756211, 0.749908, 0.744052),
    *(0.738591, 0.733481, 0.728686, 0.724173, 0.719915, 0.715887, 0.712068, 0.708441),
)
_MOVING_RANGE = _D2[0]
_EQUAL = 1e-9  # a difference smaller than this part of the value is rounding, not a signal


def d2(n: int) -> float:
    """Mean range of n standard normal values, 2 ≤ n ≤ 25."""
    return _D2[n - 2]


def d3(n: int) -> float:
    """Standard deviation of the range of n standard normal values, 2 ≤ n ≤ 25."""
    return _D3[n - 2]


def c4(n: int) -> float:
    """Mean of the sample standard deviation of n standard normal values."""
    return float(np.sqrt(2 / (n - 1)) * np.exp(lgamma(n / 2) - lgamma((n - 1) / 2)))


@dataclass(frozen=True, slots=True)
class Limits:
    """Centre line and limits for one judged point of each series."""

    center: Floats
    lower: Floats
    upper: Floats


def signals(points: ArrayLike, limits: Limits) -> Floats:
    """+1 above the upper limit, −1 below the lower one, 0 between, NaN where point or limits are missing."""
    values = np.asarray(points, dtype=np.float64)
    slack = _EQUAL * np.maximum(np.abs(values), np.abs(limits.center))
    with np.errstate(invalid="ignore"):
        sign = (values > limits.upper + slack) * 1.0 - (values < limits.lower - slack) * 1.0
    return np.where(np.isnan(values) | np.isnan(limits.center), np.nan, sign)


def _compact(history: Floats, *others: Floats) -> list[Floats]:
    """Move the points with data to the front of the last axis, in order; `others` alike."""
    order = np.argsort(np.isnan(history), axis=-1, kind="stable")
    return [np.take_along_axis(a, order, axis=-1) for a in (history, *others)]


def _mean_range(points: Floats) -> Floats:
    """Mean moving range of two neighbours with data; NaN where there is no pair."""
    ranges = np.abs(np.diff(_compact(points)[0], axis=-1))
    pairs = np.sum(~np.isnan(ranges), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = np.nansum(ranges, axis=-1) / pairs
    return mean


def _mean(points: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = np.nansum(points, axis=-1) / np.sum(~np.isnan(points), axis=-1)
    return mean


def xmr_limits(history: ArrayLike) -> Limits:
    """XmR limits of the next point: mean ± 3 · mean moving range / 1.128 (Shewhart; NIST 6.3.2.2)."""
    points = np.asarray(history, dtype=np.float64)
    center, half = _mean(points), 3 * _mean_range(points) / _MOVING_RANGE
    return Limits(center, center - half, center + half)


def _laney(rates: Floats, spread: Floats, next_spread: Floats, center: Floats) -> tuple[Floats, Floats]:
    """Half-width of Laney's limits and sigma_z, the spread between points in units of the spread within them.

    sigma_z is 1 (the plain p or u chart) where it cannot be estimated or all earlier points are alike.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = (rates - center[..., None]) / spread
        sigma_z = _mean_range(scaled) / _MOVING_RANGE
    sigma_z = np.where(np.isnan(sigma_z) | (sigma_z < _EQUAL), 1.0, sigma_z)
    return 3 * next_spread * sigma_z, sigma_z


def laney_p_limits(counts: ArrayLike, sizes: ArrayLike, next_size: ArrayLike) -> Limits:
    """Laney p′ limits of the next share: p̄ ± 3 √(p̄(1 − p̄)/n) sigma_z (Laney 2002); points with n = 0 are skipped.

    Where all earlier rows are alike (p̄ = 0 or 1) the spread is that of the rule of three, a share of 3/n.
    """
    hits, n = _known(counts, sizes)
    center, total = _pooled(hits, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        rare = np.minimum(3 / total, 0.5)
    variance = np.where((center <= 0) | (center >= 1), rare * (1 - rare), center * (1 - center))
    return _laney_limits(hits / n, variance, n, np.asarray(next_size, np.float64), center, top=1.0)


def laney_u_limits(counts: ArrayLike, units: ArrayLike, next_units: ArrayLike) -> Limits:
    """Laney u′ limits of the next rate per unit: ū ± 3 √(ū/n) sigma_z; points without units are skipped.

    Where nothing was counted so far the spread is that of the rule of three, a rate of 3/n.
    """
    events, n = _known(counts, units)
    center, total = _pooled(events, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(center <= 0, 3 / total, center)
    return _laney_limits(events / n, variance, n, np.asarray(next_units, np.float64), center, top=np.inf)


def _known(counts: ArrayLike, sizes: ArrayLike) -> tuple[Floats, Floats]:
    x, n = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(counts, sizes))
    missing = ~(n > 0) | np.isnan(x)
    return np.where(missing, np.nan, x), np.where(missing, np.nan, n)


def _pooled(counts: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    total = np.nansum(sizes, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nansum(counts, axis=-1) / total, total


def _laney_limits(
    rates: Floats, variance: Floats, sizes: Floats, next_size: Floats, center: Floats, *, top: float
) -> Limits:
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(variance[..., None] / sizes)
        next_spread = np.sqrt(variance / np.where(next_size > 0, next_size, np.nan))
    half, _ = _laney(rates, spread, next_spread, center)
    return Limits(center, np.maximum(center - half, 0.0), np.minimum(center + half, top))


@dataclass(frozen=True, slots=True)
class Chart:
    """One series with its centre line, limits for each point, and the sigma that they were made of."""

    points: Floats
    center: float
    sigma: Floats  # of one point; limits are center ± 3 sigma, cut off where the quantity ends
    lower: Floats
    upper: Floats
    sigma_z: float = 1.0

    @property
    def signals(self) -> Floats:
        """+1 above, −1 below, 0 between the limits, point by point."""
        return signals(self.points, Limits(np.full_like(self.points, self.center), self.lower, self.upper))

    @property
    def out(self) -> NDArray[np.int64]:
        """Positions (from 0) of the points outside the limits."""
        return np.flatnonzero(np.nan_to_num(self.signals))


def _chart(
    points: Floats,
    center: float,
    sigma: ArrayLike,
    *,
    bottom: float = -np.inf,
    top: float = np.inf,
    sigma_z: float = 1.0,
    nsigmas: float = 3.0,
) -> Chart:
    spread = np.broadcast_to(np.asarray(sigma, dtype=np.float64), points.shape)
    lower = np.maximum(center - nsigmas * spread, bottom)
    upper = np.minimum(center + nsigmas * spread, top)
    return Chart(points, center, spread, lower, upper, sigma_z)


def _base(baseline: ArrayLike | None, length: int) -> Flags:
    return np.ones(length, dtype=bool) if baseline is None else np.asarray(baseline, dtype=bool)


def individuals(values: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """Individuals (XmR) chart; sigma = mean moving range / 1.128."""
    points = np.asarray(values, dtype=np.float64)
    limits = xmr_limits(points[_base(baseline, len(points))])
    return _chart(points, float(limits.center), float(limits.upper - limits.center) / 3)


def _counted(
    counts: ArrayLike, sizes: ArrayLike, baseline: ArrayLike | None
) -> tuple[Floats, Floats, Floats, Floats, float]:
    x, n = (np.asarray(a, dtype=np.float64) for a in np.broadcast_arrays(counts, sizes))
    base = _base(baseline, len(x))
    return x, n, x[base], n[base], float(x[base].sum() / n[base].sum())


def p(counts: ArrayLike, sizes: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """Shares of rows: p̄ ± 3 √(p̄(1 − p̄)/n)."""
    x, n, _, _, center = _counted(counts, sizes, baseline)
    return _chart(x / n, center, np.sqrt(center * (1 - center) / n), bottom=0.0, top=1.0)


def np_chart(counts: ArrayLike, size: float, *, baseline: ArrayLike | None = None) -> Chart:
    """Counts among equal samples of `size`: np̄ ± 3 √(np̄(1 − p̄))."""
    x, _, _, _, share = _counted(counts, size, baseline)
    return _chart(x, share * size, np.sqrt(size * share * (1 - share)), bottom=0.0, top=size)


def c(counts: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """Counts of events in equal units: c̄ ± 3 √c̄."""
    x, _, _, _, center = _counted(counts, 1.0, baseline)
    return _chart(x, center, np.sqrt(center), bottom=0.0)


def u(counts: ArrayLike, units: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """Events per unit: ū ± 3 √(ū/n)."""
    x, n, _, _, center = _counted(counts, units, baseline)
    return _chart(x / n, center, np.sqrt(center / n), bottom=0.0)


def laney_p(counts: ArrayLike, sizes: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """p′: shares whose spread between points is not the binomial one (Laney 2002)."""
    x, n, base_x, base_n, center = _counted(counts, sizes, baseline)
    spread = np.sqrt(center * (1 - center) / n)
    base_spread = np.sqrt(center * (1 - center) / base_n)
    _, sigma_z = _laney(base_x / base_n, base_spread, base_spread, np.asarray(center))
    return _chart(x / n, center, spread * sigma_z, bottom=0.0, top=1.0, sigma_z=float(sigma_z))


def laney_u(counts: ArrayLike, units: ArrayLike, *, baseline: ArrayLike | None = None) -> Chart:
    """u′: rates whose spread between points is not the Poisson one (Laney 2002)."""
    x, n, base_x, base_n, center = _counted(counts, units, baseline)
    base_spread = np.sqrt(center / base_n)
    _, sigma_z = _laney(base_x / base_n, base_spread, base_spread, np.asarray(center))
    return _chart(x / n, center, np.sqrt(center / n) * sigma_z, bottom=0.0, sigma_z=float(sigma_z))


def _samples(samples: ArrayLike, baseline: ArrayLike | None) -> tuple[Floats, Flags, int]:
    table = np.asarray(samples, dtype=np.float64)
    return table, _base(baseline, len(table)), table.shape[1]


def sigma_from_ranges(samples: ArrayLike) -> float:
    """Process sigma from equal samples (rows): mean range / d2."""
    table = np.asarray(samples, dtype=np.float64)
    return float(np.ptp(table, axis=1).mean() / d2(table.shape[1]))


def sigma_from_deviations(samples: ArrayLike) -> float:
    """Process sigma from equal samples (rows): mean standard deviation / c4."""
    table = np.asarray(samples, dtype=np.float64)
    return float(table.std(axis=1, ddof=1).mean() / c4(table.shape[1]))


def xbar_r(samples: ArrayLike, *, baseline: ArrayLike | None = None) -> tuple[Chart, Chart]:
    """Charts of means and of ranges of equal samples (rows), sigma from the ranges."""
    table, base, n = _samples(samples, baseline)
    sigma = sigma_from_ranges(table[base])
    means, ranges = table.mean(axis=1), np.ptp(table, axis=1)
    return (
        _chart(means, float(means[base].mean()), sigma / np.sqrt(n)),
        _chart(ranges, float(ranges[base].mean()), sigma * d3(n), bottom=0.0),
    )


def xbar_s(samples: ArrayLike, *, baseline: ArrayLike | None = None) -> tuple[Chart, Chart]:
    """Charts of means and of standard deviations of equal samples (rows), sigma from the deviations."""
    table, base, n = _samples(samples, baseline)
    sigma = sigma_from_deviations(table[base])
    means, deviations = table.mean(axis=1), table.std(axis=1, ddof=1)
    return (
        _chart(means, float(means[base].mean()), sigma / np.sqrt(n)),
        _chart(deviations, float(deviations[base].mean()), sigma * np.sqrt(1 - c4(n) ** 2), bottom=0.0),
    )


def ewma(values: ArrayLike, *, center: float, sigma: float, weight: float = 0.2, nsigmas: float = 3.0) -> Chart:
    """Exponentially weighted moving average (Roberts 1959); sigma is that of one value."""
    x = np.asarray(values, dtype=np.float64)
    smooth = np.empty_like(x)
    last = center
    for i, value in enumerate(x):
        last = weight * value + (1 - weight) * last
        smooth[i] = last
    steps = np.arange(1, len(x) + 1)
    spread = sigma * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * steps)))
    return _chart(smooth, center, spread, nsigmas=nsigmas)


@dataclass(frozen=True, slots=True)
class Cusum:
    """Sums of deviations upward and downward, and +1/−1/0 where one passes the decision interval."""

    high: Floats
    low: Floats
    signals: NDArray[np.int64]


def cusum(values: ArrayLike, *, target: float, k: float, h: float) -> Cusum:
    """Tabular CUSUM (Page 1954); allowance `k` and decision interval `h` in the unit of the values."""
    x = np.asarray(values, dtype=np.float64)
    high, low = np.zeros_like(x), np.zeros_like(x)
    up = down = 0.0
    for i, value in enumerate(x):
        up = max(0.0, up + value - target - k)
        down = max(0.0, down + target - k - value)
        high[i], low[i] = up, down
    return Cusum(high, low, (high > h).astype(np.int64) - (low > h).astype(np.int64))


def _runs(flags: Flags, length: int, needed: int | None = None) -> Flags:
    """True where among the last `length` flags at least `needed` (all by default) are set."""
    needed = length if needed is None else needed
    total = np.cumsum(np.concatenate([np.zeros(length, dtype=bool), flags]))
    return np.asarray(total[length:] - total[:-length] >= needed)


def nelson(values: ArrayLike, *, center: float, sigma: ArrayLike) -> dict[int, Flags]:
    """Nelson's eight rules (1984): rule → True at each point that completes its pattern.

    1 beyond 3 sigma · 2 nine on one side · 3 six rising or falling · 4 fourteen alternating · 5 two of three beyond
    2 sigma on one side · 6 four of five beyond 1 sigma on one side · 7 fifteen within 1 sigma · 8 eight beyond 1 sigma.
    """
    z = (np.asarray(values, dtype=np.float64) - center) / np.asarray(sigma, dtype=np.float64)
    step = np.diff(z, prepend=np.nan)
    turn = np.concatenate([[False, False], step[2:] * step[1:-1] < 0])[: len(z)]
    return {
        1: np.abs(z) > 3,
        2: _runs(z > 0, 9) | _runs(z < 0, 9),
        3: _runs(step > 0, 5) | _runs(step < 0, 5),
        4: _runs(turn, 12),
        5: (z > 2) & _runs(z > 2, 3, 2) | (z < -2) & _runs(z < -2, 3, 2),
        6: (z > 1) & _runs(z > 1, 5, 4) | (z < -1) & _runs(z < -1, 5, 4),
        7: _runs(np.abs(z) < 1, 15),
        8: _runs(np.abs(z) > 1, 8),
    }


def western_electric(values: ArrayLike, *, center: float, sigma: ArrayLike) -> dict[int, Flags]:
    """The four zone rules of the Western Electric handbook (1956).

    1 beyond 3 sigma · 2 two of three beyond 2 sigma on one side · 3 four of five beyond 1 sigma on one side ·
    4 eight on one side.
    """
    z = (np.asarray(values, dtype=np.float64) - center) / np.asarray(sigma, dtype=np.float64)
    rules = nelson(z, center=0.0, sigma=1.0)
    return {1: rules[1], 2: rules[5], 3: rules[6], 4: _runs(z > 0, 8) | _runs(z < 0, 8)}


@dataclass(frozen=True, slots=True)
class Capability:
    """How well a steady process fits between its specification limits; `low` and `high` bound Cp."""

    cp: float
    cp_lower: float
    cp_upper: float
    cpk: float
    cpm: float
    low: float
    high: float


def capability(
    *,
    mean: float,
    sigma: float,
    n: int,
    lower: float,
    upper: float,
    target: float | None = None,
    confidence: float = 0.95,
) -> Capability:
    """Cp, Cpk and Cpm (Montgomery ch. 8), chi-square interval of Cp; `target` is the middle unless given."""
    aim = (lower + upper) / 2 if target is None else target
    cp = (upper - lower) / (6 * sigma)
    below, above = (mean - lower) / (3 * sigma), (upper - mean) / (3 * sigma)
    tail, df = (1 - confidence) / 2, n - 1
    bounds = [cp * np.sqrt(special.chdtri(df, t) / df) for t in (1 - tail, tail)]
    cpm = (upper - lower) / (6 * np.hypot(sigma, mean - aim))
    return Capability(cp, below, above, min(below, above), float(cpm), float(bounds[0]), float(bounds[1]))
