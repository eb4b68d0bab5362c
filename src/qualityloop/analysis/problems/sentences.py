"""One plain sentence per problem, in both languages: what, how bad, since when, from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qualityloop.analysis.datasets import Dataset
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Grain, Group
from qualityloop.analysis.messages import LANGUAGES, Message, Text, message
from qualityloop.analysis.problems.problem import Driver
from qualityloop.analysis.problems.wording import (
    GRAIN_WORDS,
    format_share,
    format_value,
    group_label,
    period_label,
    rows_label,
)

NAMED = 2  # drivers in a sentence
ALMOST_ALL = 0.95


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence needs to know. `overall` is the value of everything where the problem is a group's."""

    indicator: Indicator
    dataset: Dataset
    grain: Grain
    period: date
    until: date | None  # last period of a mean over the range
    group: Group
    value: float
    target: float
    n: int
    numerator: float | None
    denominator: float | None
    previous: float | None
    worsening: bool
    missed: int
    overall: float | None
    drivers: Sequence[Driver]
    own_history: bool = False


def sentence(facts: Facts) -> Text:
    """The sentence in Chinese and English."""
    chinese, english = (_sentence(facts, language) for language in LANGUAGES)
    return Text(chinese, english)


def _sentence(facts: Facts, language: str) -> str:
    return "".join(part.in_language(language) for part in _clauses(facts, language))


def _clauses(facts: Facts, language: str) -> list[Message]:
    clauses = [_head(facts, language)]
    history = _history(facts, language)
    if history:
        clauses.append(history)
    drivers = _drivers(facts, language)
    if drivers:
        clauses.append(drivers)
    elif facts.group and facts.overall is not None:
        overall = format_value(facts.overall, facts.indicator.unit, language)
        clauses.append(message("; overall it is {value} and meets the target", value=overall))
    return clauses


def _head(facts: Facts, language: str) -> Message:
    name = facts.indicator.name.in_language(language)
    if facts.group and language.startswith("zh") and name[0].isascii():
        name = f" {name}"  # 夜班的 30 秒首次响应率
    unit = facts.indicator.unit
    words = {
        "indicator": name,
        "period": _period(facts, language),
        "value": format_value(facts.value, unit, language),
        "target": format_value(facts.target, unit, language),
        "rows": _rows(facts, language),
    }
    if facts.own_history and unit == "count":  # the value is the number of rows
        return message("{indicator}: {value} in {period} (usually {target})", **words)
    if facts.own_history:
        return message("{indicator} was {value} in {period} (usually {target}, {rows})", **words)
    if facts.group:
        group = group_label(facts.group, facts.dataset, language)
        return message(
            "{indicator} for {group} was {value} in {period} (target {target}, {rows})", group=group, **words
        )
    return message("{indicator} was {value} in {period} (target {target}, {rows})", **words)


def _period(facts: Facts, language: str) -> str:
    first = period_label(facts.period, facts.grain, language)
    if facts.until is None or facts.until == facts.period:
        return first
    last = period_label(facts.until, facts.grain, language)
    return message("the mean of {first} to {last}", first=first, last=last).in_language(language)


def _rows(facts: Facts, language: str) -> str:
    """n in the words of its dataset; for a rate per another dataset's rows both counts."""
    per = facts.indicator.per
    if per is None or facts.numerator is None or facts.denominator is None:
        return rows_label(facts.n, facts.dataset.name, language)
    return message(
        "{part} on {whole}",
        part=rows_label(facts.numerator, facts.dataset.name, language),
        whole=rows_label(facts.denominator, per.dataset, language),
    ).in_language(language)


def _history(facts: Facts, language: str) -> Message | None:
    """Since when, or how fast it got worse; nothing for a first time."""
    if facts.until is not None or facts.own_history:
        return None
    units = GRAIN_WORDS[facts.grain].in_language(language)
    if facts.missed >= 2 and facts.indicator.better == "higher":
        return message(", below target for {count} {units} running", count=facts.missed, units=units)
    if facts.missed >= 2:
        return message(", above target for {count} {units} running", count=facts.missed, units=units)
    if facts.worsening and facts.previous is not None:
        before = format_value(facts.previous, facts.indicator.unit, language)
        return message(", after {value} in the period before", value=before)
    return None


def _drivers(facts: Facts, language: str) -> Message | None:
    if not facts.drivers:
        return None
    first, second = facts.drivers[0], facts.drivers[1] if len(facts.drivers) >= NAMED else None
    words = {
        "share": format_share(first.share_of_gap, language),
        "where": group_label(first.group, facts.dataset, language),
    }
    if first.share_of_gap >= ALMOST_ALL:
        higher = message("; practically the whole gap comes from {where}", **words)
        lower = message("; practically the whole excess comes from {where}", **words)
    elif second is None:
        higher = message("; {share} of the gap comes from {where}", **words)
        lower = message("; {share} of the excess comes from {where}", **words)
    else:
        words["share2"] = format_share(second.share_of_gap, language)
        words["where2"] = group_label(second.group, facts.dataset, language)
        higher = message("; {share} of the gap comes from {where}, {share2} from {where2}", **words)
        lower = message("; {share} of the excess comes from {where}, {share2} from {where2}", **words)
    return higher if facts.indicator.better == "higher" else lower
