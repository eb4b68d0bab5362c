"""Writes about data sources: make, change, ask now, try a file again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qualityloop.collection import actions
from qualityloop.collection.models import DataSource, SeenFile
from qualityloop.collection.polling import next_instant
from qualityloop.collection.sources import SOURCES
from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.jobs import enqueue
from qualityloop.foundation.models import User

SHOWN = ("name", "kind", "cron", "active", "quiet_hours", "mapping_id")


def source_save(*, actor: User, source: DataSource, options: dict[str, Any], address: str = "") -> DataSource:
    """Keep a source, new or changed, and set when it is asked next."""
    with transaction.atomic():
        before = _shown(DataSource.objects.get(pk=source.pk)) if source.pk else None
        source.options, source.actor = options, source.actor or actor
        source.next_at = next_instant(source, timezone.now())
        source.save()
        action = actions.SOURCE_CHANGED if before else actions.SOURCE_CREATED
        record(actor=actor, action=action, record=source, before=before, after=_shown(source), address=address)
    return source


def _shown(source: DataSource) -> dict[str, Any]:
    """What the log says of a source; its secrets stay out of it."""
    way = SOURCES.get(source.kind)
    open_ = {o.key: source.options.get(o.key) for o in (way.options if way else ()) if not o.secret}
    return {**{name: getattr(source, name) for name in SHOWN}, **open_}


def source_ask(*, actor: User, source: DataSource) -> None:
    """Ask the source now, by a job."""
    with transaction.atomic():
        enqueue("collection.poll", actor=actor, once=f"poll-{source.pk}", source_id=source.pk)


def seen_forget(*, actor: User, seen: SeenFile, address: str = "") -> None:
    """Forget that a file was brought, so that it is tried once more."""
    with transaction.atomic():
        before, after = {"file": seen.name}, None
        record(actor=actor, action=actions.SOURCE_CHANGED, record=seen.source, before=before, after=after,
               address=address)  # fmt: skip
        seen.delete()
