"""Numbers as evidence, chosen from the lake: indicator, segment and period give value, n, interval and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qualityloop.analysis.datasets import DATASETS
from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.indicators.values import Group
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.problems.wording import column_label, format_value, group_label, period_label
from qualityloop.diagnosis import services
from qualityloop.diagnosis.choices import Choice, choose, dimensions_of, group_parameters, parse_group
from qualityloop.diagnosis.codec import to_value
from qualityloop.diagnosis.courses import Course, courses
from qualityloop.diagnosis.permissions import ROWS
from qualityloop.diagnosis.presentation import Speaker
from qualityloop.foundation.lake import current_lake
from qualityloop.foundation.wording import language
from qualityloop.improvement.evidence.models import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which number: of an indicator, in the period that a day lies in, of a segment (“team:夜班组”)."""

    indicator: str
    grain: str
    day: date
    segment: tuple[str, ...] = ()
    standard: str = ""


def measured(user: Any, wanted: Wanted) -> dict[str, Any]:
    """The columns of the evidence. ValidationError at the field that is wrong, or where nothing was measured."""
    lake, choice = choice_of(wanted)
    words = language()
    try:
        indicator = choice.standard.indicator(wanted.indicator)
    except KeyError:
        raise ValidationError({"indicator": _("The standard has no such indicator.")}) from None
    sees_rows = ROWS.allows(user)
    group = group_of(wanted, indicator, lake, people=sees_rows)
    columns = tuple(column for column, _value in group)
    values = map(to_value, services.values(lake, choice, indicator.key, columns)["values"])
    now = next((v for v in values if v.group == group and v.period == choice.period), None)
    if now is None or now.value is None:
        raise ValidationError({"day": _("Nothing was measured there: no rows of this segment in this period.")})
    speaker = Speaker(choice, words, rows=sees_rows)
    page = speaker.rows_url(indicator, now)
    url = page or speaker.indicator_url(indicator.key, g=group_parameters(group) or None)
    figures = {"value": now.value, "n": now.n, "low": now.low, "high": now.high}
    when = period_label(choice.period, choice.grain, words)
    return number_piece(lake, choice, indicator, group, figures, language=words, url=url, when=when)


def number_piece(
    lake: Lake, choice: Choice, indicator: Indicator, group: Group, figures: dict[str, Any], *, language: str, url: str,
    when: str = "",
) -> dict[str, Any]:  # fmt: skip
    """A number as evidence: what it was, by which version of which standard, of which snapshot."""
    name = indicator.name.in_language(language)
    if group:
        name += f" · {group_label(group, indicator.dataset, language)}"
    if when:
        name += f" · {when}"
    shown = format_value(figures["value"], indicator.unit, language)
    return {
        "kind": Kind.NUMBER.value, "title": f"{name} {shown} (n = {figures['n']})", "url": url,
        "indicator": indicator.key, "group": [list(pair) for pair in group], "period": choice.period,
        "grain": choice.grain, "standard": choice.standard.key, "version": choice.standard.version,
        "snapshot": lake.snapshot, **figures,
    }  # fmt: skip


def group_of(wanted: Wanted, indicator: Indicator, lake: Lake, *, people: bool) -> Group:
    """The segment that is wanted; ValidationError where the indicator cannot be split so."""
    group, notes = parse_group(list(wanted.segment), frozenset(dimensions_of(indicator, lake, people=people)))
    if notes:
        raise ValidationError({"segment": [note.in_language(language()) for note in notes]})
    return group


def choice_of(wanted: Wanted) -> tuple[Lake, Choice]:
    """The lake, and standard and period that are wanted; ValidationError at what is wrong."""
    lake, known = current_lake(), courses(settings.QUALITYLOOP_HOME)
    if wanted.standard and wanted.standard not in known:
        raise ValidationError({"standard": _("There is no such standard.")})
    given = {"grain": wanted.grain, "period": wanted.day.isoformat()}
    if wanted.standard:
        given["standard"] = wanted.standard
    choice = choose(given, lake, known, settings.QUALITYLOOP_STANDARD) if lake else None
    if lake is None or choice is None:
        raise ValidationError({"indicator": _("No records have been loaded yet.")})
    if choice.notes:
        raise ValidationError({"day": [note.in_language(language()) for note in choice.notes]})
    return lake, choice


def indicator_choices() -> list[tuple[str, str]]:
    """“standard/indicator” in words, those of the usual standard first."""
    found, words = [], language()
    for key, course in _by_use():
        standard = course.newest.standard
        of = "" if key == settings.QUALITYLOOP_STANDARD else f" · {standard.name.in_language(words)}"
        found += [(f"{key}/{one.key}", one.name.in_language(words) + of) for one in standard.indicators]
    return found


def segment_choices(user: Any) -> list[tuple[str, str]]:
    """Columns by which some indicator can be split, in words."""
    lake, words = current_lake(), language()
    if lake is None:
        return []
    found = dict[str, str]()
    for _key, course in _by_use():
        for one in course.newest.standard.indicators:
            for column in dimensions_of(one, lake, people=ROWS.allows(user)):
                found.setdefault(column, column_label(column, DATASETS[one.dataset], words))
    return sorted(found.items(), key=lambda pair: pair[1])


def _by_use() -> list[tuple[str, Course]]:
    known = courses(settings.QUALITYLOOP_HOME)
    return sorted(known.items(), key=lambda pair: pair[0] != settings.QUALITYLOOP_STANDARD)
