"""A year of a calendar, as a page draws it: every day with what it is, in colour and in a word."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.messages import Text

What = Literal["work", "rest", "holiday", "makeup", "off", "extra"]
WORDS: dict[What, tuple[Text, Text]] = {  # the whole word, and the one beside the number
    "work": (Text("工作日", "Working day"), Text("", "")),
    "rest": (Text("休息日", "Day of rest"), Text("", "")),
    "holiday": (Text("节假日", "Public holiday"), Text("休", "hol")),
    "makeup": (Text("调休上班", "Make-up workday"), Text("班", "mk")),
    "off": (Text("单独设定:休息", "Own day: rest"), Text("停", "off")),
    "extra": (Text("单独设定:上班", "Own day: work"), Text("加", "own")),
}


@dataclass(frozen=True, slots=True)
class Day:
    """One cell; `said` is read out and shown on touch."""

    number: int
    what: What
    mark: str
    said: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month: weeks from Monday, None where another month's days stand."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


def year_of(calendar: WorkingCalendar, own: frozenset[date], year: int, language: str) -> list[Month]:
    """The twelve months; `own` are the days that this calendar sets by itself."""
    months = []
    for month in range(1, 13):
        weeks = Calendar().monthdatescalendar(year, month)
        cells = tuple(
            tuple(_day(calendar, own, day, language) if day.month == month else None for day in week) for week in weeks
        )
        months.append(Month(_name(month, language), cells))
    return months


def what_is(calendar: WorkingCalendar, own: frozenset[date], day: date) -> What:
    """What kind of day it is."""
    works = bool(calendar.hours_on(day))
    if day in own:
        return "extra" if works else "off"
    if day in calendar.workdays:
        return "makeup"
    if day in calendar.holidays:
        return "holiday"
    return "work" if works else "rest"


def totals(months: list[Month]) -> dict[What, int]:
    """How many days of each kind the year has."""
    found: dict[What, int] = dict.fromkeys(WORDS, 0)
    for month in months:
        for week in month.weeks:
            for day in week:
                if day is not None:
                    found[day.what] += 1
    return found


def _day(calendar: WorkingCalendar, own: frozenset[date], day: date, language: str) -> Day:
    what = what_is(calendar, own, day)
    word, mark = WORDS[what]
    name = calendar.names.get(day)
    hours = ", ".join(f"{start}–{end}" for start, end in calendar.hours_on(day))
    parts = [day.isoformat(), word.in_language(language), name.in_language(language) if name else "", hours]
    return Day(day.day, what, mark.in_language(language), " · ".join(part for part in parts if part))


def _name(month: int, language: str) -> str:
    return f"{month} 月" if language.startswith("zh") else date(2000, month, 1).strftime("%B")
