"""Numbers as people read them: cards, problems, the ring, tables. Templates only place what is prepared here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qualityloop.analysis.indicators.standard import Indicator, Standard
from qualityloop.analysis.indicators.values import Grain, Group, Status, Value
from qualityloop.analysis.messages import Message, Text, message
from qualityloop.analysis.problems.problem import Problem
from qualityloop.analysis.problems.wording import (
    GRADE_WORDS,
    SIGNAL_WORDS,
    STATUS_WORDS,
    format_number,
    format_share,
    format_value,
    group_label,
    period_label,
    rows_label,
)
from qualityloop.diagnosis import payloads
from qualityloop.diagnosis.choices import PEOPLE, Choice, group_parameters, query_string
from qualityloop.diagnosis.offers import Link

_SEVERITY: dict[Status | None, int] = {"missed": 0, "warning": 1, "insufficient": 2, "met": 3, None: 4}
_NUMBER = re.compile(r"[-−+]?[\d\s,.\u00a0]*\d|–")
_NOT_RATED = Text("无目标", "No target")


@dataclass(frozen=True, slots=True)
class Shown:
    """One value in words. `number` and `unit` are parts of `text`; `better` says whether the change is good."""

    text: str
    number: str
    unit: str
    status: str
    status_word: str
    rows: str
    interval: str
    change: str
    better: bool | None
    year_change: str
    year_better: bool | None
    signal: str
    period: str
    rows_url: str
    value: Value


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator at a glance."""

    key: str
    name: str
    shown: Shown
    goal: str
    url: str
    spark: payloads.Payload


@dataclass(frozen=True, slots=True)
class Sector:
    """A part of the ring: one dimension of the standard; `start` and `length` in hundredths of the circle."""

    name: str
    status: str
    status_word: str
    met: int
    rated: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class DriverShown:
    """What a segment adds to the gap."""

    name: str
    share: float
    share_text: str
    value: str
    rows: str
    rows_url: str


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """One problem in words; `sentence` is empty where it names persons whom the reader may not compare."""

    rank: int
    name: str
    group: str
    grade: str
    grade_word: str
    reason: str
    sentence: str
    affected: str
    score: str
    formula: str
    drivers: tuple[DriverShown, ...]
    url: str
    rows_url: str
    hidden: bool = False  # its group is not said to the reader
    offers: tuple[Link, ...] = ()


