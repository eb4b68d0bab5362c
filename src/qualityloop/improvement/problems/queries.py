"""Reading problems, for whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet

from qualityloop.foundation.models import User
from qualityloop.improvement.problems.models import Problem, State
from qualityloop.people.models import Staff
from qualityloop.people.scope import scope_of

WHOLE = ("department", "owner", "opened_by", "closed_by")
Sight = Callable[[User], Q | None]
_SIGHTS: list[Sight] = []


def register_sight(sight: Sight) -> None:
    """Let people see more problems, such as those of whose plan they have a task: `sight` answers a condition."""
    if sight not in _SIGHTS:
        _SIGHTS.append(sight)


def problems_for(user: object) -> QuerySet[Problem]:
    """Problems of one's departments, those one owns, works on or has opened, and those that sights add."""
    if not isinstance(user, User):
        return Problem.objects.none()
    scope = scope_of(user)
    if scope.everything:
        return Problem.objects.all()
    if scope.agent is None and not scope.teams:
        return Problem.objects.none()
    condition = Q(opened_by=user)
    if (own := scope.condition(team="department", agent="owner", customer=None)) is not None:
        condition |= own
    if scope.agent is not None:
        member = Problem.members.through.objects.filter(staff_id=scope.agent).values("problem_id")
        condition |= Q(pk__in=member)
    for sight in _SIGHTS:
        if (more := sight(user)) is not None:
            condition |= more
    return Problem.objects.filter(condition)


def problem_whole(user: object, pk: int) -> Problem | None:
    """One problem with what its page names; None where `user` may not see it."""
    return problems_for(user).select_related(*WHOLE).filter(pk=pk).first()


def open_twin(indicator: str, group_key: str) -> Problem | None:
    """The problem about the same number of the same group that is still open."""
    if not indicator:
        return None
    return Problem.objects.filter(indicator=indicator, group_key=group_key).exclude(state=State.CLOSED).first()


def problem_of(source_kind: str, source_ref: str) -> Problem | None:
    """The newest problem that was opened from one and the same thing."""
    return Problem.objects.filter(source_kind=source_kind, source_ref=source_ref).order_by("-pk").first()


def seen_by(user: object, problem: Problem | None) -> Problem | None:
    """The problem, where `user` may see it."""
    return problem if problem is not None and problems_for(user).filter(pk=problem.pk).exists() else None


def staff_of(user: object) -> Staff | None:
    """The member of staff who `user` is."""
    return Staff.objects.filter(user=user).first() if isinstance(user, User) else None


def may_work_on(user: Any, problem: Problem) -> bool:
    """Whether `user` may change what belongs to a problem that they see: it is not closed."""
    return not problem.is_closed and problems_for(user).filter(pk=problem.pk).exists()
