"""What people and other systems are told about audits."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qualityloop.analysis.messages import message
from qualityloop.foundation.models import User
from qualityloop.foundation.notices import notice_kind, notify
from qualityloop.foundation.webhooks import event
from qualityloop.improvement.audits.models import Finding, Round
from qualityloop.improvement.audits.permissions import AUDIT_PLAN
from qualityloop.improvement.plans.notices import people_with

ROUND_DUE = notice_kind("audit.due", _("Audit round due"), transports=("page", "email"))
ROUND_REPORTED = notice_kind("audit.reported", _("Audit round reported"), transports=("page", "email"))
FINDING_YOURS = notice_kind("audit.finding", _("An audit finding is yours to mend"), transports=("page", "email"))
REPORTED = event("audit.reported", _("Audit round reported"))
FOUND = event("audit.finding", _("Audit finding entered"))


def page_of(one: Round) -> str:
    """The address of a round."""
    return reverse("improvement_audits:round", args=[one.pk])


def concerned(one: Round) -> list[User]:
    """The auditors of a round and those who plan audits."""
    auditors = [staff.user for staff in one.auditors.select_related("user") if staff.user]
    return list(dict.fromkeys([*auditors, *people_with(AUDIT_PLAN)]))


def round_due(one: Round, *, occasion: str) -> None:
    """Tell them, once per occasion, that a round is to begin or to end."""
    notify(
        to=concerned(one), kind=ROUND_DUE,
        subject=message("Audit round {number}: {title}", number=one.number, title=one.title),
        text=message("From {start} to {end}.", start=f"{one.starts_on:%Y-%m-%d}", end=f"{one.ends_on:%Y-%m-%d}"),
        url=page_of(one), once=f"audit-{one.pk}-{occasion}",
    )  # fmt: skip


def round_reported(one: Round, findings: int) -> None:
    """Tell them how it went."""
    notify(
        to=concerned(one), kind=ROUND_REPORTED,
        subject=message("Audit round {number} is reported: {n} findings", number=one.number, n=findings),
        text=one.summary[:500], url=page_of(one), once=f"audit-{one.pk}-reported-{one.reported_at:%Y%m%d%H%M%S}",
    )  # fmt: skip


def finding_yours(finding: Finding, *, by: Any) -> None:
    """Tell the one who is to mend it."""
    user = finding.owner.user if finding.owner else None
    if user is not None and user != by:
        notify(
            to=[user], kind=FINDING_YOURS,
            subject=message("Audit finding: {text}", text=finding.text[:80]), text=finding.round.title,
            url=page_of(finding.round),
        )  # fmt: skip


def finding_said(finding: Finding) -> dict[str, Any]:
    """A finding as other systems are told."""
    return {
        "id": finding.pk, "round": finding.round.number, "severity": finding.severity, "text": finding.text,
        "problem": finding.problem.number if finding.problem else None,
    }  # fmt: skip
