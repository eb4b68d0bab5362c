"""Operations on audit rounds, their points and findings; the lists are served by themselves."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, Day, Strict, allows, register_router, spoken
from qualityloop.foundation.api.filling import filled
from qualityloop.foundation.api.lists import Key
from qualityloop.foundation.audit.sessions import address_of
from qualityloop.improvement.audits import mending, permissions, queries, services
from qualityloop.improvement.audits.checklist import stage_choices
from qualityloop.improvement.audits.forms import RoundForm
from qualityloop.improvement.audits.models import Finding, Point, Round
from qualityloop.improvement.audits.result import Share, result_of
from qualityloop.improvement.plans.api.answers import named, tried
from qualityloop.improvement.problems.permissions import PROBLEM_OPEN
from qualityloop.people.models import Department, Staff

audits = Router(tags=[spoken(_("Quality audits"))])
points = Router(tags=[spoken(_("Quality audits"))])
findings = Router(tags=[spoken(_("Quality audits"))])

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
PartName = Literal["control", "sop_step", "caution", "indicator"]


class NewRound(Strict):
    """A round to plan; empty lists mean all."""

    title: str = Field(min_length=1, max_length=200)
    cycle: Literal["quarter", "half_year", "once"] = "quarter"
    starts_on: Day
    ends_on: Day
    stages: list[Annotated[str, Field(max_length=200)]] = Field(
        [], max_length=200, description=spoken(_("Keys “map:stage” of the process maps in force"))
    )
    parts: list[PartName] = Field([], max_length=4)
    departments: list[Number] = Field([], max_length=200, description=spoken(_("Ids of departments")))
    auditors: list[Number] = Field([], max_length=200, description=spoken(_("Ids of members of staff")))
    previous: Number | None = Field(None, description=spoken(_("Id of the round whose findings are followed up")))
    drawn: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description=spoken(_("So many points are drawn at random; left out: all"))
    )


class AuditRoundChange(Strict):
    """What is to be changed; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    cycle: Literal["quarter", "half_year", "once"] | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    stages: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=200)] | None = None
    parts: Annotated[list[PartName], Field(max_length=4)] | None = None
    departments: Annotated[list[Number], Field(max_length=200)] | None = None
    auditors: Annotated[list[Number], Field(max_length=200)] | None = None
    previous: Number | None = Field(None, description=spoken(_("Id of the round whose findings are followed up")))
    drawn: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description=spoken(_("So many points are drawn at random; left out: all"))
    )


class Making(Strict):
    """How the checklist is made."""

    seed: Annotated[int, Field(ge=0, le=2**62)] | None = Field(
        None, description=spoken(_("Seed of the draw; the same draws the same points"))
    )


class Moving(Strict):
    """Where a round goes: reported with its summary, back with the reason."""

    state: Literal["planned", "running", "reported", "closed"]
    summary: str = Field("", max_length=20_000)
    reason: str = Field("", max_length=2000)


class NewPoint(Strict):
    """A point of one's own."""

    text: str = Field(min_length=1, max_length=2000)
    area: str = Field("", max_length=200)


class AuditPointChange(Strict):
    """A point worded anew; what is left out stays."""

    text: str | None = Field(None, min_length=1, max_length=2000)
    area: str | None = Field(None, max_length=200)


class Answering(Strict):
    """The answer to a point; an empty one takes it back."""

    answer: Literal["", "conforms", "partly", "fails", "not_applicable"]
    note: str = Field("", max_length=4000)
    looked: Count | None = Field(None, description=spoken(_("Cases looked at")))
    fine: Count | None = Field(None, description=spoken(_("How many of them conform")))


class NewFinding(Strict):
    """What was found at a point."""

    severity: Literal["severe", "general", "observation"]
    text: str = Field(min_length=1, max_length=4000)
    department: Number | None = None
    owner: Number | None = None


class AuditFindingChange(Strict):
    """What is to be changed; what is left out stays."""

    severity: Literal["severe", "general", "observation"] | None = None
    text: str | None = Field(None, min_length=1, max_length=4000)
    department: Number | None = None
    owner: Number | None = None


class AuditReason(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000)


