"""What a rule finds, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.messages import Message

Severity = Literal["urgent", "important", "ordinary"]
Subject = Literal["indicator", "counts", "arrivals", "rates"]
Settings = Mapping[str, float]
SEVERITIES: tuple[Severity, ...] = ("ordinary", "important", "urgent")


@dataclass(frozen=True, slots=True)
class Finding:
    """A signal with its evidence.

    `subject` is an indicator's key or the name of what is counted; `at` the first day (or instant, local) of the period
    that shows it, `until` its last. `p` is how probable the like is by chance, None where the rule does not say.
    """

    rule: str
    subject: str
    group: Group
    at: date | datetime
    until: date | datetime
    severity: Severity
    said: Message
    value: float | None
    limit: float | None
    n: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a rule may be tuned with, and what it may be."""

    key: str
    name: Message
    default: float
    least: float
    most: float

    @property
    def is_switch(self) -> bool:
        """Whether it is only on (1) or off (0)."""
        return (self.least, self.most) == (0, 1) and self.default in (0, 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to notice something: what it looks at, and the function that answers with a finding or None."""

    key: str
    name: Message
    about: Message
    subject: Subject
    find: Callable[[Any, Settings], Finding | None]
    parameters: tuple[Parameter, ...] = ()

    def settings(self, given: Settings | None = None) -> dict[str, float]:
        """The parameters' defaults, replaced by those `given`."""
        known = {p.key: p.default for p in self.parameters}
        return known | {key: float(value) for key, value in (given or {}).items() if key in known}
