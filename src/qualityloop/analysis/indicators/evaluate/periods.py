"""The calendar of values: days, ISO weeks (from Monday), months, quarters and years, each named by its first day."""

from __future__ import annotations

from datetime import date, timedelta

from qualityloop.analysis.indicators.values import Grain

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def period_of(day: date, grain: Grain) -> date:
    """First day of the period that `day` lies in."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "year":
        return date(day.year, 1, 1)
    step = _MONTHS[grain]
    return date(day.year, (day.month - 1) // step * step + 1, 1)


def shift(period: date, grain: Grain, steps: int) -> date:
    """The period `steps` later (negative: earlier); the calendar's first day where there is none so early."""
    try:
        if grain in _MONTHS:
            years, month = divmod(period.year * 12 + period.month - 1 + steps * _MONTHS[grain], 12)
            return date(years, month + 1, 1)
        return period + timedelta(days=steps * (7 if grain == "week" else 1))
    except (OverflowError, ValueError):
        return date.min if steps < 0 else date.max


def last_day(period: date, grain: Grain) -> date:
    """Last day of a period."""
    following = shift(period, grain, 1)
    return following if following == date.max else following - timedelta(days=1)


def year_before(period: date, grain: Grain) -> date:
    """The same period of last year: the same date (28 February for the 29th), the same ISO week (52 for 53)."""
    if period.year <= 1:
        return date.min
    if grain == "week":
        year, week, _ = period.isocalendar()
        return date.fromisocalendar(year - 1, min(week, 52), 1)
    day = 28 if (period.month, period.day) == (2, 29) else period.day
    return date(period.year - 1, period.month, day)


def periods_between(start: date, end: date, grain: Grain) -> list[date]:
    """The periods that the days start..end (inclusive) lie in, oldest first."""
    periods = [period_of(start, grain)]
    while (following := shift(periods[-1], grain, 1)) <= end and following > periods[-1]:
        periods.append(following)
    return periods
