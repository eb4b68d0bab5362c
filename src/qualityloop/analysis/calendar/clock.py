"""Clocks on working time that explain themselves: when is it due, what counted, what did not, and why.

Instants are datetimes; a naive one is UTC. What comes back has the zone of `start`. Sums are exact to the microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from qualityloop.analysis.messages import AnalysisError, Message, Text, message

from .working import DAY, MINUTE, SECOND, WorkingCalendar, local_days

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHUNK = 64 * DAY  # how far `due` looks ahead at a time
_YEARS = 40  # and how far at all
_ORDINARY, _CLOSED = message("working time"), message("outside working hours")
_WEEKDAYS = (
    message("Monday"),
    message("Tuesday"),
    message("Wednesday"),
    message("Thursday"),
    message("Friday"),
    message("Saturday"),
    message("Sunday"),
)
_NOON = (11 * 60, 15 * 60)  # a gap between working hours within these minutes of the day is the lunch break


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval that stops the clock, and what it is called; `end` None: it still goes on."""

    start: datetime
    end: datetime | None
    name: Text | Message | str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that counts as a whole, or does not, for one reason."""

    start: datetime
    end: datetime
    counted: bool
    reason: Message

    @property
    def seconds(self) -> float:
        """Real length, whether it counts or not."""
        return (_micros(self.end) - _micros(self.start)) / SECOND


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a clock stands: seconds of working time, when it is due, and why."""

    target: float
    used: float
    due: datetime | None  # None: a pause that has no end yet holds it
    spans: tuple[Span, ...]  # from the start to now, or to where the clock was stopped
    doubt: Message | None  # public holidays of some days are not known

    @property
    def remaining(self) -> float:
        """Seconds of working time left; negative when overrun."""
        return self.target - self.used

    @property
    def breached(self) -> bool:
        """Whether more has been used than the target; the due instant itself is still in time."""
        return self.used > self.target


class _Stretch(NamedTuple):
    begin: int
    end: int
    counted: bool
    reason: Message


class _Stop(NamedTuple):
    begin: int
    end: int | None
    reason: Message


