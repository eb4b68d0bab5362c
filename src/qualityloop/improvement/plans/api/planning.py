"""Operations on plans and measures."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import Field

from qualityloop.foundation.api import ApiError, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.account import FACTORS
from qualityloop.improvement.plans.api.answers import (
    MeasureAnswer,
    PlanAnswer,
    SmartAnswer,
    measure_answer,
    named,
    one_of,
    plan_answer,
    smart_answers,
    tried,
)
from qualityloop.improvement.plans.models import Measure, Plan
from qualityloop.improvement.plans.services import plans as services
from qualityloop.improvement.problems.queries import problem_whole
from qualityloop.people.models import Department, Staff

plans = Router(tags=[spoken(_("Improvement plans"))])
measures = Router(tags=[spoken(_("Improvement plans"))])

Long = Annotated[str, Field(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Pair = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=2, max_length=2)]
Finite = Annotated[float, Field(allow_inf_nan=False, ge=0, le=1e12)]
Three = Annotated[list[Finite], Field(min_length=3, max_length=3)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]


class NewPlan(Strict):
    """A plan to begin."""

    problem: Number = Field(description=spoken(_("Id of a problem whose cause is locked")))
    goal: str = Field("", max_length=2000)


class ImprovementPlanChange(Strict):
    """What a plan is to reach."""

    goal: str = Field(max_length=2000)


class Why(Strict):
    """Why something is done."""

    reason: str = Field(min_length=1, max_length=2000)


class MeasureFields(Strict):
    """What may be said about a measure; the amount of a share is 0.1 for ten percentage points."""

    action: Long | None = None
    cause: Annotated[str, Field(max_length=500)] | None = None
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    department: Number | None = Field(None, description=spoken(_("Id of a department")))
    starts_on: Day | None = None
    due_on: Day | None = None
    resources: Annotated[str, Field(max_length=2000)] | None = None
    gaps: Annotated[str, Field(max_length=2000)] | None = None
    contingency: Annotated[str, Field(max_length=2000)] | None = None
    effort_days: Finite | None = None
    risks: list[Pair] | None = Field(None, max_length=50, description=spoken(_("Pairs of risk and contingency")))
    indicator: Annotated[str, Field(max_length=100)] | None = None
    group: list[Pair] | None = Field(None, max_length=10, description=spoken(_("Pairs of column and value")))
    direction: Literal["", "up", "down"] | None = None
    amount: Finite | None = None
    effect_until: Day | None = None
    baseline_from: Day | None = None
    baseline_until: Day | None = None
    method: Literal["", "its", "did", "shares"] | None = None
    untouched: list[list[Pair]] | None = Field(None, max_length=50)
    account: dict[str, Three] | None = Field(
        None, description=spoken(_("Ranges of cost and benefit: lowest, most likely, highest"))
    )


class NewMeasure(MeasureFields):
    """A measure to add."""

    title: str = Field(min_length=1, max_length=200)


class MeasureChange(MeasureFields):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)


class MeasureTried(MeasureFields):
    """A measure as far as it is written."""

    title: str = Field("", max_length=200)


class MeasureMove(Strict):
    """Where a measure stands now."""

    state: Literal["waiting", "running", "done", "dropped"]
    reason: str = Field("", max_length=2000)


def _plan(request: HttpRequest, pk: int) -> Plan:
    one = queries.plan_whole(request.user, pk)
    if one is None:
        raise Http404
    return one


@plans.post(
    "",
    response={201: PlanAnswer},
    operation_id="plans_begin",
    **allows(permissions.PLAN_WRITE, _("Begin the plan of a problem"), _("A draft that is there already is answered.")),
)
def plan_begin(request: HttpRequest, plan: NewPlan) -> Status[dict[str, Any]]:
    """A draft that is there already is answered."""
    problem = problem_whole(request.user, plan.problem)
    if problem is None:
        raise Http404
    made = tried(
        lambda: services.plan_begin(
            actor=request.user, problem=problem, goal=plan.goal, address=address_of(request)
        )
    )  # fmt: skip
    return Status(201, plan_answer(made))


@plans.patch(
    "/{pk}",
    response=PlanAnswer,
    operation_id="plans_change",
    **allows(permissions.PLAN_WRITE, _("Change the goal of a plan"), _("Only while the plan is a draft.")),
)
def plan_change(request: HttpRequest, pk: Key, change: ImprovementPlanChange) -> dict[str, Any]:
    """Only while the plan is a draft."""
    one = _plan(request, pk)
    address = address_of(request)
    return plan_answer(
        tried(lambda: services.plan_change(actor=request.user, plan=one, goal=change.goal, address=address))
    )


def _moving(path: str, name: str, work: Any, **said: Any) -> None:
    """An operation that moves a plan on without more to say."""

    @plans.post(path, response=PlanAnswer, operation_id=name, **allows(**said))
    def move(request: HttpRequest, pk: Key) -> dict[str, Any]:
        one = _plan(request, pk)
        return plan_answer(tried(lambda: work(actor=request.user, plan=one, address=address_of(request))))


_moving(
    "/{pk}/submit", "plans_submit", services.plan_submit, right=permissions.PLAN_WRITE, summary=_("Hand a plan in"),
    text=_("Nothing may be missing in its measures."),
)  # fmt: skip
_moving(
    "/{pk}/approve", "plans_approve", services.plan_approve, right=permissions.PLAN_APPROVE,
    summary=_("Approve a plan"),
    text=_("With four eyes somebody else than its author does."),
)  # fmt: skip
_moving(
    "/{pk}/start", "plans_start", services.plan_start, right=permissions.PLAN_WRITE, summary=_("Start a plan"),
    text=_("Its content is frozen from now on."),
)  # fmt: skip
_moving(
    "/{pk}/end", "plans_end", services.plan_end, right=permissions.PLAN_WRITE,
    summary=_("Say that a plan is carried out"), text=_("Every measure must be done or given up."),
)  # fmt: skip


def _reasoned(path: str, name: str, work: Any, **said: Any) -> None:
    """An operation that wants a reason."""

    @plans.post(path, response=PlanAnswer, operation_id=name, **allows(**said))
    def move(request: HttpRequest, pk: Key, why: Why) -> dict[str, Any]:
        one = _plan(request, pk)
        given = {"actor": request.user, "plan": one, "reason": why.reason, "address": address_of(request)}
        return plan_answer(tried(lambda: work(**given)))


_reasoned(
    "/{pk}/send-back", "plans_send_back", services.plan_send_back, right=permissions.PLAN_APPROVE,
    summary=_("Send a plan back"), text=_("It becomes a draft again."),
)  # fmt: skip
_reasoned(
    "/{pk}/adjust", "plans_adjust", services.plan_adjust, right=permissions.PLAN_WRITE, summary=_("Adjust a plan"),
    text=_("A new version with the same measures begins; the old one runs on until that starts."),
)  # fmt: skip


@plans.get(
    "/{pk}/measures",
    response=list[MeasureAnswer],
    operation_id="plans_measures",
    **allows(permissions.PLANS, _("Measures of a plan"), _("Each with what the SMART check says.")),
)
def plan_measures(request: HttpRequest, pk: Key) -> list[dict[str, Any]]:
    """Each with what the SMART check says."""
    plan = _plan(request, pk)
    found = queries.measures_of(plan)
    for one in found:
        one.plan = plan
    return [measure_answer(one) for one in found]


@plans.get(
    "/{pk}/frozen",
    response=dict[str, Any],
    operation_id="plans_frozen",
    **allows(permissions.PLANS, _("Content of a plan at its start"), _("As it was frozen; empty before the start.")),
)
def plan_frozen(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """As it was frozen; empty before the start."""
    one = _plan(request, pk)
    return json.loads(one.frozen_json) if one.is_frozen else {}


@plans.post(
    "/{pk}/measures",
    response={201: MeasureAnswer},
    operation_id="plans_measure_add",
    **allows(permissions.PLAN_WRITE, _("Add a measure"), _("Only while the plan is a draft.")),
)
def measure_add(request: HttpRequest, pk: Key, measure: NewMeasure) -> Status[dict[str, Any]]:
    """Only while the plan is a draft."""
    one = _plan(request, pk)
    values = _values(measure)
    made = tried(
        lambda: services.measure_save(actor=request.user, plan=one, address=address_of(request), **values)
    )  # fmt: skip
    return Status(201, measure_answer(made))


@plans.post(
    "/{pk}/measures/check",
    response=list[SmartAnswer],
    operation_id="plans_measure_check",
    **allows(permissions.PLAN_WRITE, _("Check a measure"), _("What is missing or vague in it; nothing is kept.")),
)
def measure_check(request: HttpRequest, pk: Key, measure: MeasureTried) -> list[dict[str, Any]]:
    """What is missing or vague in it; nothing is kept."""
    return smart_answers(Measure(plan=_plan(request, pk), **_values(measure)))


@measures.patch(
    "/{pk}",
    response=MeasureAnswer,
    operation_id="measures_change",
    **allows(permissions.PLAN_WRITE, _("Change a measure"), _("Only while the plan is a draft.")),
)
def measure_change(request: HttpRequest, pk: Key, change: MeasureChange) -> dict[str, Any]:
    """Only while the plan is a draft."""
    one = one_of(queries.measures_for(request.user), pk, "plan__problem", "owner", "department")
    values = _values(change)
    kept = tried(
        lambda: services.measure_save(
            actor=request.user, plan=one.plan, measure=one, address=address_of(request), **values
        )
    )
    return measure_answer(kept)


@measures.post(
    "/{pk}/state",
    response=MeasureAnswer,
    operation_id="measures_move",
    **allows(permissions.PLAN_WRITE, _("Move a measure on"), _("Giving it up wants a reason.")),
)
def measure_move(request: HttpRequest, pk: Key, move: MeasureMove) -> dict[str, Any]:
    """Giving it up wants a reason."""
    one = one_of(queries.measures_for(request.user), pk, "plan__problem")
    said = {"actor": request.user, "measure": one, "address": address_of(request), **move.model_dump()}
    kept = tried(lambda: services.measure_move(**said))
    return measure_answer(kept)


@measures.delete(
    "/{pk}",
    response={204: None},
    operation_id="measures_remove",
    **allows(permissions.PLAN_WRITE, _("Remove a measure"), _("Only while the plan is a draft.")),
)
def measure_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """Only while the plan is a draft."""
    one = one_of(queries.measures_for(request.user), pk, "plan__problem", "owner", "department")
    tried(lambda: services.measure_remove(actor=request.user, measure=one, address=address_of(request)))
    return Status(204, None)


def _values(fields: MeasureFields) -> dict[str, Any]:
    """What the service takes: what was said, people and departments in place of their ids."""
    empty = ("owner", "department", "starts_on", "due_on", "effort_days", "amount", "effect_until", "baseline_from",
             "baseline_until")  # fmt: skip
    given = fields.model_dump(exclude_unset=True)
    values = {name: value for name, value in given.items() if value is not None or name in empty}
    for name, model in (("owner", Staff), ("department", Department)):
        if name in values:
            values[name] = named(model, values[name])
    for key, three in (values.get("account") or {}).items():
        if key not in FACTORS or sorted(three) != three:
            text = _("A range goes from the lowest over the most likely to the highest value.")
            raise ApiError(422, "refused", str(text))
    return values


register_router("plans", plans)
register_router("measures", measures)
