"""What a weekly meeting has to talk about: what is late, what runs out, what changed since the last one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from qualityloop.improvement.plans.models import CheckState, Meeting, PlanState, TaskState
from qualityloop.improvement.plans.queries import (
    checkpoints_for,
    late_measures,
    meetings_for,
    open_tasks,
    plans_for,
    reviews_for,
    tasks_for,
)

SOON = 7  # days ahead
MOST = 60  # lines of one part


def since_of(meeting: Meeting, user: Any) -> datetime:
    """From when on changes count: the agenda of the meeting before, else a week ago."""
    before = meetings_for(user).filter(department=meeting.department, held_on__lte=meeting.held_on)
    last = before.exclude(pk=meeting.pk).exclude(agenda_at=None).order_by("-held_on", "-pk").first()
    if last is not None and last.agenda_at is not None:
        return last.agenda_at
    return timezone.now() - timedelta(days=7)


def agenda_of(meeting: Meeting, user: Any) -> list[dict[str, Any]]:
    """The parts of the agenda, each with its lines: what, who, until when, where it leads."""
    today, since = timezone.localdate(), since_of(meeting, user)
    tasks, plans, checks = tasks_for(user), plans_for(user), checkpoints_for(user)
    if meeting.department is not None:
        team = meeting.department
        tasks = tasks.filter(Q(owner__department=team) | Q(problem__department=team))
        plans = plans.filter(problem__department=team)
        checks = checks.filter(measure__plan__problem__department=team)
    reviews = reviews_for(user).filter(measure__plan__in=plans.values("pk"))
    measures = late_measures(today).filter(plan__in=plans.values("pk"))
    own = tasks.select_related("owner")
    waiting = checks.filter(state__in=(CheckState.PLANNED, CheckState.DRAWN), measure__plan__state=PlanState.EXECUTING)
    parts = [
        ("reviews", [_review(one) for one in _some(reviews.filter(closed_at=None).select_related("measure__owner"))]),
        ("late_measures", [_measure(one) for one in _some(measures)]),
        ("late_tasks", [_task(one) for one in _some(open_tasks(own).filter(due_on__lt=today).order_by("due_on"))]),
        ("checks", [_check(one) for one in _some(waiting.filter(due_on__lte=_ahead(today)))]),
        ("due", [_task(one) for one in _some(_due(open_tasks(own), today))]),
        ("accept", [_task(one) for one in _some(own.filter(state=TaskState.CHECK))]),
        ("done", [_task(one) for one in _some(own.filter(done_at__gte=since))]),
        ("plans", [_plan(one) for one in _some(plans.filter(changed_at__gte=since).select_related("problem"))]),
    ]
    return [{"key": key, "lines": lines} for key, lines in parts if lines]


def _ahead(today: date) -> date:
    return today + timedelta(days=SOON)


def _due(rows: Any, today: date) -> Any:
    return rows.filter(due_on__gte=today, due_on__lte=_ahead(today)).order_by("due_on")


def _some(rows: Any) -> list[Any]:
    return list(rows[:MOST])


def _line(what: str, who: Any, day: Any, url: str) -> dict[str, Any]:
    return {"what": what, "who": str(who) if who else "", "day": f"{day:%Y-%m-%d}" if day else "", "url": url}


def _task(one: Any) -> dict[str, Any]:
    return _line(f"{one.number} {one.title}", one.owner, one.due_on, reverse("improvement_plans:task", args=[one.pk]))


def _measure(one: Any) -> dict[str, Any]:
    return _line(one.title, one.owner, one.due_on, reverse("improvement_plans:plan", args=[one.plan_id]))


def _check(one: Any) -> dict[str, Any]:
    return _line(one.title, "", one.due_on, reverse("improvement_plans:checkpoint", args=[one.pk]))


def _review(one: Any) -> dict[str, Any]:
    day = timezone.localtime(one.due_at)
    return _line(one.measure.title, one.measure.owner, day, reverse("improvement_plans:review", args=[one.pk]))


def _plan(one: Any) -> dict[str, Any]:
    url = reverse("improvement_plans:plan", args=[one.pk])
    return {**_line(f"{one.number} {one.problem.title}", "", one.changed_at, url), "state": one.state}
