"""How often a rule would have warned: each period judged with what was known at its end, nothing that came later.

What several periods in a row find of one subject is one warning, as it is when the rule runs by the clock: the first
opens it, the others only add to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np

from qualityloop.analysis.indicators.evaluate.periods import last_day
from qualityloop.analysis.warning import surge
from qualityloop.analysis.warning.finding import Finding, Rule, Settings
from qualityloop.analysis.warning.selection import selected
from qualityloop.analysis.warning.series import Arrivals, CountSeries, IndicatorSeries, RateSeries

Series = IndicatorSeries | RateSeries | CountSeries | Arrivals
LEAST_POINTS = 2
EPOCH = datetime.combine(date(1970, 1, 1), time.min)  # local, like all that is counted here


@dataclass(frozen=True, slots=True)
class Replayed:
    """What would have been found since a day, the oldest first, and how many warnings that would have been.

    `judged`: series and periods that were looked at.
    """

    findings: tuple[Finding, ...]
    warnings: int
    judged: int


@dataclass(frozen=True, slots=True)
class _Look:
    """One series at the end of one period (its number), and what the rule said of it."""

    order: int
    group: bool
    found: Finding | None


def replay(series: Iterable[Series], rule: Rule, settings: Settings, *, since: date, select: bool = True) -> Replayed:
    """The rule over every period that ended on `since` or later.

    With `select` findings of groups stay only where they are sure enough among all that were looked at in the same
    period, and one stands for each subject: as when the rule runs.
    """
    looks: dict[int, list[_Look]] = {}
    for one in series:
        for look in _looks(one, rule, settings, since):
            looks.setdefault(look.order, []).append(look)
    findings: list[Finding] = []
    open_until: dict[tuple[str, object], int] = {}
    warnings = 0
    for order in sorted(looks):
        found = [look.found for look in looks[order] if look.found is not None]
        if select:
            found = selected(found, dict(Counter({rule.key: sum(look.group for look in looks[order])})))
        for finding in found:
            subject = (finding.subject, finding.group)
            if open_until.get(subject, order - 2) < order - 1:
                warnings += 1
            open_until[subject] = order
        findings += found
    return Replayed(tuple(findings), warnings, sum(map(len, looks.values())))


def _looks(one: Series, rule: Rule, settings: Settings, since: date) -> Iterator[_Look]:
    if isinstance(one, CountSeries):
        yield from _counts(one, settings, since)
    elif isinstance(one, Arrivals):
        yield from _gaps(one, rule, settings, since)
    elif isinstance(one, RateSeries):
        for n in range(LEAST_POINTS, len(one.periods) + 1):
            if last_day(one.periods[n - 1], one.grain) >= since:
                then = replace(one, periods=one.periods[:n], events=one.events[:n], units=one.units[:n])
                yield _Look(_order(one.periods[n - 1], one.grain), bool(one.group), rule.find(then, settings))
    else:
        for n in range(1, len(one.values) + 1):
            period = one.values[n - 1].period
            if last_day(period, one.grain) >= since:
                then_known = replace(one, values=one.values[:n])
                yield _Look(_order(period, one.grain), bool(one.group), rule.find(then_known, settings))


def _order(period: date, grain: str) -> int:
    """Periods by number, so that neighbours differ by one."""
    return period.year * 12 + period.month if grain == "month" else period.toordinal() // 7


def _counts(one: CountSeries, settings: Settings, since: date) -> Iterator[_Look]:
    """Slots are judged by those before them in one pass; a slot of the day or hour is a period."""
    judged = surge.judged(one, settings)
    flagged = judged.high[0] | judged.raised[0]
    first = max(int((datetime.combine(since, time.min) - one.start) // timedelta(hours=one.step)), 0)
    start = int((one.start - EPOCH) // timedelta(hours=one.step))
    for i in range(first, len(one.counts)):
        found = surge.finding_at(one, judged, i, settings) if flagged[i] else None
        yield _Look(start + i, bool(one.group), found)


def _gaps(one: Arrivals, rule: Rule, settings: Settings, since: date) -> Iterator[_Look]:
    """Every silence at its end, which is when it had lasted longest."""
    filled = np.flatnonzero(np.asarray(one.counts) > 0)
    ends = [*filled[1:].tolist(), int((one.now - one.start) // timedelta(hours=1))]
    for n, (last, end) in enumerate(zip(filled.tolist(), ends, strict=True)):
        at = one.start + timedelta(hours=int(end))
        if end - last > 1 and at.date() >= since:
            then = replace(one, counts=one.counts[: last + 1], now=at)
            yield _Look(3 * n, False, rule.find(then, settings))  # two silences are never one warning
