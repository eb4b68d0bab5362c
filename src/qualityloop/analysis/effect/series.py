"""From values by group and period to the series that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.effect.model import Kind, Phase, Question
from qualityloop.analysis.effect.regression import Family
from qualityloop.analysis.indicators.evaluate.periods import last_day, periods_between
from qualityloop.analysis.indicators.language import parse_formula
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grain, Group, Value, Values

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FAMILIES: dict[Kind, Family] = {"share": "share", "rate": "count", "count": "count", "mean": "mean"}


@dataclass(frozen=True, slots=True)
class Line:
    """Value by period (NaN: none), numerator (hits, events), and size: rows or units of exposure."""

    value: Floats
    numerator: Floats
    size: Floats

    def at(self, keep: Flags) -> Line:
        """The periods for which `keep` is true."""
        return Line(self.value[keep], self.numerator[keep], self.size[keep])


@dataclass(frozen=True, slots=True)
class Series:
    """The treated line, the untouched ones, and in which phase each period is."""

    kind: Kind
    grain: Grain
    periods: tuple[date, ...]
    phases: tuple[Phase, ...]
    treated: Line
    treated_groups: dict[Group, Line]
    untouched: dict[Group, Line]

    @property
    def times(self) -> Floats:
        """Periods counted from the first."""
        return np.arange(len(self.periods), dtype=np.float64)

    @property
    def after(self) -> Flags:
        """Periods after the start."""
        return np.array([phase == "after" for phase in self.phases], dtype=bool)

    @property
    def used(self) -> Flags:
        """Periods before or after, with a value."""
        judged = np.array([phase != "transition" for phase in self.phases], dtype=bool)
        return judged & ~np.isnan(self.treated.value)

    @property
    def control(self) -> Floats:
        """The untouched groups as one line (NaN where there is none)."""
        if not self.untouched:
            return np.full(len(self.periods), np.nan)
        return fixed_mix(list(self.untouched.values()), ~self.after)

    def within(self, keep: Flags, phases: Sequence[Phase]) -> Series:
        """Some of the periods, with other phases: for dates at which nothing happened."""
        return replace(
            self,
            periods=tuple(p for p, k in zip(self.periods, keep, strict=True) if k),
            phases=tuple(phases),
            treated=self.treated.at(keep),
            treated_groups={g: line.at(keep) for g, line in self.treated_groups.items()},
            untouched={g: line.at(keep) for g, line in self.untouched.items()},
        )


def kind_of(indicator: Indicator, values: Sequence[Value]) -> Kind:
    """What the numbers are: shares of rows, events per unit, plain counts, or else means."""
    kind = parse_formula(indicator.formula, DATASETS[indicator.dataset]).kind
    if kind == "share" and not indicator.per:
        return "share"
    if any(v.interval == "poisson" for v in values):
        return "rate"
    return "count" if kind == "count" and not indicator.per else "mean"


def series_of(values: Values, question: Question, *, days: tuple[date, date] | None = None) -> Series:
    """Whole periods within `days` (default: those of the values), cut at `until`."""
    indicator = question.indicator
    first, last = days or (values.start, values.end)
    end = min(last, question.until) if question.until else last
    periods = [
        p
        for p in (periods_between(first, end, values.grain) if first <= end else [])
        if p >= first and last_day(p, values.grain) <= end
    ]
    found = {g: values.series(indicator.key, g) for g in (*question.treated, *question.untouched)}
    kind = kind_of(indicator, [v for vs in found.values() for v in vs])
    lines = {g: _line(vs, periods, kind) for g, vs in found.items()}
    treated = {g: lines[g] for g in question.treated}
    phases = tuple(_phase(p, values.grain, question) for p in periods)
    untouched = {g: lines[g] for g in question.untouched if not np.isnan(lines[g].value).all()}
    return Series(kind, values.grain, tuple(periods), phases, _together(treated, kind), treated, untouched)


def _phase(period: date, grain: Grain, question: Question) -> Phase:
    if last_day(period, grain) < question.start:
        return "before"
    return "after" if period >= question.start + timedelta(days=question.transition_days) else "transition"


def _line(values: Sequence[Value], periods: Sequence[date], kind: Kind) -> Line:
    by_period = {v.period: v for v in values}
    rows = [by_period.get(p) for p in periods]

    def column(name: str) -> Floats:
        return np.array([np.nan if r is None or getattr(r, name) is None else getattr(r, name) for r in rows], float)

    value, numerator = column("value"), column("numerator")
    if kind == "count":
        return Line(value, value, np.ones_like(value))
    size = column("denominator") if kind in ("share", "rate") else column("n")
    return Line(np.where(size > 0, value, np.nan), numerator, np.nan_to_num(size))


def _together(lines: dict[Group, Line], kind: Kind) -> Line:
    """Several treated groups as one: counts added, means weighted by rows."""
    every = list(lines.values())
    if len(every) == 1:
        return every[0]
    numerator = np.nansum([line.numerator for line in every], axis=0)
    size = np.nansum([line.size for line in every], axis=0)
    missing = np.all([np.isnan(line.value) for line in every], axis=0)
    if kind == "count":
        value = numerator
        size = np.ones_like(value)
    elif kind == "mean":
        value = np.nansum([line.value * line.size for line in every], axis=0) / np.where(size > 0, size, np.nan)
    else:
        value = numerator / np.where(size > 0, size, np.nan)
    return Line(np.where(missing, np.nan, value), numerator, size)


def fixed_mix(lines: Sequence[Line], before: Flags) -> Floats:
    """Mean of several lines with the weights that their sizes had before, so that a change of mix is no effect."""
    values = np.array([line.value for line in lines])
    weights = np.array([line.size[before].sum() for line in lines])[:, None] * ~np.isnan(values)
    whole = weights.sum(axis=0)
    return np.asarray(np.nansum(values * weights, axis=0) / np.where(whole > 0, whole, np.nan))
