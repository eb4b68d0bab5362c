"""How far cases kept to a process map: each case is walked along the ways of the map.

A move from one step of the log to the next is right when a way of the map leads there, past nothing but steps that the
log may be silent about. Otherwise the case deviates: it left steps out that had to happen (`skipped`), did one again
without a way back (`repeated`), or did one where no way leads (`out_of_order`). `unexpected` activities are those after
which no step of the map is called. A case that stops before the end is still open and no deviation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from qualityloop.analysis.process_map.model import END, Map
from qualityloop.analysis.process_map.routes import START, allowed_moves, missed_between

Kind = Literal["skipped", "repeated", "out_of_order", "unexpected"]
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Departure:
    """One way in which a case left the map: at a step (its key), or at an activity that is `unexpected`."""

    kind: Kind
    step: str


@dataclass(frozen=True, slots=True)
class Departed:
    """Cases that left the map in one way, `share` of all, and the most frequent variants that they ran through."""

    kind: Kind
    step: str
    cases: int
    share: float
    variants: tuple[tuple[Path, int], ...]


@dataclass(frozen=True, slots=True)
class Conformance:
    """How far cases kept to the map. `unfinished` ended before the end of the map without leaving it."""

    cases: int
    conforming: int
    unfinished: int
    departures: tuple[Departed, ...]
    unknown: tuple[str, ...]  # activities of the log that no step is called

    @property
    def deviation_rate(self) -> float | None:
        """流程执行偏差率: the share of cases that left the map; None without cases."""
        return None if not self.cases else 1 - self.conforming / self.cases


@dataclass(slots=True)
class _Count:
    cases: int = 0
    variants: list[tuple[Path, int]] = field(default_factory=list)


class Walker:
    """A map made ready for walking many cases along it."""

    def __init__(self, process: Map) -> None:
        self.process = process
        self.moves = allowed_moves(process)
        self.named = {activity: step.key for step in process.steps() for activity in step.activities}
        self.places = {step.key: place for place, step in enumerate(process.steps())}
        self._missed: dict[tuple[str, str], tuple[str, ...]] = {}

    def walk(self, path: Sequence[str]) -> tuple[frozenset[Departure], bool]:
        """How a case with these activities left the map, and whether it got to the end."""
        found: set[Departure] = set()
        here, seen = START, set[str]()
        for activity in path:
            step = self.named.get(activity)
            if step is None:
                found.add(Departure("unexpected", activity))
                continue
            if step not in self.moves[here]:
                found |= self._departures(here, step, seen)
            seen.add(step)
            here = step
        return frozenset(found), END in self.moves[here]

    def _departures(self, here: str, step: str, seen: set[str]) -> set[Departure]:
        forward = here == START or self.places[step] > self.places[here]
        if forward and (missed := self._between(here, step)):
            return {Departure("skipped", key) for key in missed}
        return {Departure("repeated" if step in seen else "out_of_order", step)}

    def _between(self, source: str, target: str) -> tuple[str, ...]:
        if (source, target) not in self._missed:
            self._missed[source, target] = missed_between(self.process, source, target)
        return self._missed[source, target]


def conformance(process: Map, variants: Iterable[tuple[Sequence[str], int]], shown: int = 10) -> Conformance:
    """How far cases kept to `process`; `variants` are the ways cases went, each with how many did."""
    walker = Walker(process)
    total: Counter[str] = Counter()
    counts: dict[Departure, _Count] = defaultdict(_Count)
    unknown: set[str] = set()
    for path, cases in variants:
        departures, ended = walker.walk(path)
        total["cases"] += cases
        total["conforming"] += 0 if departures else cases
        total["unfinished"] += cases if not departures and not ended else 0
        for departure in departures:
            counts[departure].cases += cases
            counts[departure].variants.append((tuple(path), cases))
            if departure.kind == "unexpected":
                unknown.add(departure.step)
    found = [
        Departed(
            way.kind, way.step, count.cases, count.cases / total["cases"],
            tuple(sorted(count.variants, key=lambda v: -v[1])[:shown]),
        )
        for way, count in counts.items()
    ]  # fmt: skip
    found.sort(key=lambda d: (-d.cases, d.kind, d.step))
    return Conformance(total["cases"], total["conforming"], total["unfinished"], tuple(found), tuple(sorted(unknown)))
