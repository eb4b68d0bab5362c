"""What a cluster sees to beside the work: nothing is forgotten, schedules are those of the code, old runs go."""

from __future__ import annotations

import contextlib
import os
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from qualityloop.foundation.jobs import queue
from qualityloop.foundation.jobs.models import LIVE, JobRun, State
from qualityloop.foundation.jobs.performing import machine
from qualityloop.foundation.jobs.registry import SCHEDULES

SCHEDULED = "qualityloop.foundation.jobs.performing.scheduled"
KEPT = timedelta(days=90)
KEPT_QUIET = timedelta(days=1)
AT_ONCE = 500  # runs per transaction


def release_dead() -> int:
    """Free the runs whose worker on this machine is gone, without waiting for the end of their lease."""
    running = JobRun.objects.filter(state=State.RUNNING, lease_until__gt=timezone.now())
    ours = running.filter(worker__startswith=f"{machine()}/")
    freed = 0
    for pk, token, row, worker in ours.values_list("pk", "token", "queue_row", "worker"):
        if _lives(int(worker.rsplit("/", 1)[1])):
            continue
        now = timezone.now() - timedelta(seconds=1)
        with transaction.atomic():
            freed += JobRun.objects.filter(pk=pk, token=token, state=State.RUNNING).update(lease_until=now)
            OrmQ.objects.filter(pk=row).update(lock=now)
    return freed


def sweep() -> int:
    """Put runs that wait, or whose worker has gone, back into the queue where it has lost them; how many."""
    in_queue = Exists(OrmQ.objects.filter(pk=OuterRef("queue_row")))
    nobodys = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=timezone.now())
    orphans = JobRun.objects.filter(~in_queue, nobodys)
    found = 0
    for run in orphans[:AT_ONCE]:
        with transaction.atomic():
            same = JobRun.objects.filter(pk=run.pk, state=run.state, token=run.token, queue_row=run.queue_row)
            if same.update(queue_row=-1):  # nobody else has done so
                found += JobRun.objects.filter(pk=run.pk).update(queue_row=queue.put(run.pk, run.key, run.due_at))
    return found


def is_stuck(group: int) -> bool:
    """Whether work is due for long and this cluster (its process group) neither does any nor did any lately.

    A worker that is killed while it waits for work takes a lock of the queue with it; the others then wait for ever.
    """
    now = timezone.now()
    patience = timedelta(seconds=1.5 * settings.QUALITYLOOP_JOBS_LEASE)
    if not JobRun.objects.filter(state=State.QUEUED, due_at__lt=now - patience).exists():
        return False
    ours = JobRun.objects.filter(worker__startswith=f"{machine()}/{group}/")
    return not ours.filter(Q(state=State.RUNNING) | Q(ended_at__gt=now - patience)).exists()


def schedules_sync() -> None:
    """Make the schedules of django-q2 those that the code declares."""
    with transaction.atomic():
        known = {s.name: s for s in Schedule.objects.select_for_update().filter(func=SCHEDULED)}
        for key, cron in SCHEDULES.items():
            found = known.pop(key, None)
            if found is None:
                Schedule.objects.create(
                    name=key, func=SCHEDULED, args=repr((key,)), schedule_type=Schedule.CRON, cron=cron, repeats=-1,
                    intended_date_kwarg="at",
                )  # fmt: skip
            elif found.cron != cron:
                found.cron = cron
                found.next_run = found.calculate_next_run()
                found.save()
        Schedule.objects.filter(pk__in=[gone.pk for gone in known.values()]).delete()


def forget_old() -> int:
    """Delete ended runs that nobody looks at any more; how many. Failed ones stay longer than quiet ones."""
    now = timezone.now()
    old = Q(ended_at__lt=now - KEPT) | Q(ended_at__lt=now - KEPT_QUIET, quiet=True) & ~Q(state=State.FAILED)
    gone, _ = JobRun.objects.filter(pk__in=JobRun.objects.exclude(state__in=LIVE).filter(old)[:AT_ONCE]).delete()
    return gone


def _lives(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        try:
            os.kill(process, 0)
        except PermissionError:
            return True
        return True
    return False