def due(
    start: datetime, working_seconds: float, calendar: WorkingCalendar, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """The first instant at which `working_seconds` have counted since `start`.

    None while a pause without end stops the clock before that.
    """
    if not 0 <= working_seconds < float("inf"):
        raise AnalysisError(message("a target is a number of working seconds from 0"))
    at = _micros(start)
    left, stops, limit = round(working_seconds * SECOND), _stops(pauses), at + _YEARS * 366 * DAY
    while left and at < limit:
        for stretch in _cut(_stretches(calendar, at, at + _CHUNK), stops):
            if not stretch.counted:
                continue
            length = stretch.end - stretch.begin
            if length >= left:
                return _instant(stretch.begin + left, start)
            left -= length
        at += _CHUNK
        if any(stop.end is None and stop.begin <= at for stop in stops):
            return None
    if left:
        raise AnalysisError(
            message("the calendar does not have that much working time in the next {years} years", years=_YEARS)
        )
    return start


def explain(
    start: datetime, end: datetime, calendar: WorkingCalendar, pauses: Iterable[Pause] = ()
) -> tuple[Span, ...]:
    """Every stretch from `start` to `end` with whether it counts and why; the spans touch, the counted add up.

    The calendar speaks before the pauses: time that would not have counted anyway keeps its own reason, so that
    what is excluded as paused is exactly what the pauses cost.
    """
    if _micros(end) < _micros(start):
        raise AnalysisError(message("the end lies before the start"))
    merged: list[_Stretch] = []
    for stretch in _cut(_stretches(calendar, _micros(start), _micros(end)), _stops(pauses)):
        if merged and merged[-1][2:] == stretch[2:]:
            merged[-1] = merged[-1]._replace(end=stretch.end)
        else:
            merged.append(stretch)
    return tuple(Span(_instant(s.begin, start), _instant(s.end, start), s.counted, s.reason) for s in merged)


def clock(
    start: datetime,
    target: float,
    calendar: WorkingCalendar,
    *,
    now: datetime,
    stopped: datetime | None = None,
    pauses: Sequence[Pause] = (),
) -> Clock:
    """The clock of `target` working seconds since `start`, as it stands at `now` or where it was `stopped`."""
    until = now if stopped is None else min(stopped, now, key=_micros)
    until = max(start, until, key=_micros)
    spans = explain(start, until, calendar, pauses)
    when = due(start, target, calendar, pauses)
    used = sum(_micros(span.end) - _micros(span.start) for span in spans if span.counted) / SECOND
    zone = ZoneInfo(calendar.zone)
    last = max((at for at in (when, until) if at is not None), key=_micros)
    first_day, last_day = (_aware(at).astimezone(zone).date() for at in (start, last))
    return Clock(target, used, when, spans, calendar.beyond(first_day, last_day))


def because(spans: Iterable[Span], calendar: WorkingCalendar) -> tuple[Message, ...]:
    """The remarkable among the reasons, each once and in order: make-up days that count, and what does not count."""
    said: dict[str, Message] = {}
    for span in spans:
        if span.counted and span.reason != _ORDINARY:
            day = _aware(span.start).astimezone(ZoneInfo(calendar.zone)).date()
            text = message(
                "{weekday} {day}: {reason}", weekday=_WEEKDAYS[day.weekday()], day=day.isoformat(), reason=span.reason
            )
        elif not span.counted and span.reason != _CLOSED:
            text = message("{reason} does not count", reason=span.reason)
        else:
            continue
        said.setdefault(str(text), text)
    return tuple(said.values())


def _stretches(calendar: WorkingCalendar, start: int, end: int) -> Iterator[_Stretch]:
    """[start, end) without gap, as the calendar has it."""
    for day, midnight, low, high in local_days(ZoneInfo(calendar.zone), start, end):
        for first, last, counted, reason in _day(calendar, day):
            begin, finish = max(low, midnight + first * MINUTE), min(high, midnight + last * MINUTE)
            if begin < finish:
                yield _Stretch(begin, finish, counted, reason)


def _day(calendar: WorkingCalendar, day: date) -> Iterator[tuple[int, int, bool, Message]]:
    """The minutes of a local day from 0 to 1440: first, last, whether they count, why."""
    spans = calendar.spans_on(day)
    if not spans:
        yield 0, 1440, False, _free(calendar, day)
        return
    works, at = _works(calendar, day), 0
    for first, last in spans:
        if at < first:
            yield at, first, False, _gap(at, first) if at else _CLOSED
        yield first, last, True, works
        at = last
    if at < 1440:
        yield at, 1440, False, _CLOSED


def _works(calendar: WorkingCalendar, day: date) -> Message:
    if day not in calendar.workdays:
        return _ORDINARY
    name = calendar.names.get(day)
    return message("make-up workday ({name})", name=name) if name else message("make-up workday")


def _free(calendar: WorkingCalendar, day: date) -> Message:
    if day in calendar.holidays and day not in calendar.workdays:
        name = calendar.names.get(day)
        return message("public holiday: {name}", name=name) if name else message("holiday")
    return message("weekend") if day.isoweekday() >= 6 else _CLOSED


def _gap(first: int, last: int) -> Message:
    if _NOON[0] <= first and last <= _NOON[1]:
        return message("lunch break {start}–{end}", start=_time(first), end=_time(last))
    return _CLOSED


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _stops(pauses: Iterable[Pause]) -> list[_Stop]:
    found = []
    for pause in pauses:
        begin, end = _micros(pause.start), None if pause.end is None else _micros(pause.end)
        if end is not None and end < begin:
            raise AnalysisError(message("a pause ends before it begins: {name}", name=pause.name))
        found.append(_Stop(begin, end, message("clock paused: {name}", name=pause.name)))
    return sorted(found, key=lambda stop: stop.begin)


def _cut(stretches: Iterable[_Stretch], stops: Sequence[_Stop]) -> Iterator[_Stretch]:
    """The counted stretches without what the stops take from them; where stops overlap, the one that began first."""
    for stretch in stretches:
        if not stretch.counted:
            yield stretch
            continue
        at = stretch.begin
        for stop in stops:
            begin, end = max(at, stop.begin), stretch.end if stop.end is None else min(stretch.end, stop.end)
            if begin >= end:
                continue
            if at < begin:
                yield _Stretch(at, begin, True, stretch.reason)
            yield _Stretch(begin, end, False, stop.reason)
            at = end
        if at < stretch.end:
            yield _Stretch(at, stretch.end, True, stretch.reason)


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _micros(at: datetime) -> int:
    return (_aware(at).astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _instant(micros: int, like: datetime) -> datetime:
    """The instant in the zone of `like`, naive UTC where that is naive."""
    at = _EPOCH + timedelta(microseconds=micros)
    return at.astimezone(like.tzinfo) if like.tzinfo else at.replace(tzinfo=None)