class ShareAnswer(BaseModel):
    """A share; with an interval only where it was sampled."""

    hits: int
    n: int
    low: float | None
    high: float | None


class AuditFindingAnswer(BaseModel):
    """A finding with its problem."""

    id: int
    severity: str
    text: str
    department: int | None
    owner: int | None
    problem: int | None
    problem_number: str | None
    problem_state: str | None
    closed_at: datetime | None
    closed_reason: str


class PointAnswer(BaseModel):
    """A point of a checklist."""

    id: int
    place: int
    part: str
    area: str
    text: str
    document: str
    version: int | None
    indicator: str
    follows: int | None = Field(description=spoken(_("Id of the finding of an earlier round")))
    answer: str
    note: str
    looked: int | None
    fine: int | None
    findings: list[AuditFindingAnswer]


class RoundAnswer(BaseModel):
    """A round with its checklist and result."""

    id: int
    number: str
    title: str
    state: str
    cycle: str
    starts_on: date
    ends_on: date
    stages: list[str] = Field(description=spoken(_("Keys “map:stage”; empty: all")))
    parts: list[str]
    departments: list[int]
    auditors: list[int]
    previous: int | None
    available: int | None = Field(description=spoken(_("Points in force when the checklist was made")))
    drawn: int | None
    seed: int | None
    sources: list[list[Any]] = Field(description=spoken(_("Kind, key and version of each document")))
    summary: str
    unanswered: int
    conforming: ShareAnswer = Field(description=spoken(_("Points that conform wholly among those that apply")))
    cases: ShareAnswer = Field(description=spoken(_("Sampled cases that conform")))
    points: list[PointAnswer]


def _round(request: HttpRequest, pk: int) -> Round:
    one = queries.rounds_for(request.user).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _point(request: HttpRequest, pk: int) -> Point:
    one = queries.points_for(request.user).select_related("round").filter(pk=pk).first()
    if one is None or not queries.may_check(request.user, one.round):
        raise Http404
    return one


def _worded(request: HttpRequest, pk: int) -> Point:
    """A point that the caller may word."""
    one = queries.points_for(request.user).select_related("round").filter(pk=pk).first()
    if one is None or not queries.may_word(request.user, one.round):
        raise Http404
    return one


def _finding(request: HttpRequest, pk: int) -> Finding:
    related = ("round", "problem", "point__round")
    one = queries.findings_for(request.user).select_related(*related).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _share(one: Share) -> dict[str, Any]:
    return {"hits": one.hits, "n": one.n, "low": one.low, "high": one.high}


def _finding_said(one: Finding) -> dict[str, Any]:
    problem = one.problem
    return {
        "id": one.pk, "severity": one.severity, "text": one.text, "department": one.department_id,
        "owner": one.owner_id, "problem": one.problem_id, "problem_number": problem.number if problem else None,
        "problem_state": problem.state if problem else None, "closed_at": one.closed_at,
        "closed_reason": one.closed_reason,
    }  # fmt: skip


def _point_said(one: Point) -> dict[str, Any]:
    names = ("place", "part", "area", "text", "document", "version", "indicator", "answer", "note", "looked", "fine")
    findings = [_finding_said(f) for f in one.findings.all()]
    return {"id": one.pk, "follows": one.follows_id, "findings": findings, **{n: getattr(one, n) for n in names}}


def _said(one: Round) -> dict[str, Any]:
    names = ("number", "title", "state", "cycle", "starts_on", "ends_on", "stages", "parts", "available", "drawn",
             "seed", "sources", "summary")  # fmt: skip
    every = queries.points_of(one)
    result = result_of(one, every)
    return {
        "id": one.pk, "previous": one.previous_id, **{name: getattr(one, name) for name in names},
        "departments": sorted(one.departments.values_list("pk", flat=True)),
        "auditors": sorted(one.auditors.values_list("pk", flat=True)),
        "unanswered": result.unanswered, "conforming": _share(result.points), "cases": _share(result.cases),
        "points": [_point_said(point) for point in every],
    }  # fmt: skip


def _many(model: Any, pks: list[int]) -> list[Any]:
    return [named(model, pk) for pk in pks]


