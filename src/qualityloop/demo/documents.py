"""The demo department's written standards: shipped score sheets, process maps and SOPs, in force from the first day."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from qualityloop.demo import organisation as org
from qualityloop.demo.stories import MONTHS, UNTIL

REASON = "沿用随附模板"


def first_day() -> datetime:
    """The first instant of the month in which the demo data begin, in the organisation's zone."""
    from django.utils import timezone

    month = UNTIL.year * 12 + UNTIL.month - MONTHS
    return timezone.make_aware(datetime.combine(UNTIL.replace(year=month // 12, month=month % 12 + 1, day=1), time.min))


def make_documents() -> int:
    """Put the documents that are missing in force; those that exist stay as they are. Django must be set up."""
    from qualityloop.standards.process_maps.writing import WRITING as MAPS
    from qualityloop.standards.score_sheets.writing import WRITING as SHEETS
    from qualityloop.standards.sops.writing import WRITING as SOPS

    return sum(
        _in_force(writing.kind.key, key, {**writing.data(writing.shipped(key)), "key": key})
        for writing in (SHEETS, MAPS, SOPS)
        for key, _name in writing.shelf()
    )


def make_standard() -> int:
    """The department's own indicators (the after-sales template), calendar and SLA policy, in force likewise."""
    from qualityloop.analysis.indicators.loading import shipped_draft
    from qualityloop.analysis.messages import Text
    from qualityloop.standards.calendars.content import WEEKDAYS, begun
    from qualityloop.standards.calendars.kind import CALENDARS
    from qualityloop.standards.indicators.content import content_of_draft
    from qualityloop.standards.indicators.kind import INDICATORS
    from qualityloop.standards.sla.kind import SLA

    hours = ", ".join("-".join(span) for span in org.CALENDAR.week[1])
    week = {day: hours if int(day) in org.CALENDAR.week else "" for day in WEEKDAYS}
    calendar = {**begun(Text("服务中心工时日历", "Service centre calendar")), "week": week}
    return (
        _in_force(CALENDARS.key, "service-centre", calendar)
        + _in_force(INDICATORS.key, "after-sales", content_of_draft(shipped_draft("after-sales")))
        + _in_force(SLA.key, "after-sales", sla_policy())
    )


def sla_policy() -> dict[str, Any]:
    """Until when the department answers and solves, by priority; while a part is on its way the clock waits."""
    from qualityloop.demo.generation.events import PART_ORDERED
    from qualityloop.standards.sla.content import FIELDS

    rows = (
        ("企业客户", "", "企业客户", "30 min", "9 h"),
        ("高优先级", "高, 紧急", "", "30 min", "9 h"),
        ("中优先级", "中", "", "1 h", "18 h"),
        ("其他工单", "", "", "2 h", "36 h"),
    )
    return {
        "name": {"zh": "售后服务时限", "en": "After-sales deadlines"},
        "calendar": "service-centre",
        "pauses": f"{PART_ORDERED}, 挂起",
        "rules": [dict(zip(FIELDS, (k, p, "", t, first, last), strict=True)) for k, p, t, first, last in rows],
    }


def _in_force(kind: str, key: str, content: dict[str, Any]) -> int:
    """Write, review and release a document unless it is there; how many were made."""
    from qualityloop.foundation.models import User
    from qualityloop.standards.models import Document
    from qualityloop.standards.versions import services

    if Document.objects.filter(kind=kind, key=key).exists():
        return 0
    director: Any = User.objects.filter(role="director").order_by("pk").first()
    reviewer: Any = User.objects.filter(role="qc").order_by("pk").first()
    version = services.document_create(actor=director, kind=kind, key=key, content=content, reason=REASON)
    version = services.review(actor=reviewer, version=version)
    services.put_in_force(actor=director, version=version, valid_from=first_day())
    return 1
