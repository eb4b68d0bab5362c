"""The list 上线前质量计划."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.improvement.risks import permissions, queries
from qualityloop.improvement.risks.models import LaunchPlan
from qualityloop.improvement.risks.presentation import TONES

PLANS = Listing(
    key="improvement.launch-plans",
    of=LaunchPlan,
    title=_("Risks before launch"),
    note=_("Quality plans of new service modes with their risk registers"),
    right=permissions.RISKS,
    query=queries.launch_plans_for,
    order="-launch_on",
    columns=(
        Column("number", link=True),
        Column("name"),
        Column("state", tone=TONES),
        Column("launch_on"),
        Column("owner", path="owner__name", label=pgettext_lazy("plan", "owner")),
        Column("department", path="department__name"),
        Column("version"),
        Column("what", shown=False),
        Column("created_at", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("number", "name", "what"),
        Choice("state"),
        Related("department"),
        Days("launch", path="launch_on", label=_("day of launch")),
    ),
    buttons=(Button(_("Begin a quality plan"), "improvement_risks:new", permissions.RISK_WRITE),),
    empty=_("No quality plans yet. Begin one before a new service mode, such as remote diagnosis, goes live."),
    record=lambda one: reverse("improvement_risks:plan", args=[one.pk]),
)
