"""What people and other systems are told about effects."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.effect.texts import VERDICT_WORDS
from qualityloop.analysis.messages import Text, message
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks import event
from qualityloop.improvement.effects.models import Evaluation

EFFECT_TOLD = notice_kind("effect.evaluated", _("Effect of a measure evaluated"))
EFFECT_EVALUATED = event("effect.evaluated", _("Effect of a measure evaluated"))


def page_of(one: Evaluation) -> str:
    """The address of an evaluation."""
    return reverse("improvement_effects:evaluation", args=[one.pk])


def effect_told(one: Evaluation) -> None:
    """Tell the owner of the measure, that of the problem and who wrote the plan."""
    staff = (one.measure.owner, one.problem.owner)
    people = {who.user.pk: who.user for who in staff if who is not None and who.user is not None}
    if one.plan.author is not None:
        people[one.plan.author.pk] = one.plan.author
    word = VERDICT_WORDS[one.verdict]  # type: ignore[index]
    notify(
        to=list(people.values()),
        kind=EFFECT_TOLD,
        subject=message("Effect of “{name}”: {verdict}", name=one.measure.title, verdict=word),
        text=Text(one.result["sentence"]["zh"], one.result["sentence"]["en"]),
        url=page_of(one),
        once=f"effect-{one.pk}",
    )


def effect_said(one: Evaluation) -> dict[str, Any]:
    """An evaluation as other systems are told."""
    return {
        "id": one.pk, "problem": one.problem.number, "plan": one.plan.number, "measure": one.measure.title,
        "indicator": one.indicator, "verdict": one.verdict, "final": one.final, "value": one.value, "low": one.low,
        "high": one.high, "expected": one.expected, "snapshot": one.snapshot, "at": one.at,
    }  # fmt: skip
