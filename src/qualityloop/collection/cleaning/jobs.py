"""Cleaning in the background: after each import, every ten minutes what changed, once a night everything."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.collection.cleaning.models import CleaningState
from qualityloop.collection.cleaning.permissions import CLEANING
from qualityloop.collection.cleaning.running import clean
from qualityloop.foundation.jobs import Progress, enqueue, job, schedule
from qualityloop.foundation.jobs.registry import KINDS
from qualityloop.foundation.models import User

CLEAN = "cleaning.clean"
NIGHTLY = "cleaning.everything"
REFRESH = "lake.refresh"


def clean_soon(actor: User | None = None, *, everything: bool = False) -> None:
    """Have the records cleaned when the caller's transaction is done, and the lake brought up to date after that."""
    state, made = CleaningState.objects.get_or_create(pk=CleaningState.ONLY)
    if not made:
        state.asked_at = timezone.now()
        state.mark = None if everything else state.mark
        state.save(update_fields=["asked_at", "mark"])
    enqueue(CLEAN, actor=actor, once=CLEAN, refresh=True)


@job(CLEAN, _("Data cleaning"), right=CLEANING, quiet=True)
def run_clean(progress: Progress, *, refresh: bool = False) -> None:
    """Clean until nobody has asked meanwhile; then let the lake see what counts."""
    changed = False
    while True:
        started = timezone.now()
        changed |= clean(progress).changed
        if not CleaningState.objects.filter(asked_at__gt=started).exists():
            break
    if (changed or refresh) and REFRESH in KINDS:
        with transaction.atomic():
            enqueue(REFRESH, once=REFRESH)


@job(NIGHTLY, _("Data cleaning of all records"), right=CLEANING, quiet=True)
def run_everything(progress: Progress) -> None:
    """Look at everything: times that have become possible, customers that were parted."""
    with transaction.atomic():
        clean_soon(everything=True)


schedule(CLEAN, cron="*/10 * * * *")
schedule(NIGHTLY, cron="20 3 * * *")
