"""Operations on imports: files handed in, dry run, import, going on, undoing, discarding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from ninja import File, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.collection import queries, services
from qualityloop.collection.models import ImportRun, RejectState
from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.api import Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import shown

imports = Router(tags=[spoken(_("Import"))])

Counts = dict[str, dict[str, int]]


class Reason(BaseModel):
    """Why rows were not taken."""

    dataset: str
    column: str
    reason: str
    reason_key: str = Field(description=spoken(_("Kind of reason, by which rejected rows can be asked for")))
    rows: int


class ExpectedReason(BaseModel):
    """Why rows would not be taken."""

    file: str
    dataset: str
    column: str
    reason: str
    rows: int


class Expected(BaseModel):
    """What the import would do, by the dry run."""

    counts: Counts
    notes: list[str]
    reasons: list[ExpectedReason]


class ImportAnswer(BaseModel):
    """An import and how far it is."""

    id: int
    state: str
    label: str
    source: str
    files: list[str]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error: str = Field(description=spoken(_("Why it failed, in words")))
    job: int | None = Field(description=spoken(_("Background job that worked on it last; /api/v1/jobs says how far")))
    broken_off: bool = Field(description=spoken(_("Its job has ended too early; it can be resumed")))
    expected: Expected | None = Field(description=spoken(_("What the dry run found; null without one")))
    counts: Counts
    notes: list[str] = Field(description=spoken(_("What reading the files said")))
    rejected: int
    reasons: list[Reason]
    twins: list[int] = Field(description=spoken(_("Earlier imports of a file with the same content")))
    page: str


class Undoing(Strict):
    """Why an import is taken back."""

    reason: str = Field(min_length=1, max_length=500, description=spoken(_("Why, for the history")))


def found_run(request: HttpRequest, pk: int) -> ImportRun:
    """The import, where the caller may see it; else 404."""
    run = queries.runs_for(person(request)).filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


def answer_of(run: ImportRun) -> ImportAnswer:
    """An import as programs see it."""
    left, job = queries.reject_counts(run), queries.job_of(run)
    return ImportAnswer(
        id=run.pk,
        state=run.state,
        label=run.label,
        source=run.source,
        files=[file.name for file in run.files.all()],
        created_at=run.created_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
        error=run.error,
        job=run.job_number,
        broken_off=queries.broken_off(run, job),
        expected=_expected(run.checked) if run.checked else None,
        counts=_numbers(run.counts),
        notes=[shown(note) for note in run.read.get("notes", [])],
        rejected=left[RejectState.OPEN] + left[RejectState.READY],
        reasons=[
            Reason(dataset=r.dataset, column=r.column, reason=r.reason, reason_key=r.reason_key, rows=r.count)
            for r in queries.reject_reasons(run)
        ],
        twins=[one.pk for one in services.twins(run)] if run.is_open else [],
        page=reverse("collection:run", args=[run.pk]),
    )


def _numbers(counts: Mapping[str, Mapping[str, Any]]) -> Counts:
    return {name: {kind: int(rows) for kind, rows in of.items()} for name, of in counts.items()}


def _expected(checked: dict[str, Any]) -> Expected:
    return Expected(
        counts=_numbers(checked["counts"]),
        notes=[shown(note) for note in checked["notes"]],
        reasons=[
            ExpectedReason(file=file, dataset=dataset, column=column, reason=shown(text), rows=rows)
            for file, dataset, column, text, rows in checked["reasons"]
        ],
    )


@imports.post(
    "",
    response={201: ImportAnswer},
    operation_id="imports_upload",
    **allows(
        IMPORT,
        _("Hand in files for an import"),
        _("They are looked at, and a mapping is proposed; large ones by a background job."),
    ),
)
def upload(request: HttpRequest, files: File[list[UploadedFile]]) -> Status[ImportAnswer]:
    """They are looked at, and a mapping is proposed; large ones by a background job."""
    sent = [(file.name or "", file) for file in files]
    run = services.import_create(actor=person(request), files=sent, address=address_of(request))
    run.refresh_from_db()
    return Status(201, answer_of(run))


@imports.get(
    "/{pk}",
    response=ImportAnswer,
    operation_id="imports_one",
    **allows(IMPORT, _("How an import went"), _("State, counts, and why rows were rejected.")),
)
def one_import(request: HttpRequest, pk: Key) -> ImportAnswer:
    """State, counts, and why rows were rejected."""
    return answer_of(found_run(request, pk))


@imports.post(
    "/{pk}/check",
    response={202: ImportAnswer},
    operation_id="imports_check",
    **allows(
        IMPORT, _("Dry run of an import"), _("A background job reads and compares everything; nothing is written.")
    ),
)
def check(request: HttpRequest, pk: Key) -> Status[ImportAnswer]:
    """A background job reads and compares everything; nothing is written."""
    run = found_run(request, pk)
    with refused_as(409):
        services.import_check(actor=person(request), run=run)
    return Status(202, answer_of(run))


@imports.post(
    "/{pk}/start",
    response={202: ImportAnswer},
    operation_id="imports_start",
    **allows(
        IMPORT, _("Start an import"), _("A background job brings the rows in and tells the caller when it has ended.")
    ),
)
def start(request: HttpRequest, pk: Key) -> Status[ImportAnswer]:
    """A background job brings the rows in and tells the caller when it has ended."""
    run = found_run(request, pk)
    with refused_as(409):
        services.import_start(actor=person(request), run=run, address=address_of(request), tell=True)
    return Status(202, answer_of(run))


@imports.post(
    "/{pk}/resume",
    response={202: ImportAnswer},
    operation_id="imports_resume",
    **allows(
        IMPORT,
        _("Go on with an import"),
        _("One whose job broke off, or that failed half way; what was written stays."),
    ),
)
def resume(request: HttpRequest, pk: Key) -> Status[ImportAnswer]:
    """One whose job broke off, or that failed half way; what was written stays."""
    run = found_run(request, pk)
    with refused_as(409):
        services.import_resume(actor=person(request), run=run, address=address_of(request))
    return Status(202, answer_of(run))


@imports.post(
    "/{pk}/undo",
    response={202: ImportAnswer},
    operation_id="imports_undo",
    **allows(IMPORT, _("Undo an import"), _("A background job takes back what it added and changed.")),
)
def undo(request: HttpRequest, pk: Key, undoing: Undoing) -> Status[ImportAnswer]:
    """A background job takes back what it added and changed."""
    run = found_run(request, pk)
    with refused_as(409):
        services.import_undo(actor=person(request), run=run, reason=undoing.reason, address=address_of(request))
    return Status(202, answer_of(run))


@imports.delete(
    "/{pk}",
    response={204: None},
    operation_id="imports_discard",
    **allows(IMPORT, _("Discard an import"), _("One of which nothing was written, with its files.")),
)
def discard(request: HttpRequest, pk: Key) -> Status[None]:
    """One of which nothing was written, with its files."""
    run = found_run(request, pk)
    with refused_as(409):
        services.import_discard(actor=person(request), run=run, address=address_of(request))
    return Status(204, None)


register_router("imports", imports)
