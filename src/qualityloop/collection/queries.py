"""Reading imports: those of others only for who answers for the whole."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from qualityloop.collection.models import ImportRun, RejectedRow, RejectState, SavedMapping
from qualityloop.collection.permissions import IMPORTS_OF_ALL
from qualityloop.foundation.jobs.models import JobRun, State
from qualityloop.foundation.models import User


def runs_for(user: User) -> QuerySet[ImportRun]:
    """The imports that `user` may see: their own, or all."""
    runs = ImportRun.objects.select_related("actor", "batch", "saved_mapping")
    return runs if IMPORTS_OF_ALL.allows(user) else runs.filter(actor=user)


def rejects_for(user: User) -> QuerySet[RejectedRow]:
    """The rejected rows of those imports."""
    rows = RejectedRow.objects.select_related("run", "actor")
    return rows if IMPORTS_OF_ALL.allows(user) else rows.filter(run__actor=user)


def job_of(run: ImportRun) -> JobRun | None:
    """The background job that worked on the import last."""
    return JobRun.objects.filter(pk=run.job_number).first() if run.job_number else None


def broken_off(run: ImportRun, job: JobRun | None) -> bool:
    """Whether the job that should work on the import has ended without finishing."""
    return run.is_busy and job is not None and job.state in (State.FAILED, State.CANCELLED)


def reject_counts(run: ImportRun) -> dict[str, int]:
    """Rejected rows by state."""
    found = dict(run.rejects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in RejectState.values}


def reject_reasons(run: ImportRun, limit: int = 20) -> list[RejectedRow]:
    """One rejected row of each kind of reason with their number (`count`), the most frequent first."""
    groups = (
        run.rejects.filter(state__in=(RejectState.OPEN, RejectState.READY))
        .order_by()
        .values("dataset", "column", "reason_key")
        .annotate(count=Count("pk"))
        .order_by("-count")[:limit]
    )
    found = []
    for group in groups:
        count = group.pop("count")
        one = run.rejects.filter(**group).first()
        if one is not None:
            one.count = count
            found.append(one)
    return found


def rejects_listed(run: ImportRun, asked: Any) -> QuerySet[RejectedRow]:
    """The rejected rows that the address asks for."""
    rows: QuerySet[RejectedRow] = run.rejects.select_related("actor")
    state = asked.get("state", "")
    if state in RejectState.values:
        rows = rows.filter(state=state)
    for name in ("dataset", "column", "reason_key"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    return rows


def sources_used() -> list[str]:
    """Names of sources that imports have used, for choosing one again."""
    used = ImportRun.objects.order_by().values_list("source", flat=True).distinct()[:100]
    return sorted({"files", *used})


def saved_mappings() -> QuerySet[SavedMapping]:
    """Mappings kept for the next time."""
    return SavedMapping.objects.order_by("name")
