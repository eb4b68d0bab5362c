"""Working calendars as documents: what was typed, the calendar it makes, the year that is drawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.standards.calendars.content import begun, calendar_from, check, spans
from qualityloop.standards.calendars.year import totals, what_is, year_of
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Content, Version

OFFICE = Text("办公", "Office")


def content(**more: Any) -> Content:
    return {**begun(OFFICE), **more}


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", ()),
        ("9:00-12:00", (("09:00", "12:00"),)),
        ("13:00–18:00, 09:00–12:00", (("09:00", "12:00"), ("13:00", "18:00"))),
        ("08:00至12:00；14:00~24:00", (("08:00", "12:00"), ("14:00", "24:00"))),
    ],
)
def test_hours_as_people_type_them(text: str, pairs: Any) -> None:
    assert spans(text) == pairs


@pytest.mark.parametrize(
    "text", ["nine to five", "09:00", "09:00-25:00", "09:00-12:00 11:00-13:00", "12:00-09:00", "09:60-10:00"]
)
def test_what_is_no_list_of_hours_is_refused(text: str) -> None:
    with pytest.raises(AnalysisError):
        spans(text)


def test_public_holidays_make_up_days_and_days_of_ones_own() -> None:
    days = [
        {"day": "2026-10-10", "hours": "", "reason": "年会"},  # a make-up Saturday that this house takes off
        {"day": "2026-10-02", "hours": "10:00-12:00", "reason": "国庆值班"},
        {"day": "2026-10-14", "hours": "", "reason": "搬迁"},
    ]
    calendar = calendar_from(content(days=days, make_up="09:00-12:00"))
    assert calendar.hours_on(date(2026, 10, 1)) == ()
    assert calendar.hours_on(date(2026, 10, 2)) == (("10:00", "12:00"),)
    assert calendar.hours_on(date(2026, 10, 10)) == ()
    assert calendar.hours_on(date(2026, 10, 14)) == ()
    assert calendar.hours_on(date(2026, 9, 20)) == (("09:00", "12:00"),)  # make-up Sunday for National Day
    assert calendar.names[date(2026, 10, 14)].zh == "搬迁"


def test_the_year_has_every_day_once_with_what_it_is() -> None:
    calendar = calendar_from(content())
    months = year_of(calendar, frozenset(), 2026, "zh")
    counted = totals(months)
    assert sum(counted.values()) == 365
    assert counted["holiday"] == 33  # of the notice for 2026
    assert counted["makeup"] == 6
    assert what_is(calendar, frozenset(), date(2026, 10, 10)) == "makeup"
    october = months[9]
    first = next(day for week in october.weeks for day in week if day and day.number == 1)
    assert (first.what, first.mark) == ("holiday", "休")
    assert "国庆节" in first.said


def test_every_fault_has_its_field() -> None:
    wrong = content(
        zone="Asia/Nowhere",
        week={**begun(OFFICE)["week"], "3": "morning"},
        days=[{"day": "2026-02-30", "hours": "", "reason": "x"}, {"day": "2026-05-06", "hours": "9-5", "reason": ""}],
    )
    assert [f.field for f in check(wrong)] == ["zone", "week.3", "days.0.day", "days.1.reason", "days.1.hours"]
    assert check(content()) == []


@pytest.mark.django_db
def test_a_calendar_on_its_pages(writing: Client, release: Callable[..., Version]) -> None:
    answer = writing.post("/standards/calendars/new/", {"key": "office", "name_zh": "客服工时", "reason": "首版"})
    url = "/standards/calendars/office/1/"
    assert answer["Location"] == f"{url}edit/"
    form = {
        "name.zh": "客服工时", "name.en": "", "zone": "Asia/Shanghai", "public": "china", "make_up": "",
        **{f"week.{day}": "09:00-12:00, 13:00-18:00" for day in range(1, 6)}, "week.6": "", "week.7": "25:00",
        "days.0.day": "2026-05-06", "days.0.hours": "", "days.0.reason": "盘点", "reason": "首版",
    }  # fmt: skip
    found = writing.post(f"{url}check/", form).json()["faults"]
    assert list(found) == ["week.7"]
    writing.post(f"{url}edit/", form)
    page = writing.get(f"{url}edit/").content.decode()
    assert 'value="25:00"' in page
    assert found["week.7"].split("”")[0] in page
    assert "还有 1 处不对" in writing.get(url).content.decode()
    writing.post(f"{url}edit/", {**form, "week.7": ""})
    release(Version.objects.get(document__key="office"))
    page = writing.get(f"{url}?year=2026").content.decode()
    assert page.count("ql-year__day--holiday") == 33 + 1  # and the legend
    assert page.count("ql-year__day--off") == 1 + 1
    assert "盘点" in page
    assert "public holidays" not in page
    assert "法定节假日" in writing.get(f"{url}?year=2030").content.decode()
    assert writing.get(f"{url}?year=0").status_code == 200


@pytest.mark.django_db
def test_two_calendars_are_compared_day_by_day(writing: Client, author: Any, release: Callable[..., Version]) -> None:
    made = services.document_create(actor=author, kind="calendars", key="office", content=content())
    release(made)
    changed = content(days=[{"day": "2026-12-31", "hours": "09:00-12:00", "reason": "年终"}])
    services.draft_create(actor=author, document=made.document, content=changed)
    page = writing.get("/standards/calendars/office/compare/").content.decode()
    assert "2026-12-31" in page
    assert "年终" in page
