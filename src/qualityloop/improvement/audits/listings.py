"""The lists 质量审核 and 审核发现."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.listing import Button, Choice, Column, Days, Listing, Related, Words
from qualityloop.improvement.audits import permissions, queries
from qualityloop.improvement.audits.models import Finding, Round
from qualityloop.improvement.audits.presentation import SEVERITY_TONES, TONES

ROUNDS = Listing(
    key="improvement.audits",
    of=Round,
    title=_("Quality audits"),
    note=_("Whether the service process is carried out as the standards in force say"),
    right=permissions.AUDITS,
    query=queries.rounds_for,
    order="-starts_on",
    columns=(
        Column("number", link=True),
        Column("title"),
        Column("state", tone=TONES),
        Column("cycle"),
        Column("starts_on"),
        Column("ends_on"),
        Column("previous", path="previous__number", label=_("last round")),
        Column("reported_at"),
        Column("closed_at"),
        Column("summary", shown=False),
        Column("changed_at", shown=False),
    ),
    filters=(
        Words("number", "title", "summary"),
        Choice("state"),
        Choice("cycle"),
        Days("begins", path="starts_on", label=_("begins")),
    ),
    buttons=(
        Button(_("Findings"), "improvement_audits:findings", permissions.AUDITS, "list-details"),
        Button(_("Plan a round"), "improvement_audits:new", permissions.AUDIT_PLAN),
    ),
    empty=_("No audit rounds yet. Plan one: its checklist is made from the process map, SOPs and standards in force."),
    record=lambda one: reverse("improvement_audits:round", args=[one.pk]),
)

FINDINGS = Listing(
    key="improvement.audit-findings",
    of=Finding,
    title=_("Audit findings"),
    note=_("What audits found, and what became of it"),
    right=permissions.AUDITS,
    query=queries.findings_for,
    order="-created_at",
    columns=(
        Column("text", link=True),
        Column("severity", tone=SEVERITY_TONES),
        Column("round", path="round__number", label=_("audit round")),
        Column("department", path="department__name"),
        Column("owner", path="owner__name"),
        Column("problem", path="problem__number", label=_("problem")),
        Column("problem_state", path="problem__state", label=_("state of the problem")),
        Column("created_at"),
        Column("closed_at"),
        Column("closed_reason", shown=False),
    ),
    filters=(
        Words("text", "round__number"),
        Choice("severity"),
        Related("department"),
        Related("owner"),
        Days("entered", path="created_at", label=_("entered")),
    ),
    empty=_("No findings yet. They are entered at the points of a checklist that do not conform."),
    record=lambda one: reverse("improvement_audits:round", args=[one.round_id]),
)
