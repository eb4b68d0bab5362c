"""Operations on tasks, meetings, checkpoints and reviews."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.api import answers
from qualityloop.improvement.plans.api.answers import (
    CheckAnswer,
    ItemAnswer,
    MeetingAnswer,
    PlanAnswer,
    ReviewAnswer,
    TaskAnswer,
    named,
    one_of,
    tried,
)
from qualityloop.improvement.plans.lots import RecordsAsked
from qualityloop.improvement.plans.models import TaskState
from qualityloop.improvement.plans.services import answers as answering
from qualityloop.improvement.plans.services import checkpoints as checking
from qualityloop.improvement.plans.services import meetings as meeting_services
from qualityloop.improvement.plans.services import reviews as reviewing
from qualityloop.improvement.plans.services import tasks as services
from qualityloop.people.models import Department, Staff

tasks = Router(tags=[spoken(_("Tasks"))])
meetings = Router(tags=[spoken(_("Weekly meetings"))])
checkpoints = Router(tags=[spoken(_("Checkpoints"))])
reviews = Router(tags=[spoken(_("48-hour reviews"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]


class NewTask(Strict):
    """A task to give out."""

    title: str = Field(min_length=1, max_length=200)
    due_on: Day
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    measure: Number | None = Field(None, description=spoken(_("Id of a measure of a plan under way")))
    starts_on: Day | None = None
    note: str = Field("", max_length=4000)


class TaskSaid(Strict):
    """How a task stands, said by its owner."""

    what: Literal["done", "hard"]
    text: str = Field(
        "", max_length=2000, description=spoken(_("What there is to say; of a difficulty it must be said"))
    )


class Decision(Strict):
    """A decision of a meeting; it becomes a task."""

    title: str = Field(min_length=1, max_length=200)
    due_on: Day
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    note: str = Field("", max_length=4000)


class TaskChange(Strict):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    due_on: Day | None = None
    owner: Number | None = None
    starts_on: Day | None = None
    note: str | None = Field(None, max_length=4000)


class TaskMove(Strict):
    """A column of the board, and the place in it from 0."""

    state: Literal["todo", "doing", "check", "done"]
    place: int | None = Field(None, ge=0, le=100_000)


class NewRemark(Strict):
    """What to say."""

    text: str = Field(min_length=1, max_length=2000)


class RemarkAnswer(BaseModel):
    """What somebody said about a task."""

    id: int
    at: datetime
    author: str
    text: str


class NewMeeting(Strict):
    """A meeting to call."""

    held_on: Day
    title: str = Field("", max_length=200)
    department: Number | None = Field(None, description=spoken(_("Id of a department")))


class Minutes(Strict):
    """Minutes of a meeting."""

    minutes: str = Field(max_length=40_000)
    present: str = Field("", max_length=1000)


class NewCheck(Strict):
    """A checkpoint to plan; shares 0..1."""

    measure: Number
    kind: Literal["sample", "question"]
    title: str = Field(min_length=1, max_length=200)
    due_on: Day
    share: Share | None = Field(None, description=spoken(_("Share to check; 0.1 where it is left out")))
    good: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] | None = None
    poor: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None


class Lot(Strict):
    """The items of a lot."""

    items: list[Annotated[str, Field(min_length=1, max_length=500)]] = Field(min_length=1, max_length=20_000)
    seed: int | None = Field(None, ge=0, le=2**62, description=spoken(_("Drawn where it is left out")))


class LotRecords(Strict):
    """Records that make up a lot: of these days, by a condition of the indicator language."""

    dataset: Literal["tickets", "interactions", "complaints", "reviews", "survey_responses"]
    since: Day
    until: Day = Field(description=spoken(_("The last day, included")))
    where: str = Field("", max_length=2000, description=spoken(_("Condition in the indicator language")))
    seed: int | None = Field(None, ge=0, le=2**62, description=spoken(_("Drawn where it is left out")))


class ItemResult(Strict):
    """The result of a drawn item."""

    place: int = Field(ge=1, le=20_000)
    ok: bool | None
    note: str = Field("", max_length=1000)


class Results(Strict):
    """Results of drawn items."""

    results: list[ItemResult] = Field(max_length=20_000)


class CheckJudgement(Strict):
    """How it came out; a sample is judged by its rule."""

    passed: bool | None = None
    finding: str = Field("", max_length=4000)


class Cause(Strict):
    """Why a measure missed."""

    cause: str = Field(min_length=1, max_length=4000)


def _said(request: HttpRequest, **more: Any) -> dict[str, Any]:
    return {"actor": request.user, "address": address_of(request), **more}


@tasks.post(
    "",
    response={201: TaskAnswer},
    operation_id="tasks_add",
    **allows(permissions.TASK_WRITE, _("Give out a task"), _("Its owner is told.")),
)
def task_add(request: HttpRequest, task: NewTask) -> Status[dict[str, Any]]:
    """Its owner is told."""
    values = task.model_dump()
    values["owner"] = named(Staff, values["owner"])
    if values["measure"] is not None:
        values["measure"] = one_of(queries.measures_for(request.user), values["measure"], "plan__problem", "owner")
    made = tried(lambda: services.task_add(**_said(request, **values)))
    return Status(201, answers.task_answer(made))


@tasks.patch(
    "/{pk}",
    response=TaskAnswer,
    operation_id="tasks_change",
    **allows(permissions.TASK_WRITE, _("Change a task"), _("What differs enters the history.")),
)
def task_change(request: HttpRequest, pk: Key, change: TaskChange) -> dict[str, Any]:
    """What differs enters the history."""
    one = one_of(queries.tasks_for(request.user), pk)
    given = change.model_dump(exclude_unset=True)
    values = {name: value for name, value in given.items() if value is not None or name in {"owner", "starts_on"}}
    if "owner" in values:
        values["owner"] = named(Staff, values["owner"])
    return answers.task_answer(tried(lambda: services.task_change(**_said(request, task=one, **values))))


@tasks.post(
    "/{pk}/move",
    response=TaskAnswer,
    operation_id="tasks_move",
    **allows(permissions.TASKS, _("Move a task"), _("One's own, or any for who gives out tasks.")),
)
def task_move(request: HttpRequest, pk: Key, move: TaskMove) -> dict[str, Any]:
    """One's own, or any for who gives out tasks."""
    one = one_of(queries.tasks_for(request.user), pk, "owner")
    if not queries.may_move(request.user, one):
        raise Http404
    return answers.task_answer(tried(lambda: services.task_move(**_said(request, task=one, **move.model_dump()))))


