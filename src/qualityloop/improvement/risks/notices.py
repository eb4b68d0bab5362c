"""What people and other systems are told about launches and their risks."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks import event
from qualityloop.improvement.risks.models import LaunchPlan, Risk

RISK_YOURS = notice_kind("launch.risk", _("A risk of a launch is yours"), transports=("page", "email"))
APPROVED = event("launch.approved", _("Launch approved"))


def page_of(plan: LaunchPlan) -> str:
    """The address of a quality plan."""
    return reverse("improvement_risks:plan", args=[plan.pk])


def risk_yours(risk: Risk, *, by: Any) -> None:
    """Tell the owner of a risk about it."""
    user = risk.owner.user if risk.owner else None
    if user is not None and user != by:
        notify(
            to=[user], kind=RISK_YOURS, subject=message("Risk: {title}", title=risk.title), text=risk.precaution,
            url=f"{page_of(risk.plan)}#risk-{risk.pk}",
        )  # fmt: skip


def plan_said(plan: LaunchPlan) -> dict[str, Any]:
    """A plan as other systems are told."""
    names = ("number", "name", "launch_on", "state", "version")
    return {"id": plan.pk, **{name: getattr(plan, name) for name in names}}
