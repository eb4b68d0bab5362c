"""Panels on a problem's page, and problems as what evidence is put on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.improvement.evidence.queries import evidence_of
from qualityloop.improvement.evidence.targets import Target, register_target
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.presentation import page_of
from qualityloop.improvement.problems.queries import may_work_on, problem_whole

TARGET = "problem"


def _evidence(request: HttpRequest, problem: Problem) -> dict[str, Any]:
    return {
        "evidence": evidence_of(TARGET, problem.pk),
        "target_kind": TARGET,
        "may_change": not problem.is_closed,
    }


def connect() -> None:
    """Put evidence on problems, and show it on their pages."""
    register_target(Target(TARGET, problem_whole, may_work_on, page_of, lambda problem: problem))
    register_panel("improvement_problems.problem", Panel("evidence", _("Evidence"), "evidence/panel.html", _evidence,
                                                         order=10))  # fmt: skip
