"""A measure as the SMART check reads it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from qualityloop.analysis.indicators.standard import Indicator
from qualityloop.analysis.smart import Entry, Finding, check
from qualityloop.foundation.lake.calendars import lake_calendar
from qualityloop.improvement.causes.queries import root_causes
from qualityloop.improvement.evidence.indicators import indicators
from qualityloop.improvement.plans.models import Measure, MeasureState
from qualityloop.improvement.plans.queries import UNDER_WAY

LONGEST = 1100  # days that are counted


def entry_of(measure: Measure, *, known: dict[str, Indicator] | None = None) -> Entry:
    """What a measure says."""
    known = indicators() if known is None else known
    indicator = known.get(measure.indicator)
    return Entry(
        action=measure.action or measure.title,
        owner=str(measure.owner) if measure.owner else "",
        indicator=measure.indicator,
        amount=measure.amount,
        direction=measure.direction or "",  # type: ignore[arg-type]
        is_share=indicator is not None and indicator.unit == "percent",
        baseline_from=measure.baseline_from,
        baseline_until=measure.baseline_until,
        method=measure.method,
        resources=measure.resources,
        gaps=measure.gaps,
        contingency=measure.contingency,
        effort_days=measure.effort_days,
        owner_busy=_busy(measure),
        working_days=_working_days(measure.starts_on, measure.due_on),
        causes=1 if measure.cause else 0,
        causes_locked=1 if _is_locked(measure) else 0,
        starts_on=measure.starts_on,
        due_on=measure.due_on,
        effect_until=measure.effect_until,
    )


def findings(measure: Measure, *, known: dict[str, Indicator] | None = None) -> list[Finding]:
    """What a measure does not say, or says vaguely."""
    return check(entry_of(measure, known=known))


def is_complete(measures: list[Measure]) -> bool:
    """Whether nothing is missing in any of them; vague words are hints and hold nothing up."""
    known = indicators()
    return bool(measures) and not any(one.missing for measure in measures for one in findings(measure, known=known))


def _is_locked(measure: Measure) -> bool:
    """Whether the cause that a measure removes is locked now: by its key, else by its words."""
    locked = root_causes(measure.plan.problem)
    if measure.cause_key:
        return any(str(one.pk) == measure.cause_key for one in locked)
    return any(one.text == measure.cause for one in locked)


def _busy(measure: Measure) -> int:
    """Other measures of the owner that are under way in the same time."""
    if measure.owner_id is None or measure.starts_on is None or measure.due_on is None:
        return 0
    others: Any = Measure.objects.filter(
        owner=measure.owner_id, plan__state__in=UNDER_WAY, starts_on__lte=measure.due_on, due_on__gte=measure.starts_on
    ).exclude(state__in=(MeasureState.DONE, MeasureState.DROPPED))
    return int(others.exclude(plan__problem=measure.plan.problem_id).count())


def _working_days(first: date | None, last: date | None) -> int | None:
    """Days of a time on which the calendar in force works; None where there is no time, or one of many years."""
    if first is None or last is None or last < first or (last - first).days > LONGEST:
        return None
    calendar = lake_calendar()
    return sum(1 for n in range((last - first).days + 1) if calendar.hours_on(first + timedelta(days=n)))