class Speaker:
    """Says values of one choice in one language; links to rows only for those who may open them."""

    def __init__(self, choice: Choice, language: str, *, rows: bool) -> None:
        self.choice = choice
        self.language = language
        self.rows = rows

    def say(self, text: Message | Text) -> str:
        """`text` in the speaker's language."""
        return text.in_language(self.language)

    def change(self, indicator: Indicator, now: float | None, before: float | None) -> tuple[str, bool | None]:
        """The difference with its sign, in percentage points for shares, and whether it is for the better.

        It has as many decimals as the value; what they do not show is unchanged.
        """
        if now is None or before is None:
            return "–", None
        difference = now - before
        factor = 100 if indicator.unit == "percent" else 1
        digits = _digits(now * factor, indicator.unit)
        number = format_number(abs(difference) * factor, self.language, digits)
        if not number.strip("0."):  # what is not seen in the value is no change
            return self.say(message("unchanged")), None
        if indicator.unit == "percent":
            text = self.say(message("{points} pp", points=number))
        else:
            whole = format_value(now, indicator.unit, self.language)
            text = number + whole[len(_number(whole)) :]
        sign = "+" if difference > 0 else "−"
        rated = indicator.target is not None  # where nothing is aimed at, more is neither good nor bad
        return sign + text, ((difference > 0) == (indicator.better == "higher")) if rated else None

    def rows_url(self, indicator: Indicator, value: Value, side: str = "all") -> str:
        """Address of the rows behind a value; empty for those who may not see them."""
        counted = value.n or (indicator.per is not None and value.numerator)  # a rate without denominator has rows too
        if not self.rows or not counted:
            return ""
        return self.rows_address(indicator.key, value.period, value.group, side)

    def rows_address(self, key: str, period: Any, group: Group, side: str = "all") -> str:
        """Address of the rows of an indicator, a period and a group."""
        from qualityloop.analysis.indicators.evaluate.periods import last_day

        end = min(last_day(period, self.choice.grain), self.choice.last)
        start = max(period, self.choice.first)
        query = query_string(
            standard=self.choice.standard.key,
            version=self.choice.version_of(period),
            **{"from": start.isoformat()},
            to=end.isoformat(),
            g=group_parameters(group),
            side=None if side == "all" else side,
        )
        return reverse("diagnosis:rows", args=[key]) + query

    def indicator_url(self, key: str, **more: Any) -> str:
        """Address of an indicator's page with the same choice."""
        return reverse("diagnosis:indicator", args=[key]) + self.choice.query(**more)

    def shown(self, indicator: Indicator, value: Value) -> Shown:
        """A value with all that is needed to read it honestly."""
        text = format_value(value.value, indicator.unit, self.language)
        number = _number(text)
        change, better = self.change(indicator, value.value, value.previous)
        year_change, year_better = self.change(indicator, value.value, value.year_ago)
        interval = ""
        if value.low is not None and value.high is not None:
            low, high = (format_value(v, indicator.unit, self.language) for v in (value.low, value.high))
            interval = f"{_number(low)}–{high}"
        return Shown(
            text=text,
            number=number,
            unit=text.removeprefix(number).strip(),
            status=value.status or "none",
            status_word=self.status_word(value.status),
            rows=self.counted(indicator, value),
            interval=interval,
            change=change,
            better=better,
            year_change=year_change,
            year_better=year_better,
            signal=self.say(SIGNAL_WORDS[value.signal]) if value.signal else "",
            period=period_label(value.period, self.choice.grain, self.language),
            rows_url=self.rows_url(indicator, value),
            value=value,
        )

    def counted(self, indicator: Indicator, value: Value) -> str:
        """How many rows a value rests on; of a rate per something else, both counts."""
        if indicator.per is None:
            return rows_label(value.n, indicator.dataset, self.language)
        above = rows_label(value.numerator or 0, indicator.dataset, self.language)
        below = rows_label(value.denominator or 0, indicator.per.dataset, self.language)
        return f"{above} / {below}"

    def status_word(self, status: Status | None) -> str:
        """The status in words; an indicator without target has none."""
        return self.say(STATUS_WORDS[status] if status else _NOT_RATED)

    def goal(self, indicator: Indicator, *, short: bool = False) -> str:
        """Target and, unless `short`, warning line in one line: 目标 ≥ 90 % · 预警 < 85 %."""
        if indicator.target is None:
            return self.say(_NOT_RATED)
        higher = indicator.better == "higher"
        target = format_value(indicator.target, indicator.unit, self.language)
        line = self.say(message("Target {sign} {value}", sign="≥" if higher else "≤", value=target))
        if not short and indicator.warning is not None and indicator.warning != indicator.target:
            warning = format_value(indicator.warning, indicator.unit, self.language)
            line += " · " + self.say(message("warning {sign} {value}", sign="<" if higher else ">", value=warning))
        return line

    def card(self, indicator: Indicator, series: Sequence[Value]) -> Card | None:
        """The card of an indicator whose values up to the chosen period are `series`; None without any."""
        now = next((v for v in series if v.period == self.choice.period), None)
        if now is None:
            return None
        return Card(
            key=indicator.key,
            name=self.say(indicator.name),
            shown=self.shown(indicator, now),
            goal=self.goal(indicator, short=True),
            url=self.indicator_url(indicator.key),
            spark=payloads.spark(indicator, series),
        )

    def problem(self, problem: Problem) -> ProblemShown:
        """A problem with its drivers; nothing about single persons for those who may not see their rows."""
        indicator = self.choice.standard.indicator(problem.indicator)
        personal = any(PEOPLE & set(d.by) for d in problem.drivers) or any(c in PEOPLE for c, _ in problem.group)
        drivers = [d for d in problem.drivers if self.rows or not PEOPLE & set(d.by)]
        r = problem.ranking
        formula = message(
            "{affected} affected × distance {distance} × certainty {certainty} × worsening {worsening}",
            affected=format_number(r.affected, self.language, 0),
            distance=format_number(r.distance, self.language, 2),
            certainty=format_number(r.certainty, self.language, 2),
            worsening=format_number(r.worsening, self.language, 2),
        )
        name = self.say(indicator.name)
        hidden = personal and not self.rows
        return ProblemShown(
            rank=problem.rank,
            name=name,
            group="" if not problem.group or hidden else group_label(problem.group, indicator.dataset, self.language),
            grade=problem.grade,
            grade_word=self.say(GRADE_WORDS[problem.grade]),
            reason=self.say(problem.reason),
            sentence="" if hidden else self.say(problem.sentence),
            affected=rows_label(problem.affected, indicator.dataset, self.language),
            score=format_number(problem.score, self.language, 0),
            formula=self.say(formula),
            drivers=tuple(self._driver(problem, indicator, d) for d in drivers),
            url=self.indicator_url(problem.indicator, g=None if hidden else group_parameters(problem.group) or None),
            rows_url=self._problem_rows(problem, problem.group),
            hidden=hidden,
        )

    def _driver(self, problem: Problem, indicator: Indicator, driver: Any) -> DriverShown:
        return DriverShown(
            name=group_label(driver.group, indicator.dataset, self.language),
            share=max(0.0, min(1.0, driver.share_of_gap)),
            share_text=format_share(driver.share_of_gap, self.language),
            value="" if driver.value is None else format_value(driver.value, indicator.unit, self.language),
            rows=rows_label(driver.n, indicator.dataset, self.language),
            rows_url=self._problem_rows(problem, problem.group + driver.group),
        )

    def _problem_rows(self, problem: Problem, group: Group) -> str:
        if not self.rows:
            return ""
        if problem.scope == "period":
            return self.rows_address(problem.indicator, problem.period, group)
        query = query_string(
            standard=self.choice.standard.key,
            version=self.choice.version_of(self.choice.period),
            **{"from": max(self.choice.window_start, self.choice.first).isoformat()},
            to=self.choice.end.isoformat(),
            g=group_parameters(group),
        )
        return reverse("diagnosis:rows", args=[problem.indicator]) + query

    def ring(self, standard: Standard, latest: dict[str, Value]) -> tuple[Sector, ...]:
        """The dimensions of the standard as a ring, each in the state of its worst indicator."""
        by_dimension: dict[str, list[Value]] = {}
        for indicator in standard.indicators:
            value = latest.get(indicator.key)
            if value is not None and value.status is not None:
                by_dimension.setdefault(indicator.dimension, []).append(value)
        names = [name for name in standard.dimensions if name in by_dimension]
        sectors = []
        for position, name in enumerate(names):
            found = by_dimension[name]
            worst = min((v.status for v in found), key=_SEVERITY.__getitem__)
            sectors.append(
                Sector(
                    name=self.say(standard.dimensions[name]),
                    status=worst or "none",
                    status_word=self.status_word(worst),
                    met=sum(v.status == "met" for v in found),
                    rated=len(found),
                    start=round(100 * position / len(names) + 0.75, 3),
                    length=round(100 / len(names) - 1.5, 3),
                )
            )
        return tuple(sectors)

    def summary(self, latest: dict[str, Value]) -> str:
        """How many indicators meet their target, in one sentence."""
        rated = [v for v in latest.values() if v.status is not None]
        counts = {status: sum(v.status == status for v in rated) for status in STATUS_WORDS}
        sentence = message(
            "{period}: {met} of {rated} indicators meet their target, {warning} are in the warning zone, {missed} miss "
            "it and {insufficient} have too few data.",
            period=period_label(self.choice.period, self.choice.grain, self.language),
            rated=len(rated),
            **counts,
        )
        return self.say(sentence)


