"""Reading departments, staff and evaluation groups, scoped to who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet

from qualityloop.people.models import Department, EvaluationGroup, Staff
from qualityloop.people.scope import restrict


@dataclass
class Node:
    """A department in the chart: those who work in it now, and in everything below it."""

    department: Department
    own: int
    total: int = 0
    children: list[Node] = field(default_factory=list)


def chart(*, closed: bool = False) -> list[Node]:
    """The departments as a forest, each with what belongs to it; two queries."""
    working = Count("staff", filter=Q(staff__left_on__isnull=True))
    rows = Department.objects.select_related("leader").annotate(working=working)
    if not closed:
        rows = rows.filter(is_active=True)
    nodes = {row.pk: Node(row, getattr(row, "working", 0)) for row in rows}
    tops: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.department.parent_id or 0)
        (above.children if above is not None else tops).append(node)
    for node in tops:
        _count(node)
    return tops


def _count(node: Node) -> int:
    node.total = node.own + sum(_count(child) for child in node.children)
    return node.total


def staff_for(user: object) -> QuerySet[Staff]:
    """The staff whom `user` may see: a leader those of their departments, an agent only themselves."""
    return restrict(Staff.objects.all(), user, team="department", agent="", customer=None)


def staff_in(departments: Iterable[int], user: object) -> QuerySet[Staff]:
    """Those of `staff_for` who work in departments now."""
    return staff_for(user).filter(department__in=list(departments), left_on__isnull=True).select_related("department")


def groups() -> QuerySet[Any]:
    """Evaluation groups, the newest first, with their members."""
    return EvaluationGroup.objects.prefetch_related("members__staff")
