"""What people and other systems are told about problems."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks import announce, event
from qualityloop.improvement.problems.models import Problem

OWNER = notice_kind("problem.owner", _("A problem is yours"), transports=("page", "email"))
OPENED = event("problem.opened", _("Problem opened"))
MOVED = event("problem.moved", _("Problem moved on"))


def owner_told(problem: Problem, *, by: Any) -> None:
    """Tell the new owner of a problem, unless they made themselves its owner."""
    user = problem.owner.user if problem.owner else None
    if user is None or user == by:
        return
    notify(
        to=[user], kind=OWNER, subject=message("Problem {number} is yours: {title}", number=problem.number,
                                               title=problem.title),
        text=problem.grade_reason, url=reverse("improvement_problems:problem", args=[problem.pk]),
    )  # fmt: skip


def problem_opened(problem: Problem) -> None:
    """Tell the systems that listen."""
    announce(OPENED.key, _said(problem))


def problem_moved(problem: Problem, *, before: str, reason: str) -> None:
    """Tell the systems that listen from where to where it went, and why."""
    announce(MOVED.key, {**_said(problem), "before": before, "verdict": problem.verdict, "reason": reason})


def _said(problem: Problem) -> dict[str, Any]:
    names = ("number", "title", "grade", "state", "source_kind", "indicator", "group", "due_at")
    return {
        "id": problem.pk, "url": reverse("improvement_problems:problem", args=[problem.pk]),
        "owner": str(problem.owner) if problem.owner else None, **{name: getattr(problem, name) for name in names},
    }  # fmt: skip
