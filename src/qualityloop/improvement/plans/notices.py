"""What people and other systems are told about plans and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.permissions import Permission
from qualityloop.foundation.webhooks import event
from qualityloop.improvement.plans import permissions
from qualityloop.improvement.plans.models import Plan, Review, Task

PLAN_WAITS = notice_kind("plan.waits", _("Improvement plan waits for approval"), right=permissions.PLAN_APPROVE)
PLAN_ANSWERED = notice_kind("plan.answered", _("Improvement plan approved or sent back"))
TASK_GIVEN = notice_kind("plan.task_given", _("New task"), transports=("page", "email", "dingtalk", "feishu", "wecom"))
TASK_HARD = notice_kind("plan.task_hard", _("Somebody has a difficulty with a task"))
TASKS_DUE = notice_kind("plan.tasks_due", _("Tasks that are due or late"))
REVIEW_RUNS = notice_kind("plan.review_runs", _("Review of a measure within 48 hours"), urgent=True)

PLAN_APPROVED = event("plan.approved", _("Improvement plan approved"))
PLAN_STARTED = event("plan.started", _("Improvement plan started"))
TASK_CREATED = event("task.created", _("Task given out"))
TASK_CHANGED = event("task.changed", _("Task changed"))
TASK_DONE = event("task.done", _("Task done"))
CHECKPOINT_JUDGED = event("checkpoint.judged", _("Checkpoint judged"))
REVIEW_OPENED = event("review.opened", _("Review of a measure opened"))
REVIEW_CLOSED = event("review.closed", _("Review of a measure closed"))


def people_with(right: Permission) -> list[User]:
    """Everybody with an active account who has a right."""
    roles = [role.key for role in current_roles().roles.values() if role.has(right.key, right.shipped)]
    return list(User.objects.filter(role__in=roles, is_active=True))


def page_of(plan: Plan) -> str:
    """The address of a plan."""
    return reverse("improvement_plans:plan", args=[plan.pk])


def plan_waits(plan: Plan) -> None:
    """Tell those who approve that a plan waits."""
    notify(
        to=[user for user in people_with(permissions.PLAN_APPROVE) if user.pk != plan.author_id],
        kind=PLAN_WAITS,
        subject=message("Plan {number} waits for approval", number=plan.number),
        text=plan.problem.title,
        url=page_of(plan),
    )


def plan_answered(plan: Plan, *, approved: bool, reason: str = "") -> None:
    """Tell the author how it went."""
    said = message("Plan {number} is approved", number=plan.number)
    back = message("Plan {number} was sent back", number=plan.number)
    author = [plan.author] if plan.author else []
    notify(to=author, kind=PLAN_ANSWERED, subject=said if approved else back, text=reason, url=page_of(plan))


def task_given(task: Task, *, by: Any) -> None:
    """Tell the owner of a task about it, unless they gave it to themselves."""
    from qualityloop.improvement.plans.services.answers import links_for, short

    user = task.owner.user if task.owner else None
    if user is None or user == by:
        return
    day, number = f"{task.due_on:%Y-%m-%d}", short(task)
    notify(
        to=[user],
        kind=TASK_GIVEN,
        subject=message("New task: {title}", title=task.title),
        text=message(
            "Due on {day}. Task {number}: answer the robot “done {number}” when it is.", day=day, number=number
        ),
        url=reverse("improvement_plans:task", args=[task.pk]),
        links=links_for(task, user),
    )


def task_hard(task: Task, *, by: User, text: str) -> None:
    """Tell who gave out a task, and who answers for its problem, that its owner has a difficulty."""
    problem = task.problem
    people = {task.author, problem.owner.user if problem and problem.owner else None} - {None, by}
    notify(
        to=people,
        kind=TASK_HARD,
        subject=message("Difficulty with task {number}: {title}", number=task.number, title=task.title),
        text=text,
        url=reverse("improvement_plans:task", args=[task.pk]),
    )


def tasks_due(user: User, tasks: Sequence[Task], *, day: str) -> None:
    """Tell somebody once a day, in one notice, what is due or late."""
    lines = [f"{task.due_on:%Y-%m-%d} {task.title}" for task in tasks]
    notify(
        to=[user],
        kind=TASKS_DUE,
        subject=message("{n} tasks are due or late", n=len(tasks)),
        text="\n".join(lines[:30]),
        url=reverse("improvement_plans:board") + "?who=me",
        once=f"tasks-due-{day}",
    )


def review_runs(review: Review, to: Iterable[User], *, occasion: str) -> None:
    """Tell those concerned that the clock of a review runs."""
    notify(
        to=to,
        kind=REVIEW_RUNS,
        subject=message("“{name}” missed: cause and adjusted plan within 48 hours", name=review.measure.title),
        text=review.what,
        url=reverse("improvement_plans:review", args=[review.pk]),
        once=f"review-{review.pk}-{occasion}",
    )


def plan_said(plan: Plan) -> dict[str, Any]:
    """A plan as other systems are told."""
    return {
        "id": plan.pk, "number": plan.number, "version": plan.version, "state": plan.state,
        "problem": plan.problem.number, "frozen_hash": plan.frozen_hash, "at": plan.changed_at,
    }  # fmt: skip


def task_said(task: Task) -> dict[str, Any]:
    """A task as other systems are told."""
    return {
        "id": task.pk, "number": task.number, "title": task.title, "state": task.state, "due_on": task.due_on,
        "owner": str(task.owner) if task.owner else None, "problem": task.problem.number if task.problem else None,
        "at": task.changed_at,
    }  # fmt: skip


def review_said(review: Review) -> dict[str, Any]:
    """A review as other systems are told."""
    return {
        "id": review.pk, "measure": review.measure.title, "plan": review.measure.plan.number, "missed": review.missed,
        "due_at": review.due_at, "closed_at": review.closed_at,
    }  # fmt: skip
