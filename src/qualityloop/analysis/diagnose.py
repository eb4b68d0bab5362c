"""The diagnosis of a lake by a standard: every value, the problems behind them, and what could not be said."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from qualityloop.analysis.engine import Engine
from qualityloop.analysis.indicators.evaluate import evaluate
from qualityloop.analysis.indicators.evaluate.periods import period_of
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.indicators.values import Grain, Group, Grouping, NotComputed, Progress, Value, Values
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import LANGUAGES, AnalysisError, Message, Text, message
from qualityloop.analysis.problems.causes import complaint_causes
from qualityloop.analysis.problems.periods import data_days, newest_complete
from qualityloop.analysis.problems.problem import Driver, Problem
from qualityloop.analysis.problems.scan import Source
from qualityloop.analysis.problems.search import find_problems


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that a report shows.

    `period` is the newest complete one, which the problems speak of; `causes` are complaints by category and period.
    """

    standard: Standard
    start: date
    end: date
    grain: Grain
    values: Values
    problems: tuple[Problem, ...]
    not_computed: tuple[NotComputed, ...]
    snapshot: str
    period: date | None = None
    rejected: Mapping[str, Any] = field(default_factory=dict)
    causes: tuple[Value, ...] = ()

    def top(self) -> tuple[Problem, ...]:
        """The first problems, as many as the standard wants (TOP 3)."""
        return self.problems[: self.standard.problem_target]

    def to_json(self) -> dict[str, Any]:
        """The documented interface, ready for `json.dumps` (docs/DIAGNOSIS.md)."""
        inside = (v for v in self.values.values if _inside(v, self.values))
        return {
            "standard": {"key": self.standard.key, "version": self.standard.version},
            "period": {"from": self.start.isoformat(), "to": self.end.isoformat(), "grain": self.grain},
            "indicators": [_indicator_json(value) for value in inside],
            "problems": [_problem_json(problem) for problem in self.problems],
            "not_computed": [{"key": n.key, "reason": _both(n.reason)} for n in self.not_computed],
            "rejected": dict(self.rejected),
        }


def diagnose(
    lake: Lake,
    standard: Standard,
    *,
    engine: Engine,
    start: date | None = None,
    end: date | None = None,
    grain: Grain = "month",
    by: Sequence[str] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
    rejected: Mapping[str, Any] | None = None,
) -> Diagnosis:
    """Measure `lake` by `standard` and name what is wrong; from the first to the last day of the data by default.

    `by` are dimensions to group by, each on its own. AnalysisError where no row belongs to any indicator.
    """
    days = data_days(lake, standard)
    if days is None:
        raise AnalysisError(message("there are no rows that the indicators of this standard could be computed from"))
    first, last = start or days[0], end or days[1]
    groupings: list[Grouping] = [(name,) for name in dict.fromkeys(by)]

    def compute(indicators: Sequence[str] | None, wanted: Sequence[Grouping], shown: Progress | None = None) -> Values:
        return evaluate(
            lake,
            standard,
            engine=engine,
            start=first,
            end=last,
            grain=grain,
            groupings=wanted,
            indicators=indicators,
            cache=cache,
            progress=shown,
        )

    values = compute(None, groupings, progress)
    inside = (v.period for v in values.values if _inside(v, values))
    period = newest_complete(inside, grain, max(first, days[0]), min(last, days[1]))
    problems = find_problems(Source(lake, engine), values, standard, period, evaluate=compute) if period else ()
    causes = complaint_causes(lake, engine=engine, start=first, end=last, grain=grain, cache=cache)
    return Diagnosis(
        standard,
        first,
        last,
        grain,
        values,
        problems,
        tuple(values.not_computed),
        lake.snapshot,
        period,
        dict(rejected or {}),
        tuple(value for value in causes if _inside(value, values)),
    )


def _inside(value: Value, values: Values) -> bool:
    """Whether a value belongs to the range that was asked for, not to the history before it."""
    return period_of(values.start, values.grain) <= value.period <= values.end


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _both(text: Text | Message) -> dict[str, str]:
    return {language: text.in_language(language) for language in LANGUAGES}


def _group(group: Group) -> dict[str, str | None]:
    return dict(group)


def _indicator_json(value: Value) -> dict[str, Any]:
    return {
        "key": value.key,
        "period": value.period.isoformat(),
        "group": _group(value.group),
        "value": _number(value.value),
        "n": value.n,
        "numerator": _number(value.numerator),
        "denominator": _number(value.denominator),
        "low": _number(value.low),
        "high": _number(value.high),
        "status": value.status,
        "previous": _number(value.previous),
        "year_ago": _number(value.year_ago),
        "signal": value.signal,
    }


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "rank": problem.rank,
        "indicator": problem.indicator,
        "group": _group(problem.group),
        "grade": problem.grade,
        "value": _number(problem.value),
        "target": _number(problem.target),
        "affected": round(problem.affected, 1),
        "sentence": _both(problem.sentence),
        "drivers": [_driver_json(driver) for driver in problem.drivers],
    }


def _driver_json(driver: Driver) -> dict[str, Any]:
    return {
        "group": _group(driver.group),
        "value": _number(driver.value),
        "n": driver.n,
        "share_of_gap": _number(driver.share_of_gap),
        "rate_effect": _number(driver.rate_effect),
        "mix_effect": _number(driver.mix_effect),
    }
