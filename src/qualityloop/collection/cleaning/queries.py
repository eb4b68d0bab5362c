"""Reading what was set aside, for whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from qualityloop.collection.cleaning.models import CleaningState, Finding, FindingState
from qualityloop.collection.cleaning.subjects import SUBJECTS, Subject


def findings_for(user: Any) -> QuerySet[Finding]:
    """What the rules caught among the records that `user` may see."""
    allowed = Q(pk__in=[])
    for subject in SUBJECTS.values():
        if subject.right.allows(user):
            allowed |= Q(dataset=subject.dataset, record_id__in=subject.visible(user).order_by().values("pk"))
    return Finding.objects.filter(allowed)


def findings_of(dataset: str, record_id: int) -> list[Finding]:
    """What the rules caught of one record."""
    found = Finding.objects.filter(dataset=dataset, record_id=record_id).select_related("actor")
    return list(found.order_by("state", "pk"))


def copies_of(dataset: str, record_id: int) -> int:
    """How many records are set aside as copies of this one."""
    return Finding.objects.filter(dataset=dataset, other_id=record_id, state=FindingState.ASIDE).count()


def caught_by_rule() -> dict[str, dict[str, int]]:
    """How many records each rule has set aside, and how many of its findings were taken back."""
    found: dict[str, dict[str, int]] = {}
    for row in Finding.objects.order_by().values("rule", "state").annotate(n=Count("pk")):
        found.setdefault(row["rule"], {})[row["state"]] = row["n"]
    return found


def of_batch(rows: QuerySet[Finding], batch_id: int) -> QuerySet[Finding]:
    """Those of `rows` whose records one import brought in."""
    found = Q(pk__in=[])
    for subject in SUBJECTS.values():
        brought = subject.rows.filter(batch_id=batch_id).order_by().values("pk")
        found |= Q(dataset=subject.dataset, record_id__in=brought)
    return rows.filter(found)


def caught_of_batch(batch_id: int) -> int:
    """How many of the records that an import brought in are set aside."""
    return of_batch(Finding.objects.filter(state=FindingState.ASIDE), batch_id).count()


def last_state() -> CleaningState | None:
    """How far the last run came."""
    return CleaningState.objects.filter(pk=CleaningState.ONLY).first()


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records beside each other; `record` is None where it is gone or may not be seen."""

    number: str
    record: Any
    url: str


def side_of(user: Any, subject: Subject, pk: int | None, number: str) -> Side | None:
    """A record as the page of a finding shows it; None where there is none."""
    if pk is None:
        return None
    rows = subject.visible(user).select_related("customer", "team", "agent") if subject.right.allows(user) else None
    found = rows.filter(pk=pk).first() if rows is not None else None
    return Side(number, found, subject.url(pk) if found is not None else "")
