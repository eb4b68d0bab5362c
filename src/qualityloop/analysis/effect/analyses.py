"""One method on one series: the estimate, and what a picture needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis import special
from qualityloop.analysis.effect.autocorrelation import whitened
from qualityloop.analysis.effect.comparison import Difference, between_groups, drift, over_time, shares
from qualityloop.analysis.effect.interrupted import Design, Interrupted, design, interrupted, seasons
from qualityloop.analysis.effect.model import Diagnostics, Estimate
from qualityloop.analysis.effect.regression import inverted, newey_west, newey_west_lag
from qualityloop.analysis.effect.series import FAMILIES, Line, Series
from qualityloop.analysis.messages import Message, message

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_GROUPS = 3  # treated and untouched, to take groups as the units
MOST_PERIODS = 520  # how far ahead “when could it be told” looks


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a method found; arrays by used period."""

    estimate: Estimate
    used: Flags
    diagnostics: Diagnostics
    name: Message
    fitted: Floats | None = None
    counterfactual: Floats | None = None
    band: tuple[Floats, Floats] | None = None
    widths: Floats | None = None  # of the interval after 1, 2, … further periods
    linear: bool = False  # a count or share that was taken for a mean

    @property
    def width(self) -> float:
        """From one end of the interval to the other."""
        return self.estimate.high - self.estimate.low


def interrupted_series(series: Series, *, slope: bool = False, ahead: bool = False) -> Analysis:
    """Segmented regression of the treated line."""
    used = series.used
    times, after, line = series.times[used], series.after[used], series.treated.at(used)
    family, linear = FAMILIES[series.kind], False
    if family != "mean" and _one_sided(line, after, series.kind):
        family, linear = "mean", True
    pairs, cycle = seasons(len(times), series.grain, float(np.ptp(times)) + 1)
    shape = design(times, after, slope=slope, pairs=pairs, cycle=cycle)
    y = line.numerator if family == "count" else line.value
    found = interrupted(y, shape, family, sizes=None if family == "mean" else np.maximum(line.size, 1e-9))
    low, high = (float(side) for side in found.interval())
    ratio = None
    if family != "mean":
        middle, least, most = (float(np.exp(side)) for side in found.relative())
        ratio = (middle, least, most)
    widths = _widths(found, high - low, {"slope": slope, "pairs": pairs, "cycle": cycle}) if ahead else None
    return Analysis(
        Estimate(float(found.effect), low, high, ratio),
        used,
        replace(_diagnostics(found), season=_season(pairs, cycle)),
        _its_name(family, slope),
        found.fitted,
        found.counterfactual,
        found.band(),
        widths,
        linear,
    )


def _one_sided(line: Line, after: Flags, kind: str) -> bool:
    """No event at all (or nothing but events) before or after: the link scale has no end there."""
    for side in (after, ~after):
        hits, rows = line.numerator[side].sum(), line.size[side].sum()
        if hits <= 0 or (kind == "share" and hits >= rows):
            return True
    return False


def _its_name(family: str, slope: bool) -> Message:
    parts = {
        "share": message("interrupted time series (quasi-binomial, AR(1) errors)"),
        "count": message("interrupted time series (quasi-Poisson, AR(1) errors)"),
        "mean": message("interrupted time series (linear, AR(1) errors)"),
    }
    return message("{name} with a change of slope", name=parts[family]) if slope else parts[family]


def _season(pairs: int, cycle: float) -> Message:
    if not pairs:
        return message("no season: the data are too short for one")
    return message("season of {cycle} periods, {pairs} harmonic pairs", cycle=f"{cycle:.4g}", pairs=pairs)


def _diagnostics(found: Interrupted) -> Diagnostics:
    residuals = found.made.residuals
    squares = float(np.sum(residuals**2))
    lag = newey_west_lag(found.made.design.shape[0])
    c = found.gradient
    spread = 1.96 * float(np.sqrt(np.maximum(c @ newey_west(found.made, lag) @ c, 0.0)))
    center = float(found.effect)
    return Diagnostics(
        rho=float(found.errors.rho),
        dispersion=float(found.made.dispersion) if found.made.family != "mean" else None,
        durbin_watson=float(np.sum(np.diff(residuals) ** 2) / squares) if squares else None,
        df=float(found.made.df),
        residuals=tuple(float(r) for r in residuals),
        newey_west=(center - spread, center + spread),
        lag=lag,
    )


def _widths(found: Interrupted, width: float, options: dict[str, float | bool]) -> Floats:
    """How wide the interval would be after further periods like those seen since the start, ρ and variance as now."""
    times, after = found.shape.times, found.shape.after
    weights = found.made.weights
    typical = float(weights[after].mean())
    rho = float(np.clip(found.errors.rho, -0.5, 0.9))

    def reach(further: int) -> float:
        more = np.concatenate([times, times[-1] + 1 + np.arange(further)])
        late = np.concatenate([after, np.ones(further, dtype=bool)])
        shape = design(more, late, **options)  # type: ignore[arg-type]
        return _reach(shape, np.concatenate([weights, np.full(further, typical)]), rho, late)

    now = reach(0)
    steps = np.unique(np.round(np.geomspace(1, MOST_PERIODS, 60)).astype(int))
    made = np.array([reach(int(h)) for h in steps]) / now * width
    return np.asarray(np.interp(np.arange(1, MOST_PERIODS + 1), steps, made))


