"""Sending records, and what became of them, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection import pushing
from qualityloop.collection.models import ImportRun, RejectState
from qualityloop.collection.permissions import IMPORT
from qualityloop.collection.queries import reject_counts, reject_reasons, runs_for
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.preferences import language_of

records = Router(tags=[spoken(_("Import"))])
imports = Router(tags=[spoken(_("Import"))])

Cell = str | int | float | bool | None
Name = Annotated[str, Field(min_length=1, max_length=100)]


class RowsSent(Strict):
    """Rows of one data set. A row that is sent again under the same source and key replaces what was sent before."""

    source: Name = Field(description=spoken(_("Name of the system that sends; keys are its own")))
    rows: list[dict[Name, Cell]] = Field(min_length=1, max_length=pushing.MOST_ROWS)


class Reason(BaseModel):
    """Why rows were not taken."""

    dataset: str
    column: str
    reason: str
    rows: int


class ImportAnswer(BaseModel):
    """An import and how far it is."""

    id: int
    state: str
    label: str
    created_at: datetime
    counts: dict[str, dict[str, int]]
    rejected: int
    reasons: list[Reason]
    page: str


def _answer(run: ImportRun) -> ImportAnswer:
    left = reject_counts(run)
    return ImportAnswer(
        id=run.pk,
        state=run.state,
        label=run.label,
        created_at=run.created_at,
        counts={name: {k: int(v) for k, v in counts.items()} for name, counts in run.counts.items()},
        rejected=left[RejectState.OPEN] + left[RejectState.READY],
        reasons=[
            Reason(dataset=r.dataset, column=r.column, reason=r.reason, rows=r.count) for r in reject_reasons(run)
        ],
        page=reverse("collection:run", args=[run.pk]),
    )


@records.post(
    "/{dataset}",
    response={202: ImportAnswer},
    summary=spoken(_("Send rows")),
    description=spoken(
        _("Rows are read as those of a file are: what cannot be taken is rejected with its reason and kept for repair.")
    ),
    **allows(IMPORT),
)
def send_rows(request: HttpRequest, dataset: str, body: RowsSent) -> Status[ImportAnswer]:
    """Rows are read as those of a file are: what cannot be taken is rejected with its reason and kept for repair."""
    if not pushing.takes(dataset):
        raise Http404
    try:
        run = pushing.rows_take(
            actor=cast(User, request.user),
            dataset=dataset,
            source=body.source,
            rows=body.rows,
            address=address_of(request),
        )
    except AnalysisError as error:
        raise ApiError(422, "invalid", error.in_language(language_of(request))) from error
    run.refresh_from_db()
    return Status(202, _answer(run))


@imports.get(
    "/{number}",
    response=ImportAnswer,
    summary=spoken(_("How an import went")),
    description=spoken(_("State, counts, and why rows were rejected.")),
    **allows(IMPORT),
)
def one_import(request: HttpRequest, number: int) -> ImportAnswer:
    """State, counts, and why rows were rejected."""
    run = runs_for(cast(User, request.user)).filter(pk=number).first()
    if run is None:
        raise Http404
    return _answer(run)


register_router("records", records)
register_router("imports", imports)
