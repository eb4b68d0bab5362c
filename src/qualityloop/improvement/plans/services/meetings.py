"""Weekly meetings: agenda, minutes, decisions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record
from qualityloop.foundation.records.numbering import next_number
from qualityloop.improvement.plans import actions
from qualityloop.improvement.plans.agenda import agenda_of
from qualityloop.improvement.plans.models import Meeting, Task
from qualityloop.improvement.plans.services.tasks import task_add

PREFIX = "ZH"


def meeting_make(*, actor: Any, held_on: date, title: str = "", department: Any = None, address: str = "") -> Meeting:
    """Call a meeting; its agenda is made now, of what `actor` may see."""
    with transaction.atomic():
        meeting = Meeting(held_on=held_on, department=department, author=actor)
        meeting.title = title.strip()[:200] or _("Weekly meeting of {day}").format(day=f"{held_on:%Y-%m-%d}")
        meeting.number = next_number(Meeting, PREFIX)
        meeting.agenda, meeting.agenda_at = agenda_of(meeting, actor), timezone.now()
        meeting.save(force_insert=True)
        after = {"title": meeting.title, "held_on": held_on, "agenda": sum(len(p["lines"]) for p in meeting.agenda)}
        record(actor=actor, action=actions.MEETING_MADE, record=meeting, before=None, after=after, address=address)
    return meeting


def meeting_refresh(*, actor: Any, meeting: Meeting, address: str = "") -> Meeting:
    """Make the agenda anew, as long as the minutes are open."""
    with transaction.atomic():
        kept = _locked(meeting)
        kept.agenda, kept.agenda_at = agenda_of(kept, actor), timezone.now()
        _save(actor, kept, {}, {"agenda": sum(len(part["lines"]) for part in kept.agenda)}, address)
    return kept


def meeting_write(*, actor: Any, meeting: Meeting, minutes: str, present: str, address: str = "") -> Meeting:
    """Write the minutes."""
    with transaction.atomic():
        kept = _locked(meeting)
        before = {"minutes": kept.minutes, "present": kept.present}
        after = {"minutes": minutes, "present": present[:1000]}
        if before != after:
            kept.minutes, kept.present = after["minutes"], after["present"]
            _save(actor, kept, before, after, address)
    return kept


def meeting_decide(*, actor: Any, meeting: Meeting, address: str = "", **task: Any) -> Task:
    """A decision becomes a task."""
    with transaction.atomic():
        kept = _locked(meeting)
        return task_add(actor=actor, meeting=kept, address=address, **task)


def meeting_close(*, actor: Any, meeting: Meeting, address: str = "") -> Meeting:
    """Close the minutes: they stay as they are."""
    with transaction.atomic():
        kept = _locked(meeting)
        if not kept.minutes.strip():
            raise ValidationError({"minutes": _("Write the minutes first.")})
        kept.closed_at = timezone.now()
        kept.save()
        record(
            actor=actor, action=actions.MEETING_CLOSED, record=kept, before={"closed_at": None},
            after={"closed_at": kept.closed_at}, address=address,
        )  # fmt: skip
    return kept


def _locked(meeting: Meeting) -> Meeting:
    kept = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if kept.closed_at is not None:
        raise ValidationError(_("The minutes are closed."))
    return kept


def _save(actor: Any, meeting: Meeting, before: dict[str, Any], after: dict[str, Any], address: str) -> None:
    meeting.changed_at = timezone.now()
    meeting.save()
    record(
        actor=actor, action=actions.MEETING_CHANGED, record=meeting, before=before, after=after, address=address
    )  # fmt: skip
