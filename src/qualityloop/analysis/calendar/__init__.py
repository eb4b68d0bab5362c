"""Working time: calendars, the public holidays of China, and clocks that say why they stand where they stand."""

from __future__ import annotations

from .clock import Clock, Pause, Span, because, clock, due, explain
from .public import PUBLIC, Notice, china, notices, own_days
from .working import Hours, Instants, WorkingCalendar

__all__ = [
    "PUBLIC", "Clock", "Hours", "Instants", "Notice", "Pause", "Span", "WorkingCalendar",
    "because", "china", "clock", "due", "explain", "notices", "own_days",
]  # fmt: skip
