"""From a problem to its drivers: which cells to load, and how each kind of indicator splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.problems.cells import BEFORE, CURRENT, REFERENCE, Cells
from qualityloop.analysis.problems.drivers import Question, find_drivers
from qualityloop.analysis.problems.measures import Measure
from qualityloop.analysis.problems.problem import Driver
from qualityloop.analysis.problems.scan import Segment, Source, Span, load_cells, promising, value_of

STRANGERS = 0.05  # share of numerator rows whose value the denominator does not know, up to which a column is shared


@dataclass(frozen=True, slots=True)
class Spans:
    """The days of the period in question, of the one before, and of those that a cause is compared with."""

    current: tuple[Span, ...]
    before: tuple[Span, ...] = ()
    reference: tuple[Span, ...] = ()

    @property
    def buckets(self) -> tuple[tuple[Span, ...], ...]:
        return (self.current, self.before, self.reference)


def explain(
    source: Source, measure: Measure, group: Group, spans: Spans, segments: dict[Group, Segment]
) -> tuple[Driver, ...]:
    """The drivers of the gap of `group`; the sums of the single `segments` say in which dimensions to look."""
    if measure.plain:
        return _explain_numerator(source, measure, group, spans, whole=(1.0, 1.0, 1.0), without=())
    names = promising(segments, source.shared_dimensions(measure), higher_is_better=measure.higher_is_better)
    shared = _with(group, names)
    if len(measure.parts) == 1:
        cells = _of(load_cells(source, measure, shared, spans.buckets[:2]), group)
        return _finished(find_drivers(cells, _question(measure)), source, measure, spans) if cells else ()
    cells = _of(load_cells(source, measure, shared, spans.buckets), group)
    if cells is None:
        return ()
    joined = tuple(name for name in shared if joinable(cells, name))
    ratio = find_drivers(_only(cells, joined), _question(measure))
    den = cells.total().den[:, 0]
    whole = (float(den[CURRENT]), float(den[BEFORE]), float(den[REFERENCE]))
    if not whole[CURRENT]:
        return ()
    numerator = _explain_numerator(source, measure, group, spans, whole=whole, without=joined)
    return max((ratio, numerator), key=_strength)


def _explain_numerator(
    source: Source,
    measure: Measure,
    group: Group,
    spans: Spans,
    *,
    whole: tuple[float, float, float],
    without: Sequence[str],
) -> tuple[Driver, ...]:
    """Drivers among the dimensions that only the counted rows have, measured against earlier periods."""
    alone = replace(measure, parts=measure.parts[:1])
    own = [name for name in source.dimensions(measure.parts[0].dataset) if name not in without]
    cells = _of(load_cells(source, alone, _with(group, own), spans.buckets), group)
    if cells is None:
        return ()
    before, reference = (whole[i] if bucket else 0.0 for i, bucket in ((1, spans.before), (2, spans.reference)))
    return find_drivers(cells, replace(_question(measure), whole=(whole[CURRENT], before, reference)))


def _question(measure: Measure) -> Question:
    return Question(measure.target, measure.higher_is_better, measure.scale, measure.poisson)


def _with(group: Group, names: Sequence[str]) -> tuple[str, ...]:
    return (*names, *(column for column, _ in group if column not in names))


def _of(cells: Cells | None, group: Group) -> Cells | None:
    if cells is None:
        return None
    inside = cells.where(cells.belongs(group)) if group else cells
    return inside if len(inside.num) else None


def _only(cells: Cells, names: Sequence[str]) -> Cells:
    return replace(cells, dimensions=tuple(d for d in cells.dimensions if d.name in names))


def joinable(cells: Cells, name: str) -> bool:
    """Whether a column means the same in both tables: hardly any numerator has a value unknown to the denominator."""
    sums = cells.by((name,)).sums
    num, den = sums.num[CURRENT], sums.den[CURRENT]
    return bool(num[den == 0].sum() <= STRANGERS * num.sum())


def _strength(drivers: tuple[Driver, ...]) -> float:
    """What the first driver explains beyond its size."""
    return drivers[0].share_of_gap - (drivers[0].share_of_rows or 0.0) if drivers else 0.0


def _finished(drivers: tuple[Driver, ...], source: Source, measure: Measure, spans: Spans) -> tuple[Driver, ...]:
    """For a quantile the values themselves, which the shares of rows beyond the target do not tell."""
    if not measure.proxy:
        return drivers
    return tuple(replace(d, value=value_of(source, measure.indicator, d.group, spans.current)) for d in drivers)
