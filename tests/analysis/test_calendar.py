"""Working time: hand-counted cases, and an oracle that walks minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualityloop.analysis.calendar import WorkingCalendar
from qualityloop.analysis.messages import AnalysisError

OFFICE = (("09:00", "12:00"), ("13:00", "18:00"))
CALENDAR = WorkingCalendar(
    zone="Asia/Shanghai",
    week=dict.fromkeys(range(1, 6), OFFICE),
    holidays=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    workdays={date(2026, 10, 10): (("10:00", "16:00"),)},
)


def instants(*texts: str | None, zone: str = "Asia/Shanghai") -> np.ndarray:
    """UTC instants of wall clock times."""
    values = [
        None if t is None else datetime.fromisoformat(t).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for t in texts
    ]
    return np.array([np.datetime64("NaT") if v is None else v.replace(tzinfo=None) for v in values], "datetime64[us]")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-10-09 11:30", "2026-10-09 13:30", 1.0),  # half an hour each side of lunch
        ("2026-10-09 17:00", "2026-10-10 11:00", 2.0),  # Friday 17–18, make-up Saturday 10–11
        ("2026-09-30 17:00", "2026-10-05 10:00", 2.0),  # two holidays and a weekend between
        ("2026-10-01 09:00", "2026-10-02 18:00", 0.0),  # inside a holiday
        ("2026-10-09 13:30", "2026-10-09 11:30", -1.0),  # the wrong way round
        ("2026-10-09 09:00", "2026-10-09 18:00", 8.0),
    ],
)
def test_hand_counted(start: str, end: str, hours: float) -> None:
    assert CALENDAR.working_seconds(instants(start), instants(end)) == pytest.approx([hours * 3600])


def test_missing_instants_stay_missing() -> None:
    seconds = CALENDAR.working_seconds(instants("2026-10-09 09:00", None), instants(None, "2026-10-09 09:00"))
    assert np.isnan(seconds).all()


def test_a_night_shift_across_the_change_to_summer_time() -> None:
    night = WorkingCalendar(zone="Europe/Berlin", week=dict.fromkeys(range(1, 8), (("00:00", "06:00"),)))
    # On 29 March 2026 clocks jump from 2 to 3: the shift has five real hours; on 25 October it has seven.
    for day, hours in (("2026-03-29", 5), ("2026-10-25", 7), ("2026-06-01", 6)):
        seconds = night.working_seconds(
            instants(f"{day} 00:00", zone="Europe/Berlin"), instants(f"{day} 12:00", zone="Europe/Berlin")
        )
        assert seconds == pytest.approx([hours * 3600])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 20 * 1440),
    st.integers(0, 20 * 1440),
    st.lists(st.integers(0, 24 * 4), min_size=2, max_size=6, unique=True),
    st.sets(st.integers(0, 20), max_size=4),
)
def test_agrees_with_walking_minute_by_minute(first: int, second: int, edges: list[int], holidays: set[int]) -> None:
    quarters = sorted(edges)[: len(edges) // 2 * 2]
    spans = [(quarters[i] * 15, quarters[i + 1] * 15) for i in range(0, len(quarters), 2)]
    hours = tuple((f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}") for a, b in spans)
    origin = datetime(2026, 3, 1)
    off = {(origin + timedelta(days=d)).date() for d in holidays}
    calendar = WorkingCalendar(zone="UTC", week=dict.fromkeys((1, 2, 3, 4, 6), hours), holidays=frozenset(off))
    walked = 0
    for minute in range(min(first, second), max(first, second)):
        at = origin + timedelta(minutes=minute)
        open_day = at.isoweekday() in (1, 2, 3, 4, 6) and at.date() not in off
        walked += open_day and any(a <= at.hour * 60 + at.minute < b for a, b in spans)
    expected = walked * 60 * (1 if second >= first else -1)
    start, end = (np.array([origin + timedelta(minutes=m)], "datetime64[us]") for m in (first, second))
    assert calendar.working_seconds(start, end) == pytest.approx([expected])


@pytest.mark.parametrize(
    "hours", [(("09:00", "08:00"),), (("09:00", "12:00"), ("11:00", "13:00")), (("9 o'clock", "12:00"),)]
)
def test_impossible_hours_are_refused(hours: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(AnalysisError):
        WorkingCalendar(zone="UTC", week={1: hours}).working_seconds(
            instants("2026-10-09 09:00"), instants("2026-10-09 10:00")
        )


def test_round_trip_through_plain_data() -> None:
    again = WorkingCalendar.from_json(CALENDAR.to_json())
    assert again.hours_on(date(2026, 10, 10)) == (("10:00", "16:00"),)
    assert again.to_json() == CALENDAR.to_json()