def _number(text: str) -> str:
    """The figure at the beginning of a value in words: 12.3 分钟 → 12.3."""
    match = _NUMBER.match(text)
    return match.group() if match else text


def _digits(value: float, unit: str) -> int:
    """Decimals of a change: those that `format_value` gives the value itself, before it drops zeros."""
    if unit == "count":
        return 0 if value == round(value) else 1
    if unit == "percent":
        return 2 if 0 < abs(value) < 1 else 1
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


def series_by_key(values: Sequence[Value]) -> dict[str, list[Value]]:
    """Values of everything, by indicator, oldest first."""
    found: dict[str, list[Value]] = {}
    for value in sorted(values, key=lambda v: v.period):
        if value.group == ():
            found.setdefault(value.key, []).append(value)
    return found


def worst_first(cards: Sequence[Card]) -> list[Card]:
    """Cards with the missed ones in front, otherwise in the standard's order."""
    return sorted(cards, key=lambda card: _SEVERITY[card.shown.value.status])


def grain_word(grain: Grain, language: str) -> str:
    """A grain as a choice: 按月."""
    return {
        "day": Text("按天", "By day"),
        "week": Text("按周", "By week"),
        "month": Text("按月", "By month"),
        "quarter": Text("按季度", "By quarter"),
        "year": Text("按年", "By year"),
    }[grain].in_language(language)