@audits.post(
    "",
    response={201: RoundAnswer},
    operation_id="audits_plan",
    **allows(permissions.AUDIT_PLAN, _("Plan an audit round"), _("Its checklist is made afterwards.")),
)
def plan(request: HttpRequest, new: NewRound) -> Status[dict[str, Any]]:
    """Its checklist is made afterwards."""
    values = new.model_dump()
    values["departments"] = _many(Department, values["departments"])
    values["auditors"] = _many(Staff, values["auditors"])
    known = {key for key, _name in stage_choices()}
    if unknown := [key for key in values["stages"] if key not in known]:
        raise ApiError(422, "refused", ", ".join(unknown))
    values["previous"] = _round(request, values["previous"]) if values["previous"] else None
    made = tried(lambda: services.round_plan(actor=request.user, address=address_of(request), **values))
    return Status(201, _said(made))


@audits.get(
    "/{pk}",
    response=RoundAnswer,
    operation_id="audits_one",
    **allows(permissions.AUDITS, _("One audit round"), _("With checklist, findings and result.")),
)
def one_round(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """With checklist, findings and result."""
    return _said(_round(request, pk))


@audits.patch(
    "/{pk}",
    response=RoundAnswer,
    operation_id="audits_change",
    **allows(permissions.AUDIT_PLAN, _("Change an audit round"), _("Until it is started.")),
)
def change(request: HttpRequest, pk: Key, given: AuditRoundChange) -> dict[str, Any]:
    """Until it is started."""
    one = _round(request, pk)
    shown, others = Round.objects.get(pk=pk), queries.rounds_for(request.user).exclude(pk=pk)
    values = given.model_dump(exclude_unset=True)
    kept = {name: value for name, value in values.items() if value is not None or name in {"previous", "drawn"}}
    said = filled(partial(RoundForm, instance=shown, rounds=others), kept)
    return _said(tried(lambda: services.round_change(actor=request.user, of=one, address=address_of(request), **said)))


@audits.post(
    "/{pk}/checklist",
    response=RoundAnswer,
    operation_id="audits_checklist",
    **allows(
        permissions.AUDIT_PLAN, _("Make the checklist of a round"),
        _("Of the process maps, SOPs and indicator standards in force now; points of one's own stay."),
    ),
)  # fmt: skip
def checklist(request: HttpRequest, pk: Key, making: Making) -> dict[str, Any]:
    """Of the process maps, SOPs and indicator standards in force now; points of one's own stay."""
    one = _round(request, pk)
    return _said(
        tried(
            lambda: services.checklist_make(
                actor=request.user, of=one, seed=making.seed, address=address_of(request)
            )
        )
    )  # fmt: skip


@audits.post(
    "/{pk}/move",
    response=RoundAnswer,
    operation_id="audits_move",
    **allows(permissions.AUDIT_PLAN, _("Start, report or close a round"), _("Going back wants a reason.")),
)
def move(request: HttpRequest, pk: Key, moving: Moving) -> dict[str, Any]:
    """Going back wants a reason."""
    one = _round(request, pk)
    values = moving.model_dump()
    return _said(tried(lambda: services.round_move(actor=request.user, of=one, address=address_of(request), **values)))


@audits.post(
    "/{pk}/points",
    response={201: PointAnswer},
    operation_id="audits_point_add",
    **allows(permissions.AUDIT_CHECK, _("Add a point of one's own"), _("While the round is planned or under way.")),
)
def point_add(request: HttpRequest, pk: Key, new: NewPoint) -> Status[dict[str, Any]]:
    """While the round is planned or under way."""
    one = _round(request, pk)
    if not queries.may_word(request.user, one):
        raise Http404
    values = new.model_dump()
    made = tried(lambda: services.point_save(actor=request.user, of=one, address=address_of(request), **values))
    return Status(201, _point_said(made))


@points.patch(
    "/{pk}",
    response=PointAnswer,
    operation_id="audit_points_change",
    **allows(permissions.AUDIT_CHECK, _("Word a point anew"), _("What it was made from stays.")),
)
def point_change(request: HttpRequest, pk: Key, change: AuditPointChange) -> dict[str, Any]:
    """What it was made from stays."""
    point = _worded(request, pk)
    values = {"text": point.text, "area": point.area, **change.model_dump(exclude_none=True)}
    given = {"actor": request.user, "of": point.round, "point": point, "address": address_of(request), **values}
    return _point_said(tried(lambda: services.point_save(**given)))


@points.delete(
    "/{pk}",
    response={204: None},
    operation_id="audit_points_remove",
    **allows(permissions.AUDIT_CHECK, _("Take a point out"), _("A follow-up and one with findings stay.")),
)
def point_remove(request: HttpRequest, pk: Key) -> Status[None]:
    """A follow-up and one with findings stay."""
    point = _worded(request, pk)
    tried(lambda: services.point_remove(actor=request.user, point=point, address=address_of(request)))
    return Status(204, None)


@points.put(
    "/{pk}/answer",
    response=PointAnswer,
    operation_id="audit_points_answer",
    **allows(permissions.AUDIT_CHECK, _("Answer a point of a checklist"), _("By its auditors, while it is under way.")),
)
def answer(request: HttpRequest, pk: Key, answering: Answering) -> dict[str, Any]:
    """By its auditors, while it is under way."""
    one = _point(request, pk)
    values = answering.model_dump()
    return _point_said(
        tried(lambda: services.point_answer(actor=request.user, point=one, address=address_of(request), **values))
    )


@points.post(
    "/{pk}/findings",
    response={201: AuditFindingAnswer},
    operation_id="audit_points_finding",
    **allows(permissions.AUDIT_CHECK, _("Enter a finding at a point"), _("Graded; who is to mend it is told.")),
)
def finding(request: HttpRequest, pk: Key, new: NewFinding) -> Status[dict[str, Any]]:
    """Graded; who is to mend it is told."""
    point = _point(request, pk)
    values = new.model_dump()
    for name, model in (("department", Department), ("owner", Staff)):
        values[name] = named(model, values[name])
    made = tried(lambda: mending.finding_save(actor=request.user, point=point, address=address_of(request), **values))
    return Status(201, _finding_said(made))


@findings.patch(
    "/{pk}",
    response=AuditFindingAnswer,
    operation_id="audit_findings_change",
    **allows(permissions.AUDIT_CHECK, _("Change a finding"), _("By the auditors, while the round is under way.")),
)
def finding_change(request: HttpRequest, pk: Key, change: AuditFindingChange) -> dict[str, Any]:
    """By the auditors, while the round is under way."""
    one = _finding(request, pk)
    point = one.point
    if point is None or not queries.may_check(request.user, one.round):
        raise Http404
    values = change.model_dump(exclude_unset=True)
    said: dict[str, Any] = {name: values.get(name) or getattr(one, name) for name in ("severity", "text")}
    for name, model in (("department", Department), ("owner", Staff)):
        said[name] = named(model, values[name]) if name in values else getattr(one, name)
    given = {"actor": request.user, "point": point, "finding": one, "address": address_of(request), **said}
    return _finding_said(tried(lambda: mending.finding_save(**given)))


@findings.post(
    "/{pk}/problem",
    response=AuditFindingAnswer,
    operation_id="audit_findings_problem",
    **allows(PROBLEM_OPEN, _("Turn a finding into a problem"), _("Once; a second time answers the same problem.")),
)
def problem(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Once; a second time answers the same problem."""
    one = _finding(request, pk)
    return _finding_said(
        tried(lambda: mending.finding_problem(actor=request.user, finding=one, address=address_of(request)))
    )


@findings.post(
    "/{pk}/close",
    response=AuditFindingAnswer,
    operation_id="audit_findings_close",
    **allows(permissions.AUDIT_PLAN, _("Close a finding"), _("By hand, with the reason.")),
)
def close(request: HttpRequest, pk: Key, why: AuditReason) -> dict[str, Any]:
    """By hand, with the reason."""
    one = _finding(request, pk)
    return _finding_said(
        tried(
            lambda: services.finding_close(
                actor=request.user, finding=one, reason=why.reason, address=address_of(request)
            )
        )
    )  # fmt: skip


register_router("audits", audits)
register_router("audit-points", points)
register_router("audit-findings", findings)
