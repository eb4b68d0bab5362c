"""Impossible times: an end before its beginning, the future, before the organisation existed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from qualityloop.analysis.cleaning.entry import Entry, Finding

TIMES = "times"


@dataclass(frozen=True, slots=True)
class TimesRule:
    """Times after `now` by more than `tolerance_minutes` (clocks differ), or before `founded`, cannot be."""

    now: datetime
    founded: datetime | None = None
    tolerance_minutes: float = 60.0

    def find(self, entry: Entry) -> Finding | None:
        """The first time that cannot be, or None. A time before the creation within the tolerance is let pass."""
        slack = timedelta(minutes=self.tolerance_minutes)
        if self.founded is not None and entry.at < self.founded:
            return self._found(entry, "", entry.at, "before_founding")
        if entry.at > self.now + slack:
            return self._found(entry, "", entry.at, "future")
        for column, at in entry.moments.items():
            if at < entry.at - slack:
                return self._found(entry, column, at, "before_creation")
            if at > self.now + slack:
                return self._found(entry, column, at, "future")
        return None

    @staticmethod
    def _found(entry: Entry, column: str, at: datetime, why: str) -> Finding:
        return Finding(entry.pk, TIMES, None, {"column": column, "at": at.isoformat(), "why": why})
