"""A clock in words: its target, when it is due, and every stretch with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from qualityloop.analysis.calendar import Clock, Pause, WorkingCalendar, because, explain
from qualityloop.standards.sla.policy import duration


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span of a clock in words; `seconds` is its real length."""

    start: datetime
    end: datetime
    counted: bool
    reason: str
    length: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Told:
    """One clock in words."""

    target: str
    due: datetime | None
    why: tuple[str, ...]
    spans: tuple[Stretch, ...]
    doubt: str


def tell(created: datetime, found: Clock, calendar: WorkingCalendar, pauses: Iterable[Pause] = ()) -> Told:
    """The working from the creation to the due time; while the clock waits without end, to where it stands now."""
    language = get_language() or "zh"
    zone = ZoneInfo(calendar.zone)
    spans = explain(created.astimezone(zone), found.due, calendar, pauses) if found.due else found.spans
    return Told(
        duration(found.target / 60).in_language(language),
        found.due,
        tuple(reason.in_language(language) for reason in because(spans, calendar)),
        tuple(
            Stretch(
                span.start.astimezone(zone),
                span.end.astimezone(zone),
                span.counted,
                span.reason.in_language(language),
                duration(round(span.seconds / 60, 1)).in_language(language),
                span.seconds,
            )
            for span in spans
        ),
        found.doubt.in_language(language) if found.doubt else "",
    )
