"""Operations on quality plans and their risks; the list is served by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Day, Strict, allows, register_router, spoken
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.plans.api.answers import named, tried
from qualityloop.improvement.risks import permissions, queries, services
from qualityloop.improvement.risks.models import Item, ItemKind, LaunchPlan, Risk
from qualityloop.people.models import Department, Staff

plans = Router(tags=[spoken(_("Risks before launch"))])
risks = Router(tags=[spoken(_("Risks before launch"))])
items = Router(tags=[spoken(_("Risks before launch"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Rank = Annotated[int, Field(ge=1, le=10)]
Finite = Annotated[float, Field(allow_inf_nan=False, ge=-1e12, le=1e12)]
SideName = Literal["", "above", "below"]
Pair = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=2, max_length=2)]


class NewLaunchPlan(Strict):
    """A quality plan to begin."""

    name: str = Field(min_length=1, max_length=200)
    launch_on: Day
    what: str = Field("", max_length=10_000)
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    department: Number | None = Field(None, description=spoken(_("Id of a department")))


class LaunchChange(Strict):
    """What is to be changed; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=200)
    launch_on: Day | None = None
    what: str | None = Field(None, max_length=10_000)
    owner: Number | None = None
    department: Number | None = None


class NewItem(Strict):
    """A goal or something that must be ready."""

    kind: Literal["goal", "ready"]
    text: str = Field(min_length=1, max_length=500)
    indicator: str = Field("", max_length=100)
    side: SideName = ""
    target: Finite | None = None


class LaunchItemChange(Strict):
    """What is to be changed; what is left out stays. Only a goal has an indicator, its side and its line."""

    text: str | None = Field(None, min_length=1, max_length=500)
    indicator: str | None = Field(None, max_length=100)
    side: SideName | None = None
    target: Finite | None = None


class RiskFields(Strict):
    """What is said about a risk."""

    cause: str = Field("", max_length=2000)
    consequence: str = Field("", max_length=2000)
    precaution: str = Field("", max_length=4000)
    owner: Number | None = Field(None, description=spoken(_("Id of a member of staff")))
    due_on: Day | None = None
    severity_after: Rank | None = None
    likelihood_after: Rank | None = None
    detection_after: Rank | None = None
    indicator: str = Field("", max_length=100, description=spoken(_("Trigger that the warning engine watches")))
    group: list[Pair] = Field([], max_length=4, description=spoken(_("Pairs of column and value")))
    side: SideName = ""
    threshold: Finite | None = None


class NewRisk(RiskFields):
    """A risk to add; ranks from 1 to 10."""

    title: str = Field(min_length=1, max_length=200)
    severity: Rank
    likelihood: Rank
    detection: Rank


class LaunchRiskChange(Strict):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    severity: Rank | None = None
    likelihood: Rank | None = None
    detection: Rank | None = None
    cause: str | None = Field(None, max_length=2000)
    consequence: str | None = Field(None, max_length=2000)
    precaution: str | None = Field(None, max_length=4000)
    owner: Number | None = None
    due_on: Day | None = None
    severity_after: Rank | None = None
    likelihood_after: Rank | None = None
    detection_after: Rank | None = None
    indicator: str | None = Field(None, max_length=100)
    group: Annotated[list[Pair], Field(max_length=4)] | None = None
    side: SideName | None = None
    threshold: Finite | None = None


class LaunchMove(Strict):
    """Where a plan goes; taking it back and stopping it want a reason."""

    state: Literal["draft", "approved", "launched", "stopped"]
    reason: str = Field("", max_length=2000)


class Done(Strict):
    """Whether it is done."""

    done: bool


class Accepting(Strict):
    """Why a risk is accepted."""

    reason: str = Field(min_length=1, max_length=2000)


class ReadinessAnswer(BaseModel):
    """A goal or a readiness item."""

    id: int
    kind: str
    text: str
    indicator: str
    side: str
    target: float | None
    done_at: datetime | None


class RiskAnswer(BaseModel):
    """A risk."""

    id: int
    title: str
    cause: str
    consequence: str
    severity: int
    likelihood: int
    detection: int
    rpn: int = Field(description=spoken(_("Product of the ranks: an order only")))
    priority: str = Field(description=spoken(_("high, medium or low")))
    precaution: str
    owner: int | None
    due_on: date | None
    done_at: datetime | None
    accepted_reason: str
    severity_after: int | None
    likelihood_after: int | None
    detection_after: int | None
    rpn_after: int | None
    priority_after: str | None
    indicator: str
    group: list[list[str]]
    side: str
    threshold: float | None
    warnings: list[str] = Field(description=spoken(_("Numbers of the early warnings that fired for it")))


class LaunchAnswer(BaseModel):
    """A quality plan with its register and what keeps it from launch."""

    id: int
    number: str
    name: str
    what: str
    launch_on: date
    state: str
    version: int
    owner: int | None
    department: int | None
    items: list[ReadinessAnswer]
    risks: list[RiskAnswer]
    in_the_way: int = Field(description=spoken(_("How many things keep it from being approved")))


