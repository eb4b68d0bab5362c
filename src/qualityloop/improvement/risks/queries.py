"""Reading quality plans and their risks, for whoever asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from qualityloop.diagnosis.warnings.models import WATCH, EarlyWarning
from qualityloop.diagnosis.warnings.queries import warnings_for
from qualityloop.foundation.models import User
from qualityloop.improvement.risks.models import Item, ItemKind, LaunchPlan, Risk
from qualityloop.people.scope import scope_of

ORDER = {"high": 0, "medium": 1, "low": 2}


def launch_plans_for(user: object) -> QuerySet[LaunchPlan]:
    """Plans of one's departments, those one owns, has a risk of or wrote."""
    if not isinstance(user, User):
        return LaunchPlan.objects.none()
    scope = scope_of(user)
    if scope.everything:
        return LaunchPlan.objects.all()
    mine = Q(author=user) | Q(owner__user=user) | Q(pk__in=Risk.objects.filter(owner__user=user).values("plan"))
    return LaunchPlan.objects.filter(mine | Q(department__in=sorted(scope.teams)))


def risks_for(user: object) -> QuerySet[Risk]:
    """Risks of the plans that `user` sees."""
    return Risk.objects.filter(plan__in=launch_plans_for(user).values("pk"))


def items_for(user: object) -> QuerySet[Item]:
    """Goals and readiness items of the plans that `user` sees."""
    return Item.objects.filter(plan__in=launch_plans_for(user).values("pk"))


def register_of(plan: LaunchPlan) -> list[Risk]:
    """The risks of a plan: by priority, then by the product of their ranks."""
    found = Risk.objects.filter(plan=plan).select_related("owner__user", "accepted_by", "plan")
    return sorted(found, key=lambda one: (ORDER[one.priority], -one.rpn, one.pk))


def warnings_of(user: object, risks: Sequence[Risk]) -> dict[int, list[EarlyWarning]]:
    """The warnings that fired for risks, as far as `user` may see them, the newest first."""
    keys = {risk.watch_key: risk.pk for risk in risks}
    found: dict[int, list[EarlyWarning]] = defaultdict(list)
    for one in warnings_for(user).filter(rule=WATCH, series__in=list(keys)).order_by("-pk"):
        found[keys[one.series]].append(one)
    return found


def lacking(plan: LaunchPlan) -> dict[str, list[Any]]:
    """What keeps a plan from being approved: high risks not settled, what is not ready, what is missing altogether."""
    items = list(Item.objects.filter(plan=plan))
    risks = register_of(plan)
    return {
        "risks": [one for one in risks if one.priority == "high" and not one.settled],
        "ready": [one for one in items if one.kind == ItemKind.READY and one.done_at is None],
        "missing": [
            name
            for name, there in (
                ("goal", any(one.kind == ItemKind.GOAL for one in items)),
                ("ready", any(one.kind == ItemKind.READY for one in items)),
                ("risk", bool(risks)), ("owner", plan.owner_id is not None),  # type: ignore[attr-defined]
            )
            if not there
        ],
    }  # fmt: skip
