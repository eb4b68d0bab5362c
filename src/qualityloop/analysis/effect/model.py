"""What is asked about a measure, and what the answer carries: enough for a page, a picture and a signature."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grain, Group
from qualityloop.analysis.messages import LANGUAGES, Message, Text

Method = Literal["interrupted_series", "difference_in_differences", "before_after_shares", "none"]
METHODS: tuple[Method, ...] = ("interrupted_series", "difference_in_differences", "before_after_shares", "none")
Verdict = Literal["effective", "not_effective", "cannot_tell_yet"]
Reached = Literal["yes", "no", "open"]
Kind = Literal["share", "rate", "count", "mean"]
Phase = Literal["before", "transition", "after"]


@dataclass(frozen=True, slots=True)
class Question:
    """Did the measure that began on `start` move `indicator` for the `treated` groups?

    `expected` is the predicted change with its sign, in the indicator's unit (−0.05: five points of a share less).
    Groups are those of the values; () is everything. Periods that lie partly before the `start` or begin within
    `transition_days` of it are left out, as are those that end after `until`. `planned` is the method that a frozen
    plan named.
    """

    indicator: Indicator
    start: date
    treated: tuple[Group, ...] = ((),)
    untouched: tuple[Group, ...] = ()
    expected: float | None = None
    until: date | None = None
    transition_days: int = 0
    planned: Method | None = None
    slope: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """One period: what was seen, what the model says, and what it says would have been; `control` the untouched."""

    period: date
    phase: Phase
    value: float | None
    n: int
    fitted: float | None = None
    counterfactual: float | None = None
    low: float | None = None  # of the counterfactual, 95 %
    high: float | None = None
    control: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A change in the indicator's unit with its 95 % interval; `ratio` is a rate ratio or an odds ratio."""

    value: float
    low: float
    high: float
    ratio: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Placebo:
    """The same calculation where nothing was done: how often it, too, says “effective”."""

    what: Literal["dates", "groups"]
    tried: int
    effective: int
    estimates: tuple[tuple[str, Estimate], ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """How well the model fits. `rho`: autocorrelation of neighbouring errors; `dispersion`: spread beyond chance.

    `newey_west` is the interval of the same effect by Newey–West errors with `lag`, for comparison.
    """

    rho: float | None = None
    dispersion: float | None = None
    durbin_watson: float | None = None
    df: float | None = None
    season: Message | None = None
    residuals: tuple[float, ...] = ()
    newey_west: tuple[float, float] | None = None
    lag: int | None = None
    drift_p: float | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """The answer. `further_periods` is when it could be told; None: never by waiting, or nothing to wait for."""

    question: Question
    kind: Kind
    grain: Grain
    method: Method
    method_name: Message
    method_reason: Message
    verdict: Verdict
    sentence: Message
    points: tuple[Point, ...]
    estimate: Estimate | None = None
    observed: float | None = None  # after the start
    expected_without: float | None = None  # counterfactual after the start
    reached: Reached | None = None
    further_periods: int | None = None
    until_told: date | None = None
    points_before: int = 0
    points_after: int = 0
    rows_before: int = 0
    rows_after: int = 0
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    placebos: tuple[Placebo, ...] = ()
    second: tuple[Method, Estimate] | None = None
    warnings: tuple[Message, ...] = ()
    snapshot: str = ""

    def to_json(self) -> dict[str, Any]:
        """Ready for `json.dumps` (docs/EFFECT.md); texts in both languages."""
        q = self.question
        return {
            "indicator": q.indicator.key,
            "unit": q.indicator.unit,
            "better": q.indicator.better,
            "kind": self.kind,
            "grain": self.grain,
            "start": q.start.isoformat(),
            "until": q.until.isoformat() if q.until else None,
            "transition_days": q.transition_days,
            "treated": [dict(group) for group in q.treated],
            "untouched": [dict(group) for group in q.untouched],
            "method": self.method,
            "method_name": both(self.method_name),
            "method_reason": both(self.method_reason),
            "planned_method": q.planned,
            "verdict": self.verdict,
            "sentence": both(self.sentence),
            "estimate": plain(asdict(self.estimate)) if self.estimate else None,
            "observed": plain(self.observed),
            "expected_without": plain(self.expected_without),
            "expected_change": q.expected,
            "reached": self.reached,
            "further_periods": self.further_periods,
            "until_told": self.until_told.isoformat() if self.until_told else None,
            "points_before": self.points_before,
            "points_after": self.points_after,
            "rows_before": self.rows_before,
            "rows_after": self.rows_after,
            "points": [plain({**asdict(p), "period": p.period.isoformat()}) for p in self.points],
            "diagnostics": {
                **plain({k: v for k, v in asdict(self.diagnostics).items() if k != "season"}),
                "season": both(self.diagnostics.season) if self.diagnostics.season else None,
            },
            "placebos": [_placebo_json(p) for p in self.placebos],
            "second": {"method": self.second[0], "estimate": plain(asdict(self.second[1]))} if self.second else None,
            "warnings": [both(w) for w in self.warnings],
            "snapshot": self.snapshot,
        }


def _placebo_json(placebo: Placebo) -> dict[str, Any]:
    found = [{"at": at, "estimate": plain(asdict(e))} for at, e in placebo.estimates]
    return {"what": placebo.what, "tried": placebo.tried, "effective": placebo.effective, "estimates": found}


def both(text: Text | Message) -> dict[str, str]:
    """In every language."""
    return {language: text.in_language(language) for language in LANGUAGES}


def plain(thing: Any) -> Any:
    """The same with None for numbers that JSON has not."""
    if isinstance(thing, float):
        return thing if math.isfinite(thing) else None
    if isinstance(thing, dict):
        return {key: plain(value) for key, value in thing.items()}
    if isinstance(thing, Iterable) and not isinstance(thing, str | bytes):
        return [plain(value) for value in thing]
    return thing
