"""The demo department's written standards: shipped score sheets, process maps and SOPs, in force from the first day."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from qualityloop.demo.stories import MONTHS, UNTIL

REASON = "沿用随附模板"


def first_day() -> datetime:
    """The first instant of the month in which the demo data begin, in the organisation's zone."""
    from django.utils import timezone

    month = UNTIL.year * 12 + UNTIL.month - MONTHS
    return timezone.make_aware(datetime.combine(UNTIL.replace(year=month // 12, month=month % 12 + 1, day=1), time.min))


def make_documents() -> int:
    """Put the documents that are missing in force; those that exist stay as they are. Django must be set up."""
    from qualityloop.foundation.models import User
    from qualityloop.standards.models import Document
    from qualityloop.standards.process_maps.writing import WRITING as MAPS
    from qualityloop.standards.score_sheets.writing import WRITING as SHEETS
    from qualityloop.standards.sops.writing import WRITING as SOPS
    from qualityloop.standards.versions import services

    director: Any = User.objects.filter(role="director").order_by("pk").first()
    reviewer: Any = User.objects.filter(role="qc").order_by("pk").first()
    made = 0
    for writing in (SHEETS, MAPS, SOPS):
        for key, _name in writing.shelf():
            if Document.objects.filter(kind=writing.kind.key, key=key).exists():
                continue
            content = {**writing.data(writing.shipped(key)), "key": key}
            version = services.document_create(
                actor=director, kind=writing.kind.key, key=key, content=content, reason=REASON
            )
            version = services.review(actor=reviewer, version=version)
            services.put_in_force(actor=director, version=version, valid_from=first_day())
            made += 1
    return made
