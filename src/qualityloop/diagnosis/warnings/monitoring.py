"""Monitoring: figures of today and this week, the weekly review, the monthly report kept as it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from qualityloop.analysis.indicators.evaluate import lake_days
from qualityloop.analysis.indicators.evaluate.periods import last_day, period_of, shift
from qualityloop.analysis.lake import Lake
from qualityloop.diagnosis import services as numbers
from qualityloop.diagnosis.choices import choose
from qualityloop.diagnosis.codec import to_value
from qualityloop.diagnosis.courses import courses
from qualityloop.diagnosis.warnings import actions
from qualityloop.diagnosis.warnings.models import EarlyWarning, MonthReport, Sighting, WeekReview
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.foundation.audit.recording import record, values_of

REVIEW_FIELDS = ("notes", "decisions", "decided_by_id")


@dataclass(frozen=True, slots=True)
class Attainment:
    """One indicator in one month, as the report keeps it."""

    key: str
    zh: str
    en: str
    dimension_zh: str
    dimension_en: str
    unit: str
    better: str
    owner: str
    value: float | None
    n: int
    low: float | None
    high: float | None
    status: str | None
    baseline: float | None
    target: float | None
    warning: float | None
    previous: float | None
    year_ago: float | None
    signal: int | None
    lower_limit: float | None
    upper_limit: float | None


def attainment(lake: Lake, month: date) -> tuple[list[Attainment], str, str]:
    """Each indicator in a month, judged by the standard of that month; key and version of the standard."""
    asked = {"grain": "month", "period": month.isoformat()}
    choice = choose(asked, lake, courses(settings.QUALITYLOOP_HOME), settings.QUALITYLOOP_STANDARD)
    if choice is None or choice.period != month:
        return [], "", ""
    standard = choice.standard
    found = numbers.values(lake, choice, None, ())
    values = {v.key: v for v in map(to_value, found["values"]) if v.period == month}
    lines = []
    for one in standard.indicators:
        value, dimension = values.get(one.key), standard.dimensions.get(one.dimension)
        names = ("value", "low", "high", "status", "previous", "year_ago", "signal", "lower_limit", "upper_limit")
        judged = {name: getattr(value, name) if value else None for name in names}
        lines.append(
            Attainment(
                key=one.key, zh=one.name.zh, en=one.name.en, dimension_zh=dimension.zh if dimension else "",
                dimension_en=dimension.en if dimension else "", unit=one.unit, better=one.better,
                owner=one.owner.zh if one.owner else "", n=value.n if value else 0, baseline=one.baseline,
                target=one.target, warning=one.warning, **judged,
            )
        )  # fmt: skip
    return lines, standard.key, standard.version


def month_report_make(*, actor: object, lake: Lake, month: date, address: str = "") -> MonthReport | None:
    """The report of a month that the data cover to its end: made once, and never changed."""
    known = MonthReport.objects.filter(month=month).first()
    days = lake_days(lake)
    if known is not None or days is None or last_day(month, "month") > days[1] or month < period_of(days[0], "month"):
        return known
    lines, key, version = attainment(lake, month)
    if not lines:
        return None
    rated = [line for line in lines if line.status in ("met", "warning", "missed")]
    ends = last_day(month, "month")
    opened = EarlyWarning.objects.filter(until__gte=month, until__lte=ends).order_by("rank", "pk")
    content = {
        "lines": [asdict(line) for line in lines],
        "warnings": [
            {"number": w.number, "id": w.pk, "zh": w.name("zh"), "en": w.name("en"), "severity": w.severity,
             "said_zh": w.sentence("zh"), "said_en": w.sentence("en"), "state": w.state}
            for w in opened
        ],
    }  # fmt: skip
    with transaction.atomic():
        report, made = MonthReport.objects.get_or_create(
            month=month,
            defaults={
                "snapshot": lake.snapshot, "standard": key, "version": version, "content": content,
                "met": sum(line.status == "met" for line in rated), "rated": len(rated),
            },
        )  # fmt: skip
        if made:
            after = values_of(report, "month", "snapshot", "standard", "version", "met", "rated")
            record(
                actor=actor, action=actions.REPORT_MADE, record=report, before=None, after=after, address=address
            )  # fmt: skip
    return report


def newest_month(lake: Lake) -> date | None:
    """The newest month that the data cover to its end."""
    days = lake_days(lake)
    if days is None:
        return None
    month = period_of(days[1], "month")
    return month if last_day(month, "month") <= days[1] else shift(month, "month", -1)


def review_save(*, actor: object, week: date, values: Mapping[str, str], address: str = "") -> WeekReview:
    """Keep notes and decisions of a week; who saves them has decided."""
    with transaction.atomic():
        WeekReview.objects.bulk_create([WeekReview(week=week)], ignore_conflicts=True)
        one = WeekReview.objects.select_for_update().get(week=week)
        before = values_of(one, *REVIEW_FIELDS)
        one.notes, one.decisions = values.get("notes", ""), values.get("decisions", "")
        one.decided_by, one.at = actor, timezone.now()
        one.save()
        after = values_of(one, *REVIEW_FIELDS)
        if after != before:
            record(actor=actor, action=actions.REVIEWED, record=one, before=before, after=after, address=address)
    return one


def signalled_in(user: object, week: date) -> list[Sighting]:
    """What was seen in a week (by the end of its evidence), the most serious first, of warnings that `user` sees."""
    mine = warnings_for(user).values("pk")
    found = Sighting.objects.filter(warning__in=mine, until__gte=week, until__lte=week + timedelta(days=6))
    return sorted(found.select_related("warning__owner"), key=lambda s: (s.warning.rank, s.pk))
