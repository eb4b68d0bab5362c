"""The oracle of working time: a year of minutes, each asked what the clock on the wall shows (pandas' time zones)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

FIRST = datetime(2026, 1, 1)  # UTC; the minutes are numbered from here
DAYS = 365
MINUTES = DAYS * 1440


@dataclass(frozen=True)
class Wall:
    """What the clocks of a zone show in every minute."""

    days: np.ndarray  # local days since 2025-12-30, so that no zone goes below 0
    minutes: np.ndarray  # of the local day


@cache
def wall(zone: str) -> Wall:
    """The wall clock of a zone through the year."""
    local = pd.date_range(FIRST, periods=MINUTES, freq="min", tz="UTC").tz_convert(zone).tz_localize(None)
    since = (local - pd.Timestamp(2025, 12, 30)) // pd.Timedelta(days=1)
    return Wall(since.to_numpy(), (local.hour * 60 + local.minute).to_numpy())


def open_minutes(
    zone: str,
    week: dict[int, list[tuple[int, int]]],
    holidays: set[date],
    workdays: dict[date, list[tuple[int, int]]],
    pauses: list[tuple[int, int]],
    part: slice,
) -> np.ndarray:
    """For every minute of the part of the year whether it counts."""
    clock = wall(zone)
    days = clock.days[part]
    table = np.zeros((days.max() + 1, 1440), dtype=bool)
    for number in range(days.min(), days.max() + 1):
        day = date(2025, 12, 30) + timedelta(days=int(number))
        spans = [] if day in holidays else week.get(day.weekday() + 1, [])
        for first, last in workdays.get(day, spans):
            table[number, first:last] = True
    counts = table[days, clock.minutes[part]]
    for first, last in pauses:
        counts[max(first - part.start, 0) : max(last - part.start, 0)] = False
    return counts
