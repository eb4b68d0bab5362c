"""Working time: how many seconds of a stretch of time lie within the working hours of a calendar.

A calendar knows lunch breaks (several intervals a day), holidays, make-up days (调休) and summer time. An instant is
working time when the clock on the wall of the calendar's zone shows working hours: an hour that summer time skips
does not count, one that it repeats counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from qualityloop.analysis.messages import AnalysisError, Message, Text, message

Hours = tuple[tuple[str, str], ...]  # (("09:00", "12:00"), ("13:00", "18:00")); "24:00" ends a day
Instants = npt.NDArray[np.datetime64]

SECOND = 1_000_000  # all instants are counted in microseconds since 1970, UTC
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
_EPOCH = date(1970, 1, 1)


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
    names: Mapping[date, Text] = field(default_factory=dict)  # of holidays, and what a make-up day makes up for
    covered: tuple[date, date] | None = None  # days whose public holidays are known; None: nothing is claimed
    public: str = ""  # key of the shipped public calendar that this one is built on

    def hours_on(self, day: date) -> Hours:
        """The working intervals of a local day, in order."""
        if day in self.workdays:
            return _hours(self.workdays[day])
        if day in self.holidays:
            return ()
        return _hours(self.week.get(day.isoweekday(), ()))

    def spans_on(self, day: date) -> tuple[tuple[int, int], ...]:
        """The same in minutes of the day."""
        return _spans(self.hours_on(day))

    def with_days(
        self, holidays: Iterable[date] = (), workdays: Mapping[date, Sequence[Sequence[str]]] | None = None
    ) -> WorkingCalendar:
        """The calendar with days of one's own on top; they overrule what it says of those days."""
        free, worked = frozenset(holidays), dict(workdays or {})
        kept = {day: hours for day, hours in self.workdays.items() if day not in free}
        changed = (free - self.holidays) | (worked.keys() - self.workdays.keys())
        return replace(
            self,
            holidays=self.holidays | free,
            workdays=kept | worked,
            names={day: name for day, name in self.names.items() if day not in changed},
        )

    def beyond(self, first: date, last: date) -> Message | None:
        """What has to be said when some of the days lie outside `covered`: their public holidays are not known."""
        if self.covered is None or (self.covered[0] <= first and last <= self.covered[1]):
            return None
        return message(
            "public holidays are known from {first} to {last}; other days count as ordinary weeks",
            first=self.covered[0].isoformat(),
            last=self.covered[1].isoformat(),
        )

    def working_seconds(self, starts: Instants, ends: Instants) -> npt.NDArray[np.float64]:
        """Seconds of working time from `starts` to `ends` (UTC, datetime64[us]); NaN where either is NaT.

        Negative where the end is before the start, as clock time would be.
        """
        known = ~(np.isnat(starts) | np.isnat(ends))
        result = np.full(starts.shape, np.nan)
        if known.any():
            first = min(starts[known].min(), ends[known].min())
            last = max(starts[known].max(), ends[known].max())
            begins, lengths = self._intervals(
                *(int(at.astype("datetime64[us]").astype(np.int64)) for at in (first, last))
            )
            result[known] = _elapsed(ends[known], begins, lengths) - _elapsed(starts[known], begins, lengths)
        return result

    def _intervals(self, first: int, last: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Begin and length of every working interval between two instants."""
        weekly = {weekday: _spans(_hours(hours)) for weekday, hours in self.week.items()}
        begins, lengths = [], []
        for day, midnight, low, high in local_days(ZoneInfo(self.zone), first, last + 1):
            usual = day not in self.workdays and day not in self.holidays
            for start, end in weekly.get(day.isoweekday(), ()) if usual else _spans(self.hours_on(day)):
                begin, finish = max(low, midnight + start * MINUTE), min(high, midnight + end * MINUTE)
                if begin < finish:
                    begins.append(begin)
                    lengths.append(finish - begin)
        return np.array(begins, dtype=np.int64), np.array(lengths, dtype=np.int64)

    def to_json(self) -> dict[str, Any]:
        """The calendar as plain data, as it stands in a lake's manifest."""
        plain: dict[str, Any] = {
            "zone": self.zone,
            "week": {str(day): [list(pair) for pair in hours] for day, hours in sorted(self.week.items())},
            "holidays": sorted(day.isoformat() for day in self.holidays),
            "workdays": {
                day.isoformat(): [list(pair) for pair in hours] for day, hours in sorted(self.workdays.items())
            },
        }
        if self.names:
            plain["names"] = {day.isoformat(): {"zh": n.zh, "en": n.en} for day, n in sorted(self.names.items())}
        if self.covered:
            plain["covered"] = [day.isoformat() for day in self.covered]
        if self.public:
            plain["public"] = self.public
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkingCalendar:
        """The calendar that `to_json` wrote."""
        covered = [date.fromisoformat(day) for day in data.get("covered", ())]
        return cls(
            zone=data["zone"],
            week={int(day): hours for day, hours in data["week"].items()},
            holidays=frozenset(date.fromisoformat(day) for day in data["holidays"]),
            workdays={date.fromisoformat(day): hours for day, hours in data["workdays"].items()},
            names={date.fromisoformat(day): Text(**name) for day, name in data.get("names", {}).items()},
            covered=(covered[0], covered[1]) if covered else None,
            public=data.get("public", ""),
        )


def _spans(hours: Hours) -> tuple[tuple[int, int], ...]:
    return tuple((_minutes(start), _minutes(end)) for start, end in hours)


def local_days(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[date, int, int, int]]:
    """Every local day of [start, end): the day, the instant of its 0:00, and the part [low, high) where this holds.

    A day on which the clocks change comes twice, before and after, each with the 0:00 that its offset implies.
    """
    for low, high, offset in _offsets(zone, start, end):
        first, last = (low + offset) // DAY, (high + offset - 1) // DAY
        for number in range(first, last + 1):
            midnight = number * DAY - offset
            yield _EPOCH + timedelta(days=number), midnight, max(low, midnight), min(high, midnight + DAY)


def _offsets(zone: ZoneInfo, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """[start, end) cut where the zone changes its clocks: begin, end, offset from UTC."""
    low = at = start
    current = _offset(zone, start)
    while at < end:
        step = min(at + DAY, end)
        new = _offset(zone, step)
        if new != current:
            before, after = at, step  # the change lies in (before, after]; changes are on whole seconds
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if _offset(zone, middle) == current else (before, middle)
            if after < end:
                yield low, after, current
                low, current = after, new
        at = step
    if low < end:
        yield low, end, current


def _offset(zone: ZoneInfo, at: int) -> int:
    seconds, _ = divmod(at, SECOND)
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return round(offset.total_seconds()) * SECOND if offset is not None else 0


def _elapsed(at: Instants, begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Working seconds from the first interval to each instant."""
    if not begins.size:
        return np.zeros(at.shape)
    instant = at.astype("datetime64[us]").astype(np.int64)
    before = np.concatenate(([0], np.cumsum(lengths)))
    index = np.searchsorted(begins, instant, side="right") - 1
    inside = np.where(index >= 0, np.clip(instant - begins[index], 0, lengths[index]), 0)
    return (before[np.maximum(index, 0)] + inside) / 1e6
