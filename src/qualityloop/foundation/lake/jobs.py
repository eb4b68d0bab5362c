"""Bringing the lake up to date in the background: every few minutes, on demand, and once a night from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.lake import LakeBusyError
from qualityloop.foundation.jobs import Later, Progress, enqueue, job, schedule
from qualityloop.foundation.lake.permissions import DATA
from qualityloop.foundation.lake.services import refresh

if TYPE_CHECKING:
    from qualityloop.foundation.jobs.models import JobRun
    from qualityloop.foundation.models import User

REFRESH = "lake.refresh"
REBUILD = "lake.rebuild"
AGAIN_SECONDS = 20


@job(REFRESH, _("Refresh of the numbers"), right=DATA, quiet=True)
def run_refresh(progress: Progress) -> None:
    """Read what changed."""
    _run(progress, rebuild=False)


@job(REBUILD, _("Numbers built anew from all records"), right=DATA)
def run_rebuild(progress: Progress) -> None:
    """Read everything: what a refresh might have missed is there again."""
    _run(progress, rebuild=True)


def ask_for(*, actor: User, rebuild: bool = False) -> JobRun:
    """Refresh at once, or build everything anew; a second wish joins the first."""
    key = REBUILD if rebuild else REFRESH
    return enqueue(key, actor=actor, once=key)


def run_now() -> JobRun | None:
    """The refresh that waits or runs, None where there is none."""
    from qualityloop.foundation.jobs.models import LIVE, JobRun

    return JobRun.objects.filter(key__in=(REFRESH, REBUILD), state__in=LIVE).first()


def _run(progress: Progress, *, rebuild: bool) -> None:
    try:
        refresh(rebuild=rebuild, progress=progress)
    except LakeBusyError as busy:
        raise Later(AGAIN_SECONDS, busy.text) from busy


schedule(REFRESH, cron="*/5 * * * *")
schedule(REBUILD, cron="40 3 * * *")
