"""`compare`: every measure on both sides, its difference with an interval, and whether a difference can be seen.

The interval of a difference comes from the intervals of both sides (`intervals.difference`), which for shares is
Newcombe's. p is the one that belongs to that interval, below 5 % exactly where it leaves out zero; all comparisons
together are judged by Benjamini and Hochberg's q.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from qualityloop.analysis import intervals, special
from qualityloop.analysis.engine import Engine
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.multiplicity import benjamini_hochberg
from qualityloop.analysis.process.events import attached
from qualityloop.analysis.process.handovers import By
from qualityloop.analysis.process.mining import check_selection
from qualityloop.analysis.process_comparison.measuring import (
    NOTHING,
    UNKNOWN,
    Counted,
    Key,
    Measured,
    Pair,
    Place,
    counted,
    measured,
)
from qualityloop.analysis.process_comparison.model import (
    NEUTRAL,
    Compared,
    Comparison,
    Estimate,
    Measure,
    Passage,
    Question,
    Side,
    Step,
)

LEAST = 20  # cases on either side below which nothing is claimed
PASSAGES = 20  # compared, those that cost the most waiting
STEPS = 40
HANDED = 10  # pairs of teams, and of people
LEVEL = 0.05
BY: tuple[By, ...] = ("team", "actor")
WAITING: tuple[Measure, ...] = ("waiting_median", "waiting_p90")
HANDLING: tuple[Measure, ...] = ("handling_median", "handling_p90")
PASSAGE: tuple[Measure, ...] = ("passage_median", "passage_p90")
Progress = Callable[[int, int], None]
Both = tuple[Counted, Counted]


def compare(
    source: Lake | pa.Table,
    one: Question,
    other: Question,
    *,
    engine: Engine,
    zone: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Two sides of the event log of a lake, or of a table as `mine` reads it."""
    report = progress or (lambda done, of: None)
    with attached(source, engine, zone) as log:
        for question in (one, other):
            check_selection(log, question.where)
        known: list[Counted] = []
        for done, question in enumerate((one, other)):
            report(done, 4)
            known.append(counted(engine, log, question))
        both = (known[0], known[1])
        passages = _passages(both)
        steps = _steps(both)
        keys = [(step.activity,) for step in steps[:STEPS]] + [(p.source, p.target) for p in passages[:PASSAGES]]
        found: list[Measured] = []
        for done, question in enumerate((one, other)):
            report(2 + done, 4)
            found.append(measured(Place(source, engine, log, question), both[done], keys))
    same = one.given is not None and one.given == other.given
    pairs = _Pairs(both, (found[0], found[1]), keys, same).all()
    rows = _judged([_compared(measure, of, a, b) for measure, of, a, b in pairs])
    sides = [
        Side(
            k.process.cases, k.process.events, k.process.variant_count,
            k.kept.cases - k.kept.conforming if k.kept else None, m.open,
        )
        for k, m in zip(both, found, strict=True)
    ]  # fmt: skip
    return Comparison(sides[0], sides[1], steps, passages, rows, same)


def _steps(both: Both) -> tuple[Step, ...]:
    events = [{step.activity: step.events for step in known.process.steps} for known in both]
    names = sorted(events[0] | events[1], key=lambda name: (-events[0].get(name, 0) - events[1].get(name, 0), name))
    return tuple(
        Step(name, *(
            (counts[0].get(name, 0), counts[1].get(name, 0))
            for counts in (events, [k.process.start for k in both], [k.process.end for k in both])
        ))
        for name in names
    )  # fmt: skip


def _passages(both: Both) -> tuple[Passage, ...]:
    """By the waiting of both sides, each side's as a share of its own, so that the larger one does not decide alone."""
    edges = [{(edge.source, edge.target): edge for edge in known.process.edges} for known in both]
    totals = [sum(edge.waiting.total_seconds for edge in side.values()) or 1.0 for side in edges]
    found = []
    for source, target in edges[0] | edges[1]:
        sides = [side.get((source, target)) for side in edges]
        counts = [edge.count if edge else 0 for edge in sides]
        shares = [
            edge.waiting.total_seconds / total if edge else 0.0 for edge, total in zip(sides, totals, strict=True)
        ]
        found.append(Passage(source, target, (counts[0], counts[1]), (shares[0], shares[1])))
    return tuple(sorted(found, key=lambda p: (-sum(p.share), -sum(p.count), p.source, p.target)))


@dataclass(frozen=True, slots=True)
class _Share:
    hits: int
    cases: int


Given = Estimate | _Share


Pairing = tuple[Measure, Key, Given, Given]


