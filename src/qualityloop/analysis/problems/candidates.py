"""What might be a problem: indicator × group, in the newest complete period and over the range."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from qualityloop.analysis import special
from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.evaluate.periods import period_of, shift
from qualityloop.analysis.indicators.language import parse_formula
from qualityloop.analysis.indicators.language.tree import IsNull, Name, walk
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Group, Value, Values
from qualityloop.analysis.multiplicity import benjamini_hochberg
from qualityloop.analysis.problems.measures import Measure
from qualityloop.analysis.problems.ranking import (
    FALSE_DISCOVERY,
    probability_met,
    shortfall,
    signals_bad,
    unit_of_distance,
)
from qualityloop.analysis.problems.scan import Segment

LEAST_ROWS = 20  # of a segment found by search
LEAST_SHARE = 0.02  # of all rows


@dataclass(slots=True)
class Candidate:
    """One number that is tested against its target. `history` holds the values up to this one, oldest first."""

    indicator: Indicator
    group: Group
    period: date
    scope: Literal["period", "range"]
    value: float
    target: float
    warning: float | None
    n: int
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    previous: float | None = None
    signal: int | None = None
    history: list[float | None] = field(default_factory=list)
    p: float | None = None
    q: float | None = None
    own_history: bool = False
    until: date | None = None
    searched: bool = False

    @property
    def distance(self) -> float:
        """How far past the target, in units of (target − warning)."""
        gap = shortfall(self.value, self.target, self.indicator.better)
        return gap / unit_of_distance(self.target, self.warning)

    @property
    def certain(self) -> bool:
        """Whether the miss is no accident; plain counts without interval are what they are."""
        return self.distance > 0 and (self.q is None or self.q <= FALSE_DISCOVERY)


def judged_periods(values: Values, standard: Standard, period: date) -> dict[str, date]:
    """In which period each indicator is judged: `period`, or the one before for those that still ripen.

    An indicator that asks whether something has happened yet (resolved_at IS NOT NULL) looks bad in the newest
    period only because the last rows had no time; one period later it can be told. Where the values have no period
    before, it is not judged at all.
    """
    before = shift(period, values.grain, -1)
    return {i.key: before if _ripens(i) else period for i in standard.indicators}


def _ripens(indicator: Indicator) -> bool:
    contract = DATASETS[indicator.dataset]
    nodes = walk(parse_formula(indicator.formula, contract).node)
    asked = {node.operand.name for node in nodes if isinstance(node, IsNull) and isinstance(node.operand, Name)}
    return bool(asked & set(contract.instants) - {indicator.period})


def of_period(values: Values, standard: Standard, periods: Mapping[str, date]) -> list[Candidate]:
    """Every value that can be compared: with its target, or a complaint indicator with its own limits."""
    index: dict[tuple[str, Group], list[Value]] = {}
    for value in values.values:
        index.setdefault((value.key, value.group), []).append(value)
    by_key = {indicator.key: indicator for indicator in standard.indicators}
    found = [
        from_series(by_key[key], series, periods[key], values.grain)
        for (key, _), series in index.items()
        if key in by_key
    ]
    return [candidate for candidate in found if candidate]


def from_series(indicator: Indicator, series: Sequence[Value], period: date, grain: Grain) -> Candidate | None:
    """The value of `period` as a candidate, its history with it; None without value, rows or target."""
    past = {v.period: v for v in series if v.period <= period}
    if period not in past:
        return None
    value = past[period]
    if any(name is None for _, name in value.group):  # rows that lack the column are nothing one could work on
        return None
    if value.value is None or not math.isfinite(value.value) or value.n < 1 or value.status == "insufficient":
        return None
    target, warning, own = indicator.target, indicator.warning, False
    if target is None:
        limit = value.upper_limit if indicator.better == "lower" else value.lower_limit
        jumped = indicator.kind == "complaint" and signals_bad(value.signal, indicator.better)
        if not jumped or value.center is None or limit is None:
            return None
        target, warning, own = value.center, limit, True
    return Candidate(
        indicator,
        value.group,
        period,
        "period",
        value.value,
        target,
        warning,
        value.n,
        value.low,
        value.high,
        value.numerator,
        value.denominator,
        value.previous,
        value.signal,
        _history(past, period, grain),
        probability_met(value.value, target, indicator.better, value.low, value.high),
        own_history=own,
    )


def _history(past: Mapping[date, Value], period: date, grain: Grain) -> list[float | None]:
    """Values up to `period`, oldest first, None where a period has none."""
    first, at, answer = min(past), period, []
    while at >= first:
        answer.append(past[at].value if at in past else None)
        at = shift(at, grain, -1)
    return answer[::-1]


def of_range(values: Values, standard: Standard, periods: Mapping[str, date]) -> list[Candidate]:
    """The mean of all periods up to the judged one, weighted by n, where that one does not itself meet the target.

    The error of the mean comes from the half widths of the periods' intervals.
    """
    found = []
    for indicator in standard.indicators:
        if indicator.target is None:
            continue
        first, period = period_of(values.start, values.grain), periods[indicator.key]
        series = [v for v in values.series(indicator.key) if first <= v.period <= period]
        known = [v for v in series if v.value is not None and v.n > 0 and v.low is not None and v.high is not None]
        if len(known) < 2 or _meets(series[-1], indicator):
            continue
        weight = sum(v.n for v in known)
        mean = sum(v.n * (v.value or 0.0) for v in known) / weight
        half = math.sqrt(sum((v.n * ((v.high or 0.0) - (v.low or 0.0)) / 2) ** 2 for v in known)) / weight
        if math.isfinite(half):
            found.append(_mean_of(indicator, known, mean, half, indicator.target))
    return found


def _meets(value: Value, indicator: Indicator) -> bool:
    if value.value is None or indicator.target is None:
        return False
    return shortfall(value.value, indicator.target, indicator.better) <= 0


def _mean_of(indicator: Indicator, known: Sequence[Value], mean: float, half: float, target: float) -> Candidate:
    numerators = [v.numerator for v in known if v.numerator is not None]
    denominators = [v.denominator for v in known if v.denominator is not None]
    low, high = mean - half, mean + half
    return Candidate(
        indicator,
        (),
        known[0].period,
        "range",
        mean,
        target,
        indicator.warning,
        sum(v.n for v in known),
        low,
        high,
        sum(numerators) if len(numerators) == len(known) else None,
        sum(denominators) if len(denominators) == len(known) else None,
        history=[v.value for v in known],
        p=probability_met(mean, target, indicator.better, low, high),
        until=known[-1].period,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A segment of a dimension that was searched, with the probability that it meets the target after all."""

    measure: Measure
    group: Group
    segment: Segment
    p: float

    @property
    def excess(self) -> float:
        """num beyond what the target allows for so many rows, positive where it is worse."""
        over = self.segment.num - self.measure.target * self.segment.den
        return -over if self.measure.higher_is_better else over


