"""Operations on studies of expectation and perception: make one, read one; the list is served by itself."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.analysis.expectation import Matrix
from qualityloop.diagnosis.themes.models import ExpectationStudy
from qualityloop.diagnosis.themes.permissions import STUDIES, STUDY_MAKE
from qualityloop.diagnosis.themes.queries import studies_for
from qualityloop.diagnosis.themes.replies import matrix_of
from qualityloop.diagnosis.themes.studies import NotYetError, matrix_kept, study_ask, study_of_file
from qualityloop.diagnosis.themes.surveyed import NARROWED
from qualityloop.foundation.api import ApiError, Strict, allows, refused_as, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.foundation.permissions import person
from qualityloop.foundation.wording import language, shown

router = Router(tags=[spoken(_("Expectation and perception"))])


class StudyAsking(Strict):
    """Which stored answers are compared, and how importance is found."""

    name: str = Field(min_length=1, max_length=100)
    first: date
    last: date
    importance: Literal["stated", "correlation", "regression"] = "stated"
    overall: Literal["csat", "nps"] = Field("csat", description=spoken(_("Only used where importance is derived")))
    touchpoint: str = Field("", max_length=100)
    team: str = Field("", max_length=200)
    product: str = Field("", max_length=200)
    items: list[str] = Field([], max_length=40, description=spoken(_("None chosen: all items that were rated")))


class StudyNamed(Strict):
    """Under which name a study is kept."""

    name: str = Field(min_length=1, max_length=100)


class StudyItemAnswer(BaseModel):
    """An item in its field; `held` is the share of resamples that leave it there."""

    name: str
    importance: float
    importance_low: float | None
    importance_high: float | None
    performance: float
    performance_low: float | None
    performance_high: float | None
    field: str
    held: float | None
    undecided: bool
    n: int


class MatrixAnswer(BaseModel):
    """A matrix of expectation and perception."""

    importance: str
    replies: int
    cross_importance: float
    cross_performance: float
    items: list[StudyItemAnswer]


class StudyAnswer(BaseModel):
    """A study: its definition, the snapshot, and the matrix once it is computed."""

    id: int
    number: str
    name: str
    origin: str
    first: date | None
    last: date | None
    touchpoint: str
    team: str
    product: str
    importance: str
    overall: str
    state: str
    reason: str
    snapshot: str
    replies: int
    cross_importance: float | None
    cross_performance: float | None
    items: list[StudyItemAnswer]


def _answer(study: ExpectationStudy) -> dict[str, Any]:
    matrix = matrix_kept(study)
    return {
        "id": study.pk, "number": study.number, "name": study.name, "origin": study.origin, "first": study.first_day,
        "last": study.last_day, "touchpoint": study.touchpoint, "team": study.team, "product": study.product,
        "importance": study.importance, "overall": study.overall, "state": study.state,
        "reason": shown(study.reason_kept), "snapshot": study.snapshot, "replies": study.replies,
        "cross_importance": matrix.cross_importance if matrix else None,
        "cross_performance": matrix.cross_performance if matrix else None,
        "items": _items(matrix) if matrix else [],
    }  # fmt: skip


def _items(matrix: Matrix) -> list[dict[str, Any]]:
    names = ("name", "importance", "importance_low", "importance_high", "performance", "performance_low",
             "performance_high", "held", "undecided", "n")  # fmt: skip
    return [{**{name: getattr(item, name) for name in names}, "field": item.quadrant} for item in matrix.items]


@router.post(
    "",
    response={201: StudyAnswer},
    operation_id="expectation_studies_ask",
    **allows(
        STUDY_MAKE,
        _("Make a study of expectation and perception"),
        _("A job computes it from the snapshot of now; read the study until it is. 409 where no stored questionnaire "
          "asks for single items."),
    ),
)  # fmt: skip
def study_make(request: HttpRequest, asking: StudyAsking) -> Status[dict[str, Any]]:
    """A job computes it; read the study until it is."""
    try:
        study = study_ask(
            actor=person(request), name=asking.name, first=asking.first, last=asking.last, importance=asking.importance,
            overall=asking.overall, items=asking.items, only={name: getattr(asking, name) for name in NARROWED},
            address=address_of(request),
        )  # fmt: skip
    except NotYetError as error:
        raise ApiError(409, "refused", error.in_language(language())) from None
    return Status(201, _answer(study))


@router.post(
    "/file",
    response={201: StudyAnswer},
    operation_id="expectation_studies_file",
    **allows(
        STUDY_MAKE, _("Make a study of a table of replies"),
        _("A CSV or Excel file, a line per reply, a column per item; the file itself is never kept."),
    ),
)  # fmt: skip
def study_file(request: HttpRequest, named: Form[StudyNamed], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """A CSV or Excel file, a line per reply, a column per item; the file itself is never kept."""
    name = file.name or ""
    with refused_as(422):
        study = study_of_file(
            actor=person(request), name=named.name, file=name, content=file.read(), address=address_of(request)
        )
    return Status(201, _answer(study))


@router.post(
    "/file/try",
    response=MatrixAnswer,
    operation_id="expectation_studies_try",
    **allows(STUDY_MAKE, _("Compute the matrix of a table of replies"), _("Nothing is kept.")),
)
def study_try(request: HttpRequest, file: File[UploadedFile]) -> dict[str, Any]:
    """Nothing is kept."""
    with refused_as(422):
        matrix = matrix_of(file.name or "", file.read())
    names = ("importance", "replies", "cross_importance", "cross_performance")
    return {"items": _items(matrix), **{name: getattr(matrix, name) for name in names}}


@router.get(
    "/{pk}",
    response=StudyAnswer,
    operation_id="expectation_studies_one",
    **allows(STUDIES, _("One study of expectation and perception"), _("Its definition, its snapshot, its matrix.")),
)
def study_one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Its definition, its snapshot, its matrix."""
    study = studies_for(request.user).filter(pk=pk).first()
    if study is None:
        raise Http404
    return _answer(study)


register_router("expectation-studies", router)