class _Pairs:
    """What is compared, measure by measure."""

    def __init__(self, both: Both, measured: tuple[Measured, Measured], keys: Sequence[Key], same_map: bool) -> None:
        self.both, self.measured, self.same_map = both, measured, same_map
        self.steps, self.edges = ([key for key in keys if len(key) == n] for n in (1, 2))
        self.bys = [by for by in BY if all(by in side.handed for side in measured)]

    def all(self) -> Iterator[Pairing]:
        """In the order in which they are shown."""
        yield from self._cases()
        yield from self._kept()
        yield from self._steps()
        yield from self._passages()
        yield from self._handed_over()

    def _share(self, measure: Measure, of: Key, hits: Iterable[int]) -> Pairing:
        first, second = (_Share(count, known.process.cases) for count, known in zip(hits, self.both, strict=True))
        return measure, of, first, second

    def _pair(self, measure: Measure, key: Key, sides: Sequence[Mapping[Key, Pair]]) -> Pairing:
        place = 1 if measure.endswith("p90") else 0
        first, second = (side.get(key, NOTHING)[place] for side in sides)
        return measure, key, first, second

    def _cases(self) -> Iterator[Pairing]:
        took: list[dict[Key, Pair]] = [{(): side.took} for side in self.measured]
        yield self._pair("took_median", (), took)
        yield self._pair("took_p90", (), took)
        still_open = [side.open for side in self.measured if side.open is not None]
        if len(still_open) == 2:
            yield self._share("open", (), still_open)
        for by in self.bys:
            first, second = (side.handed[by] for side in self.measured)
            yield "handed", (by,), first, second

    def _kept(self) -> Iterator[Pairing]:
        kept = [known.kept for known in self.both if known.kept]
        if len(kept) != 2:
            return
        yield self._share("deviating", (), (side.cases - side.conforming for side in kept))
        if self.same_map:
            ways = [Counter({(d.kind, d.step): d.cases for d in side.departures}) for side in kept]
            for way, _n in (ways[0] + ways[1]).most_common():
                yield self._share("departed", way, (side[way] for side in ways))

    def _steps(self) -> Iterator[Pairing]:
        for key in self.steps:
            yield self._share("reached", key, (known.reached.get(key[0], 0) for known in self.both))
        repeats = [{item.activity: item.cases for item in known.process.rework} for known in self.both]
        for (step,) in self.steps:
            if any(step in side for side in repeats):
                yield self._share("repeated", (step,), (side.get(step, 0) for side in repeats))
        waiting, handling = [side.waiting for side in self.measured], [side.handling for side in self.measured]
        for measure in WAITING:
            yield from (self._pair(measure, key, waiting) for key in self.steps if any(key in s for s in waiting))
        for measure in HANDLING:
            yield from (self._pair(measure, key, handling) for key in self.steps if any(key in s for s in handling))

    def _passages(self) -> Iterator[Pairing]:
        for key in self.edges:
            yield self._share("passed", key, (known.passed.get(key, 0) for known in self.both))
        waiting = [side.waiting for side in self.measured]
        for measure in PASSAGE:
            yield from (self._pair(measure, key, waiting) for key in self.edges)

    def _handed_over(self) -> Iterator[Pairing]:
        sides = [Counter(side.handed_over) for side in self.measured]
        ranked = sorted((sides[0] + sides[1]).items(), key=lambda item: (-item[1], item[0]))
        for by in self.bys:
            for key in [key for key, _n in ranked if key[0] == by][:HANDED]:
                yield self._share("handed_over", key, (side[key] for side in sides))


def _estimate(given: Given) -> Estimate:
    if isinstance(given, Estimate):
        return given
    if not given.cases:
        return UNKNOWN
    low, high = intervals.wilson(given.hits, given.cases)
    return Estimate(given.hits / given.cases, float(low), float(high), given.cases)


def _compared(measure: Measure, of: Key, first: Given, second: Given) -> Compared:
    """With p in place of q; None where there are too few cases for a claim."""
    one, other = _estimate(first), _estimate(second)
    if one.value is None or other.value is None or one.bounds is None or other.bounds is None:
        return Compared(measure, of, one, other, None, None, None, None, "too_few", None)
    low, high = (float(end) for end in intervals.difference(other.value, other.bounds, one.value, one.bounds))
    value = other.value - one.value
    if min(one.cases, other.cases) < LEAST:
        return Compared(measure, of, one, other, value, low, high, None, "too_few", None)
    reach = value - low if value > 0 else high - value
    if not np.isfinite(reach):  # no bound towards zero
        return Compared(measure, of, one, other, value, low, high, None, "too_few", None)
    return Compared(measure, of, one, other, value, low, high, _p(value, reach), "none", None)


def _p(value: float, reach: float) -> float:
    """Two-sided, as far as the interval's end towards zero tells its spread."""
    if value == 0:
        return 1.0
    if reach == 0:
        return 0.0
    return float(2 * special.ndtr(special.ndtri(0.025) * abs(value) / reach))


def _judged(rows: Sequence[Compared]) -> tuple[Compared, ...]:
    """With q for p, and what can be said."""
    places = [place for place, row in enumerate(rows) if row.q is not None]
    adjusted = benjamini_hochberg([rows[place].q or 0.0 for place in places])
    found = list(rows)
    for place, q in zip(places, adjusted, strict=True):
        row = rows[place]
        if q > LEVEL:
            found[place] = replace(row, q=float(q))
            continue
        better = None if row.measure in NEUTRAL else (row.difference or 0) < 0
        found[place] = replace(row, q=float(q), verdict="difference", better=better)
    return tuple(found)
