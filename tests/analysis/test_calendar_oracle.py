"""Working time, due times and explanations against a minute-by-minute oracle: 12,000 random cases in ten zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pytest

from qualityloop.analysis.calendar import Pause, WorkingCalendar, due, explain
from tests.analysis.calendar_oracle import FIRST, MINUTES, open_minutes

ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",  # half an hour off
    "Australia/Lord_Howe",  # summer time of half an hour
    "America/Havana",  # clocks change at midnight
    "Africa/Casablanca",  # winter time in Ramadan
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Africa/Cairo",  # a day that ends at 24:00 twice
)
CALENDARS, QUERIES = 40, 30  # of each zone
MINUTE = timedelta(minutes=1)
# Days on which one of the zones changes its clocks in 2026; half of the cases are drawn around one of them.
CHANGES = [
    date(2026, month, day)
    for month, day in (
        (2, 15), (3, 8), (3, 22), (3, 29), (4, 5), (4, 24), (9, 27), (10, 4), (10, 25), (10, 29), (11, 1),
    )
]  # fmt: skip


def test_the_number_of_cases() -> None:
    assert len(ZONES) * CALENDARS * QUERIES >= 10_000


def spans(random: np.random.Generator) -> list[tuple[int, int]]:
    """One to three intervals of a day, also the hours of the night and to 24:00."""
    edges = np.sort(random.choice(1441, size=2 * int(random.integers(1, 4)), replace=False))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def written(pairs: list[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}") for a, b in pairs)


def at(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


@dataclass
class Case:
    """A calendar as the program and as the oracle take it, 20 days around a middle, and stretches within them."""

    calendar: WorkingCalendar
    pauses: list[Pause]
    plain: np.ndarray  # minutes that count, without and with pauses
    paused: np.ndarray
    low: int  # the minute of the year at which these begin
    starts: np.ndarray
    ends: np.ndarray


def case(zone: str, random: np.random.Generator) -> Case:
    week = {int(d): spans(random) for d in random.choice(np.arange(1, 8), int(random.integers(1, 8)), False)}
    day = random.choice(CHANGES) if random.random() < 0.5 else date(2026, 1, 20) + timedelta(int(random.integers(320)))
    middle = (datetime.combine(day, time()) - FIRST) // MINUTE
    around = [day + timedelta(days=int(n)) for n in random.choice(np.arange(-9, 10), 5, False)]
    holidays, workdays = set(around[:3]), {d: spans(random) for d in around[2:]}
    pauses = [
        (int(first), int(first + random.integers(0, 2000)))
        for first in random.integers(middle - 7000, middle + 7000, int(random.integers(0, 4)))
    ]
    part = slice(middle - 10 * 1440, middle + 10 * 1440)
    starts, ends = np.sort(random.integers(middle - 6 * 1440, middle + 6 * 1440, (QUERIES, 2)), axis=1).T
    hours = {d: written(pairs) for d, pairs in workdays.items()}
    return Case(
        WorkingCalendar(zone, {d: written(pairs) for d, pairs in week.items()}, frozenset(holidays), hours),
        [Pause(at(first), at(last), "waiting") for first, last in pauses],
        open_minutes(zone, week, holidays, workdays, [], part),
        open_minutes(zone, week, holidays, workdays, pauses, part),
        part.start,
        starts,
        ends,
    )


def totals(counts: np.ndarray) -> np.ndarray:
    return np.concatenate(([0], np.cumsum(counts)))


@pytest.mark.parametrize("zone", ZONES)
def test_working_seconds(zone: str) -> None:
    random = np.random.default_rng(sum(zone.encode()))
    for _ in range(CALENDARS):
        drawn = case(zone, random)
        total = totals(drawn.plain)
        expected = 60 * (total[drawn.ends - drawn.low] - total[drawn.starts - drawn.low])
        starts, ends = (np.datetime64(FIRST, "us") + m * np.timedelta64(1, "m") for m in (drawn.starts, drawn.ends))
        np.testing.assert_array_equal(drawn.calendar.working_seconds(starts, ends), expected)
        np.testing.assert_array_equal(drawn.calendar.working_seconds(ends, starts), -expected)


@pytest.mark.parametrize("zone", ZONES)
def test_explanations_and_due_times(zone: str) -> None:
    random = np.random.default_rng(sum(zone.encode()) + 1)
    for _ in range(CALENDARS):
        drawn = case(zone, random)
        total = totals(drawn.paused)
        for start, end in zip(drawn.starts.tolist(), drawn.ends.tolist(), strict=True):
            counted, reached = np.zeros(end - start, dtype=bool), start
            for span in explain(at(start), at(end), drawn.calendar, drawn.pauses):
                first, last = (span.start - FIRST) // MINUTE, (span.end - FIRST) // MINUTE
                assert reached == first < last
                counted[first - start : last - start] = span.counted
                reached = last
            assert reached == end
            np.testing.assert_array_equal(counted, drawn.paused[start - drawn.low : end - drawn.low])
            before, after = total[start - drawn.low], total[end - drawn.low]
            target = int(random.integers(0, after - before, endpoint=True))
            when = int(np.searchsorted(total, before + target)) + drawn.low if target else start
            assert due(at(start), target * 60, drawn.calendar, drawn.pauses) == at(when)


def test_the_oracle_knows_the_clocks() -> None:
    """Counted by hand: in Berlin the night from 0 to 6 has five hours on 29 March 2026, seven on 25 October."""
    whole = slice(0, MINUTES)
    counts = open_minutes("Europe/Berlin", {weekday: [(0, 360)] for weekday in range(1, 8)}, set(), {}, [], whole)
    for day, hours in ((date(2026, 3, 29), 5), (date(2026, 10, 25), 7), (date(2026, 6, 1), 6)):
        ten = (datetime.combine(day, time(10)) - FIRST) // MINUTE
        assert counts[ten - 720 : ten].sum() == hours * 60
