"""How old the lake is, and how its last refresh went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from qualityloop.analysis.datasets import DATASETS, day_column
from qualityloop.analysis.lake import Lake
from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.lake.models import Refresh
from qualityloop.foundation.lake.reading import current_lake, noted_failure
from qualityloop.foundation.lake.watermarks import state_of
from qualityloop.foundation.wording import shown

LATE = timedelta(minutes=30)  # without a refresh that ended well


@dataclass(frozen=True, slots=True)
class Freshness:
    """`taken_at`: the lake shows the database as it was then; None for a lake from files, or none at all."""

    taken_at: datetime | None
    late: bool
    failed: str  # why the last refresh failed, in the language of the page; empty where it did not


@dataclass(frozen=True, slots=True)
class Shown:
    """A data set as the page shows it."""

    key: str
    label: str
    count: int
    first: date | None
    last: date | None
    months: int

    @property
    def rows(self) -> str:
        """How many rows there are, to be read."""
        return f"{self.count:,}"


def datasets(lake: Lake, language: str) -> list[Shown]:
    """What the lake holds, in the order of the contract."""
    found = []
    for name, contract in DATASETS.items():
        if name in lake.datasets:
            dataset = lake.datasets[name]
            first, last = dataset.days(day_column(contract.instant)) or (None, None)
            label = contract.label.in_language(language)
            found.append(Shown(name, label, dataset.rows, first, last, len(dataset.partitions)))
    return found


def latest(many: int = 12) -> list[Refresh]:
    """How the last refreshes went, the newest first; of those in a row that changed nothing only the newest."""
    kept: list[Refresh] = []
    for refresh in Refresh.objects.all()[:300]:
        dull = refresh.outcome != Refresh.Outcome.FAILED and not refresh.rows_changed
        if not (dull and kept and kept[-1].outcome != Refresh.Outcome.FAILED and not kept[-1].rows_changed):
            kept.append(refresh)
    return kept[:many]


def taken_at() -> datetime | None:
    """As of when the numbers are: read from the manifest, without a question to the database."""
    try:
        lake = current_lake()
    except AnalysisError:
        return None
    state = state_of(lake.source) if lake else None
    return state.taken_at if state else None


def freshness() -> Freshness:
    """How fresh the numbers are; asked for on every page of numbers, so without a question to the database."""
    at = taken_at()
    return Freshness(at, at is not None and timezone.now() - at > LATE, shown(noted_failure()))
