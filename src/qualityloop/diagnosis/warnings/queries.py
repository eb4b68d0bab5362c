"""Warnings that a person may see, and what rooms above ask about them."""

from __future__ import annotations

from typing import Any

from django.db import models

from qualityloop.analysis.warning.registry import RULES
from qualityloop.diagnosis.warnings.finding import RulesOn
from qualityloop.diagnosis.warnings.models import EarlyWarning, RuleSetting, State
from qualityloop.foundation.models import User
from qualityloop.people.scope import restrict


def warnings_for(user: object) -> models.QuerySet[EarlyWarning]:
    """Warnings of the departments that `user` sees, and those that are theirs."""
    everything = EarlyWarning.objects.all()
    seen = restrict(everything, user, team="department", agent=None, customer=None)
    if isinstance(user, User) and user.pk:
        return everything.filter(models.Q(pk__in=seen.values("pk")) | models.Q(owner=user))
    return seen


def open_warnings(user: object) -> models.QuerySet[EarlyWarning]:
    """Those that have not ended, the most serious first."""
    return warnings_for(user).exclude(state=State.ENDED).select_related("owner").order_by("rank", "due_at", "pk")


def evidence_of(warning: EarlyWarning) -> dict[str, Any]:
    """What a warning rests on, for a problem made of it: sentence, series, group, numbers, snapshot, standard."""
    return {
        "number": warning.number, "url": warning.get_absolute_url(), "rule": warning.rule, "series": warning.series,
        "name": warning.name("zh"), "said": warning.sentence("zh"), "group": warning.grouping,
        "severity": warning.severity, **warning.evidence,
    }  # fmt: skip


def rules_on() -> RulesOn:
    """The rules that are on, with their numbers."""
    known = {one.rule: one for one in RuleSetting.objects.all()}
    on = {}
    for key, rule in RULES.items():
        one = known.get(key)
        if one is None or one.active:
            on[key] = rule.settings(one.settings if one else None)
    return RulesOn(on)
