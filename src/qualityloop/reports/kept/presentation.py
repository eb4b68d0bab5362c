"""The numbers of a kept report in words, for its page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from qualityloop.analysis.indicators.values import Group, Value
from qualityloop.analysis.problems.problem import Problem
from qualityloop.analysis.problems.wording import (
    GRADE_WORDS,
    SIGNAL_WORDS,
    STATUS_WORDS,
    format_number,
    format_share,
    format_value,
    group_label,
)
from qualityloop.diagnosis import payloads
from qualityloop.diagnosis.codec import to_problem, to_value
from qualityloop.reports.kept.models import DiagnosisReport
from qualityloop.reports.kept.numbers import Numbers, indicator_of

TOP = 3
TONES = {"urgent": "missed", "important": "warning", "ordinary": "insufficient"}


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """A problem as the page shows it; `drivers` are (segment, value, n, share of the gap)."""

    rank: int
    name: str
    grade: str
    tone: str
    value: str
    target: str
    sentence: str
    reason: str
    drivers: list[tuple[str, str, str, str]]
    chart: payloads.Payload | None

    @property
    def chart_id(self) -> str:
        """Where its chart finds its data on the page."""
        return f"problem-chart-{self.rank}"


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator of the newest period."""

    name: str
    target: str
    value: str
    interval: str
    n: str
    status: str
    status_word: str
    signal: str


@dataclass(slots=True)
class Contents:
    """What the page of a report shows."""

    top: list[ProblemShown] = field(default_factory=list)
    further: list[ProblemShown] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    trends: list[tuple[str, str, payloads.Payload]] = field(default_factory=list)


def contents(report: DiagnosisReport, numbers: Numbers, language: str) -> Contents:
    """The numbers of `report` for a reader of `language` ("zh" or "en")."""
    reader = _Reader(report, numbers, language)
    problems = sorted((to_problem(item) for item in numbers["problems"]), key=lambda problem: problem.rank)
    return Contents(
        [reader.problem(problem, chart=True) for problem in problems[:TOP]],
        [reader.problem(problem, chart=False) for problem in problems[TOP:]],
        [line for key in reader.indicators if (line := reader.line(key))],
        [(f"trend-{key}", reader.name(key), chart) for key in numbers["headline"] if (chart := reader.chart(key, ()))],
    )


class _Reader:
    def __init__(self, report: DiagnosisReport, numbers: Numbers, language: str) -> None:
        self.language, self.grain = language, report.grain
        self.newest = numbers["period"] or report.period.isoformat()
        self.indicators = {key: indicator_of(data) for key, data in numbers["indicators"].items()}
        self.series: dict[tuple[str, Group], list[Value]] = defaultdict(list)
        for item in numbers["values"]:
            value = to_value(item)
            self.series[value.key, value.group].append(value)

    def name(self, key: str) -> str:
        return self.indicators[key].name.in_language(self.language)

    def value(self, key: str, number: float | None) -> str:
        return format_value(number, self.indicators[key].unit, self.language)

    def goal(self, key: str) -> str:
        indicator = self.indicators[key]
        if indicator.target is None:
            return "–"
        return f"{'≥' if indicator.better == 'higher' else '≤'} {self.value(key, indicator.target)}"

    def chart(self, key: str, group: Group) -> payloads.Payload | None:
        series = (
            [v for v in self.series[key, group] if v.period.isoformat() <= self.newest]
            if key in self.indicators
            else []
        )
        if len(series) < 3:
            return None
        series.sort(key=lambda value: value.period)
        return payloads.trend(self.indicators[key], series, self.grain, self.language)  # type: ignore[arg-type]

    def line(self, key: str) -> Line | None:
        value = next((v for v in self.series[key, ()] if v.period.isoformat() == self.newest), None)
        if value is None or value.value is None:
            return None
        ends = f"{self.value(key, value.low)} – {self.value(key, value.high)}"
        return Line(
            self.name(key), self.goal(key), self.value(key, value.value),
            ends if value.low is not None and value.high is not None else "–",
            format_number(value.n, self.language, 0), value.status or "",
            STATUS_WORDS[value.status].in_language(self.language) if value.status else "–",
            SIGNAL_WORDS[value.signal].in_language(self.language),
        )  # fmt: skip

    def problem(self, problem: Problem, *, chart: bool) -> ProblemShown:
        key, dataset = problem.indicator, self.indicators[problem.indicator].dataset
        group = f" · {group_label(problem.group, dataset, self.language)}" if problem.group else ""
        return ProblemShown(
            problem.rank, self.name(key) + group, GRADE_WORDS[problem.grade].in_language(self.language),
            TONES[problem.grade], self.value(key, problem.value), self.goal(key),
            problem.sentence.in_language(self.language), problem.reason.in_language(self.language),
            [
                (group_label(driver.group, dataset, self.language), self.value(key, driver.value),
                 format_number(driver.n, self.language, 0), format_share(driver.share_of_gap, self.language))
                for driver in problem.drivers
            ],
            self.chart(key, problem.group) if chart else None,
        )  # fmt: skip


def examples_of(comparison: Any) -> list[tuple[str, Any, Any]]:
    """Different numbers of a comparison: where, before, after."""
    return [(one["where"], one["before"], one["after"]) for one in comparison.examples]
