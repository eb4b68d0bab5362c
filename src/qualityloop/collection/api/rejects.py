"""Rejected rows: listed, as a file, put right, set aside, brought in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import File, Query, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.collection import queries, rejectfile, repairs
from qualityloop.collection.api.imports import ImportAnswer, answer_of, found_run, imports
from qualityloop.collection.importing.repairing import wrong_with
from qualityloop.collection.importing.trying import Wrong
from qualityloop.collection.models import RejectedRow, RejectState
from qualityloop.collection.permissions import IMPORT
from qualityloop.foundation.api import ApiError, Strict, Whole, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.faults import Fault
from qualityloop.foundation.api.keyset import LIMIT, MOST, Order, page_of
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.files.purposes import MEGABYTE
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import in_language, language

rejected = Router(tags=[spoken(_("Import"))])

Column = Annotated[str, Field(max_length=300)]
Cell = Annotated[str, Field(max_length=100_000)] | None
State = Literal["open", "ready", "repaired", "dismissed"]


class RejectedRowAnswer(BaseModel):
    """A row that could not be imported."""

    id: int
    run: int = Field(description=spoken(_("Id of its import")))
    file: str
    row: int | None
    dataset: str
    column: str
    reason: str
    reason_key: str = Field(description=spoken(_("Kind of reason, by which rejected rows can be asked for")))
    state: State
    text: str = Field(description=spoken(_("The row as it came, as one line")))
    cells: dict[str, str | None] = Field(description=spoken(_("Its cells, as somebody has put them right")))
    remark: str
    changed_at: datetime | None


class RejectedRows(BaseModel):
    """A page of rejected rows."""

    items: list[RejectedRowAnswer]
    next: str | None


class RejectsAsked(Strict):
    """Filters of rejected rows."""

    state: State | None = None
    dataset: str = Field("", max_length=64)
    column: str = Field("", max_length=300)
    reason_key: str = Field("", max_length=200)
    after: str | None = Field(None, max_length=200, description=spoken(_("“next” of the page before")))
    limit: Whole = Field(LIMIT, ge=1, le=MOST, description=spoken(_("Rows of a page")))


class Cells(Strict):
    """New cells of a row; those that are left out stay, an empty surplus one (`+1`) goes."""

    cells: dict[Column, Cell] = Field(min_length=1, max_length=2000)


class Verdict(BaseModel):
    """Whether a row would be taken now, and if not why."""

    fits: bool
    column: str
    reason: str


class RepairAnswer(BaseModel):
    """The row as it is kept now, and what is still wrong with it."""

    row: RejectedRowAnswer
    verdict: Verdict


class Dismissing(Strict):
    """Why a row is set aside."""

    reason: str = Field(min_length=1, max_length=500, description=spoken(_("Why, for the history")))


class DismissingMany(Dismissing):
    """Which open rows are set aside, and why; all of them where nothing is said."""

    dataset: str = Field("", max_length=64)
    column: str = Field("", max_length=300)
    reason_key: str = Field("", max_length=200)


class Dismissed(BaseModel):
    """How many rows were set aside."""

    rows: int


class FileTaken(BaseModel):
    """What became of the rows of a file that came back."""

    repaired: int
    still_wrong: int


@imports.get(
    "/{pk}/rejects",
    response=RejectedRows,
    operation_id="imports_rejects",
    **allows(IMPORT, _("Rejected rows of an import"), _("In the order in which they were read, in keyset pages.")),
)
def rejects_list(request: HttpRequest, pk: Key, query: Query[RejectsAsked]) -> dict[str, Any]:
    """In the order in which they were read, in keyset pages."""
    rows = queries.rejects_listed(found_run(request, pk), {**query.model_dump(), "state": query.state or ""})
    found, after = page_of(rows.select_related("run"), Order("id", "pk"), query.after, query.limit)
    return {"items": [_row(one) for one in found], "next": after}


@imports.post(
    "/{pk}/rejects/dismiss",
    response=Dismissed,
    operation_id="imports_rejects_dismiss",
    **allows(IMPORT, _("Set rejected rows aside"), _("All open ones, or those of one kind of reason.")),
)
def rejects_dismiss(request: HttpRequest, pk: Key, which: DismissingMany) -> dict[str, int]:
    """All open ones, or those of one kind of reason."""
    rows = queries.rejects_listed(found_run(request, pk), which.model_dump(exclude={"reason"}))
    live = list(rows.filter(state__in=(RejectState.OPEN, RejectState.READY)))
    count = repairs.rejects_dismiss(
        actor=person(request), rejects=live, reason=which.reason, address=address_of(request)
    )
    return {"rows": count}


@imports.post(
    "/{pk}/rejects/run",
    response={202: ImportAnswer},
    operation_id="imports_rejects_run",
    **allows(IMPORT, _("Bring repaired rows in"), _("A background job imports them; its number is in the answer.")),
)
def rejects_run(request: HttpRequest, pk: Key) -> Status[ImportAnswer]:
    """A background job imports them; its number is in the answer."""
    run = found_run(request, pk)
    with refused_as(409):
        repairs.rejects_run(actor=person(request), run=run, address=address_of(request))
    return Status(202, answer_of(run))


@imports.post(
    "/{pk}/rejects/file",
    response=FileTaken,
    operation_id="imports_rejects_file",
    **allows(
        IMPORT,
        _("Take back the file of rejected rows"),
        _("What was put right in it is kept. Rows need “#id”, which is their id, and the columns that changed."),
    ),
)
def rejects_file(request: HttpRequest, pk: Key, file: File[UploadedFile]) -> dict[str, int]:
    """What was put right in it is kept. Rows need “#id”, which is their id, and the columns that changed."""
    run = found_run(request, pk)
    if (file.size or 0) > repairs.LARGEST_FILE:
        text = gettext("The file is larger than {limit} MB.").format(limit=repairs.LARGEST_FILE // MEGABYTE)
        raise ApiError(413, "too_large", text)
    good, bad = repairs.repaired_file(
        actor=person(request), run=run, name=file.name or "", content=file.read(), address=address_of(request)
    )
    return {"repaired": good, "still_wrong": bad}


@rejected.get(
    "/{pk}",
    response=RejectedRowAnswer,
    operation_id="rejected_rows_one",
    **allows(IMPORT, _("One rejected row"), _("With its cells and why it was not taken.")),
)
def reject_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its cells and why it was not taken."""
    return _row(_found(request, pk))


@rejected.patch(
    "/{pk}",
    response=RepairAnswer,
    operation_id="rejected_rows_repair",
    **allows(
        IMPORT, _("Repair a rejected row"), _("The new cells are kept, even where something is still wrong with them.")
    ),
)
def reject_repair(request: HttpRequest, pk: Key, new: Cells) -> dict[str, Any]:
    """The new cells are kept, even where something is still wrong with them."""
    row = _repairable(request, pk)
    wrong = repairs.reject_repair(
        actor=person(request), reject=row, cells=_cells(row, new), address=address_of(request)
    )
    return {"row": _row(_found(request, pk)), "verdict": _verdict(wrong)}


@rejected.post(
    "/{pk}/try",
    response=Verdict,
    operation_id="rejected_rows_try",
    **allows(IMPORT, _("Try new cells of a rejected row"), _("Whether the row would be taken; nothing is kept.")),
)
def reject_try(request: HttpRequest, pk: Key, new: Cells) -> dict[str, Any]:
    """Whether the row would be taken; nothing is kept."""
    row = _repairable(request, pk)
    return _verdict(wrong_with(row.run, row, _cells(row, new)))


@rejected.post(
    "/{pk}/dismiss",
    response=RejectedRowAnswer,
    operation_id="rejected_rows_dismiss",
    **allows(IMPORT, _("Set a rejected row aside"), _("It can be taken up again.")),
)
def reject_dismiss(request: HttpRequest, pk: Key, why: Dismissing) -> dict[str, Any]:
    """It can be taken up again."""
    row = _found(request, pk)
    if not repairs.rejects_dismiss(
        actor=person(request), rejects=[row], reason=why.reason, address=address_of(request)
    ):
        raise ApiError(409, "settled", gettext("This row has been imported or set aside already."))
    return _row(row)


@rejected.post(
    "/{pk}/reopen",
    response=RejectedRowAnswer,
    operation_id="rejected_rows_reopen",
    **allows(IMPORT, _("Take a rejected row up again"), _("One that was set aside; another one stays as it is.")),
)
def reject_reopen(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One that was set aside; another one stays as it is."""
    row = _found(request, pk)
    repairs.reject_reopen(actor=person(request), reject=row, address=address_of(request))
    return _row(row)


def _found(request: HttpRequest, pk: int) -> RejectedRow:
    row = queries.rejects_for(person(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _repairable(request: HttpRequest, pk: int) -> RejectedRow:
    row = _found(request, pk)
    with refused_as(409):
        repairs.refuse_unless_repairable(row)
    return row


def _cells(row: RejectedRow, new: Cells) -> dict[str, str | None]:
    before = rejectfile.cells_of(row.run, row)
    unknown = [name for name in new.cells if name not in before]
    if unknown:
        faults = [Fault(where=f"body.cells.{name}", message=gettext("is not known here")) for name in unknown]
        raise ApiError(422, "invalid", gettext("The request does not make sense; “fields” says where."), fields=faults)
    return rejectfile.with_changes(before, new.cells)


def _verdict(wrong: Wrong | None) -> dict[str, Any]:
    if wrong is None:
        return {"fits": True, "column": "", "reason": ""}
    return {"fits": False, "column": wrong.column, "reason": in_language(wrong.reason, language())}


def _row(one: RejectedRow) -> dict[str, Any]:
    names = ("file", "row", "dataset", "column", "reason", "reason_key", "state", "text", "remark", "changed_at")
    shown = {name: getattr(one, name) for name in names}
    return {"id": one.pk, "run": one.run_id, **shown, "cells": rejectfile.cells_of(one.run, one)}


register_router("rejected-rows", rejected)
