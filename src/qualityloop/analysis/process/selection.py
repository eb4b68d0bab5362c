"""Which cases a question is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from qualityloop.analysis.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class TicketCondition(Protocol):
    """A row condition over tickets, as the indicator language parses it."""

    def sql(self, dialect: Dialect) -> str:
        """Boolean SQL over the quoted columns of tickets."""
        ...


@dataclass(frozen=True, slots=True)
class Selection:
    """Cases whose first event lies in the local days `start`..`end` (inclusive) and whose ticket meets `where`."""

    start: date | None = None
    end: date | None = None
    where: TicketCondition | None = None

    def bounds(self, zone: str) -> tuple[int | None, int | None]:
        """Microseconds UTC: from, and before; None where that side is open."""
        after = None if self.end is None else self.end + timedelta(days=1)
        return _microseconds(self.start, zone), _microseconds(after, zone)


def _microseconds(day: date | None, zone: str) -> int | None:
    if day is None:
        return None
    midnight = datetime.combine(day, time.min, ZoneInfo(zone))
    return (midnight - EPOCH) // timedelta(microseconds=1)
