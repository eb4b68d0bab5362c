"""Reading runs and schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django_q.models import Schedule

from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.permissions import JOBS
from qualityloop.foundation.jobs.registry import KINDS, SCHEDULES, label_of
from qualityloop.foundation.models import User


@dataclass(frozen=True, slots=True)
class Clockwork:
    """A schedule: its job, its cron expression, its last run and the instant of the next (None: no cluster yet)."""

    key: str
    label: str
    cron: str
    next_at: datetime | None
    last: JobRun | None


def runs_for(user: User) -> models.QuerySet[JobRun]:
    """The runs that `user` may see: their own, those of kinds they have a right to, or all."""
    runs = JobRun.objects.select_related("actor")
    if JOBS.allows(user):
        return runs
    keys = [kind.key for kind in KINDS.values() if kind.right is not None and kind.right.allows(user)]
    return runs.filter(Q(actor=user) | Q(key__in=keys))


def runs_listed(user: User, *, state: str = "", key: str = "", quiet: bool = False) -> models.QuerySet[JobRun]:
    """Runs for the list, newest first; quiet kinds only where asked for, or failed."""
    runs = runs_for(user).order_by("-queued_at", "-pk")
    if state in State.values:
        runs = runs.filter(state=state)
    if key:
        return runs.filter(key=key)
    return runs if quiet else runs.filter(Q(quiet=False) | Q(state=State.FAILED))


def schedules() -> list[Clockwork]:
    """Every schedule of the code."""
    kept = {s.name: s.next_run for s in Schedule.objects.filter(name__in=SCHEDULES)}
    newest = JobRun.objects.filter(key=models.OuterRef("key"), scheduled_for__isnull=False).order_by("-scheduled_for")
    by_clock = JobRun.objects.filter(key__in=SCHEDULES, scheduled_for__isnull=False)
    last = {run.key: run for run in by_clock.filter(pk=models.Subquery(newest.values("pk")[:1]))}
    return [Clockwork(key, label_of(key), cron, kept.get(key), last.get(key)) for key, cron in SCHEDULES.items()]
