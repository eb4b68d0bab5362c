"""Problems by where they stand, and those that wait for somebody."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.loop import Station, Waiting, register_station, register_waiting
from qualityloop.foundation.models import User
from qualityloop.improvement.problems.models import State
from qualityloop.improvement.problems.permissions import PROBLEMS
from qualityloop.improvement.problems.queries import problems_for


def stations(user: User) -> Iterator[Station]:
    """Where the problems stand that `user` may see."""
    if not PROBLEMS.allows(user):
        return
    late = Count("pk", filter=Q(due_at__lt=timezone.now()) & ~Q(state=State.CLOSED))
    rows = problems_for(user).order_by().values("state").annotate(n=Count("pk"), late=late)
    found = {row["state"]: row for row in rows}
    page = reverse("improvement_problems:problems")
    for state in State:
        row = found.get(state.value, {"n": 0, "late": 0})
        yield Station(state.label, row["n"], f"{page}?state={state.value}", row["late"])


def waiting(user: User) -> Iterator[Waiting]:
    """Open problems that `user` owns."""
    if not PROBLEMS.allows(user):
        return
    own = problems_for(user).filter(owner__user=user).exclude(state=State.CLOSED)
    row = own.aggregate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=timezone.now())))
    yield Waiting(_("Problems that you own"), row["n"], reverse("improvement_problems:problems"), "target", row["late"])


def connect() -> None:
    """Fill the loop."""
    register_station(stations)
    register_waiting(waiting)