@tasks.post(
    "/{pk}/answer", response=TaskAnswer, operation_id="tasks_answer",
    **allows(permissions.TASKS, _("Answer a task"), _("It is done, or there is a difficulty, which is told on.")),
)  # fmt: skip
def task_answer(request: HttpRequest, pk: Key, answer: TaskSaid) -> dict[str, Any]:
    """It is done, or there is a difficulty, which is told on."""
    one = one_of(queries.tasks_for(request.user), pk, "owner", "problem")
    if not queries.may_move(request.user, one):
        raise Http404
    if one.state == TaskState.DONE:
        raise ApiError(409, "done", gettext("The task is done already."))
    return answers.task_answer(tried(lambda: answering.task_answer(**_said(request, task=one, **answer.model_dump()))))


@tasks.get(
    "/{pk}/remarks",
    response=list[RemarkAnswer],
    operation_id="tasks_remarks",
    **allows(permissions.TASKS, _("Remarks on a task"), _("The oldest first.")),
)
def task_remarks(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """The oldest first."""
    one = one_of(queries.tasks_for(request.user), pk)
    return [_remark(remark) for remark in one.remarks.select_related("author")]


@tasks.post(
    "/{pk}/remarks",
    response={201: RemarkAnswer},
    operation_id="tasks_remark",
    **allows(permissions.TASKS, _("Say something about a task"), _("It cannot be taken back.")),
)
def task_remark(request: HttpRequest, pk: Key, remark: NewRemark) -> Status[dict[str, Any]]:
    """It cannot be taken back."""
    one = one_of(queries.tasks_for(request.user), pk)
    made = tried(lambda: services.task_remark(**_said(request, task=one, text=remark.text)))
    return Status(201, _remark(made))


def _remark(one: Any) -> dict[str, Any]:
    return {"id": one.pk, "at": one.at, "author": str(one.author or ""), "text": one.text}


@meetings.post(
    "",
    response={201: MeetingAnswer},
    operation_id="meetings_call",
    **allows(permissions.MEETINGS, _("Call a meeting"), _("Its agenda is made of what is late or changed.")),
)
def meeting_make(request: HttpRequest, meeting: NewMeeting) -> Status[dict[str, Any]]:
    """Its agenda is made of what is late or changed."""
    values = meeting.model_dump()
    values["department"] = named(Department, values["department"])
    made = tried(lambda: meeting_services.meeting_make(**_said(request, **values)))
    return Status(201, answers.meeting_answer(made))


@meetings.post(
    "/{pk}/agenda",
    response=MeetingAnswer,
    operation_id="meetings_agenda",
    **allows(permissions.MEETINGS, _("Make the agenda anew"), _("Of what is late or changed now; until it is closed.")),
)
def meeting_agenda(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Of what is late or changed now; until it is closed."""
    one = one_of(queries.meetings_for(request.user), pk)
    return answers.meeting_answer(tried(lambda: meeting_services.meeting_refresh(**_said(request, meeting=one))))


@meetings.put(
    "/{pk}/minutes",
    response=MeetingAnswer,
    operation_id="meetings_write",
    **allows(permissions.MEETINGS, _("Write minutes"), _("Until they are closed.")),
)
def meeting_write(request: HttpRequest, pk: Key, minutes: Minutes) -> dict[str, Any]:
    """Until they are closed."""
    one = one_of(queries.meetings_for(request.user), pk)
    kept = tried(lambda: meeting_services.meeting_write(**_said(request, meeting=one, **minutes.model_dump())))
    return answers.meeting_answer(kept)


@meetings.post(
    "/{pk}/decisions",
    response={201: TaskAnswer},
    operation_id="meetings_decide",
    **allows(permissions.MEETINGS, _("Add a decision"), _("It becomes a task.")),
)
def meeting_decide(request: HttpRequest, pk: Key, decision: Decision) -> Status[dict[str, Any]]:
    """It becomes a task."""
    one = one_of(queries.meetings_for(request.user), pk)
    values = decision.model_dump()
    values["owner"] = named(Staff, values["owner"])
    made = tried(lambda: meeting_services.meeting_decide(**_said(request, meeting=one, **values)))
    return Status(201, answers.task_answer(made))


@meetings.post(
    "/{pk}/close",
    response=MeetingAnswer,
    operation_id="meetings_close",
    **allows(permissions.MEETINGS, _("Close minutes"), _("They stay as they are.")),
)
def meeting_close(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """They stay as they are."""
    one = one_of(queries.meetings_for(request.user), pk)
    return answers.meeting_answer(tried(lambda: meeting_services.meeting_close(**_said(request, meeting=one))))


@checkpoints.post(
    "",
    response={201: CheckAnswer},
    operation_id="checkpoints_plan",
    **allows(permissions.CHECK, _("Plan a checkpoint"), _("Of a measure whose plan is approved.")),
)
def check_plan(request: HttpRequest, check: NewCheck) -> Status[dict[str, Any]]:
    """Of a measure whose plan is approved."""
    values = check.model_dump()
    values["measure"] = one_of(queries.measures_for(request.user), values["measure"], "plan__problem")
    made = tried(lambda: checking.check_plan(**_said(request, **values)))
    return Status(201, answers.check_answer(made))


@checkpoints.post(
    "/{pk}/draw",
    response=CheckAnswer,
    operation_id="checkpoints_draw",
    **allows(permissions.CHECK, _("Draw the sample"), _("Once; with the same seed it is the same.")),
)
def check_draw(request: HttpRequest, pk: Key, lot: Lot) -> dict[str, Any]:
    """Once; with the same seed it is the same."""
    one = _check(request, pk)
    seed = secrets.randbelow(2**31) if lot.seed is None else lot.seed
    kept = tried(lambda: checking.check_draw(**_said(request, checkpoint=one, items=lot.items, seed=seed)))
    return answers.check_answer(kept)


@checkpoints.post(
    "/{pk}/draw-records",
    response=CheckAnswer,
    operation_id="checkpoints_draw_records",
    **allows(permissions.CHECK, _("Draw from records"), _("The question and the numbers of the records are kept.")),
)
def check_draw_records(request: HttpRequest, pk: Key, lot: LotRecords) -> dict[str, Any]:
    """The question and the numbers of the records are kept."""
    one = _check(request, pk)
    values = lot.model_dump()
    seed = values.pop("seed")
    kept = tried(
        lambda: checking.check_draw_records(
            **_said(request, checkpoint=one, asked=RecordsAsked(**values),
                    seed=secrets.randbelow(2**31) if seed is None else seed)
        )
    )  # fmt: skip
    return answers.check_answer(kept)


@checkpoints.get(
    "/{pk}/items",
    response=list[ItemAnswer],
    operation_id="checkpoints_items",
    **allows(permissions.PLANS, _("Drawn items"), _("Each with its result.")),
)
def check_items(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """Each with its result."""
    return answers.item_answers(request.user, _check(request, pk))


@checkpoints.put(
    "/{pk}/items",
    response=list[ItemAnswer],
    operation_id="checkpoints_enter",
    **allows(permissions.CHECK, _("Enter results"), _("Until the checkpoint is judged.")),
)
def check_enter(request: HttpRequest, pk: Key, given: Results) -> list[dict[str, Any]]:
    """Until the checkpoint is judged."""
    one = _check(request, pk)
    results = {each.place: (each.ok, each.note) for each in given.results}
    tried(lambda: checking.check_enter(**_said(request, checkpoint=one, results=results)))
    return answers.item_answers(request.user, one)


@checkpoints.post(
    "/{pk}/judge",
    response=CheckAnswer,
    operation_id="checkpoints_judge",
    **allows(permissions.CHECK, _("Judge a checkpoint"), _("A failure opens a 48-hour review.")),
)
def check_judge(request: HttpRequest, pk: Key, judgement: CheckJudgement) -> dict[str, Any]:
    """A failure opens a 48-hour review."""
    one = _check(request, pk)
    kept = tried(lambda: checking.check_judge(**_said(request, checkpoint=one, **judgement.model_dump())))
    return answers.check_answer(kept)


def _check(request: HttpRequest, pk: int) -> Any:
    return one_of(queries.checkpoints_for(request.user), pk, "measure__plan__problem")


@reviews.patch(
    "/{pk}",
    response=ReviewAnswer,
    operation_id="measure_reviews_change",
    **allows(permissions.REVIEWS, _("Write down why a measure missed"), _("Until the review is closed.")),
)
def review_change(request: HttpRequest, pk: Key, change: Cause) -> dict[str, Any]:
    """Until the review is closed."""
    one = one_of(queries.reviews_for(request.user), pk)
    return answers.review_answer(
        tried(lambda: reviewing.review_change(**_said(request, review=one, cause=change.cause)))
    )


@reviews.post(
    "/{pk}/adjust",
    response=PlanAnswer,
    operation_id="measure_reviews_adjust",
    **allows(permissions.REVIEWS, _("Begin the adjusted plan"), _("A new version; the cause is its reason.")),
)
def review_adjust(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """A new version; the cause is its reason."""
    one = one_of(queries.reviews_for(request.user), pk)
    return answers.plan_answer(tried(lambda: reviewing.review_adjust(**_said(request, review=one))))


@reviews.post(
    "/{pk}/close",
    response=ReviewAnswer,
    operation_id="measure_reviews_close",
    **allows(permissions.REVIEWS, _("Close a review"), _("Not without cause and adjusted plan.")),
)
def review_close(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Not without cause and adjusted plan."""
    one = one_of(queries.reviews_for(request.user), pk)
    return answers.review_answer(tried(lambda: reviewing.review_close(**_said(request, review=one))))


register_router("tasks", tasks)
register_router("meetings", meetings)
register_router("checkpoints", checkpoints)
register_router("measure-reviews", reviews)
