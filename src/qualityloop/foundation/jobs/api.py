"""Operations on background jobs: what the page 后台任务 does."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, Whole, YesNo, allows, register_router, spoken
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.jobs.models import JobRun
from qualityloop.foundation.jobs.permissions import JOBS
from qualityloop.foundation.jobs.queries import runs_for, runs_listed
from qualityloop.foundation.jobs.registry import KINDS
from qualityloop.foundation.jobs.services import run_again, run_cancel
from qualityloop.foundation.permissions import person

jobs = Router(tags=[spoken(_("Background jobs"))])


class RunAnswer(BaseModel):
    """A run of a job."""

    id: int
    job: str
    label: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    done: int
    total: int | None
    text: str = Field(description=spoken(_("What it was doing when it last said so")))
    error: str = Field(description=spoken(_("Why it failed, in words")))
    attempts: int
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    again_of: int | None


class RunsAnswer(BaseModel):
    """A page of runs, newest first."""

    items: list[RunAnswer]
    next: str | None


class RunsAsked(Strict):
    """Filters of the runs."""

    state: Literal["queued", "running", "done", "failed", "cancelled"] | None = None
    job: str = Field("", max_length=80, description=spoken(_("Key of a job, such as lake.refresh")))
    small: YesNo = Field(False, description=spoken(_("The many small ones too")))
    after: str | None = Field(None, max_length=200, description=spoken(_("“next” of the page before")))
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("Rows of a page")))


@jobs.get(
    "",
    response=RunsAnswer,
    operation_id="jobs_list",
    **allows(JOBS, _("Runs of background jobs"), _("Newest first.")),
)
def listed(request: HttpRequest, query: Query[RunsAsked]) -> dict[str, Any]:
    """Newest first."""
    rows = runs_listed(person(request), state=query.state or "", key=query.job, quiet=query.small)
    found, after = page_of(rows, Order("-id", "pk"), query.after, query.limit)
    return {"items": [run_answer(one) for one in found], "next": after}


@jobs.get("/{pk}", response=RunAnswer, operation_id="jobs_one", **allows(JOBS, _("One run of a job"), _("By its id.")))
def one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """By its id."""
    return run_answer(_found(request, pk))


@jobs.post(
    "/{pk}/again",
    response={201: RunAnswer},
    operation_id="jobs_again",
    **allows(JOBS, _("Run a job again"), _("One that still waits or runs is answered as it is.")),
)
def again(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """One that still waits or runs is answered as it is."""
    found = _found(request, pk)
    if found.key not in KINDS:
        raise ApiError(409, "unknown_job", gettext("This job does not exist any more."))
    return Status(201, run_answer(run_again(actor=person(request), run=found, address=address_of(request))))


@jobs.post(
    "/{pk}/cancel",
    response={202: RunAnswer},
    operation_id="jobs_cancel",
    **allows(JOBS, _("Cancel a run"), _("At once while it waits; one that runs stops at its next step.")),
)
def cancel(request: HttpRequest, pk: Key) -> Status[dict[str, Any]]:
    """At once while it waits; one that runs stops at its next step."""
    if not run_cancel(actor=person(request), run=_found(request, pk), address=address_of(request)):
        raise ApiError(409, "ended", gettext("There was nothing left to cancel."))
    return Status(202, run_answer(_found(request, pk)))


def _found(request: HttpRequest, pk: int) -> JobRun:
    found = runs_for(person(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def run_answer(run: JobRun) -> dict[str, Any]:
    """A run as the API says it."""
    names = ("label", "state", "done", "total", "text", "error", "attempts", "queued_at", "started_at", "ended_at")
    shown = {name: getattr(run, name) for name in names}
    return {"id": run.pk, "job": run.key, **shown, "again_of": run.again_of.pk if run.again_of else None}


register_router("jobs", jobs)
