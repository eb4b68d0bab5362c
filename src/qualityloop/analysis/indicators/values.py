"""Values: indicator × group × period, each with its n, interval, status, history and control limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from qualityloop.analysis.messages import Message

Grain = Literal["day", "week", "month", "quarter", "year"]
Status = Literal["met", "warning", "missed", "insufficient"]
Grouping = tuple[str, ...]
Group = tuple[tuple[str, str | None], ...]  # (("team", "夜班一组"), ("channel", None)); () is everything
Progress = Callable[[int, int], None]  # done, of


@dataclass(frozen=True, slots=True)
class Value:
    """One number with everything that is needed to read it honestly.

    `status` compares with target and warning; `insufficient` means that too few rows leave it open.
    `signal` compares with the control limits made of the earlier periods: +1 above, -1 below, 0 noise,
    None too little history. `previous` and `year_ago` are values of the same indicator and group.
    """

    key: str
    period: date
    group: Group
    value: float | None
    n: int
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    interval: str | None  # "wilson", "t", "order", "nps", "poisson", …
    status: Status | None  # None where the indicator has no target
    previous: float | None = None
    year_ago: float | None = None
    signal: int | None = None
    center: float | None = None
    lower_limit: float | None = None
    upper_limit: float | None = None


@dataclass(frozen=True, slots=True)
class NotComputed:
    """An indicator that the data at hand cannot answer, and why; not at all, or not by `grouping`."""

    key: str
    reason: Message
    grouping: Grouping | None = None


@dataclass(slots=True)
class Values:
    """The answer of `evaluate`."""

    snapshot: str
    standard: str
    version: str
    start: date
    end: date
    grain: Grain
    groupings: Sequence[Grouping]
    values: list[Value]
    not_computed: list[NotComputed] = field(default_factory=list)
    _index: dict[tuple[str, Group], list[Value]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _indexed: int = field(default=0, init=False, repr=False, compare=False)  # how many values the index knows

    def series(self, key: str, group: Group = ()) -> list[Value]:
        """Values of one indicator and group, oldest first."""
        if self._indexed != len(self.values):
            self._index.clear()
            for value in self.values:
                self._index.setdefault((value.key, value.group), []).append(value)
            self._indexed = len(self.values)
        return sorted(self._index.get((key, group), ()), key=lambda v: v.period)