def _reach(shape: Design, weights: Floats, rho: float, late: Flags) -> float:
    a = whitened(rho, np.sqrt(weights)[:, None] * shape.factual, np.diff(shape.times))
    lift = (shape.factual - shape.counterfactual)[late].mean(axis=0)
    error = float(np.sqrt(lift @ inverted(a.T @ a) @ lift))
    return error * float(special.stdtrit(max(len(weights) - a.shape[1], 1), 0.975))


def differences_over_time(series: Series, *, ahead: bool = False) -> Analysis:
    """Difference in differences with periods as the units."""
    control = series.control
    used = series.used & ~np.isnan(control)
    times, after = series.times[used], series.after[used]
    mine, others = series.treated.value[used], control[used]
    found = over_time(mine, others, times, after)
    low, high = (float(side) for side in found.interval())
    without = others + found.counterfactual
    band = found.band()
    p = float(drift(mine[~after], others[~after], times[~after])[1]) if (~after).sum() >= 4 else None
    return Analysis(
        Estimate(float(found.effect), low, high),
        used,
        replace(_diagnostics(found), drift_p=p),
        message("difference in differences (periods as units, AR(1) errors)"),
        others + found.fitted,
        without,
        (others + band[0], others + band[1]),
        _widths(found, high - low, {"trend": False}) if ahead else None,
    )


def differences_between_groups(series: Series, *, ahead: bool = False) -> Analysis:
    """Difference in differences with groups as the units; for enough groups."""
    judged = np.array([phase != "transition" for phase in series.phases], dtype=bool)
    after = series.after
    groups = [*series.treated_groups.values(), *series.untouched.values()]
    means = np.array([[_mean(g, judged & ~after), _mean(g, judged & after)] for g in groups])
    with_it = np.arange(len(groups)) < len(series.treated_groups)
    known = ~np.isnan(means).any(axis=1)
    found = between_groups(means[known, 0], means[known, 1], with_it[known])
    control = series.control
    used = series.used & ~np.isnan(control)
    mine, others = series.treated.value[used], control[used]
    before = ~after[used]
    gap = float((mine - others)[before].mean())
    p = float(drift(mine[before], others[before], series.times[used][before])[1]) if before.sum() >= 4 else None
    n, m = int((judged & ~after).sum()), int((judged & after).sum())
    further = np.arange(1, MOST_PERIODS + 1)
    widths = float(found.high - found.low) * np.sqrt((1 / n + 1 / (m + further)) / (1 / n + 1 / m)) if ahead else None
    return Analysis(
        Estimate(float(found.value), float(found.low), float(found.high)),
        used,
        Diagnostics(df=float(found.df), drift_p=p),
        message("difference in differences (groups as units, Welch’s t)"),
        None,
        others + gap,
        None,
        widths,
    )


def groups_suffice(series: Series) -> bool:
    """Whether there are groups enough on both sides to take them as the units."""
    return len(series.treated_groups) >= LEAST_GROUPS and len(series.untouched) >= LEAST_GROUPS


def difference_in_differences(series: Series, *, ahead: bool = False) -> Analysis:
    """By groups where there are enough of them, else by periods."""
    return (differences_between_groups if groups_suffice(series) else differences_over_time)(series, ahead=ahead)


def _mean(line: Line, side: Flags) -> float:
    known = side & ~np.isnan(line.value)
    weight = line.size[known].sum()
    return float((line.value[known] * line.size[known]).sum() / weight) if weight > 0 else float("nan")


def before_after(series: Series, *, ahead: bool = False) -> Analysis:
    """Share after less share before."""
    used = series.used
    line, after = series.treated.at(used), series.after[used]
    found: Difference = shares(line.numerator, line.size, after)
    before = float(line.numerator[~after].sum() / line.size[~after].sum())
    since = float(line.numerator[after].sum() / line.size[after].sum())
    widths = None
    if ahead:
        n, m = float(line.size[~after].sum()), float(line.size[after].sum())
        more = m + m / int(after.sum()) * np.arange(1, MOST_PERIODS + 1)
        widths = float(found.high - found.low) * np.sqrt((1 / n + 1 / more) / (1 / n + 1 / m))
    return Analysis(
        Estimate(float(found.value), float(found.low), float(found.high)),
        used,
        Diagnostics(),
        message("shares before and after (Newcombe’s interval)"),
        np.where(after, since, before),
        np.full(len(after), before),
        None,
        widths,
    )
