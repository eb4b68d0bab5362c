"""The kind of document 工时日历."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qualityloop.standards.calendars import content
from qualityloop.standards.calendars.year import WORDS, totals, year_of
from qualityloop.standards.versions.kinds import ContentError, Kind, register_kind
from qualityloop.standards.versions.models import Version
from qualityloop.standards.versions.shapes import BOTH


def shown(request: HttpRequest, version: Version) -> dict[str, Any]:
    """The year view of a version, and its week."""
    language = get_language() or "zh"
    found = version.content
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and 2000 <= int(text) <= 2099 else timezone.localdate().year
    week = [
        (label.in_language(language), found.get("week", {}).get(day, "")) for day, label in content.WEEKDAYS.items()
    ]
    context: dict[str, Any] = {
        "year": year,
        "before": year - 1,
        "after": year + 1,
        "week": week,
        "zone": found.get("zone"),
    }
    context["public"] = content.PUBLIC.get(found.get("public", ""), content.PUBLIC[""])
    try:
        calendar = content.calendar_of(version)
    except ContentError:
        return context
    own = frozenset(day for row in found.get("days", []) if (day := content.day_of(str(row.get("day", "")))))
    months = year_of(calendar, own, year, language)
    counted = totals(months)
    context["months"] = months
    context["initials"] = [
        label.in_language(language)[-1 if language.startswith("zh") else 0] for label in content.WEEKDAYS.values()
    ]
    context["legend"] = [
        (what, word.in_language(language), mark.in_language(language), counted[what])
        for what, (word, mark) in WORDS.items()
    ]
    context["doubt"] = calendar.beyond(date(year, 1, 1), date(year, 12, 31))
    context["own_days"] = sorted(found.get("days", []), key=lambda row: str(row.get("day", "")))
    return context


CALENDARS = register_kind(
    Kind(
        key="calendars",
        label=_("Working calendar"),
        plural=_("Working calendars"),
        icon="calendar",
        note=_("Which time counts: working hours, lunch breaks, public holidays, make-up days, and days of your own."),
        check=content.check,
        sections=content.sections,
        name=content.name_of,
        template="standards/calendars/content.html",
        editor="standards:calendars_edit",
        new="standards:calendars_new",
        context=shown,
        shape={
            "name": BOTH,
            "zone": str,
            "public": str,
            "make_up": str,
            "week": dict.fromkeys(content.WEEKDAYS, str),
            "days": [dict.fromkeys(("day", "hours", "reason"), str)],
        },
    )
)
