"""Public calendars shipped as data: holidays with their names, make-up workdays, and the notices they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from qualityloop.analysis.messages import AnalysisError, Text, message

from .working import WorkingCalendar

PUBLIC = ("china",)  # keys of the shipped calendars


@dataclass(frozen=True, slots=True)
class Notice:
    """Where the days of one year were published."""

    year: int
    title: str
    number: str
    issued: date


@dataclass(frozen=True, slots=True)
class _Holiday:
    name: Text
    days: tuple[date, ...]
    work: tuple[date, ...]


def notices() -> tuple[Notice, ...]:
    """The published notices behind the calendar of China, by year."""
    return tuple(
        Notice(year, str(entry["notice"]), str(entry["number"]), entry["issued"])
        for year, entry in sorted(_china()["years"].items())
    )


def china(
    week: Mapping[int, Sequence[Sequence[str]]],
    years: Sequence[int] | None = None,
    *,
    zone: str | None = None,
    make_up: Sequence[Sequence[str]] | None = None,
) -> WorkingCalendar:
    """The public calendar of mainland China over the working hours of `week`.

    `years`: consecutive shipped years, all of them by default; days outside are ordinary weeks, and `beyond()` says so.
    `make_up`: hours of a make-up workday; by default those of Monday, or of the first weekday that has any.
    """
    shipped = tuple(sorted(_china()["years"]))
    wanted = tuple(sorted(set(years))) if years is not None else shipped
    if not wanted or not set(wanted) <= set(shipped) or wanted[-1] - wanted[0] != len(wanted) - 1:
        raise AnalysisError(
            message(
                "the public calendar has the years {first} to {last}; choose one or several that follow each other",
                first=shipped[0],
                last=shipped[-1],
            )
        )
    if make_up is None:
        make_up = next((week[day] for day in sorted(week) if week[day]), ())
    holidays = [holiday for year in wanted for holiday in _holidays(year)]
    return WorkingCalendar(
        zone=zone or str(_china()["zone"]),
        week=week,
        holidays=frozenset(day for holiday in holidays for day in holiday.days),
        workdays={day: make_up for holiday in holidays for day in holiday.work if make_up},
        names={day: holiday.name for holiday in holidays for day in (*holiday.days, *holiday.work)},
        covered=(date(wanted[0], 1, 1), date(wanted[-1], 12, 31)),
        public="china",
    )


def own_days(calendar: WorkingCalendar) -> tuple[list[date], dict[date, Sequence[Sequence[str]]]]:
    """Holidays and workdays of a calendar that are not those of the public one it is built on."""
    base = china(calendar.week, zone=calendar.zone) if calendar.public else WorkingCalendar(zone=calendar.zone)
    usual = {day: [tuple(pair) for pair in hours] for day, hours in base.workdays.items()}
    workdays = {d: h for d, h in sorted(calendar.workdays.items()) if usual.get(d) != [tuple(pair) for pair in h]}
    return sorted(calendar.holidays - base.holidays), workdays


@cache
def _china() -> dict[str, Any]:
    text = (resources.files(__package__) / "china.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def _holidays(year: int) -> tuple[_Holiday, ...]:
    found = []
    for entry in _china()["years"][year]["holidays"]:
        first, last = entry["days"]
        days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
        found.append(_Holiday(Text(zh=entry["zh"], en=entry["en"]), days, tuple(entry["work"])))
    return tuple(found)
