"""Reading plans, tasks, meetings, checkpoints and reviews, for whoever asks."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from qualityloop.foundation.models import User
from qualityloop.improvement.plans.models import (
    Checkpoint,
    Measure,
    MeasureState,
    Meeting,
    Plan,
    PlanState,
    Review,
    Task,
    TaskState,
)
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.queries import problems_for
from qualityloop.people.scope import scope_of

UNDER_WAY = (PlanState.APPROVED, PlanState.EXECUTING)


def plans_for(user: object) -> QuerySet[Plan]:
    """Plans of the problems that `user` may see."""
    return Plan.objects.filter(problem__in=problems_for(user).values("pk"))


def plan_whole(user: object, pk: int) -> Plan | None:
    """One plan with what its page names; None where `user` may not see it."""
    related = ("problem", "author", "approved_by", "frozen_by", "replaces")
    return plans_for(user).select_related(*related).filter(pk=pk).first()


def measures_of(plan: Plan) -> list[Measure]:
    """The measures of a plan in their order."""
    return list(Measure.objects.filter(plan=plan).select_related("owner", "department", "plan"))


def measures_for(user: object) -> QuerySet[Measure]:
    """Measures of the plans that `user` may see."""
    return Measure.objects.filter(plan__in=plans_for(user).values("pk"))


def tasks_for(user: object) -> QuerySet[Task]:
    """Tasks of the problems that `user` may see, their own, those of their departments, those that they gave out."""
    if not isinstance(user, User):
        return Task.objects.none()
    scope = scope_of(user)
    if scope.everything:
        return Task.objects.all()
    own = scope.condition(team="owner__department", agent="owner", customer=None)
    if own is None:
        return Task.objects.none()
    return Task.objects.filter(own | Q(author=user) | Q(problem__in=problems_for(user).values("pk")))


def mine(user: object) -> QuerySet[Task]:
    """Tasks that `user` owns."""
    return Task.objects.filter(owner__user=user) if isinstance(user, User) else Task.objects.none()


def may_move(user: Any, task: Task) -> bool:
    """Whether `user` may move a task that they see: it is theirs, or they give out tasks."""
    from qualityloop.improvement.plans.permissions import TASK_WRITE

    own = task.owner is not None and task.owner.user_id == user.pk
    return own or TASK_WRITE.allows(user)


def meetings_for(user: object) -> QuerySet[Meeting]:
    """Meetings of the departments that `user` sees, and those of the whole house."""
    scope = scope_of(user)
    if scope.everything:
        return Meeting.objects.all()
    if scope.agent is None and not scope.teams:
        return Meeting.objects.none()
    return Meeting.objects.filter(Q(department__in=sorted(scope.teams)) | Q(author=user))


def checkpoints_for(user: object) -> QuerySet[Checkpoint]:
    """Checkpoints of measures that `user` may see."""
    return Checkpoint.objects.filter(measure__plan__in=plans_for(user).values("pk"))


def reviews_for(user: object) -> QuerySet[Review]:
    """Reviews of measures that `user` may see."""
    return Review.objects.filter(measure__plan__in=plans_for(user).values("pk"))


def plans_of(problem: Problem) -> list[Plan]:
    """All versions of the plan of a problem, the newest first, with the number of their measures."""
    return list(Plan.objects.filter(problem=problem).annotate(size=Count("measures")).order_by("-version"))


def current_plan(problem: Problem) -> Plan | None:
    """The plan that is being carried out, or was."""
    states = (PlanState.EXECUTING, PlanState.DONE)
    return Plan.objects.filter(problem=problem, state__in=states).order_by("-version").first()


def open_draft(problem: Problem) -> Plan | None:
    """The version that is being written or waits."""
    states = (PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED)
    return Plan.objects.filter(problem=problem, state__in=states).order_by("-version").first()


def frozen_predictions(problem: Problem) -> list[dict[str, Any]]:
    """What was predicted of each measure of the plan in force when it began, with plan, instant and fingerprint.

    Read from what was frozen, not from the rows: keys `measure` (id), `title`, `indicator`, `group`, `direction`,
    `amount`, `effect_until`, `baseline_from`, `baseline_until`, `method`, `untouched`, `starts_on`, `due_on` (days as
    dates), `plan`, `frozen_at`, `frozen_hash`.
    """
    plan = current_plan(problem)
    if plan is None or not plan.is_frozen:
        return []
    days = ("effect_until", "baseline_from", "baseline_until", "starts_on", "due_on")
    names = ("title", "indicator", "group", "direction", "amount", "method", "untouched", *days)
    found = []
    for entry in json.loads(plan.frozen_json)["measures"]:
        one = {name: entry[name] for name in names}
        for name in days:
            one[name] = date.fromisoformat(one[name]) if one[name] else None
        found.append(
            {**one, "measure": entry["id"], "plan": plan.number, "frozen_at": plan.frozen_at,
             "frozen_hash": plan.frozen_hash}
        )  # fmt: skip
    return found


def late_measures(today: date) -> QuerySet[Measure]:
    """Measures under way whose day is over."""
    open_states = (MeasureState.WAITING, MeasureState.RUNNING)
    return Measure.objects.filter(
        plan__state=PlanState.EXECUTING, state__in=open_states, due_on__lt=today
    ).select_related("plan__problem", "owner__user")


def open_tasks(rows: QuerySet[Task]) -> QuerySet[Task]:
    """Those of `rows` that are not done."""
    return rows.exclude(state=TaskState.DONE)
