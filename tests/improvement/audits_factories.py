"""Standards in force and audit rounds, for tests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from qualityloop.analysis.process_map import map_data, shipped_map
from qualityloop.foundation.models import User
from qualityloop.improvement.audits.models import Round
from qualityloop.improvement.audits.services import checklist_make, point_answer, round_move, round_plan
from qualityloop.standards.sops.content import shipped_sop, sop_data
from qualityloop.standards.versions import services
from qualityloop.standards.versions.models import Version
from tests.improvement.plans_factories import person

MAP = "after-sales"
SOP = "phone-intake"


def put(kind: str, key: str, content: dict[str, Any], *, author: User, reviewer: User) -> Version:
    """A first version in force."""
    made = services.document_create(actor=author, kind=kind, key=key, content=content)
    services.review(actor=reviewer, version=made)
    return services.put_in_force(actor=author, version=made)


def standards(indicators: bool = False) -> list[Version]:
    """A process map and an SOP in force; an indicator standard too where asked."""
    author, reviewer = person("director"), person("qc")
    found = [
        put("process_maps", MAP, map_data(shipped_map(MAP)), author=author, reviewer=reviewer),
        put("sops", SOP, sop_data(shipped_sop(SOP)), author=author, reviewer=reviewer),
    ]
    if indicators:
        from qualityloop.analysis.indicators.loading import shipped_draft
        from qualityloop.standards.indicators.content import content_of_draft

        content = content_of_draft(shipped_draft("after-sales"))
        found.append(put("indicators", "ours", content, author=author, reviewer=reviewer))
    return found


def planned(actor: User, *, day: date | None = None, **values: Any) -> Round:
    """A round without checklist."""
    start = day or timezone.localdate()
    given = {"title": "三季度质量审核", "starts_on": start, "ends_on": start + timedelta(days=27), **values}
    return round_plan(actor=actor, **given)


def running(actor: User, **values: Any) -> Round:
    """A round under way with its checklist."""
    one = planned(actor, **values)
    checklist_make(actor=actor, of=one, seed=7)
    return round_move(actor=actor, of=one, state="running")


def answer_all(actor: User, of: Round, answer: str = "conforms") -> None:
    """Answer what is not answered yet."""
    for point in of.points.filter(answer=""):
        point_answer(actor=actor, point=point, answer=answer)
