"""What a comparison asks and answers. All durations are clock seconds; a difference is the other side less the one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from qualityloop.analysis.process.selection import TicketCondition
from qualityloop.analysis.process_map import Map

Measure = Literal[
    "deviating", "departed",  # shares of cases that left the process map, and how
    "took_median", "took_p90", "open",  # from the first event to the last, of cases that ended; cases that did not
    "reached", "repeated", "waiting_median", "waiting_p90", "handling_median", "handling_p90",  # of a step
    "passed", "passage_median", "passage_p90",  # of one step straight to another
    "handed", "handed_over",  # hand-overs per case; share of cases handed from one to the other
]  # fmt: skip
Verdict = Literal["difference", "none", "too_few"]
SHARES = frozenset({"deviating", "departed", "open", "reached", "repeated", "passed", "handed_over"})
NEUTRAL = frozenset({"open", "reached", "passed", "handed_over", "handling_median", "handling_p90"})


@dataclass(frozen=True, slots=True)
class Question:
    """Cases that began in the local days `start`..`end` and whose ticket meets `where`; the map they should follow."""

    start: date | None = None
    end: date | None = None
    where: TicketCondition | None = None
    given: Map | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value of one side with its 95 % interval; `cases` are those that it rests on."""

    value: float | None
    low: float | None
    high: float | None
    cases: int

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Its interval; infinite where there are too few cases for an end of it."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure on both sides.

    `of` names what is measured: nothing of all cases, one step, two steps of a passage, kind and step of a departure,
    "team" or "actor" of hand-overs, followed by who and to whom. `q` is p, made larger for the number of comparisons.
    """

    measure: Measure
    of: tuple[str, ...]
    one: Estimate
    other: Estimate
    difference: float | None
    low: float | None
    high: float | None
    q: float | None
    verdict: Verdict
    better: bool | None  # of the other side, where there is a difference and less is better


@dataclass(frozen=True, slots=True)
class Side:
    """What was counted on one side; `deviating` and `open` are None where nothing can be said."""

    cases: int
    events: int
    variants: int
    deviating: int | None
    open: int | None


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage on both sides: how often, and its share of all waiting of that side."""

    source: str
    target: str
    count: tuple[int, int]
    share: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """A step on both sides: events, and cases that begin and end with it."""

    activity: str
    events: tuple[int, int]
    starts: tuple[int, int]
    ends: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer of `compare`; `rows` in the order of their measures, `passages` by the waiting of both sides."""

    one: Side
    other: Side
    steps: tuple[Step, ...]
    passages: tuple[Passage, ...]
    rows: tuple[Compared, ...]
    same_map: bool
