"""What a diagnosis says about one weak point: the problem, what drives it, and how its rank came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.messages import Text

Grade = Literal["urgent", "important", "ordinary"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The factors whose product is the score of a problem.

    `distance` is how far the value is past the target in units of (target − warning), `certainty` the adjusted
    probability that the true value misses the target, `worsening` 1.5 with a control-limit signal in the bad
    direction, 1.25 with three changes for the worse in a row, else 1. `p` is the one-sided probability of a value
    as bad as this one if the target were met, `q` the same after Benjamini–Hochberg over all candidates; both None
    for plain counts, which are what they are.
    """

    affected: float
    distance: float
    certainty: float
    worsening: float
    p: float | None = None
    q: float | None = None

    @property
    def score(self) -> float:
        """affected rows × distance × certainty × worsening."""
        return self.affected * self.distance * self.certainty * self.worsening


@dataclass(frozen=True, slots=True)
class Driver:
    """A segment of the rows that accounts for more of the gap than its size explains.

    `share_of_gap` is its part of the gap to the target (the parts of all segments of one split add up to 1; more
    than 1 when others are better than the target). `rate_effect` and `mix_effect` are its parts of the change
    against the period before, in the unit of the indicator: it got worse, and it got bigger. `value` is None where
    the rows it would be divided by cannot be split.
    """

    by: tuple[str, ...]
    group: Group
    value: float | None
    n: int
    share_of_gap: float
    rate_effect: float | None
    mix_effect: float | None
    share_of_rows: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An indicator (of a group) that misses its target for sure, with its rank among the others.

    `scope` is "period" for the newest complete period, "range" for the mean of all periods of the diagnosis;
    `affected` the rows on the wrong side of the target; `months_missed` the periods in a row, this one included,
    in which the target was missed. `sibling_of` is the rank of the problem that shares its root.
    """

    rank: int
    indicator: str
    group: Group
    period: date
    grade: Grade
    value: float
    target: float
    warning: float | None
    n: int
    low: float | None
    high: float | None
    affected: float
    worsening: bool
    score: float
    previous: float | None
    months_missed: int
    sentence: Text
    drivers: tuple[Driver, ...]
    ranking: Ranking
    reason: Text
    signal: int | None = None
    scope: Literal["period", "range"] = "period"
    sibling_of: int | None = None
