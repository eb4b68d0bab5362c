"""Who has a measure or a task of a problem may see it."""

from __future__ import annotations

from django.db.models import Q

from qualityloop.foundation.models import User
from qualityloop.improvement.plans.models import Measure, Task
from qualityloop.improvement.problems.queries import register_sight


def _owned(user: User) -> Q:
    measures = Measure.objects.filter(owner__user=user).values("plan__problem")
    tasks = Task.objects.filter(owner__user=user, problem__isnull=False).values("problem")
    return Q(pk__in=measures) | Q(pk__in=tasks)


def connect() -> None:
    """Let problems know."""
    register_sight(_owned)
