"""By the clock: the next round of a cycle is opened, and people are told of rounds that begin or end."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.jobs import Progress, job, schedule
from qualityloop.improvement.audits import notices
from qualityloop.improvement.audits.models import Cycle, Round, State
from qualityloop.improvement.audits.services import round_plan

NEXT = "audits.next"
AHEAD = timedelta(days=14)  # before it begins
MONTHS = {Cycle.QUARTER.value: 3, Cycle.HALF_YEAR.value: 6}


@job(NEXT, _("Audit rounds that are due"), quiet=True)
def due(progress: Progress) -> None:
    """Open the rounds that follow and tell of those that begin or should have ended."""
    today = timezone.localdate()
    open_next(today)
    waiting = Round.objects.filter(state__in=(State.PLANNED, State.RUNNING))
    for one in waiting:
        with transaction.atomic():
            if one.state == State.PLANNED and one.starts_on <= today + AHEAD:
                notices.round_due(one, occasion="starts")
            elif one.state == State.RUNNING and one.ends_on < today:
                notices.round_due(one, occasion="late")


schedule(NEXT, cron="20 7 * * *")


def open_next(today: date) -> list[Round]:
    """Plan the next round of every cycle whose turn comes within two weeks; a second time nothing more."""
    made = []
    ends = Round.objects.filter(next__isnull=True, cycle__in=tuple(MONTHS)).order_by("pk")
    for last in ends:
        start = months_on(last.starts_on, MONTHS[last.cycle])
        if start - AHEAD > today:
            continue
        with transaction.atomic():
            kept = Round.objects.select_for_update().get(pk=last.pk)
            if Round.objects.filter(previous=kept).exists():
                continue
            made.append(
                round_plan(
                    actor=None, title=_next_title(kept, start), starts_on=start,
                    ends_on=start + (kept.ends_on - kept.starts_on), cycle=kept.cycle, stages=kept.stages,
                    parts=kept.parts, drawn=kept.drawn, previous=kept, departments=list(kept.departments.all()),
                    auditors=list(kept.auditors.all()),
                )
            )  # fmt: skip
    return made


def months_on(day: date, months: int) -> date:
    """The same day some months later, the last of the month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def _next_title(last: Round, start: date) -> str:
    from django.conf import settings
    from django.utils import translation
    from django.utils.translation import gettext

    with translation.override(settings.LANGUAGE_CODE):
        if last.cycle == Cycle.HALF_YEAR:
            return gettext("Audit of half-year {n}, {year}").format(n=(start.month + 5) // 6, year=start.year)
        return gettext("Audit of quarter {n}, {year}").format(n=(start.month + 2) // 3, year=start.year)
