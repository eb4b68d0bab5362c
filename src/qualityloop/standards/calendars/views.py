"""Beginning and editing a working calendar."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from qualityloop.foundation.permissions import requires
from qualityloop.standards import permissions
from qualityloop.standards.calendars.content import PUBLIC, WEEKDAYS, begun, name_of
from qualityloop.standards.calendars.kind import CALENDARS
from qualityloop.standards.versions.drafting import begin_page, check_answer, draft_of, edit_page
from qualityloop.standards.versions.models import Content, Version

MOST_DAYS = 400
SPARE = 3  # empty rows for more days


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin with an office week and the public holidays of China."""
    return begin_page(request, CALENDARS, begun)


@requires(permissions.EDIT)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The form of a draft."""
    version = draft_of(CALENDARS, key, number)
    return edit_page(
        request, version, CALENDARS, read=typed, template="standards/calendars/edit.html", context=_context
    )


@requires(permissions.EDIT)
@require_POST
def instant_check(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """What is wrong with the form as it stands."""
    return check_answer(CALENDARS, typed(draft_of(CALENDARS, key, number).content, request.POST))


def typed(content: Content, post: QueryDict) -> Content:
    """The content as the form has it."""
    days = []
    for place in range(MOST_DAYS):
        if f"days.{place}.day" not in post:
            break
        row = {name: post.get(f"days.{place}.{name}", "").strip()[:200] for name in ("day", "hours", "reason")}
        if any(row.values()):
            days.append(row)
    return {
        **content,
        "name": {language: post.get(f"name.{language}", "").strip()[:200] for language in ("zh", "en")},
        "zone": post.get("zone", "").strip()[:64],
        "public": "china" if post.get("public") == "china" else "",
        "week": {day: post.get(f"week.{day}", "").strip()[:200] for day in WEEKDAYS},
        "make_up": post.get("make_up", "").strip()[:200],
        "days": days,
    }


def _context(request: HttpRequest, version: Version, content: Content, said: dict[str, str]) -> dict[str, Any]:
    language = get_language() or "zh"
    week = content.get("week", {})
    days = [*content.get("days", []), *({"day": "", "hours": "", "reason": ""} for _ in range(SPARE))]
    return {
        "name": name_of(content),
        "zones": sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")),
        "public": [(key, text.in_language(language), key == content.get("public", "")) for key, text in PUBLIC.items()],
        "week": [
            (day, label.in_language(language), week.get(day, ""), said.get(f"week.{day}", ""))
            for day, label in WEEKDAYS.items()
        ],
        "days": [
            (place, row, {name: said.get(f"days.{place}.{name}", "") for name in ("day", "hours", "reason")})
            for place, row in enumerate(days)
        ],
    }
