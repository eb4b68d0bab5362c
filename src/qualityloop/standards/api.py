"""Operations on the standards, one set for every kind of document."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from ninja import Path, Query, Router
from ninja.responses import Status

from qualityloop.analysis.messages import AnalysisError, Text
from qualityloop.foundation.api import ApiError, Whole, allows, register_router, spoken
from qualityloop.foundation.api.faults import Fault as ApiFault
from qualityloop.standards import permissions
from qualityloop.standards.versions import services
from qualityloop.standards.versions.bodies import (
    CompareAsked,
    DocumentAnswer,
    DraftChange,
    FaultsAnswer,
    NewDocument,
    NewVersion,
    PreviewAnswer,
    ReasonGiven,
    Release,
    Review,
    ReviewDate,
    SectionAnswer,
    Trial,
    VersionAnswer,
)
from qualityloop.standards.versions.comparing import compare
from qualityloop.standards.versions.kinds import KINDS, ContentError, Fault, Kind
from qualityloop.standards.versions.models import Content, Document, Version
from qualityloop.standards.versions.pages import version_of
from qualityloop.standards.versions.queries import Standing, documents, standings_of
from qualityloop.standards.versions.services import VersionError
from qualityloop.standards.versions.shapes import AUTHORED, misfits

router = Router(tags=[spoken(_("Standards"))])

MOST_CHARACTERS = 500_000  # of a content as JSON
MOST_FAULTS = 100
KindPath = Annotated[
    str,
    Path(
        max_length=32,
        description=spoken(_("indicators, score_sheets, process_maps, sops, sla, calendars, or another kind")),
    ),
]
KeyPath = Annotated[str, Path(max_length=64, description=spoken(_("Key of the document")))]
NumberPath = Annotated[Whole, Path(ge=1, le=2**31 - 1, description=spoken(_("Number of the version")))]

SEE, EDIT, REVIEW = permissions.SEE, permissions.EDIT, permissions.REVIEW
VERSION = "/{kind}/{key}/versions/{number}"


@router.get(
    "/{kind}",
    response=list[DocumentAnswer],
    operation_id="standards_list",
    **allows(SEE, _("Standards of a kind"), _("With all their versions.")),
)
def listed(request: HttpRequest, kind: KindPath) -> list[dict[str, Any]]:
    """With all their versions."""
    found = documents(_kind(kind).key).prefetch_related("versions__author", "versions__reviewer")
    return [_document(one) for one in found]


@router.post(
    "/{kind}",
    response={201: VersionAnswer},
    operation_id="standards_begin",
    **allows(EDIT, _("Begin a standard"), _("Its first draft; the content may be incomplete.")),
)
def begin(request: HttpRequest, kind: KindPath, document: NewDocument) -> Status[dict[str, Any]]:
    """Its first draft; the content may be incomplete."""
    known = _kind(kind)
    content = _shaped(known, document.content)
    name = Text(document.name_zh, document.name_en) if document.name_zh or document.name_en else None
    made = _written(
        lambda: services.document_create(
            actor=request.user, kind=known.key, key=document.key, content=content, name=name, reason=document.reason
        )
    )
    return Status(201, _version(known, made))


@router.get(
    "/{kind}/{key}",
    response=DocumentAnswer,
    operation_id="standards_one",
    **allows(SEE, _("One standard"), _("With all its versions.")),
)
def one(request: HttpRequest, kind: KindPath, key: KeyPath) -> dict[str, Any]:
    """With all its versions."""
    return _document(_found(_kind(kind), key))


@router.get(
    "/{kind}/{key}/compare",
    response=list[SectionAnswer],
    operation_id="standards_compare",
    **allows(SEE, _("Compare two versions"), _("The parts that differ, row by row.")),
)
def compared(request: HttpRequest, kind: KindPath, key: KeyPath, query: Query[CompareAsked]) -> list[dict[str, Any]]:
    """The parts that differ, row by row."""
    known = _kind(kind)
    old, new = (version_of(known.key, key, number) for number in (query.old, query.new))
    changes = compare(known.sections(old.content), known.sections(new.content))
    return [
        {
            "label": str(part.label), "same": part.same, "moved": part.moved,
            "rows": [
                {
                    "what": row.what, "key": row.key, "name": str(row.name),
                    "cells": [{"label": str(c.label), "before": str(c.before), "after": str(c.after)}
                              for c in row.cells],
                }
                for row in part.rows
            ],
        }
        for part in changes
    ]  # fmt: skip


@router.put(
    "/{kind}/{key}/review-date",
    response=DocumentAnswer,
    operation_id="standards_review_date",
    **allows(EDIT, _("Set the next review"), _("Whoever writes standards is reminded on that day.")),
)
def review_date(request: HttpRequest, kind: KindPath, key: KeyPath, date_: ReviewDate) -> dict[str, Any]:
    """Whoever writes standards is reminded on that day."""
    found = _found(_kind(kind), key)
    if date_.day is not None and not 1990 <= date_.day.year <= 2200:
        raise ApiError(422, "invalid", gettext("A day lies outside the calendar."))
    return _document(services.review_date_set(actor=request.user, document=found, day=date_.day))


@router.post(
    "/{kind}/{key}/versions",
    response={201: VersionAnswer},
    operation_id="standards_new_version",
    **allows(EDIT, _("Begin a new version"), _("Refused while another one is still being worked on.")),
)
def new_version(request: HttpRequest, kind: KindPath, key: KeyPath, version: NewVersion) -> Status[dict[str, Any]]:
    """Refused while another one is still being worked on."""
    known = _kind(kind)
    found = _found(known, key)
    content = None if version.content is None else _shaped(known, version.content)
    basis = version_of(known.key, key, version.based_on) if version.based_on else None
    made = _written(
        lambda: services.draft_create(
            actor=request.user, document=found, content=content, based_on=basis, reason=version.reason
        )
    )
    return Status(201, _version(known, made))


@router.get(
    VERSION,
    response=VersionAnswer,
    operation_id="standards_version",
    **allows(SEE, _("One version"), _("With its content, and what is wrong with it.")),
)
def version_one(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath) -> dict[str, Any]:
    """With its content, and what is wrong with it."""
    known = _kind(kind)
    return _version(known, version_of(known.key, key, number))


@router.put(
    VERSION,
    response=VersionAnswer,
    operation_id="standards_save",
    **allows(EDIT, _("Save a draft"), _("Whoever does becomes its author.")),
)
def save(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, draft: DraftChange) -> dict[str, Any]:
    """Whoever does becomes its author."""
    known = _kind(kind)
    version, content = version_of(known.key, key, number), _shaped(known, draft.content)
    return _moved(
        known,
        lambda: services.draft_save(
            actor=request.user, version=version, content=content, reason=draft.reason, known_hash=draft.known_hash
        ),
    )


@router.post(
    f"{VERSION}/check",
    response=FaultsAnswer,
    operation_id="standards_check",
    **allows(EDIT, _("Check a content"), _("Everything that is wrong with it; nothing is saved.")),
)
def check(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, trial: Trial) -> dict[str, Any]:
    """Everything that is wrong with it; nothing is saved."""
    known = _kind(kind)
    return {"faults": _faults(known.check(_tried(known, version_of(known.key, key, number), trial)))}


@router.post(
    f"{VERSION}/preview",
    response=PreviewAnswer,
    operation_id="standards_preview",
    **allows(EDIT, _("Try a content out"), _("On the newest month of records, beside the version in force.")),
)
def preview(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, trial: Trial) -> dict[str, Any]:
    """On the newest month of records, beside the version in force."""
    known = _kind(kind)
    if known.try_out is None:
        raise ApiError(409, "no_preview", gettext("Standards of this kind cannot be tried out."))
    version = version_of(known.key, key, number)
    content = _tried(known, version, trial)
    faults = _faults(known.check(content))
    return {"faults": faults, "result": None if faults else known.try_out(version.document, content) or None}


@router.post(
    f"{VERSION}/review",
    response=VersionAnswer,
    operation_id="standards_review",
    **allows(REVIEW, _("Review a draft"), _("Somebody else than its author; its content has no fault.")),
)
def review(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, said: Review) -> dict[str, Any]:
    """Somebody else than its author; its content has no fault."""
    known = _kind(kind)
    version = version_of(known.key, key, number)
    return _moved(known, lambda: services.review(actor=request.user, version=version, note=said.note))


@router.post(
    f"{VERSION}/reopen",
    response=VersionAnswer,
    operation_id="standards_reopen",
    **allows(REVIEW, _("Give a reviewed version back"), _("It is a draft again.")),
)
def reopen(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, said: ReasonGiven) -> dict[str, Any]:
    """It is a draft again."""
    known = _kind(kind)
    version = version_of(known.key, key, number)
    return _moved(known, lambda: services.reopen(actor=request.user, version=version, reason=said.reason))


@router.post(
    f"{VERSION}/release",
    response=VersionAnswer,
    operation_id="standards_release",
    **allows(EDIT, _("Put a version in force"), _("Only the first version of a document may be dated back.")),
)
def release(request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, when: Release) -> dict[str, Any]:
    """Only the first version of a document may be dated back."""
    known = _kind(kind)
    version = version_of(known.key, key, number)
    if when.valid_from is not None and not 1990 <= when.valid_from.year <= 2200:
        raise ApiError(422, "invalid", gettext("A day lies outside the calendar."))
    return _moved(known, lambda: services.put_in_force(actor=request.user, version=version, valid_from=when.valid_from))


@router.post(
    f"{VERSION}/withdraw",
    response=VersionAnswer,
    operation_id="standards_withdraw",
    **allows(EDIT, _("Withdraw a version"), _("A draft for good, a released one from now on.")),
)
def withdraw(
    request: HttpRequest, kind: KindPath, key: KeyPath, number: NumberPath, said: ReasonGiven
) -> dict[str, Any]:
    """A draft for good, a released one from now on."""
    known = _kind(kind)
    version = version_of(known.key, key, number)
    return _moved(known, lambda: services.withdraw(actor=request.user, version=version, reason=said.reason))


# ---- what they have in common -----------------------------------------------------------------------------


def _kind(key: str) -> Kind:
    if key not in KINDS:
        raise Http404
    return KINDS[key]


def _found(kind: Kind, key: str) -> Document:
    found = Document.objects.filter(kind=kind.key, key=key).first()
    if found is None:
        raise Http404
    return found


def _shaped(kind: Kind, content: Content) -> Content:
    """The content, where it has the form that its kind reads; 422 with every place that has not."""
    found = list(misfits(AUTHORED if kind.shape is None else kind.shape, content))
    if not found and len(json.dumps(content, ensure_ascii=False)) > MOST_CHARACTERS:
        raise ApiError(413, "too_large", gettext("The body is too large."))
    if found:
        raise _refused(found, gettext("The content has another form than this kind of standard."))
    return content


def _tried(kind: Kind, version: Version, trial: Trial) -> Content:
    return version.content if trial.content is None else _shaped(kind, trial.content)


def _refused(faults: Sequence[Fault], text: str) -> ApiError:
    language = get_language() or "zh"
    fields = [
        ApiFault(where=f"body.content.{one.field}".rstrip("."), message=one.text.in_language(language))
        for one in faults[:MOST_FAULTS]
    ]
    return ApiError(422, "content", text, fields=fields)


def _written(write: Callable[[], Version]) -> Version:
    """What a service makes; 409 where the state of the versions forbids it, 422 where the content does."""
    language = get_language() or "zh"
    try:
        return write()
    except VersionError as error:
        if error.field:
            fields = [ApiFault(where=f"body.{error.field}", message=error.in_language(language))]
            raise ApiError(422, "refused", error.in_language(language), fields=fields) from None
        raise ApiError(409, "version", error.in_language(language)) from None
    except ContentError as error:
        raise _refused(error.faults, error.in_language(language)) from None


def _moved(kind: Kind, write: Callable[[], Version]) -> dict[str, Any]:
    made = _written(write)
    return _version(kind, version_of(kind.key, made.document.key, made.number))


def _document(document: Document) -> dict[str, Any]:
    names = ("kind", "key", "name_zh", "name_en", "review_on")
    shown = {name: getattr(document, name) for name in names}
    return {**shown, "versions": [_line(one) for one in standings_of(document)]}


def _version(kind: Kind, version: Version) -> dict[str, Any]:
    standing = next(one for one in standings_of(version.document) if one.version.pk == version.pk)
    faults = _faults(kind.check(version.content)) if version.is_open else []
    return {
        **_line(standing), "kind": kind.key, "key": version.document.key, "content": version.content, "faults": faults,
    }  # fmt: skip


def _line(standing: Standing) -> dict[str, Any]:
    version = standing.version
    return {
        "number": version.number, "state": standing.state, "start": standing.start, "end": standing.end,
        "author": str(version.author) if version.author else None,
        "reviewer": str(version.reviewer) if version.reviewer else None,
        "written_at": version.written_at, "reason": version.reason, "hash": version.content_hash,
    }  # fmt: skip


def _faults(faults: Sequence[AnalysisError | Fault]) -> list[dict[str, str]]:
    language = get_language() or "zh"
    return [{"field": one.field, "message": one.text.in_language(language)} for one in faults if isinstance(one, Fault)]


register_router("standards", router)
