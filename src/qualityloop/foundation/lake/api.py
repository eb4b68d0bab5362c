"""What the numbers are computed from, how fresh that is, and having it refreshed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.foundation.api import Strict, allows, register_router, spoken
from qualityloop.foundation.jobs.api import RunAnswer, run_answer
from qualityloop.foundation.lake import queries
from qualityloop.foundation.lake.jobs import ask_for, run_now
from qualityloop.foundation.lake.models import Refresh
from qualityloop.foundation.lake.permissions import DATA, REFRESHING
from qualityloop.foundation.lake.reading import current_lake
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import language

lake = Router(tags=[spoken(_("Data refresh"))])


class LakeDataset(BaseModel):
    """A data set of the snapshot."""

    key: str
    label: str
    rows: int
    first: date | None
    last: date | None
    months: int


class RefreshAnswer(BaseModel):
    """How a refresh went."""

    started_at: datetime
    ended_at: datetime
    outcome: Literal["done", "nothing", "failed"]
    reason: str = Field(description=spoken(_("Why it failed, in words")))
    rebuilt: bool
    rows_read: int
    rows_changed: int
    months: int = Field(description=spoken(_("Months that were written")))
    snapshot: str


class LakeAnswer(BaseModel):
    """What is there, and how fresh it is."""

    snapshot: str | None
    taken_at: datetime | None = Field(description=spoken(_("The numbers are those of this instant; null for files")))
    late: bool = Field(description=spoken(_("Whether no refresh has ended well for a while")))
    failed: str = Field(description=spoken(_("Why the last refresh failed; empty where it did not")))
    broken: str = Field(description=spoken(_("Why the snapshot cannot be read; empty where it can")))
    datasets: list[LakeDataset]
    refreshes: list[RefreshAnswer]
    run: RunAnswer | None = Field(description=spoken(_("The refresh that waits or runs")))


class RefreshWish(Strict):
    """What is wanted."""

    rebuild: bool = Field(False, description=spoken(_("Build everything anew, not only what changed")))


@lake.get(
    "",
    response=LakeAnswer,
    operation_id="lake_state",
    **allows(DATA, _("How fresh the numbers are"), _("Data sets, the last refreshes, and the one that runs.")),
)
def state(request: HttpRequest) -> dict[str, Any]:
    """Data sets, the last refreshes, and the one that runs."""
    broken = ""
    try:
        found = current_lake()
    except AnalysisError as error:
        found, broken = None, error.in_language(language())
    fresh, run = queries.freshness(), run_now()
    return {
        "snapshot": found.snapshot if found else None, "taken_at": fresh.taken_at, "late": fresh.late,
        "failed": fresh.failed, "broken": broken,
        "datasets": [_dataset(one) for one in queries.datasets(found, language())] if found else [],
        "refreshes": [_refresh(one) for one in queries.latest()],
        "run": run_answer(run) if run else None,
    }  # fmt: skip


@lake.post(
    "/refresh",
    response={202: RunAnswer},
    operation_id="lake_refresh",
    **allows(REFRESHING, _("Refresh the numbers"), _("A second wish joins the one that waits or runs.")),
)
def refresh(request: HttpRequest, wish: RefreshWish) -> Status[dict[str, Any]]:
    """A second wish joins the one that waits or runs."""
    return Status(202, run_answer(ask_for(actor=person(request), rebuild=wish.rebuild)))


def _dataset(one: queries.Shown) -> dict[str, Any]:
    names = ("key", "label", "first", "last", "months")
    return {**{name: getattr(one, name) for name in names}, "rows": one.count}


def _refresh(one: Refresh) -> dict[str, Any]:
    return {name: getattr(one, name) for name in RefreshAnswer.model_fields}


register_router("lake", lake)
