"""Doing the work of a run. This is what the workers of django-q2 call."""

from __future__ import annotations

import os
import platform
import traceback
import uuid
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django_q.exceptions import TimeoutException

from qualityloop.analysis.messages import AnalysisError, Message, Text, message
from qualityloop.foundation.jobs import queue
from qualityloop.foundation.jobs.heart import Heart
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.jobs.progress import Cancelled, Later, Lost, Progress
from qualityloop.foundation.jobs.registry import KINDS
from qualityloop.foundation.jobs.services import enqueue_scheduled
from qualityloop.foundation.wording import Words, kept

SLACK = timedelta(seconds=1)  # between the clocks of machines
MOST_CRASHES = 5  # a run that breaks off its worker that often is at fault itself


def perform(run_id: int) -> None:
    """Work at a run if it is there to be worked at: it waits, or whoever took it has not come back."""
    run = _claim(run_id)
    if run is None:
        return
    kind = KINDS.get(run.key)
    if kind is None:
        _end(run, State.FAILED, error=message("this program knows no job “{key}” (any more)", key=run.key))
        return
    heart = Heart(run)
    try:
        with heart:
            kind.work(Progress(run, heart), **run.arguments)
    except Lost:
        return
    except Cancelled:
        _end(run, State.CANCELLED, **heart.columns)
    except Later as later:
        _put_back(run, later)
    except TimeoutException:
        _end(run, State.FAILED, error=_too_long(kind.longest), trace=traceback.format_exc(), **heart.columns)
        raise  # the worker may be in any state: let it be replaced
    except Exception as error:
        _end(run, State.FAILED, error=_in_words(error), trace=traceback.format_exc(), **heart.columns)
    else:
        _end(run, State.DONE, **heart.columns)


def scheduled(key: str, at: str) -> None:
    """What the schedules of django-q2 call: ask for the job of the instant `at`."""
    if key in KINDS:
        enqueue_scheduled(key, datetime.fromisoformat(at))


@cache
def machine() -> str:
    """This machine, or container: within it the numbers of processes are comparable."""
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{platform.node()}{space}"[:150]


def worker_name() -> str:
    """Machine, cluster and process of whoever calls."""
    return f"{machine()}/{os.getpgrp()}/{os.getpid()}"


def _claim(run_id: int) -> JobRun | None:
    """The run, now ours; None where there is nothing to do."""
    with transaction.atomic():
        run = JobRun.objects.select_for_update().filter(pk=run_id).first()
        now = timezone.now()  # after the wait for the lock
        if run is None or not _is_free(run, now):
            return None
        crashed = run.state == State.RUNNING
        run.token = uuid.uuid4().hex
        run.state = State.RUNNING.value
        run.attempts += 1
        run.crashes += crashed
        run.started_at = run.started_at or now
        run.lease_until = now + timedelta(seconds=settings.QUALITYLOOP_JOBS_LEASE)
        run.worker = worker_name()
        run.save(update_fields=["token", "state", "attempts", "crashes", "started_at", "lease_until", "worker"])
        if crashed and run.cancel_asked:
            _end(run, State.CANCELLED)
            return None
        if run.crashes >= MOST_CRASHES:
            _end(run, State.FAILED, error=_broke_off(run.crashes))
            return None
    return run


def _is_free(run: JobRun, now: datetime) -> bool:
    if run.state == State.QUEUED:
        return run.due_at <= now + SLACK
    return run.state == State.RUNNING and (run.lease_until is None or run.lease_until < now)


def _end(run: JobRun, state: State, *, error: Words = "", trace: str = "", **columns: Any) -> None:
    """Write down how it ended and leave the queue, in one; nothing where the run is no longer ours."""
    with transaction.atomic():
        ended = _mine(run).update(
            state=state, ended_at=timezone.now(), error_json=kept(error), traceback=trace, lease_until=None, **columns
        )
        if ended:
            queue.drop(run.queue_row)


def _put_back(run: JobRun, later: Later) -> None:
    """Wait for another time. A new row, for django-q2 takes the old one out itself."""
    with transaction.atomic():
        if _mine(run).filter(cancel_asked=True).exists():
            return _end(run, State.CANCELLED)
        waits = _mine(run).update(
            state=State.QUEUED, due_at=later.at, text_json=kept(later.reason), lease_until=None, token=""
        )
        if waits and queue.is_queue():
            queue.drop(run.queue_row)
            JobRun.objects.filter(pk=run.pk).update(queue_row=queue.put(run.pk, run.key, later.at))
    return None


def _mine(run: JobRun) -> models.QuerySet[JobRun]:
    return JobRun.objects.filter(pk=run.pk, token=run.token, state=State.RUNNING)


def _broke_off(times: int) -> Message:
    return message("broke off {n} times in the middle, each time without a word", n=times)


def _too_long(seconds: int) -> Message:
    return message("took longer than {seconds} seconds and was stopped", seconds=seconds)


def _in_words(error: Exception) -> Words:
    """What those who asked for the job can read; the rest is in the traceback."""
    if isinstance(error, AnalysisError):
        return Text(zh=error.in_language("zh"), en=error.in_language("en"))
    summary = str(error).strip().splitlines()[0][:300] if str(error).strip() else ""
    kind = type(error).__name__
    return message("a fault of this program or of what it talks to: {kind} {summary}", kind=kind, summary=summary)
