"""Which period is the newest that is complete, and which of its days count."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from qualityloop.analysis.datasets import day_column
from qualityloop.analysis.indicators.evaluate.periods import last_day, period_of
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain, Values
from qualityloop.analysis.lake import Lake

# Days at either end of a period that may be without rows, such as a weekend, and the period still be complete.
QUIET: dict[Grain, int] = {"day": 0, "week": 2, "month": 3, "quarter": 5, "year": 10}


def data_days(lake: Lake, standard: Standard) -> tuple[date, date] | None:
    """First and last local day on which any dataset of the standard's indicators has rows, denominators included."""
    wanted = {(i.dataset, i.period) for i in standard.indicators}
    wanted |= {(i.per.dataset, i.per.period) for i in standard.indicators if i.per}
    there = [(lake.datasets[name], period) for name, period in wanted if name in lake.datasets]
    found = [days for dataset, period in there if (days := dataset.days(day_column(period)))]
    return (min(d[0] for d in found), max(d[1] for d in found)) if found else None


def newest_complete(periods: Iterable[date], grain: Grain, first: date, last: date) -> date | None:
    """The newest of `periods` that the days first..last fill; the newest at all where none is complete."""
    ordered = sorted(set(periods))
    quiet = timedelta(days=QUIET[grain])
    complete = [p for p in ordered if first - quiet <= p and last_day(p, grain) - quiet <= last]
    return (complete or ordered)[-1] if ordered else None


def days_of(period: date, values: Values) -> tuple[date, date]:
    """First and last day of the rows behind the values of `period`: those asked for; of earlier periods all."""
    first, last = period, last_day(period, values.grain)
    if period < period_of(values.start, values.grain):
        return first, last
    return max(first, values.start), min(last, values.end)
