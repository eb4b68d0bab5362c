"""Reading audits, for whoever asks."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from qualityloop.foundation.models import User
from qualityloop.improvement.audits.models import Finding, Point, Round, State
from qualityloop.improvement.audits.permissions import AUDIT_CHECK, AUDIT_PLAN
from qualityloop.people.scope import scope_of


def rounds_for(user: object) -> QuerySet[Round]:
    """Rounds about the departments that `user` sees, those they audit and those they planned."""
    if not isinstance(user, User):
        return Round.objects.none()
    scope = scope_of(user)
    if scope.everything:
        return Round.objects.all()
    auditing = Round.auditors.through.objects.filter(staff__user=user).values("round_id")
    about = Round.departments.through.objects.filter(department__in=sorted(scope.teams)).values("round_id")
    return Round.objects.filter(Q(author=user) | Q(pk__in=auditing) | Q(pk__in=about))


def points_for(user: object) -> QuerySet[Point]:
    """Points of the rounds that `user` sees."""
    return Point.objects.filter(round__in=rounds_for(user).values("pk"))


def findings_for(user: object) -> QuerySet[Finding]:
    """Findings of the rounds that `user` sees."""
    return Finding.objects.filter(round__in=rounds_for(user).values("pk"))


def points_of(of: Round) -> list[Point]:
    """The checklist, with the findings at each point and what follow-ups follow."""
    findings = Finding.objects.select_related("problem")
    points = Point.objects.filter(round=of).select_related("follows__problem", "follows__round", "answered_by")
    return list(points.prefetch_related(Prefetch("findings", queryset=findings)))


def findings_of(of: Round) -> list[Finding]:
    """What was found in a round, the gravest first."""
    rank = {"severe": 0, "general": 1, "observation": 2}
    found = Finding.objects.filter(round=of).select_related("point", "problem", "department", "owner")
    return sorted(found, key=lambda one: (rank[one.severity], one.pk))


def last_round() -> Round | None:
    """The newest round: what is found there is followed up in the next, if none follows it yet."""
    return Round.objects.filter(next__isnull=True).order_by("-starts_on", "-pk").first()


def may_check(user: Any, of: Round) -> bool:
    """Whether `user` may answer the checklist of a round under way: its auditors, and those who plan audits."""
    if of.state != State.RUNNING or not AUDIT_CHECK.allows(user):
        return False
    return AUDIT_PLAN.allows(user) or of.auditors.filter(user=user).exists()


def may_word(user: Any, of: Round) -> bool:
    """Whether `user` may word the points of a round: who plans it before it starts, who checks it afterwards."""
    return (of.state == State.PLANNED and AUDIT_PLAN.allows(user)) or may_check(user, of)


def point_whole(user: Any, pk: int) -> Point | None:
    """One point with its round; None where `user` may not see it."""
    return points_for(user).select_related("round").filter(pk=pk).first()


def may_evidence(user: Any, point: Point) -> bool:
    """Whether `user` may put evidence on a point."""
    return may_check(user, point.round)
