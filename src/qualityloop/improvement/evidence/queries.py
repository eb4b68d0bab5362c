"""Reading evidence; whoever may see a thing may see the evidence on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from qualityloop.improvement.evidence.models import Evidence


def evidence_of(kind: str, pk: int) -> list[Evidence]:
    """The evidence on one thing, oldest first."""
    return list(Evidence.objects.filter(target_kind=kind, target_id=pk).select_related("file", "actor"))


def evidence_by(kind: str, pks: Iterable[int]) -> dict[int, list[Evidence]]:
    """The evidence on many things, by their keys; one query."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for one in Evidence.objects.filter(target_kind=kind, target_id__in=list(pks)).select_related("file", "actor"):
        found[one.target_id].append(one)
    return found
