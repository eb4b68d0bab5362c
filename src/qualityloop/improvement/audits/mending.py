"""Findings: entered at a point, graded, turned into problems by one click."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from qualityloop.foundation.audit.recording import record, values_of
from qualityloop.foundation.webhooks import announce
from qualityloop.improvement.audits import actions, notices
from qualityloop.improvement.audits.models import Finding, Point, Round, Severity, State
from qualityloop.improvement.evidence.services import evidence_add
from qualityloop.improvement.problems.models import Grade
from qualityloop.improvement.problems.services import Found, problem_open

GRADES = {
    Severity.SEVERE: Grade.URGENT, Severity.GENERAL: Grade.IMPORTANT, Severity.OBSERVATION: Grade.ORDINARY,
}  # fmt: skip
FIELDS = ("severity", "text")


def finding_save(
    *, actor: Any, point: Point, severity: str, text: str, department: Any = None, owner: Any = None,
    finding: Finding | None = None, address: str = "",
) -> Finding:  # fmt: skip
    """Enter what was found at a point, or change it as long as the round is under way."""
    if severity not in Severity.values:
        raise ValidationError({"severity": _("Say how grave it is.")})
    if not text.strip():
        raise ValidationError({"text": _("Say what was found.")})
    with transaction.atomic():
        one = Round.objects.select_for_update().get(pk=point.round_id)
        if one.state != State.RUNNING:
            raise ValidationError(_("Findings are entered while the round is under way."))
        kept = Finding(round=one, point=point, author=actor) if finding is None else _locked(finding)
        before = None if finding is None else _said(kept)
        told = kept.owner_id if finding is not None else None
        kept.severity, kept.text, kept.department, kept.owner = severity, text.strip()[:4000], department, owner
        kept.save()
        if before != _said(kept):
            action = actions.FINDING_ADDED if before is None else actions.FINDING_CHANGED
            record(actor=actor, action=action, record=one, before=before, after=_said(kept), address=address)
        if kept.owner_id is not None and kept.owner_id != told:
            notices.finding_yours(kept, by=actor)
        if before is None:
            announce(notices.FOUND.key, notices.finding_said(kept))
    return kept


def finding_problem(*, actor: Any, finding: Finding, address: str = "") -> Finding:
    """Turn a finding into a problem, once; where one about the same indicator is open, it is linked to that."""
    with transaction.atomic():
        kept = _locked(finding)
        if kept.problem is not None:
            return kept
        of, point = kept.round, kept.point
        page = reverse("improvement_audits:round", args=[of.pk]) + (f"#point-{point.pk}" if point else "")
        severity = Severity(kept.severity)
        opened = problem_open(
            actor=actor, title=kept.text.splitlines()[0][:120], what=_what(kept), grade=GRADES[severity],
            grade_reason=_("Audit finding: {severity}").format(severity=severity.label),
            found=Found(
                source_kind="audit", source_ref=f"{of.number}/{kept.pk}", source_url=page,
                indicator=point.indicator if point else "",
            ),
            department=kept.department, owner=kept.owner, address_of=address,
        )  # fmt: skip
        kept.problem = opened.problem
        kept.save(update_fields=["problem"])
        title = f"{of.number} · {point.text if point else kept.text}"[:200]
        evidence_add(
            actor=actor, target_kind="problem", thing=opened.problem, kind="rows", title=title, url=page,
            note=point.note if point else "", address_of=address,
        )  # fmt: skip
        record(
            actor=actor, action=actions.FINDING_PROBLEM, record=of, before={"problem": None},
            after={"text": kept.text, "problem": opened.problem.number}, address=address,
        )  # fmt: skip
    return kept


def _what(finding: Finding) -> str:
    point = finding.point
    lines = [finding.text]
    if point is not None:
        lines.append(_("Checked: {text}").format(text=point.text))
        if point.looked:
            lines.append(_("{fine} of {looked} cases conform.").format(fine=point.fine, looked=point.looked))
        if point.note:
            lines.append(point.note)
    return "\n\n".join(lines)


def _locked(finding: Finding) -> Finding:
    related = ("round", "point", "problem", "owner__user", "department")
    return Finding.objects.select_for_update(of=("self",)).select_related(*related).get(pk=finding.pk)


def _said(one: Finding) -> dict[str, Any]:
    return values_of(one, *FIELDS) | {
        "department": str(one.department) if one.department else None,
        "owner": str(one.owner) if one.owner else None,
    }
