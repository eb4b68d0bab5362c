"""Sending records row by row."""

from __future__ import annotations

from typing import Annotated, cast

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from qualityloop.analysis.messages import AnalysisError
from qualityloop.collection import pushing
from qualityloop.collection.api.imports import ImportAnswer, answer_of
from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.models import User
from qualityloop.foundation.preferences import language_of

records = Router(tags=[spoken(_("Import"))])

Cell = str | int | float | bool | None
Name = Annotated[str, Field(min_length=1, max_length=100)]


class RowsSent(Strict):
    """Rows of one data set. A row that is sent again under the same source and key replaces what was sent before."""

    source: Name = Field(description=spoken(_("Name of the system that sends; keys are its own")))
    rows: list[dict[Name, Cell]] = Field(min_length=1, max_length=pushing.MOST_ROWS)


@records.post(
    "/{dataset}",
    response={202: ImportAnswer},
    operation_id="records_send",
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
    return Status(202, answer_of(run))


register_router("records", records)
