"""Series out of the lake for the rules: values of indicators, counts of requests and complaints, arrivals, rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from qualityloop.analysis.datasets import DATASETS, day_column
from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.evaluate import evaluate, lake_days
from qualityloop.analysis.indicators.evaluate.periods import last_day, period_of, periods_between, shift
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain, Group, Grouping, Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.warning.series import Arrivals, CountSeries, Floats, IndicatorSeries, RateSeries

LOOK_BACK: dict[Grain, int] = {"month": 24, "week": 45}
COUNTED = {"tickets": "kind", "complaints": "category"}  # and by which column the days are looked at too
DAYS, HOURS = 400, 26 * 7  # of history that count limits are made of
RECENT = {24: 3, 1: 24}  # slots of a step that are still news
WEEKS = 30
STALE = timedelta(days=14)  # without any row for longer the lake is an archive, and nothing in it "has gone silent"
MOST_GROUPS = 30


@dataclass(frozen=True, slots=True)
class Source:
    """The lake, how to ask it, and where values that were counted before are kept."""

    lake: Lake
    engine: Engine
    cache: Path | None = None

    def has(self, dataset: str) -> bool:
        """Whether the lake has rows of a fact table."""
        return dataset in self.lake.datasets and self.lake.datasets[dataset].rows > 0


def indicator_series(
    source: Source, standard: Standard, grain: Grain, groupings: Sequence[Grouping], *, more: int = 0,
    only: Sequence[str] | None = None,
) -> Iterator[IndicatorSeries]:  # fmt: skip
    """Every indicator (or `only` those) and group up to the newest whole period that the data cover.

    `more`: periods further back, for looking at what would have been known then.
    """
    days = lake_days(source.lake)
    if days is None:
        return
    newest = period_of(days[1], grain)
    if last_day(newest, grain) > days[1]:
        newest = shift(newest, grain, -1)
    start = max(shift(newest, grain, 1 - LOOK_BACK[grain] - more), period_of(days[0], grain))
    if start > newest:
        return
    found = evaluate(
        source.lake, standard, engine=source.engine, start=start, end=last_day(newest, grain), grain=grain,
        groupings=groupings, indicators=only, cache=source.cache,
    )  # fmt: skip
    by: dict[tuple[str, Group], list[Value]] = {}
    for value in found.values:
        by.setdefault((value.key, value.group), []).append(value)
    for (key, group), values in by.items():
        ordered = sorted(values, key=lambda v: v.period)
        if more or ordered[-1].period == newest:
            yield IndicatorSeries(standard.indicator(key), group, grain, ordered)


def _attached(source: Source, dataset: str) -> str:
    present = source.lake.datasets[dataset]
    source.engine.attach(dataset, present.files)
    return day_column(DATASETS[dataset].instant)


def daily_counts(
    source: Source, dataset: str, column: str | None = None, *, more: int = 0
) -> tuple[date, dict[str | None, Floats]]:
    """Rows per local day, in all (None) or by a column's values; the first day, and one count per day."""
    day = _attached(source, dataset)
    first, last = source.lake.datasets[dataset].days(day) or (date.min, date.min)
    first = max(first, last - timedelta(days=DAYS + more - 1))
    name = f'CAST("{column}" AS VARCHAR)' if column else "NULL"
    where = f"\"{day}\" >= DATE '{first}'"
    table = source.engine.query(
        f'SELECT "{day}" AS d, {name} AS g, count(*) AS n FROM {dataset} WHERE {where} GROUP BY 1, 2'
    )
    counts: dict[str | None, Floats] = {}
    for d, group, n in zip(*(table.column(c).to_pylist() for c in ("d", "g", "n")), strict=True):
        row = counts.setdefault(group, np.zeros((last - first).days + 1))
        row[(d - first).days] = n
    return first, counts


