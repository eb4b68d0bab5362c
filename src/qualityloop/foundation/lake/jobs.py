"""Bringing the lake up to date in the background: every few minutes, on demand, and once a night from nothing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.lake import LakeBusyError
from qualityloop.foundation.jobs import Later, Progress, job, schedule
from qualityloop.foundation.lake.permissions import DATA
from qualityloop.foundation.lake.services import refresh

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


def _run(progress: Progress, *, rebuild: bool) -> None:
    try:
        refresh(rebuild=rebuild, progress=progress)
    except LakeBusyError as busy:
        raise Later(AGAIN_SECONDS, busy.text) from busy


schedule(REFRESH, cron="*/5 * * * *")
schedule(REBUILD, cron="40 3 * * *")
