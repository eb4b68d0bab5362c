"""Asking for a job, cancelling it, asking for it again."""

from __future__ import annotations

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.audit.actions import action
from qualityloop.foundation.jobs.registry import KINDS

if TYPE_CHECKING:
    from qualityloop.foundation.jobs.models import JobRun
    from qualityloop.foundation.models import User

CANCELLED = action("job.cancelled", _("Background job cancelled"))
AGAIN = action("job.again", _("Background job run again"))


def enqueue(
    key: str, *, actor: User | None = None, once: str = "", at: datetime | None = None, **arguments: Any
) -> JobRun:
    """Ask for the job `key`; it is queued when the caller's transaction commits, and not before `at`.

    With `once` the run that already waits or runs under this name is answered instead of a second one.
    """
    return _queue(key, actor=actor, once=once, at=at, arguments=arguments)


def enqueue_scheduled(key: str, instant: datetime) -> JobRun | None:
    """The run that the clock asks for at `instant`; None where it was asked for before, or the last one still runs."""
    from qualityloop.foundation.jobs.models import LIVE, JobRun

    runs = JobRun.objects.filter(key=key, scheduled_for__isnull=False)
    if runs.filter(scheduled_for=instant).exists() or runs.filter(state__in=LIVE).exists():
        return None
    try:
        return _queue(key, actor=None, once="", at=None, arguments={}, scheduled_for=instant)
    except IntegrityError:  # another cluster was faster
        return None


def run_cancel(*, actor: User, run: JobRun, address: str = "") -> bool:
    """Cancel a run: at once while it waits; one that runs stops where it next says how far it is."""
    from qualityloop.foundation.audit.recording import record
    from qualityloop.foundation.jobs import queue
    from qualityloop.foundation.jobs.models import JobRun, State

    with transaction.atomic():
        now = timezone.now()
        waiting = JobRun.objects.filter(pk=run.pk, state=State.QUEUED)
        if waiting.update(state=State.CANCELLED, ended_at=now):
            queue.drop(run.queue_row)
        elif not JobRun.objects.filter(pk=run.pk, state=State.RUNNING, cancel_asked=False).update(cancel_asked=True):
            return False
        before, after = {"state": run.state}, {"state": State.CANCELLED.value}
        record(actor=actor, action=CANCELLED, record=run, before=before, after=after, address=address)
    return True


def run_again(*, actor: User, run: JobRun, address: str = "") -> JobRun:
    """A new run with what an ended one was called with; the run itself where it still waits or runs."""
    from qualityloop.foundation.audit.recording import record

    if run.is_live or run.key not in KINDS:
        return run
    with transaction.atomic():
        new = _queue(run.key, actor=actor, once=run.once, at=None, arguments=run.arguments, again_of=run)
        after = {"job": run.key, "again_of": run.pk}
        record(actor=actor, action=AGAIN, record=new, before=None, after=after, address=address)
    return new


def _queue(
    key: str, *, actor: User | None, once: str, at: datetime | None, arguments: dict[str, Any], **more: Any
) -> JobRun:
    from qualityloop.foundation.jobs import queue
    from qualityloop.foundation.jobs.models import LIVE, JobRun

    kind = KINDS[key]
    kind.check(arguments)
    now = timezone.now()
    run = JobRun(
        key=key, arguments_json=json.dumps(arguments, ensure_ascii=False), actor=actor, once=once, quiet=kind.quiet,
        queued_at=now, due_at=at or now, **more,
    )  # fmt: skip
    with transaction.atomic():
        if once:
            live = JobRun.objects.filter(once=once, state__in=LIVE)
            if found := live.first():
                return found
            try:
                with transaction.atomic():
                    run.save(force_insert=True)
            except IntegrityError:  # somebody was faster
                return live.get()
        else:
            run.save(force_insert=True)
        if queue.is_queue():
            run.queue_row = queue.put(run.pk, key, run.due_at)
            run.save(update_fields=["queue_row"])
        elif run.due_at <= now:
            transaction.on_commit(partial(_now, run.pk))
    return run


def _now(run_id: int) -> None:
    from qualityloop.foundation.jobs.performing import perform

    perform(run_id)
