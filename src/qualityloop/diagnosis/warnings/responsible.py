"""Whose warning it is: the department that owns the indicator, its leader, else the director."""

from __future__ import annotations

from collections.abc import Iterable

from qualityloop.analysis.indicators.standard import Standard
from qualityloop.analysis.warning.finding import Finding
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Role
from qualityloop.people.models import Department


def department_of(finding: Finding, standard: Standard) -> Department | None:
    """The group's own team, else the department that the standard names as the indicator's owner."""
    team = dict(finding.group).get("team")
    owner = next((i.owner for i in standard.indicators if i.key == finding.subject), None)
    names = [name for name in (team, *([owner.zh, owner.en] if owner else [])) if name]
    known = {d.name: d for d in Department.objects.filter(name__in=names).select_related("leader__user")}
    return next((known[name] for name in names if name in known), None)


def told_about(departments: Iterable[Department | None]) -> list[User]:
    """The directors, and the leaders of the departments."""
    people = list(User.objects.filter(role=Role.DIRECTOR.value, is_active=True))
    for department in departments:
        leader = department.leader if department else None
        if leader is not None and leader.user is not None and leader.user.is_active and leader.user not in people:
            people.append(leader.user)
    return people
