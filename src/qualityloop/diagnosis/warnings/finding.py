"""All rules over all series: what signals now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.warning import past_warning
from qualityloop.analysis.warning.finding import Finding, Rule, Settings
from qualityloop.analysis.warning.registry import RULES
from qualityloop.analysis.warning.selection import selected
from qualityloop.analysis.warning.series import IndicatorSeries
from qualityloop.diagnosis.warnings.gathering import (
    Source,
    arrival_series,
    count_series,
    indicator_series,
    rate_series,
)
from qualityloop.diagnosis.warnings.models import WATCH, Watch

GRAIN_OF = {"past_warning": "month", "below_target": "month", "run_rules": "week", "drift": "week"}
GROUPED = frozenset({"past_warning", "below_target"})  # rules that look at teams too
TEAM = ("team",)


@dataclass(frozen=True, slots=True)
class RulesOn:
    """The rules that are on, with their settings."""

    settings: Mapping[str, Settings]

    def of(self, subject: str) -> list[tuple[Rule, Settings]]:
        """Those that look at such series."""
        return [(RULES[key], given) for key, given in self.settings.items() if RULES[key].subject == subject]


def found_now(
    source: Source, standard: Standard, rules: RulesOn, watches: Iterable[Watch], now: datetime
) -> list[tuple[Finding, Watch | None]]:
    """Few findings, the most serious first; those of watches with their watch. `now` is local."""
    findings: list[Finding] = []
    tests: Counter[str] = Counter()
    watched = list(watches)
    kept: list[tuple[Finding, Watch | None]] = []
    for grain in ("month", "week"):
        mine = [(rule, given) for rule, given in rules.of("indicator") if GRAIN_OF[rule.key] == grain]
        teams = "team" in _columns(source)
        groupings = [(), TEAM] if grain == "month" and teams else [()]
        for series in indicator_series(source, standard, grain, groupings):
            if series.indicator.target is not None:  # how many there are is neither good nor bad: surges look at that
                _look(series, [r for r in mine if not series.group or r[0].key in GROUPED], findings, tests)
            if grain == "month":
                kept += [(f, w) for w in watched if (f := _watched(series, w)) is not None]
    for one in count_series(source):
        _look(one, rules.of("counts"), findings, tests)
    for rate in rate_series(source):
        _look(rate, rules.of("rates"), findings, tests)
    for arrivals in arrival_series(source, now):
        _look(arrivals, rules.of("arrivals"), findings, tests)
    return [(f, None) for f in selected(findings, dict(tests))] + kept


def _columns(source: Source) -> frozenset[str]:
    tickets = source.lake.datasets.get("tickets")
    return frozenset(tickets.columns) if tickets else frozenset()


def _look(series: Any, rules: Iterable[tuple[Rule, Settings]], findings: list[Finding], tests: Counter[str]) -> None:
    for rule, given in rules:
        if getattr(series, "group", ()):
            tests[rule.key] += 1
        finding = rule.find(series, given)
        if finding is not None:
            grain = {"grain": series.grain} if hasattr(series, "grain") else {}
            findings.append(replace(finding, detail={**finding.detail, **grain}))


def with_line(series: IndicatorSeries, watch: Watch) -> IndicatorSeries | None:
    """The series with the watch's threshold as its only line; None where it is another indicator or group."""
    group = tuple((str(column), value) for column, value in watch.grouping)
    if series.indicator.key != watch.indicator or series.group != group:
        return None
    better = "lower" if watch.side == Watch.Side.ABOVE else "higher"
    line = replace(series.indicator, target=watch.threshold, warning=watch.threshold, better=better)  # type: ignore[arg-type]
    return replace(series, indicator=line)


def _watched(series: IndicatorSeries, watch: Watch) -> Finding | None:
    """The newest value is past the watch's threshold, and its interval says so."""
    lined = with_line(series, watch)
    found = past_warning.find(lined, {}) if lined is not None else None
    if found is None:
        return None
    return replace(found, rule=WATCH, detail={**found.detail, "grain": series.grain, "watch": watch.key})
