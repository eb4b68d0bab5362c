"""Values of indicators: counted once per dataset, then measured, judged and compared for whole tables at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.datasets import DATASETS, day_column
from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.evaluate.cells import select
from qualityloop.analysis.indicators.evaluate.counting import Counted, count
from qualityloop.analysis.indicators.evaluate.history import EARLIER, judge, windows
from qualityloop.analysis.indicators.evaluate.measure import Measured, divided, measure
from qualityloop.analysis.indicators.evaluate.periods import last_day, periods_between, shift, year_before
from qualityloop.analysis.indicators.evaluate.plan import (
    Source,
    denominator_of,
    grouping_obstacle,
    obstacle,
    source_of,
)
from qualityloop.analysis.indicators.evaluate.scan import Bucket
from qualityloop.analysis.indicators.evaluate.status import MIN_ROWS, NAMES, status_of, statuses
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Group, Grouping, NotComputed, Progress, Value, Values
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError, message

__all__ = ["MIN_ROWS", "evaluate", "lake_days", "status_of"]

MOST_PERIODS = 5000
Floats = NDArray[np.float64]


def evaluate(
    lake: Lake,
    standard: Standard,
    *,
    engine: Engine,
    start: date,
    end: date,
    grain: Grain,
    groupings: Sequence[Grouping],
    indicators: Sequence[str] | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Values:
    """Values of `standard` in each period of the local days start..end, by each grouping and altogether.

    Earlier periods are counted too where a previous value, last year's, or control limits need them.
    """
    time = _Time.of(start, end, grain, lake_days(lake))
    chosen = [standard.indicator(key) for key in indicators] if indicators is not None else standard.indicators
    wanted_groupings = _checked(groupings)
    plans, not_computed = _plans(chosen, wanted_groupings, lake)
    wanted: dict[Source, list[Grouping]] = {}
    for plan in plans:
        for source in plan.sources:
            wanted[source] = list(dict.fromkeys([*wanted.get(source, []), *plan.groupings]))
    counted = count(lake, wanted, time.buckets, engine=engine, grain=grain, cache=cache, progress=progress)
    values = [
        value for plan in plans for grouping in plan.groupings for value in _values(plan, grouping, counted, time, lake)
    ]
    return Values(
        lake.snapshot, standard.key, standard.version, start, end, grain, wanted_groupings, values, not_computed
    )


def _checked(groupings: Sequence[Grouping]) -> list[Grouping]:
    known = {c.name for dataset in DATASETS.values() for c in (*dataset.columns, *dataset.derived)}
    for column in (c for grouping in groupings for c in grouping):
        if column not in known:
            close = get_close_matches(column, sorted(known), n=1)
            if close:
                raise AnalysisError(
                    message("There is no column “{column}”. Did you mean “{close}”?", column=column, close=close[0])
                )
            raise AnalysisError(message("There is no column “{column}”.", column=column))
    return list(dict.fromkeys([(), *(tuple(dict.fromkeys(grouping)) for grouping in groupings)]))


@dataclass(slots=True)
class _Time:
    """`buckets` are all periods that are counted; `judged` are the positions among them that are asked for."""

    grain: Grain
    buckets: list[Bucket]
    judged: NDArray[np.intp]
    periods: list[date]
    window: NDArray[np.intp]
    previous: NDArray[np.intp]
    year_ago: NDArray[np.intp]
    whole: NDArray[np.bool_]  # buckets that are whole periods which the data cover from end to end

    @classmethod
    def of(cls, start: date, end: date, grain: Grain, data: tuple[date, date] | None) -> _Time:
        if start > end:
            raise AnalysisError(message("The period ends ({end}) before it begins ({start}).", start=start, end=end))
        if (end - start).days > MOST_PERIODS * {"day": 1, "week": 7}.get(grain, 28):
            raise AnalysisError(
                message(
                    "From {start} to {end} are too many periods; choose longer ones (month, year) or less time.",
                    start=start,
                    end=end,
                )
            )
        periods = periods_between(start, end, grain)
        earlier = {shift(periods[0], grain, -back) for back in range(1, EARLIER + 1)}
        earlier |= {year_before(period, grain) for period in periods}
        axis = sorted((earlier | set(periods)) - {date.min})
        asked = set(periods)
        buckets = [
            Bucket(p, max(p, start), min(last_day(p, grain), end)) if p in asked else Bucket(p, p, last_day(p, grain))
            for p in axis
        ]
        place = {period: i for i, period in enumerate(axis)}

        def at(wanted: Iterable[date]) -> NDArray[np.intp]:
            return np.array([place.get(period, len(axis)) for period in wanted], dtype=np.intp)

        return cls(
            grain,
            buckets,
            at(periods),
            periods,
            windows(axis, periods, grain),
            at(shift(p, grain, -1) for p in periods),
            at(year_before(p, grain) for p in periods),
            np.array([_is_whole(bucket, grain, data) for bucket in buckets]),
        )

    def within(self, days: tuple[date, date] | None) -> NDArray[np.bool_]:
        """Which buckets lie at least partly in the days."""
        return np.array([days is not None and b.first <= days[1] and days[0] <= b.last for b in self.buckets])


def _is_whole(bucket: Bucket, grain: Grain, data: tuple[date, date] | None) -> bool:
    """Whether the whole period was asked for and lies in the days of the data."""
    if data is None:
        return False
    first, last = max(data[0], bucket.first), min(data[1], bucket.last)
    return first == bucket.period and last == last_day(bucket.period, grain)


@dataclass(slots=True)
class _Plan:
    indicator: Indicator
    source: Source
    per: Source | None
    groupings: list[Grouping]

    @property
    def sources(self) -> list[Source]:
        return [self.source, self.per] if self.per else [self.source]


def _plans(
    indicators: Iterable[Indicator], groupings: list[Grouping], lake: Lake
) -> tuple[list[_Plan], list[NotComputed]]:
    plans, not_computed = [], []
    for indicator in indicators:
        plan = _Plan(indicator, source_of(indicator), denominator_of(indicator), [])
        reasons = [reason for source in plan.sources if (reason := obstacle(source, lake))]
        if reasons:
            not_computed.append(NotComputed(indicator.key, reasons[0]))
            continue
        for grouping in groupings:
            reason = grouping_obstacle(plan.sources, grouping, lake)
            if reason:
                not_computed.append(NotComputed(indicator.key, reason, grouping))
            else:
                plan.groupings.append(grouping)
        plans.append(plan)
    return plans, not_computed


def lake_days(lake: Lake) -> tuple[date, date] | None:
    """First and last day on which anything happened, taking every dataset by its main instant."""
    found = [
        days
        for name, d in lake.datasets.items()
        if name in DATASETS and (days := d.days(day_column(DATASETS[name].instant))) is not None
    ]
    return (min(f for f, _ in found), max(last for _, last in found)) if found else None


def _measured(source: Source, tables: dict[str, Floats], time: _Time, lake: Lake) -> Measured:
    """Values of one source; a count is 0 in periods that its dataset covers, and unknown in others."""
    measured = measure(source, tables)
    if source.counts:
        covered = time.within(lake.datasets[source.dataset].days(source.day))
        measured.value = np.where(covered, measured.value, np.nan)
        measured.numerator = measured.value
    return measured


def _values(plan: _Plan, grouping: Grouping, counted: Counted, time: _Time, lake: Lake) -> Iterator[Value]:
    """Values of one indicator by one grouping, groups in order, each from its oldest period to its newest."""
    indicator, cells = plan.indicator, counted[plan.source, grouping]
    groups = set(cells.groups)
    if plan.per:
        groups |= set(counted[plan.per, grouping].groups)
    ordered = sorted(groups, key=_order) if grouping else [()]
    tables = select(cells, ordered)
    measured = _measured(plan.source, tables, time, lake)
    if plan.per:
        other = _measured(plan.per, select(counted[plan.per, grouping], ordered), time, lake)
        first = {name.partition(".")[2]: table for name, table in tables.items()}
        measured = divided(measured, other, (plan.source.formula.kind, plan.per.formula.kind), first)
    limits, signal = judge(measured, time.window, time.judged, time.whole)
    shown = _shown(plan, measured, bool(grouping), time)
    group_at, period_at = np.nonzero(shown)

    def column(table: Floats | None, *, judged: bool = False) -> Iterable[Any]:
        if table is None:
            return repeat(None)
        return _optional((table if judged else table[:, time.judged])[group_at, period_at])

    low, high = measured.bounds(time.judged) if measured.bounds else (None, None)
    counts = plan.source.counts and not plan.per
    statuses_ = _statuses(indicator, measured, (low, high), None if counts else measured.n[:, time.judged], time)
    return map(
        Value,
        repeat(indicator.key),
        [time.periods[i] for i in period_at.tolist()],
        [ordered[i] for i in group_at.tolist()],
        column(measured.value),
        measured.n[:, time.judged][group_at, period_at].astype(np.int64).tolist(),
        column(measured.numerator),
        column(measured.denominator),
        column(low, judged=True),
        column(high, judged=True),
        repeat(measured.interval),
        repeat(None) if statuses_ is None else [NAMES[i] for i in statuses_[group_at, period_at].tolist()],
        _optional(_at(measured.value, time.previous)[group_at, period_at]),
        _optional(_at(measured.value, time.year_ago)[group_at, period_at]),
        [None if s is None else int(s) for s in column(signal, judged=True)],
        column(limits.center, judged=True),
        column(limits.lower, judged=True),
        column(limits.upper, judged=True),
    )


def _order(group: Group) -> list[tuple[bool, str]]:
    return [(value is None, value or "") for _, value in group]


def _shown(plan: _Plan, measured: Measured, grouped: bool, time: _Time) -> NDArray[np.bool_]:
    """Cells that become a Value: everything altogether, and groups in periods where they have one."""
    known = ~np.isnan(measured.value[:, time.judged])
    if not grouped:
        return np.ones_like(known)
    if plan.source.counts or plan.per:
        known &= (np.max(measured.n, axis=1, initial=0.0) > 0)[:, None]
        return known
    known |= measured.n[:, time.judged] > 0
    return known


def _statuses(
    indicator: Indicator, measured: Measured, bounds: tuple[Floats | None, Floats | None], n: Floats | None, time: _Time
) -> NDArray[np.int64] | None:
    if indicator.target is None:
        return None
    low, high = (np.nan if side is None else side for side in bounds)
    return statuses(
        measured.value[:, time.judged],
        low,
        high,
        np.nan if n is None else n,
        target=indicator.target,
        warning=indicator.warning,
        better=indicator.better,
    )


def _at(table: Floats, positions: NDArray[np.intp]) -> Floats:
    """Columns of a table; NaN for the position behind the last one."""
    return np.concatenate([table, np.full((table.shape[0], 1), np.nan)], axis=1)[:, positions]


def _optional(numbers: Floats) -> list[float | None]:
    """Floats, None for NaN and for infinity."""
    listed: list[float | None] = numbers.tolist()
    for i in np.flatnonzero(~np.isfinite(numbers)).tolist():
        listed[i] = None
    return listed
