"""From a problem to its drivers: which cells to load, and how each kind of indicator splits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.problems.cells import BEFORE, CURRENT, REFERENCE, Cells
from qualityloop.analysis.problems.drivers import Question, find_drivers, with_effects
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
    case = _Case(source, measure, group, spans)
    if measure.plain:
        return case.explain_numerator((1.0, 1.0, 1.0), ())
    names = promising(segments, source.shared_dimensions(measure), higher_is_better=measure.higher_is_better)
    cells = case.cells(measure, names, (spans.current,))
    if cells is None:
        return ()
    if len(measure.parts) == 1:
        return case.finished(find_drivers(cells, case.question), measure, case.question)
    joined = tuple(name for name in names if joinable(cells, name))
    ratio = find_drivers(_only(cells, joined), case.question)
    others = case.cells(replace(measure, parts=measure.parts[1:]), (), spans.buckets)
    den = others.total().den[:, 0].tolist() if others else [0.0, 0.0, 0.0]
    numerator = case.explain_numerator((den[CURRENT], den[BEFORE], den[REFERENCE]), joined) if den[CURRENT] else ()
    if _strength(numerator) > _strength(ratio):
        return numerator
    return case.finished(ratio, measure, case.question)


@dataclass(frozen=True, slots=True)
class _Case:
    """One problem to explain."""

    source: Source
    measure: Measure
    group: Group
    spans: Spans

    @property
    def question(self) -> Question:
        measure = self.measure
        return Question(measure.target, measure.higher_is_better, measure.scale, measure.poisson)

    def cells(self, measure: Measure, names: Sequence[str], buckets: Sequence[Sequence[Span]]) -> Cells | None:
        """Cells of the problem's group."""
        wanted = (*names, *(column for column, _ in self.group if column not in names))
        cells = load_cells(self.source, measure, wanted, buckets)
        if cells is not None and self.group:
            cells = cells.where(cells.belongs(self.group))
        return cells if cells is not None and len(cells.num) else None

    def explain_numerator(self, whole: tuple[float, float, float], without: Sequence[str]) -> tuple[Driver, ...]:
        """Drivers among the dimensions that only the counted rows have, measured against earlier periods."""
        alone = replace(self.measure, parts=self.measure.parts[:1])
        names = [n for n in self.source.dimensions(alone.parts[0].dataset) if n not in without]
        cells = self.cells(alone, names, (self.spans.current, (), self.spans.reference))
        if cells is None:
            return ()
        question = replace(self.question, whole=whole)
        return self.finished(find_drivers(cells, question), alone, question)

    def finished(self, drivers: tuple[Driver, ...], measure: Measure, question: Question) -> tuple[Driver, ...]:
        """With the change against the period before, and for a quantile with the values themselves."""
        answer = []
        for driver in drivers:
            cells = self.cells(measure, driver.by, self.spans.buckets[:2]) if self.spans.before else None
            found = with_effects(driver, cells, question) if cells else driver
            if measure.proxy:  # shares of rows beyond the target do not tell the value
                group = (*self.group, *driver.group)
                found = replace(found, value=value_of(self.source, measure.indicator, group, self.spans.current))
            answer.append(found)
        return tuple(answer)


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
