"""What rules look at: values of an indicator, counts in equal slots of time, arrivals of a source, rates by period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.control import Chart, individuals, laney_p, laney_u
from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grain, Group, Value

Floats = NDArray[np.float64]
MOST_POINTS = 45  # a chart looks back no further: older points say little about the process of today
LEAST_BASE = 8  # below, control limits would be noise themselves
RECENT = 15  # newest points, at most a third, that are judged and do not set the limits


@dataclass(frozen=True, slots=True)
class IndicatorSeries:
    """Values of one indicator and group over whole periods, oldest first; the newest one is judged."""

    indicator: Indicator
    group: Group
    grain: Grain
    values: Sequence[Value]

    @property
    def newest(self) -> Value:
        """The value that is judged."""
        return self.values[-1]

    @property
    def until(self) -> date:
        """Last day of the newest period."""
        return last_day(self.newest.period, self.grain)

    @property
    def sign(self) -> int:
        """+1 where higher is better, −1 where lower is."""
        return 1 if self.indicator.better == "higher" else -1

    def chart(self) -> Chart | None:
        """Control chart of the newest points with limits of those before the recent ones; None with too few."""
        known = [v for v in self.values if v.value is not None][-MOST_POINTS:]
        base = min(max(LEAST_BASE, len(known) - RECENT, 2 * len(known) // 3), len(known) - 1)
        if base < LEAST_BASE:
            return None
        mask = np.arange(len(known)) < base
        points = np.array([v.value for v in known], dtype=np.float64)
        share, counted = known[-1].interval == "wilson", known[-1].interval == "poisson"
        if (share or counted) and all(v.numerator is not None and v.denominator for v in known):
            numerator = np.array([v.numerator for v in known], dtype=np.float64)
            denominator = np.array([v.denominator for v in known], dtype=np.float64)
            if numerator[mask].sum() > 0 and (counted or numerator[mask].sum() < denominator[mask].sum()):
                make = laney_p if share else laney_u
                return make(numerator, denominator, baseline=mask)
        chart = individuals(points, baseline=mask)
        return chart if float(chart.sigma[-1]) > 0 else None


@dataclass(frozen=True, slots=True)
class CountSeries:
    """Counts in equal slots of local time, oldest first; the newest `recent` are judged. `step` is hours: 1 or 24."""

    name: str
    group: Group
    start: datetime
    step: int
    counts: Floats
    slots: NDArray[np.int64] | None = None  # kind of each slot; by default its place in the week
    recent: int = 1


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Rows per hour that a source delivered from `start` on (local), the last one whole, and the instant `now`."""

    name: str
    start: datetime
    counts: Floats
    now: datetime


@dataclass(frozen=True, slots=True)
class RateSeries:
    """Events (complaints) among units (tickets) by period, oldest first, the newest judged."""

    name: str
    group: Group
    grain: Grain
    periods: Sequence[date]
    events: Floats
    units: Floats
