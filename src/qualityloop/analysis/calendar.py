"""Working time: how many seconds of a stretch of time lie within the working hours of a calendar.

A calendar knows lunch breaks (several intervals a day), holidays, make-up days (调休) and summer time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from qualityloop.analysis.messages import AnalysisError, message

Hours = tuple[tuple[str, str], ...]  # (("09:00", "12:00"), ("13:00", "18:00")); "24:00" ends a day
Instants = npt.NDArray[np.datetime64]

_DAY = timedelta(days=1)


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    if not (hours.isdigit() and minutes.isdigit()) or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
        raise AnalysisError(message("“{text}” is not a time of day; write it like 09:00", text=text))
    return int(hours) * 60 + int(minutes)


def _hours(intervals: Sequence[Sequence[str]]) -> Hours:
    hours = tuple(sorted((str(start), str(end)) for start, end in intervals))
    edges = [_minutes(edge) for pair in hours for edge in pair]
    if edges != sorted(edges) or len(set(edges)) < len(edges):
        shown = ", ".join(f"{start}–{end}" for start, end in hours)
        raise AnalysisError(message("working hours overlap or end before they begin: {hours}", hours=shown))
    return hours


@dataclass(frozen=True)
class WorkingCalendar:
    """Working hours by weekday (1 Monday … 7), except `holidays`; `workdays` have hours of their own (调休)."""

    zone: str = "Asia/Shanghai"
    week: Mapping[int, Sequence[Sequence[str]]] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    workdays: Mapping[date, Sequence[Sequence[str]]] = field(default_factory=dict)

    def hours_on(self, day: date) -> Hours:
        """The working intervals of a local day, in order."""
        if day in self.workdays:
            return _hours(self.workdays[day])
        if day in self.holidays:
            return ()
        return _hours(self.week.get(day.isoweekday(), ()))

    def working_seconds(self, starts: Instants, ends: Instants) -> npt.NDArray[np.float64]:
        """Seconds of working time from `starts` to `ends` (UTC, datetime64[us]); NaN where either is NaT.

        Negative where the end is before the start, as clock time would be.
        """
        known = ~(np.isnat(starts) | np.isnat(ends))
        result = np.full(starts.shape, np.nan)
        if known.any():
            first = min(starts[known].min(), ends[known].min())
            last = max(starts[known].max(), ends[known].max())
            begins, lengths = self._intervals(first.astype(datetime).date(), last.astype(datetime).date())
            result[known] = _elapsed(ends[known], begins, lengths) - _elapsed(starts[known], begins, lengths)
        return result

    def _intervals(self, first: date, last: date) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Begin (µs since 1970, UTC) and length (µs) of every working interval touching the days, a day of margin."""
        zone = ZoneInfo(self.zone)
        weekly = {weekday: _spans(_hours(hours)) for weekday, hours in self.week.items()}
        begins, lengths = [], []
        day = first - _DAY
        while day <= last + _DAY:
            usual = day not in self.workdays and day not in self.holidays
            for start, end in weekly.get(day.isoweekday(), ()) if usual else _spans(self.hours_on(day)):
                begin, finish = _utc(day, start, zone), _utc(day, end, zone)
                begins.append(begin)
                lengths.append(finish - begin)
            day += _DAY
        return np.array(begins, dtype=np.int64), np.array(lengths, dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """The calendar as plain data, as it stands in a lake's manifest."""
        return {
            "zone": self.zone,
            "week": {str(day): [list(pair) for pair in hours] for day, hours in sorted(self.week.items())},
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "workdays": {
                day.isoformat(): [list(pair) for pair in hours] for day, hours in sorted(self.workdays.items())
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkingCalendar:
        """The calendar that `to_json` wrote."""
        return cls(
            zone=data["zone"],
            week={int(day): hours for day, hours in data["week"].items()},
            holidays=frozenset(date.fromisoformat(day) for day in data["holidays"]),
            workdays={date.fromisoformat(day): hours for day, hours in data["workdays"].items()},
        )


def _spans(hours: Hours) -> tuple[tuple[int, int], ...]:
    return tuple((_minutes(start), _minutes(end)) for start, end in hours)


def _utc(day: date, minute: int, zone: ZoneInfo) -> int:
    """Microseconds since 1970 of a wall clock time; 24:00 is the next day's midnight."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return round(local.astimezone(UTC).timestamp()) * 1_000_000


def _elapsed(at: Instants, begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Working seconds from the first interval to each instant."""
    if not begins.size:
        return np.zeros(at.shape)
    instant = at.astype("datetime64[us]").astype(np.int64)
    before = np.concatenate(([0], np.cumsum(lengths)))
    index = np.searchsorted(begins, instant, side="right") - 1
    inside = np.where(index >= 0, np.clip(instant - begins[index], 0, lengths[index]), 0)
    return (before[np.maximum(index, 0)] + inside) / 1e6
