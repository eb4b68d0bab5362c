"""Operations on lessons and the register of continuous improvement; the list is served by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, Whole, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.lessons import services
from qualityloop.improvement.lessons.listings import lessons_for
from qualityloop.improvement.lessons.models import Lesson
from qualityloop.improvement.lessons.permissions import LESSON_WRITE, LESSONS
from qualityloop.improvement.lessons.yearly import Yield, years_for
from qualityloop.improvement.problems.models import State
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.people.models import Department

lessons = Router(tags=[spoken(_("Lessons"))])

Long = Annotated[str, Field(max_length=4000)]
Number = Annotated[Whole, Field(ge=1, le=2**62)]
VERDICTS = ("effective", "not_effective", "cannot_tell_yet")


class LessonAnswer(BaseModel):
    """What was learned from a problem."""

    id: int
    problem: str = Field(description=spoken(_("Number of the problem")))
    title: str
    verdict: str
    what: str
    cause: str
    worked: str
    failed: str
    elsewhere: str
    tags: str
    useful: int = Field(description=spoken(_("How many people found it useful")))
    mine: bool = Field(description=spoken(_("Whether the caller did")))
    author: str
    created_at: datetime
    changed_at: datetime


class LessonChange(Strict):
    """What a lesson says; what is left out stays."""

    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    what: Long | None = None
    cause: Long | None = None
    worked: Long | None = None
    failed: Long | None = None
    elsewhere: Long | None = None
    tags: Annotated[str, Field(max_length=300)] | None = None


class NewLesson(LessonChange):
    """Of which closed problem; what is left out is begun with what is known of it."""

    problem: Number = Field(description=spoken(_("Id of the problem")))


class Sharing(Strict):
    """With whom a lesson is shared."""

    departments: list[Number] = Field(min_length=1, max_length=200, description=spoken(_("Ids of departments")))


class SharedAnswer(BaseModel):
    """How many people were told: each once."""

    told: int


class Found(Strict):
    """Whether the caller finds it useful."""

    useful: bool


class YieldAnswer(BaseModel):
    """What a measure of a closed problem yielded."""

    problem: int
    measure: int
    title: str
    indicator: str
    expected: float | None = Field(description=spoken(_("Predicted change, with its sign")))
    value: float | None = Field(description=spoken(_("Measured change")))
    low: float | None
    high: float | None
    verdict: str = Field(description=spoken(_("Empty where it was never evaluated")))
    proof: bool
    benefit: list[float] | None = Field(description=spoken(_("Predicted net benefit in a year: low, likely, high")))


class YearAnswer(BaseModel):
    """What a year brought."""

    year: int
    opened: int
    closed: int
    measures: int = Field(description=spoken(_("Measures begun")))
    effective: int
    not_effective: int
    cannot_tell_yet: int
    standards: int = Field(description=spoken(_("Standards changed")))
    net_low: float | None = Field(description=spoken(_("Net benefit a year, low; none where nothing was counted")))
    net_mean: float | None
    net_high: float | None
    proven: int = Field(description=spoken(_("Measures of closed problems with proof")))
    unproven: int = Field(description=spoken(_("Measures of closed problems without proof")))
    yields: list[YieldAnswer]


@lessons.get(
    "/register", response=list[YearAnswer], operation_id="lessons_register",
    **allows(LESSONS, _("Register of continuous improvement"), _("By year, the newest first, of what one may see.")),
)  # fmt: skip
def register(request: HttpRequest) -> list[dict[str, Any]]:
    """By year, the newest first, of what one may see."""
    return [
        {
            "year": one.year, "opened": one.opened, "closed": one.closed, "measures": one.measures,
            "standards": one.standards, **{key: one.verdicts[key] for key in VERDICTS},
            "net_low": one.low if one.counted else None, "net_mean": one.mean if one.counted else None,
            "net_high": one.high if one.counted else None, "proven": one.proven, "unproven": one.unproven,
            "yields": [_yield(each) for each in one.yields],
        }
        for one in years_for(request.user)
    ]  # fmt: skip


@lessons.post(
    "", response={201: LessonAnswer}, operation_id="lessons_write",
    **allows(LESSON_WRITE, _("Write the lesson of a problem"), _("Of a closed one; each problem has one lesson.")),
)  # fmt: skip
def write(request: HttpRequest, lesson: NewLesson) -> Status[dict[str, Any]]:
    """Of a closed one; each problem has one lesson."""
    problem = problems_for(request.user).filter(pk=lesson.problem).first()
    if problem is None:
        raise ApiError(422, "refused", gettext("There is no such problem."))
    if problem.state != State.CLOSED:
        raise ApiError(409, "open", gettext("A lesson is written when the problem is closed."))
    if Lesson.objects.filter(problem=problem).exists():
        raise ApiError(409, "there", gettext("This problem has its lesson already; change that."))
    made = services.lesson_write(actor=request.user, problem=problem)
    return Status(201, _answer(request, _changed(request, made, lesson)))


@lessons.get(
    "/{pk}", response=LessonAnswer, operation_id="lessons_one",
    **allows(LESSONS, _("One lesson"), _("For everybody on the staff.")),
)  # fmt: skip
def one(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """For everybody on the staff."""
    return _answer(request, _found(request, pk))


@lessons.patch(
    "/{pk}", response=LessonAnswer, operation_id="lessons_change",
    **allows(LESSON_WRITE, _("Change a lesson"), _("What differs enters the history.")),
)  # fmt: skip
def change(request: HttpRequest, pk: Key, change: LessonChange) -> dict[str, Any]:
    """What differs enters the history."""
    return _answer(request, _changed(request, _found(request, pk), change))


@lessons.post(
    "/{pk}/share", response=SharedAnswer, operation_id="lessons_share",
    **allows(LESSON_WRITE, _("Share a lesson"), _("The people of the departments are told, each once.")),
)  # fmt: skip
def share(request: HttpRequest, pk: Key, sharing: Sharing) -> dict[str, int]:
    """The people of the departments are told, each once."""
    found = _found(request, pk)
    wanted = set(sharing.departments)
    departments = list(Department.objects.filter(pk__in=wanted, is_active=True))
    if len(departments) != len(wanted):
        raise ApiError(422, "refused", gettext("There is no such department."))
    told = services.lesson_share(
        actor=request.user,  # type: ignore[arg-type]
        lesson=found,
        departments=departments,
        address=address_of(request),
    )
    return {"told": told}


@lessons.put(
    "/{pk}/useful", response=LessonAnswer, operation_id="lessons_useful",
    **allows(LESSONS, _("Find a lesson useful"), _("Or no more; each person counts once.")),
)  # fmt: skip
def useful(request: HttpRequest, pk: Key, found: Found) -> dict[str, Any]:
    """Or no more; each person counts once."""
    lesson = _found(request, pk)
    if _mine(request, lesson) != found.useful:
        lesson = services.lesson_useful(actor=request.user, lesson=lesson)  # type: ignore[arg-type]
    return _answer(request, lesson)


def _yield(one: Yield) -> dict[str, Any]:
    found, measure = one.evaluation, one.measure
    known = {name: getattr(found, name, None) for name in ("expected", "value", "low", "high")}
    if found is None and measure.amount is not None:
        known["expected"] = measure.amount if measure.direction == "up" else -measure.amount
    return {
        "problem": measure.plan.problem_id, "measure": measure.pk, "title": measure.title,
        "indicator": measure.indicator, "verdict": found.verdict if found else "", "proof": one.proof,
        "benefit": list(one.benefit) if one.benefit else None, **known,
    }  # fmt: skip


def _found(request: HttpRequest, pk: int) -> Lesson:
    lesson = lessons_for(request.user).select_related("problem", "author").filter(pk=pk).first()
    if lesson is None:
        raise Http404
    return lesson


def _changed(request: HttpRequest, lesson: Lesson, change: LessonChange) -> Lesson:
    values = change.model_dump(include=set(services.FIELDS), exclude_none=True)
    return services.lesson_change(
        actor=request.user,  # type: ignore[arg-type]
        lesson=lesson,
        address=address_of(request),
        **values,
    )


def _mine(request: HttpRequest, lesson: Lesson) -> bool:
    return lesson.useful_to.filter(pk=request.user.pk).exists()


def _answer(request: HttpRequest, lesson: Lesson) -> dict[str, Any]:
    names = (*services.FIELDS, "verdict", "useful", "created_at", "changed_at")
    said = {name: getattr(lesson, name) for name in names}
    author = str(lesson.author) if lesson.author else ""
    return {
        "id": lesson.pk, "problem": lesson.problem.number, "author": author, "mine": _mine(request, lesson), **said,
    }  # fmt: skip


register_router("lessons", lessons)
