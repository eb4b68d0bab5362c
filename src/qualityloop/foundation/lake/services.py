"""Bringing the lake up to date, and keeping how it went."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from qualityloop.analysis.lake import LakeBusyError
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.foundation.lake.models import Refresh
from qualityloop.foundation.lake.reading import note_failure
from qualityloop.foundation.lake.refreshing import OVERLAP, Done, Progress, bring_up_to_date
from qualityloop.foundation.lake.signals import refreshed
from qualityloop.foundation.wording import Words, kept

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)  # of how refreshes went


def refresh(*, rebuild: bool = False, overlap: timedelta = OVERLAP, progress: Progress | None = None) -> Refresh:
    """Bring the lake up to date with the database and tell whoever listens; AnalysisError where it fails."""
    started = timezone.now()
    try:
        done = bring_up_to_date(rebuild=rebuild, overlap=overlap, progress=progress)
    except LakeBusyError:
        raise
    except Exception as error:
        _note_failure(started, error)
        raise
    note_failure("")
    noted = Refresh.objects.create(
        started_at=started,
        ended_at=timezone.now(),
        outcome=Refresh.Outcome.DONE if done.lake else Refresh.Outcome.NOTHING,
        rebuilt=done.rebuilt,
        rows_read=done.rows_read,
        rows_changed=done.rows_changed,
        months=done.months,
        snapshot=done.lake.snapshot if done.lake else "",
    )
    Refresh.objects.filter(ended_at__lt=started - KEPT).delete()
    _tell(done)
    return noted


def _note_failure(started: datetime, error: Exception) -> None:
    reason: Words = Text(error.in_language("zh"), error.in_language("en")) if isinstance(error, AnalysisError) else ""
    words = kept(reason or message("a fault of this program: {summary}", summary=repr(error)[:500]))
    note_failure(words)
    if connection.in_atomic_block and connection.needs_rollback:
        return  # the transaction around us is lost, with all that would be noted in it
    Refresh.objects.create(
        started_at=started, ended_at=timezone.now(), outcome=Refresh.Outcome.FAILED, reason_json=words
    )


def _tell(done: Done) -> None:
    """A listener that fails takes nothing back: the lake is up to date."""
    if not done.changed:
        return
    for receiver, error in refreshed.send_robust(sender=Refresh, lake=done.lake):
        if isinstance(error, Exception):
            log.error("after the refresh, %s failed", receiver, exc_info=error)
