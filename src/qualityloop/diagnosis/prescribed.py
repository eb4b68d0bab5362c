"""The process map that the cases of a period should have followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

from qualityloop.analysis.process_map import Map
from qualityloop.diagnosis.choices import Choice
from qualityloop.standards.process_maps.queries import map_in_force


@dataclass(frozen=True, slots=True)
class Given:
    """A process map; `later`: it was put in force only after the period, when no other one was."""

    process: Map
    key: str
    number: int
    later: bool


def map_given(choice: Choice, facts: Mapping[str, str]) -> Given | None:
    """The map in force at the end of the period for cases with these facts, else that of today; None without any."""
    after = timezone.make_aware(datetime.combine(choice.end + timedelta(days=1), time.min))
    now = timezone.now()
    for instant, later in ((min(after, now), False), (now, True)):
        found = map_in_force(facts, instant)
        if found is not None:
            version, process = found
            return Given(process, version.document.key, version.number, later)
    return None