def of_segments(measure: Measure, segments: dict[Group, Segment]) -> list[Found]:
    """Segments that are large enough to be tested against the target on their own."""
    if measure.plain:
        return []
    dimensions = {group[0][0] for group in segments if group}
    size = {name: sum(s.den for g, s in segments.items() if g and g[0][0] == name) for name in dimensions}
    return [
        Found(measure, group, segment, _p_of(measure, segment))
        for group, segment in segments.items()
        if group and group[0][1] is not None and segment.den >= max(LEAST_ROWS, LEAST_SHARE * size[group[0][0]])
    ]


def _p_of(measure: Measure, segment: Segment) -> float:
    """One-sided p of a segment whose true rate is the target."""
    rate = segment.num / segment.den
    variance = rate if measure.poisson else segment.squares / segment.den - rate**2
    if variance <= 0:  # all rows alike: what a share on its target would vary by
        variance = abs(measure.target * (1 - measure.target))
    gap = rate - measure.target
    worse = -gap if measure.higher_is_better else gap
    if variance <= 0:
        return 0.0 if worse > 0 else 1.0
    return float(special.ndtr(-worse / math.sqrt(variance / segment.den)))


def control_false_discoveries(candidates: Iterable[Candidate], found: Sequence[Found]) -> list[tuple[Found, float]]:
    """Adjust all p-values together; sets `q` of the candidates, answers with the segments that miss for sure."""
    tested = [c for c in candidates if c.p is not None]
    adjusted = benjamini_hochberg([*(c.p for c in tested if c.p is not None), *(f.p for f in found)])
    for candidate, q in zip(tested, adjusted[: len(tested)], strict=True):
        candidate.q = float(q)
    later = zip(found, adjusted[len(tested) :], strict=True)
    return [(f, float(q)) for f, q in later if q <= FALSE_DISCOVERY and f.excess > 0]
