"""The public calendar of China against the words of the notices, and days counted by hand."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from qualityloop.analysis.calendar import WorkingCalendar, china, notices, own_days
from qualityloop.analysis.messages import AnalysisError

OFFICE = (("09:00", "12:00"), ("13:00", "18:00"))
FIVE_DAYS = china(dict.fromkeys(range(1, 6), OFFICE))

# The clauses of the three notices as they were published (the two days joined to a weekend: only themselves)
PUBLISHED = {
    2024: """
        一、元旦:1月1日放假,与周末连休。
        二、春节:2月10日至17日放假调休,共8天。2月4日(星期日)、2月18日(星期日)上班。
        三、清明节:4月4日至6日放假调休,共3天。4月7日(星期日)上班。
        四、劳动节:5月1日至5日放假调休,共5天。4月28日(星期日)、5月11日(星期六)上班。
        五、端午节:6月10日放假,与周末连休。
        六、中秋节:9月15日至17日放假调休,共3天。9月14日(星期六)上班。
        七、国庆节:10月1日至7日放假调休,共7天。9月29日(星期日)、10月12日(星期六)上班。
    """,
    2025: """
        一、元旦:1月1日(周三)放假1天,不调休。
        二、春节:1月28日(农历除夕、周二)至2月4日(农历正月初七、周二)放假调休,共8天。1月26日(周日)、2月8日(周六)上班。
        三、清明节:4月4日(周五)至6日(周日)放假,共3天。
        四、劳动节:5月1日(周四)至5日(周一)放假调休,共5天。4月27日(周日)上班。
        五、端午节:5月31日(周六)至6月2日(周一)放假,共3天。
        六、国庆节、中秋节:10月1日(周三)至8日(周三)放假调休,共8天。9月28日(周日)、10月11日(周六)上班。
    """,
    2026: """
        一、元旦:1月1日(周四)至3日(周六)放假调休,共3天。1月4日(周日)上班。
        二、春节:2月15日(农历腊月二十八、周日)至23日(农历正月初七、周一)放假调休,共9天。2月14日(周六)、2月28日(周六)上班。
        三、清明节:4月4日(周六)至6日(周一)放假,共3天。
        四、劳动节:5月1日(周五)至5日(周二)放假调休,共5天。5月9日(周六)上班。
        五、端午节:6月19日(周五)至21日(周日)放假,共3天。
        六、中秋节:9月25日(周五)至27日(周日)放假,共3天。
        七、国庆节:10月1日(周四)至7日(周三)放假调休,共7天。9月20日(周日)、10月10日(周六)上班。
    """,
}
DAY = re.compile(r"(?:(\d+)月)?(\d+)日(?:\((?:[^()]*、)?(?:周|星期)(.)\))?")


def read(year: int, text: str) -> list[date]:
    """The days that a clause names; the weekday it gives must be right."""
    days, month = [], 0
    for found in DAY.finditer(text):
        month = int(found[1] or month)
        days.append(date(year, month, int(found[2])))
        assert found[3] in {None, "一二三四五六日"[days[-1].weekday()]}, found[0]
    return days


def clauses(year: int) -> list[tuple[str, list[date], list[date]]]:
    """Name, days off, days of work."""
    result = []
    for name, off, rest in re.findall(r"、(\D+?):(.+?)放假(.*)", PUBLISHED[year]):
        first, *last = read(year, off)
        days = [first + timedelta(n) for n in range(((last or [first])[0] - first).days + 1)]
        told = re.search(r"(?:共|^)(\d)天", rest)
        assert not told or len(days) == int(told[1])
        result.append((name, days, read(year, rest)))
    return result


@pytest.mark.parametrize("year", PUBLISHED)
def test_days_and_names_are_those_of_the_notice(year: int) -> None:
    published = clauses(year)
    assert len(published) == (6 if year == 2025 else 7)
    calendar = china({1: OFFICE}, [year])
    assert calendar.holidays == {day for _, off, _ in published for day in off}
    assert set(calendar.workdays) == {day for _, _, work in published for day in work}
    assert {day: name.zh for day, name in calendar.names.items()} == {
        day: name for name, off, work in published for day in (*off, *work)
    }
    assert all(name.en.isascii() for name in calendar.names.values())
    assert calendar.covered == (date(year, 1, 1), date(year, 12, 31))


def test_the_notices_are_named() -> None:
    assert [(n.year, n.number, n.issued) for n in notices()] == [
        (2024, "国办发明电〔2023〕7号", date(2023, 10, 25)),
        (2025, "国办发明电〔2024〕12号", date(2024, 11, 12)),
        (2026, "国办发明电〔2025〕7号", date(2025, 11, 4)),
    ]
    assert all(n.title == f"国务院办公厅关于{n.year}年部分节假日安排的通知" for n in notices())


def worked(first: date, last: date) -> float:
    """Days of eight hours."""
    begin, end = (np.array([datetime(d.year, d.month, d.day)], "datetime64[us]") for d in (first, last))
    return float(FIVE_DAYS.working_seconds(begin, end)[0]) / 3600 / 8


@pytest.mark.parametrize(
    ("month", "days"),
    [  # weekdays (Mon–Fri), less those off, plus those made up for; counted on a paper calendar
        (1, 22 - 2 + 1),
        (2, 20 - 6 + 2),
        (3, 22),
        (4, 22 - 1),
        (5, 21 - 3 + 1),
        (6, 22 - 1),
        (7, 23),
        (8, 21),
        (9, 22 - 1 + 1),
        (10, 22 - 5 + 1),
        (11, 21),
        (12, 23),
    ],
)
def test_working_days_of_the_months_of_2026(month: int, days: int) -> None:
    assert worked(date(2026, month, 1), date(2026 + month // 12, month % 12 + 1, 1)) == days


@pytest.mark.parametrize(("year", "days"), [(2024, 262 - 19 + 8), (2025, 261 - 18 + 5), (2026, 261 - 19 + 6)])
def test_working_days_of_the_years(year: int, days: int) -> None:
    assert worked(date(year, 1, 1), date(year + 1, 1, 1)) == days


def test_days_outside_the_chosen_years_are_ordinary() -> None:
    only = china(dict.fromkeys(range(1, 6), OFFICE), [2025])
    assert only.hours_on(date(2026, 10, 1)) == OFFICE
    assert only.hours_on(date(2025, 10, 1)) == ()
    assert only.beyond(date(2025, 1, 1), date(2025, 12, 31)) is None
    assert only.beyond(date(2025, 1, 1), date(2026, 1, 1)) is not None
    assert only.beyond(date(2024, 12, 31), date(2025, 1, 1)) is not None


def test_hours_of_a_make_up_day() -> None:
    week = {1: OFFICE, 6: (("09:00", "12:00"),)}
    saturday = date(2026, 5, 9)
    assert china(week).hours_on(saturday) == OFFICE  # Monday's, not the short Saturday's
    assert china(week, make_up=(("10:00", "16:00"),)).hours_on(saturday) == (("10:00", "16:00"),)
    assert china(week).hours_on(date(2026, 5, 16)) == (("09:00", "12:00"),)


@pytest.mark.parametrize("years", [[], [2023], [2024, 2026], [2026, 2027]])
def test_years_that_are_not_there_are_refused(years: list[int]) -> None:
    with pytest.raises(AnalysisError, match="has the years 2024 to 2026"):
        china({1: OFFICE}, years)


def test_plain_data_keep_everything() -> None:
    again = WorkingCalendar.from_json(FIVE_DAYS.to_json())
    assert (again.names, again.covered, again.public) == (FIVE_DAYS.names, FIVE_DAYS.covered, "china")
    assert again.to_json() == FIVE_DAYS.to_json()
    assert own_days(again) == ([], {})


def test_a_calendar_written_before_names_were_kept_is_still_read() -> None:
    old = {"zone": "Asia/Shanghai", "week": {"1": [["09:00", "12:00"]]}, "holidays": ["2026-10-01"], "workdays": {}}
    calendar = WorkingCalendar.from_json(old)
    assert (calendar.names, calendar.covered, calendar.public) == ({}, None, "")
    assert calendar.to_json() == old
