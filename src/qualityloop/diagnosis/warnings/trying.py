"""Trying a rule or a watch on the last 26 weeks of the organisation's own lake, before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings as configured

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import lake_days
from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.messages import AnalysisError, message
from qualityloop.analysis.problems.wording import format_value
from qualityloop.analysis.warning import past_warning
from qualityloop.analysis.warning.finding import Finding, Rule, Settings
from qualityloop.analysis.warning.replay import Replayed, Series, replay
from qualityloop.diagnosis.choices import choose
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.warnings.finding import GRAIN_OF, GROUPED, TEAM, with_line
from qualityloop.diagnosis.warnings.gathering import (
    Source,
    arrival_series,
    count_series,
    indicator_series,
    rate_series,
)
from qualityloop.diagnosis.warnings.models import Watch
from qualityloop.diagnosis.warnings.wording import series_words
from qualityloop.foundation.lake import cache_path, current_lake
from qualityloop.foundation.wording import in_language, language

WEEKS = 26
MEMORY_LIMIT = "2GB"
Gather = Callable[[Source, Standard], Iterator[Series]]
SHOWN = 60  # lines of a preview


@dataclass(frozen=True, slots=True)
class Line:
    """One time that it would have signalled, in the reader's language."""

    at: date
    name: str
    said: str
    severity: str
    value: str
    limit: str


@dataclass(frozen=True, slots=True)
class Tried:
    """How often it would have warned from `since` to `until`: new warnings, signals in all, the newest lines first."""

    since: date
    until: date
    warnings: int
    signals: int
    judged: int
    lines: tuple[Line, ...]


def try_rule(rule: Rule, settings: Settings) -> Tried:
    """A rule with these numbers. AnalysisError where there are no data."""
    return _tried(lambda source, standard: _series(source, standard, rule), rule, settings, select=True)


def try_watch(watch: Watch) -> Tried:
    """A watch as it would be kept. AnalysisError where there are no data."""

    def lined(source: Source, standard: Standard) -> Iterator[Series]:
        groupings = [TEAM] if watch.grouping else [()]
        found = indicator_series(source, standard, "month", groupings, more=_months(), only=[watch.indicator])
        for one in found:
            if (with_its := with_line(one, watch)) is not None:
                yield with_its

    return _tried(lined, past_warning.RULE, {}, select=False)


def _tried(series: Gather, rule: Rule, settings: Settings, *, select: bool) -> Tried:
    lake = current_lake()
    days = lake_days(lake) if lake else None
    known = courses(configured.QUALITYLOOP_HOME)
    choice = choose({}, lake, known, configured.QUALITYLOOP_STANDARD) if lake and days else None
    if lake is None or days is None or choice is None:
        raise AnalysisError(message("There are no data yet to try it on."))
    until = days[1]
    since = until - timedelta(days=7 * WEEKS - 1)
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        source = Source(lake, engine, cache_path() / "values")
        found = replay(series(source, choice.standard), rule, settings, since=since, select=select)
    return _said(found, choice.standard, since, until)


def _series(source: Source, standard: Standard, rule: Rule) -> Iterator[Series]:
    """What the rule looks at when it runs, as far back as its limits of 26 weeks ago need."""
    days = 7 * WEEKS
    if rule.subject == "counts":
        yield from count_series(source, more=days)
    elif rule.subject == "rates":
        yield from rate_series(source, more=WEEKS)
    elif rule.subject == "arrivals":
        if (bounds := lake_days(source.lake)) is not None:
            end = datetime.combine(bounds[1], time.min) + timedelta(days=1)
            yield from arrival_series(source, end, more=days)
    else:
        grain = GRAIN_OF[rule.key]
        tickets = source.lake.datasets.get("tickets")
        teams = rule.key in GROUPED and tickets is not None and "team" in tickets.columns
        groupings = [(), TEAM] if teams else [()]
        more = WEEKS if grain == "week" else _months()
        for one in indicator_series(source, standard, grain, groupings, more=more):  # type: ignore[arg-type]
            if one.indicator.target is not None:
                yield one


def _months() -> int:
    return WEEKS // 4


def _said(found: Replayed, standard: Standard, since: date, until: date) -> Tried:
    newest = sorted(found.findings, key=_day, reverse=True)[:SHOWN]
    lines = tuple(_line(finding, standard) for finding in newest)
    return Tried(since, until, found.warnings, len(found.findings), found.judged, lines)


def _day(finding: Finding) -> date:
    return finding.until.date() if isinstance(finding.until, datetime) else finding.until


def _line(finding: Finding, standard: Standard) -> Line:
    words = language()
    groups = "、".join(str(value if value is not None else column) for column, value in finding.group)
    name = in_language(series_words(finding, standard), words) + (f" · {groups}" if groups else "")
    unit = next((i.unit for i in standard.indicators if i.key == finding.subject), None)

    def number(value: float | None) -> str:
        if value is None:
            return "–"
        return format_value(value, unit, words) if unit else f"{value:,.2f}".rstrip("0").rstrip(".")

    said = finding.said.in_language(words)
    shown = finding.detail.get("value", finding.value) if finding.rule == "drift" else finding.value
    limit = "–" if finding.rule == "drift" else number(finding.limit)
    return Line(_day(finding), name, said, finding.severity, number(shown), limit)
