"""A working calendar as the content of a version, as it was typed; `calendar_of` makes a calendar of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from zoneinfo import available_timezones

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qualityloop.analysis.calendar import WorkingCalendar, china
from qualityloop.analysis.messages import AnalysisError, Text, message
from qualityloop.standards.versions.kinds import ContentError, Fault, Section
from qualityloop.standards.versions.models import Content, Version

Spans = tuple[tuple[str, str], ...]
WEEKDAYS = {
    "1": Text("星期一", "Monday"),
    "2": Text("星期二", "Tuesday"),
    "3": Text("星期三", "Wednesday"),
    "4": Text("星期四", "Thursday"),
    "5": Text("星期五", "Friday"),
    "6": Text("星期六", "Saturday"),
    "7": Text("星期日", "Sunday"),
}
OFFICE = "09:00-12:00, 13:00-18:00"
PUBLIC = {"": Text("无", "None"), "china": Text("中国大陆法定节假日与调休", "Mainland China, with make-up days")}
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")
_BETWEEN = re.compile(r"[\s,，、;；]*")


def begun(name: Text) -> Content:
    """An office week with the public holidays of China."""
    week = {day: OFFICE if int(day) <= 5 else "" for day in WEEKDAYS}
    named = {"zh": name.zh, "en": name.en}
    return {"name": named, "zone": "Asia/Shanghai", "public": "china", "week": week, "make_up": "", "days": []}


def name_of(content: Content) -> Text:
    """What the calendar calls itself."""
    name = content.get("name") or {}
    return Text(str(name.get("zh", "")), str(name.get("en", "")))


def spans(text: str) -> Spans:
    """ "09:00-12:00, 13:00-18:00" as pairs; nothing for an empty text; AnalysisError where it is no such list."""
    found, at = [], _end_of_gap(text, 0)
    while at < len(text):
        match = _SPAN.match(text, at)
        if match is None:
            raise AnalysisError(message("“{text}” is no list of hours; write it like 09:00-12:00", text=text[:60]))
        found.append((match[1].rjust(5, "0"), match[2].rjust(5, "0")))
        at = _end_of_gap(text, match.end())
    made = tuple(sorted(found))
    WorkingCalendar(week={1: made}).hours_on(date(2026, 1, 5))  # refuses what overlaps or is no time of day
    return made


def _end_of_gap(text: str, at: int) -> int:
    gap = _BETWEEN.match(text, at)
    return gap.end() if gap else at


def check(content: Content) -> list[Fault]:
    """Everything that is wrong with a calendar."""
    name, found = name_of(content), []
    if not name.zh and not name.en:
        found.append(Fault("name.zh", message("“{name}” is missing.", name="name"), Text("名称", "Name")))
    zone = str(content.get("zone", ""))
    if zone not in available_timezones():
        found.append(Fault("zone", message("There is no time zone “{zone}”.", zone=zone[:60]), Text("时区", "Zone")))
    hours = {f"week.{day}": (str(text), WEEKDAYS[day]) for day, text in content.get("week", {}).items()}
    hours["make_up"] = (str(content.get("make_up", "")), Text("调休上班", "Make-up days"))
    for field, (text, label) in hours.items():
        found += _hours_fault(field, text, label)
    if not any(str(text).strip() for text in content.get("week", {}).values()):
        found.append(Fault("week.1", message("The week has no working hours at all."), WEEKDAYS["1"]))
    return found + _day_faults(content)


def _hours_fault(field: str, text: str, label: Text) -> list[Fault]:
    try:
        spans(text)
    except AnalysisError as error:
        return [Fault(field, error.text, label)]
    return []


def _day_faults(content: Content) -> list[Fault]:
    found, seen = [], set()
    for place, row in enumerate(content.get("days", [])):
        text = str(row.get("day", ""))
        label = Text(f"{text or place + 1}", f"{text or place + 1}")
        day = day_of(text)
        if day is None:
            problem = message("“{text}” is not a date; write it like 2026-01-31", text=text[:40])
            found.append(Fault(f"days.{place}.day", problem, label))
        elif day in seen:
            found.append(Fault(f"days.{place}.day", message("“{name}” is there twice.", name=text), label))
        seen.add(day)
        if not str(row.get("reason", "")).strip():
            found.append(Fault(f"days.{place}.reason", message("Say why."), label))
        found += _hours_fault(f"days.{place}.hours", str(row.get("hours", "")), label)
    return found


def day_of(text: str) -> date | None:
    """A date that somebody typed, None where it is none."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def calendar_from(content: Content) -> WorkingCalendar:
    """The calendar that a content describes; ContentError with everything that is wrong."""
    faults = check(content)
    if faults:
        raise ContentError(faults)
    week = {int(day): spans(str(text)) for day, text in content["week"].items() if str(text).strip()}
    zone = str(content["zone"])
    if content.get("public") == "china":
        make_up = spans(str(content.get("make_up", "")))
        base = china(week, zone=zone, make_up=make_up or None)
    else:
        base = WorkingCalendar(zone=zone, week=week)
    own = {day_of(row["day"]): row for row in content.get("days", [])}
    free = [day for day, row in own.items() if day and not str(row.get("hours", "")).strip()]
    worked = {day: spans(str(row["hours"])) for day, row in own.items() if day and str(row.get("hours", "")).strip()}
    made = base.with_days(free, worked)
    # a day that is free by one's own list is free even where the public calendar makes up for something
    workdays = {day: hours for day, hours in made.workdays.items() if day not in set(free)}
    names = {day: Text(row["reason"], row["reason"]) for day, row in own.items() if day}
    return replace(made, workdays=workdays, names={**made.names, **names})


@lru_cache(maxsize=64)
def _calendar(content_json: str) -> WorkingCalendar:
    return calendar_from(Version(content_json=content_json).content)


def calendar_of(version: Version) -> WorkingCalendar:
    """The calendar of a version."""
    return _calendar(version.content_json)


def sections(content: Content) -> Sequence[Section]:
    """The content as tables in the active language."""
    language = get_language() or "zh"
    name, value, week = name_of(content), _("Value"), content.get("week", {})
    head = {
        "name.zh": (_("Name (Chinese)"), {"value": name.zh}),
        "name.en": (_("Name (English)"), {"value": name.en}),
        "zone": (_("Time zone"), {"value": str(content.get("zone", ""))}),
        "public": (_("Public holidays"), {"value": _public(content).in_language(language)}),
        "make_up": (_("Hours on make-up days"), {"value": str(content.get("make_up", ""))}),
    }
    hours: Mapping[str, tuple[str, dict[str, str]]] = {
        day: (label.in_language(language), {"value": str(week.get(day, ""))}) for day, label in WEEKDAYS.items()
    }
    days = {
        str(r.get("day", "")): (str(r.get("day", "")), {k: str(r.get(k, "")) for k in ("hours", "reason")})
        for r in content.get("days", [])
    }
    return [
        Section("head", _("The calendar"), {"value": value}, head),
        Section("week", _("Working hours"), {"value": value}, hours),
        Section("days", _("Days of one's own"), {"hours": _("Working hours"), "reason": _("Reason")}, days),
    ]


def _public(content: Content) -> Text:
    return PUBLIC.get(str(content.get("public", "")), PUBLIC[""])