def _plan(request: HttpRequest, pk: int) -> LaunchPlan:
    one = queries.launch_plans_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _risk(request: HttpRequest, pk: int) -> Risk:
    one = queries.risks_for(request.user).select_related("plan").filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _item(request: HttpRequest, pk: int, **only: str) -> Item:
    one = queries.items_for(request.user).select_related("plan").filter(pk=pk, **only).first()
    if one is None:
        raise Http404
    return one


def _changes(change: Strict, *empty: str) -> dict[str, Any]:
    """What is to be changed; of the columns named in `empty` None takes away what is there."""
    given = change.model_dump(exclude_unset=True)
    values = {name: value for name, value in given.items() if value is not None or name in empty}
    for name, model in (("owner", Staff), ("department", Department)):
        if name in values:
            values[name] = named(model, values[name])
    return values


def _item_said(one: Item) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ReadinessAnswer.model_fields if name != "id"} | {"id": one.pk}


def _risk_said(one: Risk, fired: list[Any]) -> dict[str, Any]:
    names = [name for name in RiskAnswer.model_fields if name not in {"id", "owner", "warnings"}]
    warnings = [warning.number for warning in fired]
    return {"id": one.pk, "owner": one.owner_id, "warnings": warnings, **{name: getattr(one, name) for name in names}}


def _said(request: HttpRequest, one: LaunchPlan) -> dict[str, Any]:
    names = ("number", "name", "what", "launch_on", "state", "version")
    register = queries.register_of(one)
    fired = queries.warnings_of(request.user, register)
    return {
        "id": one.pk, "owner": one.owner_id, "department": one.department_id,  # type: ignore[attr-defined]
        **{name: getattr(one, name) for name in names},
        "items": [_item_said(item) for item in one.items.all()],
        "risks": [_risk_said(risk, fired.get(risk.pk, [])) for risk in register],
        "in_the_way": sum(len(found) for found in queries.lacking(one).values()),
    }  # fmt: skip


@plans.post(
    "",
    response={201: LaunchAnswer},
    operation_id="launch_plans_begin",
    **allows(permissions.RISK_WRITE, _("Begin a quality plan"), _("Of a service mode that is to go live.")),
)
def begin(request: HttpRequest, new: NewLaunchPlan) -> Status[dict[str, Any]]:
    """Of a service mode that is to go live."""
    values = new.model_dump()
    values["owner"], values["department"] = named(Staff, new.owner), named(Department, new.department)
    made = tried(lambda: services.plan_begin(actor=request.user, address=address_of(request), **values))
    return Status(201, _said(request, made))


