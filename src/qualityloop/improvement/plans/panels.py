"""The plan of a problem, on the page of the problem."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.improvement.plans import permissions
from qualityloop.improvement.plans.presentation import PLAN_TONES
from qualityloop.improvement.plans.queries import open_draft, plans_of
from qualityloop.improvement.problems.models import Problem, State


def _plans(request: HttpRequest, problem: Problem) -> dict[str, Any] | None:
    plans = plans_of(problem)
    may = permissions.PLAN_WRITE.allows(request.user) and not problem.is_closed
    if not plans and problem.state == State.OPEN:
        return None
    return {
        "plans": [(one, PLAN_TONES[one.state]) for one in plans],
        "may_begin": may and not plans and open_draft(problem) is None and problem.state != State.OPEN,
    }


def connect() -> None:
    """Hang it in."""
    register_panel(
        "improvement_problems.problem",
        Panel("plans", _("Improvement plan"), "plans/problem_panel.html", _plans, permissions.PLANS, order=60),
    )
