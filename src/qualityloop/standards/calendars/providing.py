"""Which working calendar counts the organisation's durations: the one in force, of several the one that is named."""

from __future__ import annotations

from django.conf import settings

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.foundation.lake.calendars import provide_calendar
from qualityloop.standards.calendars.content import calendar_of
from qualityloop.standards.calendars.kind import CALENDARS
from qualityloop.standards.versions.queries import all_in_force


def calendar_in_force() -> WorkingCalendar | None:
    """The calendar called QUALITYLOOP_CALENDAR, else the first that was made; None while none is in force."""
    found = {version.document.key: version for version in all_in_force(CALENDARS.key)}
    if not found:
        return None
    first = min(found.values(), key=lambda version: version.document_id)
    return calendar_of(found.get(settings.QUALITYLOOP_CALENDAR, first))


def connect() -> None:
    """Let the lake ask; called when the application starts."""
    provide_calendar(calendar_in_force)
