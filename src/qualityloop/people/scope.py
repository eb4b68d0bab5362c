"""Whose records somebody sees: everybody's, their departments', their own, or those about them as a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models

from qualityloop.foundation.access.current import current_roles
from qualityloop.foundation.models import User
from qualityloop.foundation.roles import Sees
from qualityloop.people.models import Staff
from qualityloop.people.tree import department_tree

Rows = TypeVar("Rows", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person sees; nothing where all is empty."""

    everything: bool = False
    teams: frozenset[int] = frozenset()
    agent: int | None = None
    customer_user: int | None = None

    def condition(self, *, team: str | None, agent: str | None, customer: str | None) -> models.Q | None:
        """The rows that fit, None for none; a column that a table does not have is None."""
        found: list[models.Q] = []
        if team is not None and self.teams:
            found.append(models.Q(**{f"{team or 'pk'}__in": sorted(self.teams)}))
        if agent is not None and self.agent is not None:
            found.append(models.Q(**{agent or "pk": self.agent}))
        if customer is not None and self.customer_user is not None:
            found.append(models.Q(**{f"{customer}__user" if customer else "user": self.customer_user}))
        if not found:
            return None
        condition = found[0]
        for other in found[1:]:
            condition |= other
        return condition


def scope_of(user: object) -> Scope:
    """What `user` sees by role, post and department; two queries at most."""
    if not isinstance(user, User) or not user.is_active:
        return Scope()
    sees = current_roles(user).sees(user.role)
    if sees == Sees.EVERYTHING:
        return Scope(everything=True)
    if sees == Sees.AS_CUSTOMER:
        return Scope(customer_user=user.pk)
    if sees == Sees.NOTHING:
        return Scope()
    own = Staff.objects.filter(user=user).values_list("pk", "department_id").first()
    if own is None:
        return Scope()
    staff, department = own
    tree = department_tree()
    teams = tree.led_by(staff)
    if sees == Sees.DEPARTMENT and department is not None:
        teams |= tree.under([department])
    return Scope(teams=teams, agent=staff)


def restrict(
    queryset: models.QuerySet[Rows],
    user: object,
    *,
    team: str | None = "team",
    agent: str | None = "agent",
    customer: str | None = "customer",
) -> models.QuerySet[Rows]:
    """Rows that `user` may see.

    `team`, `agent` and `customer` are paths to a department, a member of staff and a customer; "" where the
    rows are those themselves, None where there is no such column.
    """
    scope = scope_of(user)
    if scope.everything:
        return queryset
    condition = scope.condition(team=team, agent=agent, customer=customer)
    return queryset.none() if condition is None else queryset.filter(condition)


def may_see(instance: models.Model, user: object, **paths: Any) -> bool:
    """Whether `user` may see this one row; the paths are those of `restrict`."""
    rows = restrict(type(instance)._default_manager.filter(pk=instance.pk), user, **paths)
    return rows.exists()
