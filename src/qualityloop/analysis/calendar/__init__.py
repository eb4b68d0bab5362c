"""Working time: calendars, the public holidays of China, and clocks that say why they stand where they stand."""

from __future__ import annotations

from .public import PUBLIC, Notice, china, notices
from .working import Hours, Instants, WorkingCalendar

__all__ = ["PUBLIC", "Hours", "Instants", "Notice", "WorkingCalendar", "china", "notices"]