def _hourly(source: Source, dataset: str, days: int) -> tuple[datetime, Floats]:
    """Rows per local hour of the last `days`."""
    day = _attached(source, dataset)
    instant = DATASETS[dataset].instant
    bounds = source.lake.datasets[dataset].days(day)
    if bounds is None:
        return datetime.combine(date.min, time.min), np.zeros(0)
    first = max(bounds[0], bounds[1] - timedelta(days=days - 1))
    table = source.engine.query(
        f"SELECT date_trunc('hour', \"{instant}\") AS h, count(*) AS n FROM {dataset}"
        f' WHERE "{day}" >= DATE \'{first}\' AND "{instant}" IS NOT NULL GROUP BY 1'
    )
    start, zone = datetime.combine(first, time.min), ZoneInfo(source.lake.zone)
    counts = np.zeros(((bounds[1] - first).days + 1) * 24)
    newest = 0
    for hour, n in zip(table.column("h").to_pylist(), table.column("n").to_pylist(), strict=True):
        local = hour.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        at = int((local - start) // timedelta(hours=1))
        if 0 <= at < len(counts):
            counts[at] += n
            newest = max(newest, at)
    return start, counts[: newest + 1]


def count_series(source: Source, *, more: int = 0) -> Iterator[CountSeries]:
    """Requests and complaints by day, in all and by kind, and by hour in all; `more` days further back."""
    for dataset, column in COUNTED.items():
        if not source.has(dataset):
            continue
        first, counts = daily_counts(source, dataset, more=more)
        start = datetime.combine(first, time.min)
        for row in counts.values():
            yield CountSeries(dataset, (), start, 24, row, recent=RECENT[24])
        if column in source.lake.datasets[dataset].columns:
            first, by = daily_counts(source, dataset, column, more=more)
            start = datetime.combine(first, time.min)
            for name, row in sorted(by.items(), key=lambda item: -item[1].sum())[:MOST_GROUPS]:
                yield CountSeries(dataset, ((column, name),), start, 24, row, recent=RECENT[24])
        begin, hours = _hourly(source, dataset, HOURS + more)
        if len(hours):
            yield CountSeries(f"{dataset}/hour", (), begin, 1, hours, recent=RECENT[1])


def rate_series(source: Source, *, more: int = 0) -> Iterator[RateSeries]:
    """Complaints per ticket by whole week, in all and by category; `more` weeks further back."""
    if not (source.has("tickets") and source.has("complaints")):
        return
    first_ticket, tickets = daily_counts(source, "tickets", more=7 * more)
    units = _weekly(first_ticket, tickets[None])
    columns = [None, *(["category"] if "category" in source.lake.datasets["complaints"].columns else [])]
    for column in columns:
        first, by = daily_counts(source, "complaints", column, more=7 * more)
        for name, row in sorted(by.items(), key=lambda item: -item[1].sum())[:MOST_GROUPS]:
            events = _weekly(first, row)
            newest = max(units)
            whole = [
                w for w in sorted(units) if last_day(w, "week") <= first_ticket + timedelta(len(tickets[None]) - 1)
            ]
            periods = [w for w in whole if w >= min(events) and w <= newest][-WEEKS - more :]
            if periods:
                yield RateSeries(
                    "complaint_rate", ((column, name),) if column else (), "week", periods,
                    np.array([events.get(w, 0.0) for w in periods]), np.array([units[w] for w in periods]),
                )  # fmt: skip


def _weekly(first: date, counts: Floats) -> dict[date, float]:
    """Counts per day as counts per week; the first week only where it is whole."""
    weeks = dict.fromkeys(periods_between(first, first + timedelta(days=len(counts) - 1), "week"), 0.0)
    for i, count in enumerate(counts):
        weeks[period_of(first + timedelta(days=i), "week")] += float(count)
    if first.weekday():
        weeks.pop(period_of(first, "week"))
    return weeks


def arrival_series(source: Source, now: datetime, *, more: int = 0) -> Iterator[Arrivals]:
    """Each fact table that has a stream of rows; `now` is local; `more` days further back."""
    found = []
    for dataset in ("tickets", "interactions", "survey_responses", "complaints"):
        if source.has(dataset):
            start, counts = _hourly(source, dataset, HOURS + more)
            if len(counts):
                found.append((dataset, start, counts, start + timedelta(hours=len(counts))))
    freshest = max((end for *_, end in found), default=now)
    then = now if now - freshest < STALE else freshest
    for dataset, start, counts, _end in found:
        yield Arrivals(dataset, start, counts, max(then, start))
