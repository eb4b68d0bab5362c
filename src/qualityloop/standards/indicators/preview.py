"""What a changed standard would say about the newest complete month, beside the one in force. Nothing is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.indicators.evaluate import evaluate, lake_days
from qualityloop.analysis.indicators.evaluate.periods import last_day, periods_between
from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Value
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import Message, Text
from qualityloop.analysis.problems.wording import (
    STATUS_WORDS,
    format_value,
    period_label,
    rows_label,
)
from qualityloop.foundation.lake import cache_path

MEMORY_LIMIT = "1GB"
NO_TARGET = Text("无目标", "No target")


@dataclass(frozen=True, slots=True)
class Side:
    """One indicator by one standard, in words."""

    value: str
    rows: str
    interval: str
    goal: str
    status: str
    status_word: str


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator that the draft defines differently; a side is None where that standard does not have it."""

    key: str
    name: str
    old: Side | None
    new: Side | None
    reason: str

    @property
    def turns(self) -> bool:
        """Whether its status becomes another."""
        return self.old is not None and self.new is not None and self.old.status != self.new.status


@dataclass(frozen=True, slots=True)
class Preview:
    """The answer: for which month, from which snapshot, and what changes; `same` indicators are defined as before."""

    period: str
    snapshot: str
    lines: tuple[Line, ...]
    same: int


def newest_month(lake: Lake) -> date | None:
    """First day of the newest month that the records fill, or of the newest at all."""
    days = lake_days(lake)
    if days is None:
        return None
    months = periods_between(*days, "month")
    return next((m for m in reversed(months) if last_day(m, "month") <= days[1]), months[-1])


def preview(lake: Lake, old: Standard | None, new: Standard, language: str, only: str | None = None) -> Preview | None:
    """Every indicator (or `only` one) that `new` defines otherwise than `old`; None where there are no records."""
    month = newest_month(lake)
    if month is None:
        return None
    before = {i.key: i for i in old.indicators} if old else {}
    after = {i.key: i for i in new.indicators}
    keys = [key for key in (*after, *(k for k in before if k not in after)) if before.get(key) != after.get(key)]
    if only is not None:
        keys = [only] if only in after else []
    olds, _ = _values(lake, old, [key for key in keys if key in before], month)
    news, reasons = _values(lake, new, [key for key in keys if key in after], month)
    lines = []
    for key in keys:
        named = after.get(key) or before[key]
        lines.append(
            Line(
                key,
                named.name.in_language(language),
                _side(before.get(key), olds.get(key), language),
                _side(after.get(key), news.get(key), language),
                reasons[key].in_language(language) if key in reasons else "",
            )
        )
    same = len(after) - sum(1 for key in keys if key in after)
    return Preview(period_label(month, "month", language), lake.snapshot, tuple(lines), same)


def _values(
    lake: Lake, standard: Standard | None, keys: Sequence[str], month: date
) -> tuple[dict[str, Value], dict[str, Message]]:
    if standard is None or not keys:
        return {}, {}
    with open_engine(memory_limit=MEMORY_LIMIT) as engine:
        found = evaluate(
            lake,
            replace(standard, headline=()),
            engine=engine,
            start=month,
            end=last_day(month, "month"),
            grain="month",
            groupings=[()],
            indicators=list(keys),
            cache=cache_path() / "values",
        )
    inside = {v.key: v for v in found.values if v.period == month and v.group == ()}
    return inside, {item.key: item.reason for item in found.not_computed}


def _side(indicator: Indicator | None, value: Value | None, language: str) -> Side | None:
    if indicator is None:
        return None
    goal = format_value(indicator.target, indicator.unit, language) if indicator.target is not None else "–"
    if value is None or value.value is None:
        word = STATUS_WORDS["insufficient"].in_language(language)
        return Side("–", "–", "–", goal, "insufficient", word)
    status = value.status or ""
    return Side(
        format_value(value.value, indicator.unit, language),
        rows_label(value.n, indicator.dataset, language),
        _interval(value, indicator, language),
        goal,
        status or "insufficient",
        STATUS_WORDS[value.status].in_language(language) if value.status else NO_TARGET.in_language(language),
    )


def _interval(value: Value, indicator: Indicator, language: str) -> str:
    if value.low is None or value.high is None:
        return "–"
    return " – ".join(format_value(end, indicator.unit, language) for end in (value.low, value.high))
