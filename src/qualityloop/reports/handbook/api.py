"""The handbook for programs: what is in force, and having it made as a file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Day, Strict, allows, register_router, spoken
from qualityloop.foundation.files.api import StoredFileAnswer, file_answer
from qualityloop.foundation.jobs.api import RunAnswer, run_answer
from qualityloop.foundation.permissions import person
from qualityloop.reports import permissions
from qualityloop.reports.handbook import jobs, pdf
from qualityloop.reports.handbook.collecting import Handbook, collect
from qualityloop.reports.handbook.files import made

handbook = Router(tags=[spoken(_("Service quality handbook"))])

On = Annotated[Day | None, Query(description=spoken(_("As in force on this day; today where it is left out")))]


class HandbookSource(BaseModel):
    """A document that the handbook is made from."""

    kind: str
    key: str
    name: str
    number: int
    since: date | None
    review_on: date | None


class HandbookGap(BaseModel):
    """Something that an indicator does not say."""

    indicator: str
    missing: str


class HandbookAnswer(BaseModel):
    """What stands in the handbook, and the files that were made of it."""

    title: str
    at: datetime
    fingerprint: str = Field(description=spoken(_("Another one as soon as something else is in force")))
    indicators: int
    sources: list[HandbookSource]
    gaps: list[HandbookGap]
    no_pdf: str = Field(description=spoken(_("Why no PDF can be made here; empty where it can")))
    files: list[StoredFileAnswer] = Field(
        description=spoken(_("The newest first; a file's content is fetched by its id"))
    )
    runs: list[RunAnswer] = Field(description=spoken(_("What is being made for the caller")))


class HandbookWish(Strict):
    """The handbook as a file, in the caller's language."""

    form: Literal["docx", "pdf"]
    on: Day | None = Field(None, description=spoken(_("As in force on this day; today where it is left out")))


@handbook.get(
    "",
    response=HandbookAnswer,
    operation_id="handbook",
    **allows(permissions.HANDBOOK, _("The handbook"), _("What it is made from, what is missing, and its files.")),
)
def one(request: HttpRequest, on: On = None) -> dict[str, Any]:
    """What it is made from, what is missing, and its files."""
    found, missing = _collected(on), pdf.missing()
    return {
        "title": found.title, "at": found.at, "fingerprint": found.fingerprint, "indicators": found.indicator_count,
        "sources": [
            {name: getattr(source, name) for name in HandbookSource.model_fields} for source in found.sources
        ],
        "gaps": [{"indicator": name, "missing": gap} for name, gap in found.gaps],
        "no_pdf": missing.in_language(found.language) if missing else "",
        "files": [file_answer(file) for file in made()],
        "runs": [run_answer(run) for run in jobs.runs_of(person(request))],
    }  # fmt: skip


@handbook.post(
    "/make",
    response={202: RunAnswer},
    operation_id="handbook_make",
    **allows(permissions.HANDBOOK, _("Make the handbook as a file"), _("One that is there already is not made again.")),
)
def make(request: HttpRequest, wish: HandbookWish) -> Status[dict[str, Any]]:
    """One that is there already is not made again."""
    found, missing = _collected(wish.on), pdf.missing()
    if found.empty:
        raise ApiError(409, "nothing_in_force", gettext("Nothing is in force yet."))
    if wish.form == "pdf" and missing:
        raise ApiError(409, "no_pdf", missing.in_language(found.language))
    run = jobs.ask_for(actor=person(request), form=wish.form, language=found.language, at=found.at)
    return Status(202, run_answer(run))


def _collected(day: date | None) -> Handbook:
    if day is not None and not 1990 <= day.year <= 2200:
        raise ApiError(422, "invalid", gettext("A day lies outside the calendar."))
    return collect(jobs.instant_of(day), get_language() or "zh")


register_router("handbook", handbook)
