"""One candidate per indicator: everything where everything misses, else the group or segment that does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Group, Grouping, Values
from qualityloop.analysis.problems.candidates import (
    Candidate,
    Found,
    control_false_discoveries,
    from_series,
    judged_periods,
    of_period,
    of_range,
    of_segments,
)
from qualityloop.analysis.problems.explanation import STRANGERS
from qualityloop.analysis.problems.measures import Measure, measure_of
from qualityloop.analysis.problems.periods import days_of
from qualityloop.analysis.problems.scan import Segment, Source, Span, scan

EvaluateMore = Callable[[Sequence[str], Sequence[Grouping]], Values]
PAST_WARNING = 1.0


@dataclass(slots=True)
class Selection:
    """What was chosen, with the measures and sums that ranking and explanation need again."""

    chosen: list[Candidate]
    measures: dict[str, Measure]
    segments: dict[str, dict[Group, Segment]]


def select(source: Source, values: Values, standard: Standard, period: date, *, evaluate: EvaluateMore) -> Selection:
    """Test all candidates together and keep one per indicator."""
    periods = judged_periods(values, standard, period)
    candidates = [*of_period(values, standard, periods), *of_range(values, standard, periods)]
    measures = _measures(source, values, standard, candidates)
    segments: dict[str, dict[Group, Segment]] = {}
    for judged in sorted({periods[key] for key in measures}):
        here = [measure for key, measure in measures.items() if periods[key] == judged]
        segments |= scan(source, here, days_of(judged, values))
    found = [
        f for key, measure in measures.items() for f in of_segments(measure, _testable(source, measure, segments[key]))
    ]
    sure = control_false_discoveries(candidates, found)
    chosen: dict[str, Candidate] = {}
    for candidate in candidates:  # totals of the period first, then groups, then means of the range
        if candidate.certain and not candidate.group and candidate.scope == "period":
            chosen[candidate.indicator.key] = candidate
    known = {c.indicator.key for c in candidates if c.scope == "period"}
    groups = [c for c in candidates if c.group and c.certain and c.distance > PAST_WARNING]
    wanted = _worst([(f, q) for f, q in sure if f.measure.indicator.key in known - set(chosen)])
    groups += _evaluated(wanted, periods, evaluate)
    for candidate in sorted(groups, key=lambda c: c.distance * c.n, reverse=True):
        chosen.setdefault(candidate.indicator.key, candidate)
    for candidate in candidates:
        if candidate.certain and candidate.scope == "range":
            chosen.setdefault(candidate.indicator.key, candidate)
    segments |= _of_ranges(source, measures, chosen.values(), values)
    return Selection(list(chosen.values()), measures, segments)


def _of_ranges(
    source: Source, measures: Mapping[str, Measure], chosen: Iterable[Candidate], values: Values
) -> dict[str, dict[Group, Segment]]:
    """Sums over all days of the range, for what the range has proven."""
    wanted: dict[Span, list[Measure]] = {}
    for candidate in chosen:
        if candidate.scope == "range" and candidate.indicator.key in measures:
            wanted.setdefault(span_of(candidate, values), []).append(measures[candidate.indicator.key])
    return {key: sums for span, here in wanted.items() for key, sums in scan(source, here, span).items()}


def span_of(candidate: Candidate, values: Values) -> Span:
    """The days whose rows a candidate speaks of."""
    return days_of(candidate.period, values)[0], days_of(candidate.until or candidate.period, values)[1]


def _measures(
    source: Source, values: Values, standard: Standard, candidates: Sequence[Candidate]
) -> dict[str, Measure]:
    """The additive forms of all indicators that were computed and have something to be compared with."""
    targets = {c.indicator.key: c.target for c in candidates}
    missing = {reason.key for reason in values.not_computed if reason.grouping is None}
    answer = {}
    for indicator in standard.indicators:
        if indicator.key in targets and indicator.key not in missing and indicator.dataset in source.lake.datasets:
            measure = measure_of(indicator, targets[indicator.key], source.engine.dialect)
            if measure and all(part.dataset in source.lake.datasets for part in measure.parts):
                answer[indicator.key] = measure
    return answer


def _testable(source: Source, measure: Measure, segments: dict[Group, Segment]) -> dict[Group, Segment]:
    """Segments of the dimensions that every table of the measure has and uses with the same meaning."""
    answer = {}
    for name in source.shared_dimensions(measure):
        here = {g: s for g, s in segments.items() if g and g[0][0] == name}
        strangers = sum(abs(s.num) for s in here.values() if not s.den)
        if len(here) > 1 and strangers <= STRANGERS * sum(abs(s.num) for s in here.values()):
            answer.update(here)
    return answer


def _worst(sure: Sequence[tuple[Found, float]]) -> list[tuple[Found, float]]:
    """For each indicator the segment that adds most beyond what its target allows; past the warning line, if known."""
    worst: dict[str, tuple[Found, float]] = {}
    for found, q in sure:
        measure = found.measure
        warning = measure.indicator.warning
        if warning is not None and not measure.proxy:
            over = found.segment.num / found.segment.den - warning / measure.scale
            if (over >= 0) is measure.higher_is_better:
                continue
        best = worst.get(measure.indicator.key)
        if best is None or found.excess > best[0].excess:
            worst[measure.indicator.key] = (found, q)
    return list(worst.values())


def _evaluated(
    wanted: Sequence[tuple[Found, float]], periods: Mapping[str, date], evaluate: EvaluateMore
) -> list[Candidate]:
    """The segments with value, interval, history and limits like any other group."""
    if not wanted:
        return []
    dimensions = list(dict.fromkeys(found.group[0][0] for found, _ in wanted))
    values = evaluate([found.measure.indicator.key for found, _ in wanted], [(name,) for name in dimensions])
    answer = []
    for found, q in wanted:
        indicator = found.measure.indicator
        series = values.series(indicator.key, found.group)
        candidate = from_series(indicator, series, periods[indicator.key], values.grain)
        if candidate and candidate.distance > PAST_WARNING:
            candidate.p, candidate.q, candidate.searched = found.p, q, True
            answer.append(candidate)
    return answer


def affected_rows(candidate: Candidate, selection: Selection) -> float:
    """Rows on the wrong side of the target; n where a row has no side. Of a range: per period."""
    key, n = candidate.indicator.key, float(candidate.n)
    periods = max(len(candidate.history), 1) if candidate.scope == "range" else 1
    sums = selection.segments.get(key, {})
    exact = sums.get(candidate.group) if len(candidate.group) <= 1 else None
    if exact and exact.beyond:
        return exact.beyond / periods
    everything = sums.get(())
    measure = selection.measures.get(key)
    if everything and everything.den and measure and not measure.poisson:
        n *= everything.beyond / everything.den
    return n / periods
