"""Effects on the page of a problem, and on a version of a standard where it comes from."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qualityloop.foundation.panels import Panel, register_panel
from qualityloop.improvement.causes.queries import root_causes
from qualityloop.improvement.effects import presentation
from qualityloop.improvement.effects.models import Proposal
from qualityloop.improvement.effects.permissions import EFFECTS, EVALUATE
from qualityloop.improvement.effects.queries import newest_of_problem, proposals_for, proves
from qualityloop.improvement.plans.queries import current_plan
from qualityloop.improvement.problems.models import Problem
from qualityloop.improvement.problems.presentation import page_of as problem_page
from qualityloop.standards.versions.models import Version


def _effects(request: HttpRequest, problem: Problem) -> dict[str, Any] | None:
    plan = current_plan(problem)
    if plan is None or not plan.is_frozen:
        return None
    rows = [
        {"evaluation": one, "tone": presentation.VERDICT_TONES[one.verdict], "said": presentation.said(one),
         "when": presentation.when_words(one)}
        for one in newest_of_problem(problem)
    ]  # fmt: skip
    return {
        "rows": rows, "proven": proves(problem), "may": EVALUATE.allows(request.user) and not problem.is_closed,
        "proposals": Proposal.objects.filter(problem=problem).count(),
        "page": reverse("improvement_effects:of_problem", args=[problem.pk]),
    }  # fmt: skip


def _origin(request: HttpRequest, version: Version) -> dict[str, Any] | None:
    found = proposals_for(request.user).filter(version=version)
    chains = []
    for one in found.select_related("problem", "measure__plan", "evaluation"):
        problem = one.problem
        chains.append({
            "proposal": one, "problem": problem, "problem_url": problem_page(problem), "plan": one.measure.plan,
            "roots": root_causes(problem), "evaluation": one.evaluation, "said": presentation.said(one.evaluation),
            "number_url": problem.source_url,
        })  # fmt: skip
    return {"chains": chains} if chains else None


def connect() -> None:
    """Hang them in."""
    register_panel(
        "improvement_problems.problem",
        Panel("effects", _("Effects"), "effects/problem_panel.html", _effects, EFFECTS, order=70),
    )
    register_panel(
        "standards.version",
        Panel(
            "origin",
            pgettext_lazy("of a standard", "Where it comes from"),
            "effects/origin_panel.html",
            _origin,
            EFFECTS,
            order=50,
        ),
    )
