"""How old the lake is, and how its last refresh went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.lake.models import Refresh
from qualityloop.foundation.lake.reading import current_lake
from qualityloop.foundation.lake.watermarks import state_of

LATE = timedelta(minutes=30)  # without a refresh that ended well


@dataclass(frozen=True, slots=True)
class Freshness:
    """`taken_at`: the lake shows the database as it was then; None for a lake from files, or none at all."""

    taken_at: datetime | None
    last: Refresh | None
    late: bool

    @property
    def failed(self) -> bool:
        """Whether the last refresh failed."""
        return self.last is not None and self.last.outcome == Refresh.Outcome.FAILED


def freshness() -> Freshness:
    """How fresh the numbers are."""
    try:
        lake = current_lake()
    except AnalysisError:
        lake = None
    state = state_of(lake.source) if lake else None
    last = Refresh.objects.first()
    late = state is not None and timezone.now() - state.taken_at > LATE
    return Freshness(state.taken_at if state else None, last, late)
