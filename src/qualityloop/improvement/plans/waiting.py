"""Plans, tasks and reviews that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.loop import Waiting, register_waiting
from qualityloop.foundation.models import User
from qualityloop.improvement.plans import permissions, queries
from qualityloop.improvement.plans.models import PlanState
from qualityloop.improvement.problems.models import State


def waiting(user: User) -> Iterator[Waiting]:
    """One's tasks; plans to approve; reviews of one's own measures and problems."""
    if permissions.TASKS.allows(user):
        own = queries.open_tasks(queries.mine(user)).exclude(problem__state=State.CLOSED)
        row = own.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=timezone.localdate())))
        url = reverse("improvement_plans:board") + "?who=me"
        yield Waiting(_("Tasks of yours"), row["n"], url, "checklist", row["late"])
    if permissions.PLAN_APPROVE.allows(user):
        count = queries.plans_for(user).filter(state=PlanState.SUBMITTED).count()
        url = reverse("improvement_plans:plans") + "?state=submitted"
        yield Waiting(_("Plans to approve"), count, url, "clipboard-list")
    if permissions.PLANS.allows(user):
        mine = Q(measure__owner__user=user) | Q(measure__plan__problem__owner__user=user)
        running = queries.reviews_for(user).filter(mine, closed_at=None)
        row = running.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now())))
        yield Waiting(_("48-hour reviews"), row["n"], reverse("improvement_plans:reviews"), "clock", row["late"])


def connect() -> None:
    """Fill the loop."""
    register_waiting(waiting)
