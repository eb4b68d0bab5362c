"""Reading the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone

from qualityloop.foundation.audit.actions import ACTIONS
from qualityloop.foundation.audit.models import AuditEntry, AuditHead


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries: by words of the name of who did it, action, words or number of the record, local days."""

    actor: str = ""
    action: str = ""
    record: str = ""
    start: date | None = None
    end: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return self == Filter()


def filter_asked(asked: Mapping[str, str]) -> Filter:
    """What an address asks for; what makes no sense counts as not asked."""
    action = asked.get("action", "")
    return Filter(
        actor=asked.get("actor", "").strip()[:100],
        action=action if action in ACTIONS else "",
        record=asked.get("record", "").strip()[:200],
        start=_day(asked.get("from", "")),
        end=_day(asked.get("to", "")),
    )


def entries(wanted: Filter) -> models.QuerySet[AuditEntry]:
    """Entries that fit, newest first."""
    found = AuditEntry.objects.order_by("-sequence")
    if wanted.actor:
        found = found.filter(actor_name__icontains=_storable(wanted.actor))
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.record:
        text = _storable(wanted.record)
        found = found.filter(models.Q(record_label__icontains=text) | models.Q(record_id=text))
    if wanted.start:
        found = found.filter(at__gte=_midnight(wanted.start))
    if wanted.end:
        found = found.filter(at__lt=_midnight(wanted.end + timedelta(days=1)))
    return found


def count_of_all() -> int:
    """How many entries there are, without counting them: numbers have no gaps."""
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    return head.sequence if head else 0


def history_of(record: models.Model) -> models.QuerySet[AuditEntry]:
    """What was done to one record, newest first. Who may see the record is for the caller to decide."""
    return AuditEntry.objects.filter(model=record._meta.label_lower, record_id=str(record.pk)).order_by("-sequence")


def _storable(text: str) -> str:
    return text.replace("\x00", "")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
