"""Clocks on working time: counted by hand, and what holds for every clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualityloop.analysis.calendar import Pause, WorkingCalendar, because, china, clock, due, explain
from qualityloop.analysis.messages import AnalysisError

ZONE = ZoneInfo("Asia/Shanghai")
OFFICE = (("09:00", "12:00"), ("13:00", "18:00"))
CHINA = china(dict.fromkeys(range(1, 6), OFFICE))
HOUR = 3600


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


WAITING = Pause(at("2026-10-08 10:00"), at("2026-10-08 14:00"), "waiting for the customer")


def test_every_stretch_with_its_reason() -> None:
    """From the eve of National Day 2026 to the make-up Saturday after it, written down by hand."""
    spans = explain(at("2026-09-30 16:00"), at("2026-10-10 15:00"), CHINA, [WAITING])
    assert [(f"{s.end:%m-%d %H:%M}", s.counted, str(s.reason)) for s in spans] == [
        ("09-30 18:00", True, "working time"),
        ("10-01 00:00", False, "outside working hours"),
        ("10-08 00:00", False, "public holiday: National Day"),
        ("10-08 09:00", False, "outside working hours"),
        ("10-08 10:00", True, "working time"),
        ("10-08 12:00", False, "clock paused: waiting for the customer"),
        ("10-08 13:00", False, "lunch break 12:00–13:00"),
        ("10-08 14:00", False, "clock paused: waiting for the customer"),
        ("10-08 18:00", True, "working time"),
        ("10-09 09:00", False, "outside working hours"),
        ("10-09 12:00", True, "working time"),
        ("10-09 13:00", False, "lunch break 12:00–13:00"),
        ("10-09 18:00", True, "working time"),
        ("10-10 09:00", False, "outside working hours"),
        ("10-10 12:00", True, "make-up workday (National Day)"),
        ("10-10 13:00", False, "lunch break 12:00–13:00"),
        ("10-10 15:00", True, "make-up workday (National Day)"),
    ]
    assert "国庆节" in spans[2].reason.in_language("zh")
    assert sum(s.seconds for s in spans if s.counted) == 20 * HOUR  # 2 + 1 + 4 + 8 + 3 + 2


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2026-10-08 17:00", 1, "2026-10-08 18:00"),  # the first instant, not the next morning
        ("2026-10-08 17:00", 1.5, "2026-10-09 09:30"),
        ("2026-10-09 11:30", 1, "2026-10-09 13:30"),  # over lunch
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # Friday, and the make-up Saturday counts
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # over seven holidays
        ("2026-02-13 17:00", 10, "2026-02-24 10:00"),  # Friday 1 h, make-up Saturday 8 h, nine days off, Tuesday 1 h
        ("2026-10-03 03:00", 0, "2026-10-03 03:00"),
        ("2027-10-01 09:00", 8, "2027-10-01 18:00"),  # not published: an ordinary Friday
    ],
)
def test_due_counted_by_hand(start: str, hours: float, expected: str) -> None:
    assert due(at(start), hours * HOUR, CHINA) == at(expected)


def test_a_pause_without_end_holds_the_clock() -> None:
    waits = [Pause(at("2026-10-09 10:00"), None, "spare part ordered")]
    assert due(at("2026-10-09 09:00"), HOUR, CHINA, waits) == at("2026-10-09 10:00")
    assert due(at("2026-10-09 09:00"), HOUR + 1, CHINA, waits) is None
    held = clock(at("2026-10-09 09:00"), 2 * HOUR, CHINA, now=at("2026-10-12 09:00"), pauses=waits)
    assert (held.used, held.remaining, held.due, held.breached) == (HOUR, HOUR, None, False)


def test_pauses_that_overlap_stop_the_clock_once() -> None:
    waits = [
        Pause(at("2026-10-09 09:30"), at("2026-10-09 10:30"), "customer"),
        Pause(at("2026-10-09 10:00"), at("2026-10-09 11:00"), "supplier"),
    ]
    assert due(at("2026-10-09 09:00"), HOUR, CHINA, waits) == at("2026-10-09 11:30")
    names = [s.reason.params["name"] for s in explain(at("2026-10-09 09:00"), at("2026-10-09 12:00"), CHINA, waits)
             if not s.counted]  # fmt: skip
    assert names == ["customer", "supplier"]


def test_the_clock_of_a_ticket() -> None:
    start, target = at("2026-10-09 17:00"), 4 * HOUR
    early = clock(start, target, CHINA, now=at("2026-10-10 10:00"))
    assert (early.used, early.remaining, early.breached) == (2 * HOUR, 2 * HOUR, False)
    assert early.due == at("2026-10-10 12:00")
    assert early.doubt is None
    assert not clock(start, target, CHINA, now=at("2026-10-10 13:00")).breached  # exactly used up, still in time
    late = clock(start, target, CHINA, now=at("2026-10-12 09:00"), stopped=at("2026-10-10 14:00"))
    assert (late.used, late.remaining, late.breached) == (5 * HOUR, -HOUR, True)
    assert clock(start, target, CHINA, now=at("2026-10-09 08:00")).spans == ()


def test_why_in_a_few_words() -> None:
    spans = explain(at("2026-10-09 11:00"), at("2026-10-10 16:00"), CHINA)
    assert [str(text) for text in because(spans, CHINA)] == [
        "lunch break 12:00–13:00 does not count",
        "Saturday 2026-10-10: make-up workday (National Day)",
    ]


def test_days_beyond_the_published_years_are_said() -> None:
    first, last = at("2026-12-31 17:00"), at("2027-01-04 10:00")
    assert clock(first, HOUR, CHINA, now=first).doubt is None
    doubt = clock(first, 2 * HOUR, CHINA, now=first).doubt  # due in 2027
    assert str(doubt) == ("public holidays are known from 2024-01-01 to 2026-12-31; other days count as ordinary weeks")
    assert due(first, 2 * HOUR, CHINA) == at("2027-01-01 10:00")
    assert clock(first, HOUR, CHINA, now=last).doubt == doubt
    assert clock(last, HOUR, WorkingCalendar(week={1: OFFICE}), now=last).doubt is None


def test_zones_of_the_answers_are_those_of_the_question() -> None:
    naive = datetime(2026, 10, 9, 9)  # 17:00 in Shanghai
    assert due(naive, 2 * HOUR, CHINA) == datetime(2026, 10, 10, 2)
    berlin = naive.replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    answer = due(berlin, 2 * HOUR, CHINA)
    assert answer is not None
    assert (answer.isoformat(), str(answer.tzinfo)) == ("2026-10-10T04:00:00+02:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("says", "ask"),
    [
        ("not have that much working time", lambda: due(at("2026-10-09 09:00"), 1, WorkingCalendar())),
        ("working seconds from 0", lambda: due(at("2026-10-09 09:00"), -1, CHINA)),
        ("working seconds from 0", lambda: due(at("2026-10-09 09:00"), float("nan"), CHINA)),
        ("before the start", lambda: explain(at("2026-10-09 09:00"), at("2026-10-09 08:00"), CHINA)),
        ("ends before it begins: x",
         lambda: due(WAITING.start, 1, CHINA, [Pause(WAITING.start, WAITING.start - timedelta(1), "x")])),
    ],
)  # fmt: skip
def test_impossible_questions_are_refused(says: str, ask: object) -> None:
    with pytest.raises(AnalysisError, match=says):
        ask()  # type: ignore[operator]


# What holds for every clock ---------------------------------------------------------------------------------------

moments = st.datetimes(datetime(2023, 12, 1), datetime(2027, 2, 1))
lengths = st.integers(0, 30 * 86_400_000_000).map(lambda micros: timedelta(microseconds=micros))
stops = st.lists(st.tuples(st.integers(0, 40 * 86_400), st.integers(0, 9 * 86_400)), max_size=4)
hours = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda edges: tuple(
        (f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}")
        for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    )
)
calendars = st.builds(
    lambda week, zone: china(week, zone=zone),
    st.dictionaries(st.integers(1, 7), hours, min_size=1),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]),
)


def told(start: datetime, drawn: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(start + timedelta(seconds=a), start + timedelta(seconds=a + b), f"pause {a}") for a, b in drawn]


def seconds(start: datetime, end: datetime, calendar: WorkingCalendar) -> float:
    stamps = (np.array([moment], "datetime64[us]") for moment in (start, end))
    return float(calendar.working_seconds(*stamps)[0])


@settings(max_examples=150, deadline=None)
@given(moments, lengths, calendars, stops)
def test_spans_touch_and_add_up(start: datetime, length: timedelta, calendar: WorkingCalendar, drawn: list) -> None:
    end, pauses = start + length, told(start, drawn)
    plain, paused = explain(start, end, calendar), explain(start, end, calendar, pauses)
    for spans in (plain, paused):
        edges = [start, *(s.end for s in spans)]
        assert [s.start for s in spans] == edges[:-1]
        assert edges[-1] == end
        assert all(s.start < s.end for s in spans)
        assert all((a.counted, a.reason) != (b.counted, b.reason) for a, b in pairwise(spans))
    assert sum(s.seconds for s in plain if s.counted) == pytest.approx(seconds(start, end, calendar), abs=1e-5)
    stopped = sum(s.seconds for s in paused if s.reason.msgid.startswith("clock paused"))
    counted = sum(s.seconds for s in paused if s.counted)
    assert counted + stopped == pytest.approx(seconds(start, end, calendar), abs=1e-5)
    for span in plain:
        assert seconds(span.start, span.end, calendar) == pytest.approx(span.seconds * span.counted, abs=1e-5)


@settings(max_examples=150, deadline=None)
@given(moments, st.integers(0, 200 * 3600), calendars)
def test_due_is_the_inverse_of_working_seconds(start: datetime, target: int, calendar: WorkingCalendar) -> None:
    when = due(start, target, calendar)
    assert when is not None
    assert seconds(start, when, calendar) == pytest.approx(target, abs=1e-5)
    if target:  # and the first such instant
        assert seconds(start, when - timedelta(seconds=1), calendar) < target


@settings(max_examples=150, deadline=None)
@given(
    moments, st.integers(1, 100 * 3600), calendars, st.tuples(st.integers(0, 40 * 86_400), st.integers(0, 9 * 86_400))
)
def test_a_pause_moves_the_due_time_by_the_working_time_paused(
    start: datetime, target: int, calendar: WorkingCalendar, drawn: tuple[int, int]
) -> None:
    (pause,) = told(start, [drawn])
    assert pause.end is not None
    plain, moved = due(start, target, calendar), due(start, target, calendar, [pause])
    assert plain is not None
    assert moved is not None
    if pause.start >= plain:
        assert moved == plain
    else:
        assert seconds(plain, moved, calendar) == pytest.approx(seconds(pause.start, pause.end, calendar), abs=1e-5)


def test_own_days_overrule_the_public_ones() -> None:
    own = CHINA.with_days([date(2026, 5, 9), date(2026, 8, 7)], {date(2026, 10, 1): (("09:00", "12:00"),)})
    assert own.hours_on(date(2026, 5, 9)) == own.hours_on(date(2026, 8, 7)) == ()
    assert own.hours_on(date(2026, 10, 1)) == (("09:00", "12:00"),)
    reasons = [str(s.reason) for s in explain(at("2026-10-01 09:00"), at("2026-10-01 12:00"), own)]
    assert reasons == ["make-up workday"]
    assert {str(s.reason) for s in explain(at("2026-08-07 00:00"), at("2026-08-08 00:00"), own)} == {"holiday"}
