"""What the operations of this room share: refusals in words, rows that the caller may see, answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

from django.http import Http404
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field

from qualityloop.foundation.api import ApiError, refused_as, spoken
from qualityloop.improvement.plans.lots import pages_of
from qualityloop.improvement.plans.models import Checkpoint, Measure, Meeting, Plan, Review, Task
from qualityloop.people.models import Staff

Made = TypeVar("Made")


def tried(work: Callable[[], Made]) -> Made:
    """Do it, or answer 422 with why it cannot be done."""
    with refused_as(422):
        return work()


def one_of(rows: Any, pk: int, *related: str) -> Any:
    """One of the rows, or 404."""
    found = rows.select_related(*related).filter(pk=pk).first() if related else rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def named(model: Any, pk: int | None) -> Any:
    """The record with this id; 422 where there is none."""
    if pk is None:
        return None
    rows = model.objects.filter(left_on__isnull=True) if model is Staff else model.objects.all()
    if (found := rows.filter(pk=pk).first()) is None:
        text = gettext("There is no {what} with the id {id}.")
        raise ApiError(422, "refused", text.format(what=model._meta.verbose_name, id=pk))
    return found


class PlanAnswer(BaseModel):
    """A version of a plan."""

    id: int
    number: str
    version: int
    problem: int
    state: str
    goal: str
    reason: str
    frozen_at: datetime | None
    frozen_hash: str = Field(description=spoken(_("SHA-256 of the content at the start")))


class SmartAnswer(BaseModel):
    """Something that the SMART check says."""

    letter: str
    field: str
    missing: bool = Field(description=spoken(_("Otherwise it is only vague")))
    text: str


class MeasureAnswer(BaseModel):
    """A measure with what the SMART check says."""

    id: int
    plan: int
    title: str
    action: str
    cause: str
    owner: int | None
    department: int | None
    starts_on: date | None
    due_on: date | None
    resources: str
    gaps: str
    contingency: str
    effort_days: float | None
    risks: list[list[str]] = Field(description=spoken(_("Pairs of risk and contingency")))
    indicator: str
    group: list[list[str]]
    direction: str
    amount: float | None
    effect_until: date | None
    baseline_from: date | None
    baseline_until: date | None
    method: str
    untouched: list[list[list[str]]]
    account: dict[str, list[float]] = Field(
        description=spoken(_("Ranges of cost and benefit: lowest, most likely, highest"))
    )
    state: str
    smart: list[SmartAnswer]


class MirrorAnswer(BaseModel):
    """A message about a task that has arrived."""

    by: str = Field(description=spoken(_("Key of the way: email, dingtalk, feishu, wecom")))
    to: str
    at: datetime
    key: str = Field(description=spoken(_("Key of the message there; ours where the other side gives none")))


class TaskAnswer(BaseModel):
    """A task."""

    id: int
    number: str
    title: str
    state: str
    place: int
    owner: int | None
    due_on: date
    measure: int | None
    problem: int | None
    sent: list[MirrorAnswer] = Field(description=spoken(_("Where a message about it has arrived")))


class MeetingAnswer(BaseModel):
    """A meeting with its agenda."""

    id: int
    number: str
    title: str
    held_on: date
    present: str
    minutes: str
    closed_at: datetime | None
    agenda: list[dict[str, Any]]


class CheckAnswer(BaseModel):
    """A checkpoint."""

    id: int
    title: str
    kind: str
    state: str
    due_on: date
    size: int | None
    accept: int | None
    seed: int | None
    query: dict[str, Any] | None = Field(description=spoken(_("Which records make up the lot, and of which snapshot")))
    at_most: float | None = Field(description=spoken(_("At most this share of the lot is bad, with 95 % confidence")))


class ItemAnswer(BaseModel):
    """A drawn item."""

    place: int
    label: str
    ok: bool | None
    note: str
    url: str = Field(description=spoken(_("Page of the record, for who may see it")))


class ReviewAnswer(BaseModel):
    """A review of a measure that missed."""

    id: int
    measure: int
    missed: str
    what: str
    opened_at: datetime
    due_at: datetime
    cause: str
    adjusted: int | None
    closed_at: datetime | None


def plan_answer(one: Plan) -> dict[str, Any]:
    """A plan."""
    names = ("number", "version", "state", "goal", "reason", "frozen_at", "frozen_hash")
    return {"id": one.pk, "problem": one.problem_id, **{name: getattr(one, name) for name in names}}


def measure_answer(one: Measure) -> dict[str, Any]:
    """A measure, checked."""
    names = ("title", "action", "cause", "starts_on", "due_on", "resources", "gaps", "contingency", "effort_days",
             "risks", "indicator", "group", "direction", "amount", "effect_until", "baseline_from", "baseline_until",
             "method", "untouched", "state")  # fmt: skip
    return {
        "id": one.pk, "plan": one.plan_id, "owner": one.owner_id, "department": one.department_id,
        "account": one.account or {}, "smart": smart_answers(one), **{name: getattr(one, name) for name in names},
    }  # fmt: skip


def smart_answers(one: Measure) -> list[dict[str, Any]]:
    """What is missing or vague in a measure."""
    from qualityloop.improvement.plans.smartness import findings

    language = get_language() or "zh"
    return [
        {"letter": f.letter, "field": f.field, "missing": f.missing, "text": f.text.in_language(language)}
        for f in findings(one)
    ]


def task_answer(one: Task) -> dict[str, Any]:
    """A task."""
    names = ("number", "title", "state", "place", "due_on")
    return {
        "id": one.pk, "owner": one.owner_id, "measure": one.measure_id, "problem": one.problem_id,
        "sent": one.sent, **{name: getattr(one, name) for name in names},
    }  # fmt: skip


def meeting_answer(one: Meeting) -> dict[str, Any]:
    """A meeting."""
    names = ("number", "title", "held_on", "present", "minutes", "closed_at", "agenda")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def check_answer(one: Checkpoint) -> dict[str, Any]:
    """A checkpoint."""
    names = ("title", "kind", "state", "due_on", "size", "accept", "seed", "query", "at_most")
    return {"id": one.pk, **{name: getattr(one, name) for name in names}}


def item_answers(user: Any, one: Checkpoint) -> list[dict[str, Any]]:
    """The drawn items, with the pages of those that are records."""
    rows = list(one.results.values("place", "label", "ok", "note"))
    links = pages_of(user, one.query["dataset"], [row["label"] for row in rows]) if one.query else {}
    return [{**row, "url": links.get(row["label"], "")} for row in rows]


def review_answer(one: Review) -> dict[str, Any]:
    """A review."""
    names = ("missed", "what", "opened_at", "due_at", "cause", "closed_at")
    adjusted = one.adjusted.pk if one.adjusted else None
    return {
        "id": one.pk,
        "measure": one.measure_id,
        "adjusted": adjusted,
        **{name: getattr(one, name) for name in names},
    }
