"""What a policy would have meant for the newest month of records, beside the one in force. Nothing is saved."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from qualityloop.analysis.lake import Lake
from qualityloop.foundation.lake import current_lake
from qualityloop.standards.indicators.preview import newest_month
from qualityloop.standards.sla.content import calendar_for, policy_from, policy_of
from qualityloop.standards.sla.whatif import Counted, counted, late, tickets_of
from qualityloop.standards.versions.models import Content, Document, Version
from qualityloop.standards.versions.queries import in_force_now

EXAMPLES = 10


def try_out(document: Document, content: Content) -> dict[str, Any]:
    """Tickets of the newest month that would be late by `content`, and by the version in force; {}: no records."""
    policy_from(content)
    lake = current_lake()
    month = newest_month(lake) if lake else None
    if lake is None or month is None or "tickets" not in lake.datasets:
        return {}
    found = compared(lake, month, content, in_force_now(document))
    lines = {name: [asdict(one) for one in found[name]] if found[name] else None for name in ("new", "old")}
    turned = {"turned": [{"ticket": key, "late": value} for key, value in found.get("turned", ())]}
    return {"month": month.isoformat()[:7], "snapshot": lake.snapshot, "tickets": found["n"], **lines, **turned}


def compared(lake: Lake, month: Any, content: Content, basis: Version | None) -> dict[str, Any]:
    """Counts by both policies, and tickets that are judged otherwise."""
    new_policy, new_calendar = policy_from(content), calendar_for(content)
    old_policy = policy_of(basis) if basis else None
    activities = [*new_policy.pauses, *(old_policy.pauses if old_policy else ())]
    found = tickets_of(lake, month, list(dict.fromkeys(activities)))
    judged = late(found, new_policy, new_calendar)
    answer: dict[str, Any] = {"n": len(found.ids), "new": _lines(counted(found, new_policy, judged)), "old": None}
    if old_policy is not None and basis is not None:
        before = late(found, old_policy, calendar_for(basis.content))
        answer["old"] = _lines(counted(found, old_policy, before))
        turned = [i for i in range(len(found.ids)) if before.resolution[i] != judged.resolution[i]]
        answer["turned"] = [(found.ids[i], bool(judged.resolution[i])) for i in turned[:EXAMPLES]]
        answer["turned_count"] = len(turned)
    return answer


def _lines(found: tuple[Counted, ...]) -> list[Counted]:
    total = Counted("*", *(sum(getattr(c, name) for c in found) for name in ("n", "response", "resolution")))
    return [*found, total]
