"""A standard: the indicators a department is measured by, as data (评估基准表)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from qualityloop.analysis.messages import Text

Better = Literal["higher", "lower"]
IndicatorKind = Literal["satisfaction", "complaint", "other"]
Unit = Literal["percent", "minutes", "hours", "seconds", "days", "points", "count", "per_thousand", "number"]


@dataclass(frozen=True, slots=True)
class Per:
    """The denominator of an indicator counted in another dataset, by the same groups and periods."""

    dataset: str
    period: str
    formula: str
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of the 评估基准表. `percent` values are shares 0..1, as are their baseline, target and warning."""

    key: str
    name: Text
    dimension: str
    dataset: str
    period: str
    formula: str
    unit: Unit
    better: Better
    where: str | None = None
    per: Per | None = None
    baseline: float | None = None
    target: float | None = None
    warning: float | None = None
    definition: Text | None = None
    source: Text | None = None
    owner: Text | None = None
    kind: IndicatorKind = "other"  # decides the grade of its problems
    scope: Text | None = None  # whom it applies to, in words; the rows are chosen by `where`


@dataclass(frozen=True, slots=True)
class Standard:
    """A version of a set of indicators."""

    key: str
    version: str
    name: Text
    dimensions: dict[str, Text]
    indicators: tuple[Indicator, ...]
    headline: tuple[str, ...] = ()  # keys shown first on the overview
    problem_target: int = field(default=3)

    def indicator(self, key: str) -> Indicator:
        """The indicator called `key`; KeyError if there is none."""
        for indicator in self.indicators:
            if indicator.key == key:
                return indicator
        raise KeyError(key)