@plans.get(
    "/{pk}",
    response=LaunchAnswer,
    operation_id="launch_plans_one",
    **allows(permissions.RISKS, _("One quality plan"), _("With its register and the warnings that fired.")),
)
def one_plan(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With its register and the warnings that fired."""
    return _said(request, _plan(request, pk))


@plans.patch(
    "/{pk}",
    response=LaunchAnswer,
    operation_id="launch_plans_change",
    **allows(permissions.RISK_WRITE, _("Change a quality plan"), _("Its head, while it is being written.")),
)
def plan_change(request: HttpRequest, pk: Key, change: LaunchChange) -> dict[str, Any]:
    """Its head, while it is being written."""
    one = _plan(request, pk)
    values = _changes(change, "owner", "department")
    kept = tried(lambda: services.plan_change(actor=request.user, plan=one, address=address_of(request), **values))
    return _said(request, kept)


@plans.post(
    "/{pk}/move",
    response=LaunchAnswer,
    operation_id="launch_plans_move",
    **allows(permissions.LAUNCH, _("Approve, launch, stop or take back"), _("Approving has to pass the gate.")),
)
def move(request: HttpRequest, pk: Key, moving: LaunchMove) -> dict[str, Any]:
    """Approving has to pass the gate."""
    one = _plan(request, pk)
    values = moving.model_dump()
    kept = tried(lambda: services.plan_move(actor=request.user, plan=one, address=address_of(request), **values))
    return _said(request, kept)


@plans.post(
    "/{pk}/items",
    response={201: ReadinessAnswer},
    operation_id="launch_plans_item",
    **allows(permissions.RISK_WRITE, _("Add a goal or a readiness item"), _("While the plan is being written.")),
)
def item_add(request: HttpRequest, pk: Key, new: NewItem) -> Status[dict[str, Any]]:
    """While the plan is being written."""
    one = _plan(request, pk)
    values = new.model_dump()
    made = tried(lambda: services.item_save(actor=request.user, plan=one, address=address_of(request), **values))
    return Status(201, _item_said(made))


@plans.post(
    "/{pk}/risks",
    response={201: RiskAnswer},
    operation_id="launch_plans_risk",
    **allows(permissions.RISK_WRITE, _("Add a risk"), _("A trigger indicator is watched from now on.")),
)
def risk_add(request: HttpRequest, pk: Key, new: NewRisk) -> Status[dict[str, Any]]:
    """A trigger indicator is watched from now on."""
    one = _plan(request, pk)
    values = new.model_dump() | {"owner": named(Staff, new.owner)}
    made = tried(lambda: services.risk_save(actor=request.user, plan=one, address=address_of(request), **values))
    return Status(201, _risk_said(made, []))


@items.patch(
    "/{pk}",
    response=ReadinessAnswer,
    operation_id="launch_items_change",
    **allows(
        permissions.RISK_WRITE, _("Change a goal or a readiness item"), _("While the plan is being written.")
    ),
)  # fmt: skip
def item_change(request: HttpRequest, pk: Key, change: LaunchItemChange) -> dict[str, Any]:
    """While the plan is being written."""
    one = _item(request, pk)
    values = _changes(change, "target")
    if one.kind == ItemKind.READY and set(values) - {"text"}:
        raise ApiError(422, "refused", gettext("Only a goal has an indicator."))
    given = {"actor": request.user, "plan": one.plan, "kind": one.kind, "item": one, "address": address_of(request)}
    return _item_said(tried(lambda: services.item_save(**given, **values)))


@items.delete(
    "/{pk}",
    response={204: None},
    operation_id="launch_items_remove",
    **allows(
        permissions.RISK_WRITE, _("Take a goal or a readiness item out"), _("While the plan is being written.")
    ),
)  # fmt: skip
def item_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """While the plan is being written."""
    one = _item(request, pk)
    tried(lambda: services.item_remove(actor=request.user, item=one, address=address_of(request)))
    return Status(204, None)


@items.put(
    "/{pk}/ready",
    response=ReadinessAnswer,
    operation_id="launch_items_ready",
    **allows(permissions.RISK_WRITE, _("Say that something is ready"), _("Or that it is not after all.")),
)
def ready(request: HttpRequest, pk: Key, said: Done) -> dict[str, Any]:
    """Or that it is not after all."""
    one = _item(request, pk, kind="ready")
    address = address_of(request)
    return _item_said(
        tried(lambda: services.item_ready(actor=request.user, item=one, ready=said.done, address=address))
    )


@risks.patch(
    "/{pk}",
    response=RiskAnswer,
    operation_id="launch_risks_change",
    **allows(
        permissions.RISK_WRITE, _("Change a risk"),
        _("Other ranks take an acceptance back, another precaution is not carried out yet."),
    ),
)  # fmt: skip
def risk_change(request: HttpRequest, pk: Key, change: LaunchRiskChange) -> dict[str, Any]:
    """Other ranks take an acceptance back, another precaution is not carried out yet."""
    one = _risk(request, pk)
    values = _changes(
        change, "owner", "due_on", "severity_after", "likelihood_after", "detection_after", "threshold"
    )  # fmt: skip
    given = {"actor": request.user, "plan": one.plan, "risk": one, "address": address_of(request)}
    kept = tried(lambda: services.risk_save(**given, **values))
    return _risk_said(kept, queries.warnings_of(request.user, [kept]).get(kept.pk, []))


@risks.delete(
    "/{pk}",
    response={204: None},
    operation_id="launch_risks_remove",
    **allows(permissions.RISK_WRITE, _("Take a risk out"), _("Its trigger is no longer watched.")),
)
def risk_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """Its trigger is no longer watched."""
    one = _risk(request, pk)
    tried(lambda: services.risk_remove(actor=request.user, risk=one, address=address_of(request)))
    return Status(204, None)


@risks.put(
    "/{pk}/done",
    response=RiskAnswer,
    operation_id="launch_risks_done",
    **allows(permissions.RISK_WRITE, _("Say that a precaution is carried out"), _("Or that it is not after all.")),
)
def done(request: HttpRequest, pk: Key, said: Done) -> dict[str, Any]:
    """Or that it is not after all."""
    one = _risk(request, pk)
    kept = tried(
        lambda: services.risk_done(actor=request.user, risk=one, done=said.done, address=address_of(request))
    )  # fmt: skip
    return _risk_said(kept, queries.warnings_of(request.user, [kept]).get(kept.pk, []))


@risks.post(
    "/{pk}/accept",
    response=RiskAnswer,
    operation_id="launch_risks_accept",
    **allows(permissions.LAUNCH, _("Accept a risk"), _("With the reason, signed by name and time.")),
)
def accept(request: HttpRequest, pk: Key, why: Accepting) -> dict[str, Any]:
    """With the reason, signed by name and time."""
    one = _risk(request, pk)
    kept = tried(
        lambda: services.risk_accept(actor=request.user, risk=one, reason=why.reason, address=address_of(request))
    )  # fmt: skip
    return _risk_said(kept, queries.warnings_of(request.user, [kept]).get(kept.pk, []))


register_router("launch-plans", plans)
register_router("launch-risks", risks)
register_router("launch-items", items)
